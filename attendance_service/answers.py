"""What another service answers, read with bounds: it may be broken, or not be that service."""

from __future__ import annotations

import json
from time import monotonic
from typing import Any

import httpx

_LONGEST_ANSWER = 1 << 16


def json_object(answer: httpx.Response, until: float) -> dict[str, Any]:
    """The JSON object that ``answer`` brings before ``until``, however it is portioned.

    ``until`` is by `time.monotonic`. Raises ``ValueError`` for anything else.
    """
    text = b""
    for piece in answer.iter_bytes():
        text += piece
        if len(text) > _LONGEST_ANSWER or monotonic() > until:
            raise ValueError("too long or too late")
    body = json.loads(text)
    if not isinstance(body, dict):
        raise ValueError("not an object")
    return body
