"""A place that asks for a face, and how the tests reach the peer that judges it."""

from __future__ import annotations

from attendance_service.faces import FaceClient
from common.service_token import ServiceToken
from tests.support.attendance import Cast, Rest, base64_of
from tests.support.face_peer import FacePeer
from tests.support.pictures import photo

IMAGE = base64_of(photo())
DEADLINE = 2.5


def faces_of(peer: FacePeer) -> FaceClient:
    """The product's client of the face service, asking ``peer``."""
    token = ServiceToken(peer.url, "service:attendance", "unimportant")
    return FaceClient(peer.url, token, DEADLINE)


def gate(
    rest: Rest, cast: Cast, on_face_down: str = "refuse", *, without_face: str = "refuse"
) -> int:
    """A place that asks for a photo and a face."""
    policy = {
        "evidence": ["photo", "face"],
        "on_face_down": on_face_down,
        "without_face": without_face,
    }
    return rest.place(cast.admin, cast.site, policy=policy)


def pending(rest: Rest, cast: Cast, peer: FacePeer) -> int:
    """A punch whose face could not be compared; its record's number."""
    peer.answer = (503, {"code": "unavailable"})
    answer = rest.punch(cast.staff, place_id=gate(rest, cast, "pending"), image=IMAGE)
    assert (answer.status_code, answer.json()["status"]) == (201, "pending"), answer.text
    return int(answer.json()["id"])
