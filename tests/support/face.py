"""The face service in this process, asked as a client would."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import Client, TestResponse, encode_multipart

from common.config import environment, load
from face_service import fetch_weights, weights
from face_service.app import FaceApp, build
from face_service.settings import Settings
from tests.support.cluster import TestDatabase


def models() -> Path:
    """The folder with the weight files, which are fetched if they are not there."""
    folder = weights.model_dir(environment())
    fetch_weights.fetch(folder, fetch_weights.run_command)
    return folder


@dataclass(frozen=True, slots=True)
class FaceClient:
    """Calls the application with somebody's token."""

    app: FaceApp

    def call(
        self,
        method: str,
        path: str,
        token: str | None = None,
        *,
        files: Sequence[tuple[str, bytes]] = (),
        form: dict[str, str] | None = None,
        **rest: Any,
    ) -> TestResponse:
        """One request; ``files`` are multipart parts by name."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if files or form:
            parts: MultiDict[str, Any] = MultiDict(form or {})
            for name, content in files:
                parts.add(name, FileStorage(BytesIO(content), "photo.jpg"))
            boundary, body = encode_multipart(parts)
            kind = f"multipart/form-data; boundary={boundary}"
            rest |= {"data": body, "content_type": kind}
        return Client(self.app.wsgi).open(path, method=method, headers=headers, **rest)


@contextmanager
def serving_faces(database: TestDatabase, **changes: str) -> Iterator[FaceClient]:
    """The service over ``database``, its models loaded; ``changes`` are further variables."""
    settings = load(Settings, database.environment() | changes)
    app = build(settings, models())
    try:
        client = FaceClient(app)
        deadline = time.monotonic() + 20
        while client.call("GET", "/health/ready").status_code != 200:
            assert time.monotonic() < deadline, "the models did not load"
            time.sleep(0.05)
        yield client
    finally:
        app.close()
