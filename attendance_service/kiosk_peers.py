"""Whom a kiosk's faces, badges and PINs belong to, asked of the services that know.

They are asked with the device's own token, so that the rights that count are the device's. Only the
configured addresses are asked, and whatever goes wrong there is "down".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from attendance_service.domain.evidence import FaceResult
from attendance_service.domain.kiosk import Known, Way, down, unknown_face
from attendance_service.faces import compared, transport
from attendance_service.service.ports import LiveProof
from clients.python.hazir_client import (
    Faces,
    HazirError,
    KioskAccess,
    Problem,
    Seats,
    Token,
)
from common import logs
from common.errors import DomainError, Kind, forbidden, limited, unauthenticated

#: How long a look may wait for a seat: a thread that waits is one that plain check-ins lack.
_WAIT_FOR_SEAT = 1.0
_UNFIT = {
    "no_face": "There is no face in the picture.",
    "several_faces": "There is more than one face in the picture.",
    "not_an_image": "This is not a picture that can be read.",
    "too_small": "The picture is too small.",
}


class KioskPeers:
    """Implements the kiosk's `Peers`; thread-safe.

    ``token`` is the device's. ``seats`` bounds how many threads of this process wait for another
    service at once.
    """

    def __init__(
        self, auth_url: str, face_url: str, *, deadline: float = 3.0, seats: int = 3
    ) -> None:
        taken = Seats(seats, patience=_WAIT_FOR_SEAT)
        self._auth = transport(auth_url, None, deadline, taken)
        self._face = transport(face_url, None, deadline, taken)

    def identify(self, token: str, frames: Sequence[bytes]) -> Known:
        """Whom the frames show; raises ``unknown_face``, ``biometrics_off``, ``no_face`` …"""
        with _answered():
            found = Faces(self._face.bearing(Token(token))).identify(frames)
        if found.decision != "accept" or found.employee_id is None:
            raise unknown_face()
        return Known(found.employee_id, Way.FACE, found.similarity, found.margin, found.threshold)

    def compare(self, token: str, employee_id: int, image: bytes, proof: LiveProof) -> FaceResult:
        """Whether it is this person and whether they are there; never raises."""
        return compared(self._face.bearing(Token(token)), employee_id, image, proof)

    def by_badge(self, token: str, badge: str) -> Known:
        """Whose badge it is; raises ``invalid_credentials``."""
        with _answered():
            return Known(self._access(token).by_badge(badge).employee_id, Way.BADGE)

    def by_pin(self, token: str, name: str, pin: str) -> Known:
        """Whose username or number and PIN these are; raises ``invalid_credentials``."""
        with _answered():
            return Known(self._access(token).by_pin(name, pin).employee_id, Way.PIN)

    def badges(self, token: str, badges: Sequence[str]) -> Sequence[int | None]:
        """Whose badges these are, in their order; ``None`` for nobody's at the device's site."""
        with _answered():
            found = self._access(token).badges(badges)
        return [None if one is None else one.employee_id for one in found]

    def _access(self, token: str) -> KioskAccess:
        return KioskAccess(self._auth.bearing(Token(token)))


@contextmanager
def _answered() -> Iterator[None]:
    """Refusals in this service's own words; no answer, or none that makes sense, is "down"."""
    try:
        yield
    except Problem as fault:
        raise _refusal(fault) from fault
    except HazirError as fault:
        logs.log().warning("a kiosk's peer is down", reason=type(fault).__name__)
        raise down() from fault


def _refusal(said: Problem) -> DomainError:
    """What is not foreseen is "down"."""
    status, code = said.status, said.code
    if code == "unknown":
        return down()  # a refusal without a code is no service of ours
    if code == "invalid_credentials":
        message = "The number, the PIN or the badge is wrong."
        return DomainError(Kind.UNAUTHENTICATED, code, message)
    if code == "biometrics_off":
        return forbidden("Faces are not used at this site; use your PIN or badge.", code=code)
    if code in _UNFIT:
        return DomainError(Kind.UNPROCESSABLE, code, _UNFIT[code], field="image")
    if status == 429:
        wait = 1.0 if said.retry_after is None else said.retry_after
        return limited("Too many attempts have failed; try again later.", retry_after=wait)
    if status == 401:
        return unauthenticated()
    if status == 403:
        return forbidden()
    if status in (413, 415, 422):
        return DomainError(Kind.UNPROCESSABLE, "invalid_request", "This cannot be read.")
    return down()
