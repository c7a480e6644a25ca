"""What a call can end with instead of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class HazirError(Exception):
    """Whatever keeps a call from its answer."""


class Unreachable(HazirError):
    """The service did not answer in time, or not with anything that can be read.

    Whether it did what was asked is not known: repeat the call with the same idempotency key.
    """


class Busy(Unreachable):
    """All seats of this process were taken (`Seats`): the service was not asked."""


class Problem(HazirError):
    """The service refused (RFC 9457). ``code`` is stable; ``field`` names the input at fault.

    ``retry_after`` is in seconds, where the service says when to come back.
    """

    def __init__(
        self, status: int, body: Mapping[str, Any], *, retry_after: float | None = None
    ) -> None:
        self.status = status
        self.code = str(body.get("code") or "unknown")
        self.detail = str(body.get("detail") or "")
        self.field: str | None = body.get("field")
        self.request_id: str | None = body.get("request_id")
        self.body = body
        self.retry_after = retry_after
        super().__init__(f"{status} {self.code}: {self.detail}")
