"""Whom a kiosk's faces, badges and PINs belong to, asked of the services that know.

They are asked with the device's own token, so that the rights that count are the device's. Only the
configured addresses are asked, and whatever goes wrong there is "down".
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Any

import httpx

from attendance_service.answers import json_object
from attendance_service.domain.kiosk import Known, Way, unknown_face
from common import logs
from common.errors import DomainError, Kind, forbidden, limited, unauthenticated, unavailable
from common.traces import onward

#: How long a look may wait for a seat: a thread that waits is one that plain check-ins lack.
_WAIT_FOR_SEAT = 1.0
_UNFIT = {
    "no_face": "There is no face in the picture.",
    "several_faces": "There is more than one face in the picture.",
    "not_an_image": "This is not a picture that can be read.",
    "too_small": "The picture is too small.",
}


class KioskPeers:
    """Implements the kiosk's `Peers`; thread-safe, made after the fork.

    ``seats`` bounds how many threads of this process wait for another service at once.
    """

    def __init__(
        self, auth_url: str, face_url: str, *, deadline: float = 3.0, seats: int = 3
    ) -> None:
        self._auth = f"{auth_url.rstrip('/')}/api/v1/auth/kiosk"
        self._face = f"{face_url.rstrip('/')}/api/v1/faces/identify"
        self._deadline = deadline
        self._seats = threading.Semaphore(seats)
        self._lock = threading.Lock()
        self._client: httpx.Client | None = None

    def identify(self, bearer: str, frames: Sequence[bytes]) -> Known:
        """Whom the frames show; raises ``unknown_face``, ``biometrics_off``, ``no_face`` …"""
        files = [("image", ("frame", frame, "application/octet-stream")) for frame in frames]
        body = self._ask(bearer, self._face, files=files)
        if body.get("decision") != "accept":
            raise unknown_face()
        with _understood():
            return Known(
                _number(body["employee_id"]),
                Way.FACE,
                float(body["similarity"]),
                None if body["margin"] is None else float(body["margin"]),
                float(body["threshold"]),
            )

    def by_badge(self, bearer: str, badge: str) -> Known:
        """Whose badge it is; raises ``invalid_credentials``."""
        body = self._ask(bearer, f"{self._auth}/resolve", json={"badge": badge})
        with _understood():
            return Known(_number(body["employee_id"]), Way.BADGE)

    def by_pin(self, bearer: str, name: str, pin: str) -> Known:
        """Whose username or number and PIN these are; raises ``invalid_credentials``."""
        sent = {"username_or_number": name, "pin": pin}
        body = self._ask(bearer, f"{self._auth}/resolve", json=sent)
        with _understood():
            return Known(_number(body["employee_id"]), Way.PIN)

    def badges(self, bearer: str, badges: Sequence[str]) -> Sequence[int | None]:
        """Whose badges these are, in their order; ``None`` for nobody's at the device's site."""
        body = self._ask(bearer, f"{self._auth}/badges", json={"badges": list(badges)})
        with _understood():
            found = [item and _number(item["employee_id"]) for item in body["items"]]
            if len(found) != len(badges):
                raise ValueError("another number of badges")
            return found

    def close(self) -> None:
        """End the connections."""
        if self._client is not None:
            self._client.close()

    def _ask(self, bearer: str, url: str, **sent: Any) -> dict[str, Any]:
        if not self._seats.acquire(timeout=_WAIT_FOR_SEAT):
            raise _down()
        try:
            until = monotonic() + self._deadline
            headers = {"Authorization": bearer, "X-Request-Id": logs.request_id(), **onward()}
            with self._open().stream("POST", url, headers=headers, **sent) as answer:
                body = json_object(answer, until)
            if answer.status_code == 200:
                return body
            raise _refusal(answer, str(body.get("code")))
        except (httpx.HTTPError, ValueError) as fault:
            logs.log().warning("a kiosk's peer is down", reason=type(fault).__name__)
            raise _down() from fault
        finally:
            self._seats.release()

    def _open(self) -> httpx.Client:
        """One client with its connections for all threads; made when it is first needed."""
        with self._lock:
            if self._client is None:
                self._client = httpx.Client(timeout=self._deadline, trust_env=False)
            return self._client


@contextmanager
def _understood() -> Any:
    """Take an answer that is not as it should be for a service that is down."""
    try:
        yield
    except (KeyError, TypeError, ValueError) as fault:
        logs.log().warning("a kiosk's peer talks nonsense", reason=type(fault).__name__)
        raise _down() from fault


def _number(value: Any) -> int:
    if type(value) is not int or value < 1:
        raise ValueError("no number of a person")
    return value


def _down() -> DomainError:
    return unavailable("This cannot be looked up at the moment; nothing was recorded.")


def _refusal(answer: httpx.Response, code: str) -> DomainError:
    """A refusal in this service's own words; what is not foreseen is "down"."""
    status = answer.status_code
    if code == "invalid_credentials":
        message = "The number, the PIN or the badge is wrong."
        return DomainError(Kind.UNAUTHENTICATED, code, message)
    if code == "biometrics_off":
        return forbidden("Faces are not used at this site; use your PIN or badge.", code=code)
    if code in _UNFIT:
        return DomainError(Kind.UNPROCESSABLE, code, _UNFIT[code], field="image")
    if status == 429:
        wait = answer.headers.get("Retry-After", "")
        seconds = float(wait) if wait.isdigit() else 1.0
        return limited("Too many attempts have failed; try again later.", retry_after=seconds)
    if status == 401:
        return unauthenticated()
    if status == 403:
        return forbidden()
    if status in (413, 415, 422):
        return DomainError(Kind.UNPROCESSABLE, "invalid_request", "This cannot be read.")
    return _down()
