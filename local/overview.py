"""One ``/health`` for the whole installation: whether each service is ready."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from local.files import Answer

_PATIENCE = 2.0


class Overview:
    """Asks the services at ``urls`` (by name) for their readiness."""

    def __init__(self, urls: Mapping[str, str]) -> None:
        self._urls = urls

    def answer(self) -> Answer:
        """200 ``{status: "ok", …}`` when all are ready, else 503 with those that are not."""
        with ThreadPoolExecutor(max_workers=len(self._urls)) as pool:
            states = dict(zip(self._urls, pool.map(_state, self._urls.values()), strict=True))
        good = set(states.values()) == {"ok"}
        body = {"status": "ok" if good else "unavailable", **states}
        headers = (("Content-Type", "application/json"), ("Cache-Control", "no-store"))
        return Answer(200 if good else 503, headers, json.dumps(body).encode())


def _state(url: str) -> str:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_PATIENCE)
    try:
        connection.request("GET", parts.path)
        return "ok" if connection.getresponse().status == 200 else "unavailable"
    except OSError:
        return "down"
    finally:
        connection.close()
