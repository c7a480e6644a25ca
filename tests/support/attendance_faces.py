"""A place that asks for a face, and how the tests reach the peer that judges it."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any

from attendance_service.faces import FaceClient, FaceJobs
from attendance_service.rest.results import PATH
from attendance_service.service.verification import HandOver
from attendance_service.store.verifications import VerificationStore
from common import webhooks
from common.service_token import ServiceToken
from local import keys
from tests.support.attendance import RECORDS, Cast, Rest, base64_of
from tests.support.face_peer import FacePeer
from tests.support.pictures import photo

IMAGE = base64_of(photo())
DEADLINE = 2.5


def faces_of(peer: FacePeer) -> FaceClient:
    """The product's client of the face service, asking ``peer``."""
    token = ServiceToken(peer.url, "service:attendance", "unimportant")
    return FaceClient(peer.url, token, DEADLINE)


def gate(rest: Rest, cast: Cast, on_face_down: str = "refuse", **more: Any) -> int:
    """A place that asks for a photo and a face."""
    policy = {
        "evidence": ["photo", "face"],
        "on_face_down": on_face_down,
        "without_face": "refuse",
        **more,
    }
    return rest.place(cast.admin, cast.site, policy=policy)


def pending(rest: Rest, cast: Cast, peer: FacePeer) -> int:
    """A punch whose face could not be compared; its record's number."""
    peer.answer = (503, {"code": "unavailable"})
    answer = rest.punch(cast.staff, place_id=gate(rest, cast, "pending"), image=IMAGE)
    assert (answer.status_code, answer.json()["status"]) == (201, "pending"), answer.text
    return int(answer.json()["id"])


def later(rest: Rest, cast: Cast, who: int | None = None) -> int:
    """A punch at a place that compares faces later; its record's number."""
    place = gate(rest, cast, face_check="later")
    answer = rest.punch(who or cast.staff, place_id=place, image=IMAGE)
    assert (answer.status_code, answer.json()["status"]) == (201, "pending"), answer.text
    return int(answer.json()["id"])


def handing_over(rest: Rest, peer: FacePeer) -> HandOver:
    """What hands verifications over to ``peer``, with the answers coming back to ``rest``."""
    assert rest.parts is not None
    store = rest.parts.results.store
    assert isinstance(store, VerificationStore)
    token = ServiceToken(peer.url, "service:attendance", "unimportant")
    return HandOver(store, FaceJobs(peer.url, f"{rest.client.base_url}{PATH}", token))


@dataclass
class Results:
    """The face service telling results: signed with the installation's secret, or badly."""

    rest: Rest
    signing: tuple[bytes, ...] = field(init=False)

    def __post_init__(self) -> None:
        text = keys.read(self.rest.town.database.secrets_dir, "webhook_attendance")
        self.signing = webhooks.keys(text)

    def body(self, verification: str, decision: str = "accept", **more: Any) -> dict[str, Any]:
        """A result as face_service tells it."""
        passed = decision == "accept"
        return {
            "overall_result": {"verification_passed": passed, "reason": f"said {decision}"},
            "verification_id": verification,
            "decision": decision,
            "similarity": 0.7123,
            "threshold": 0.41,
        } | more

    def tell(
        self,
        verification: str,
        body: Any,
        *,
        message: str = "msg_1",
        at: float | None = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        """The receiver's answer to ``body`` at the address of ``verification``."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        now = int(time.time() if at is None else at)
        signed = webhooks.signed(self.signing, message, now, raw) | (headers or {})
        signed = {name: value for name, value in signed.items() if value}
        return self.rest.call(
            "POST",
            f"{PATH}/{verification}",
            content=raw,
            headers={"Content-Type": "application/json", **signed},
        )


def handed(hand_over: HandOver, peer: FacePeer) -> str:
    """Hand everything over; the id of the last verification."""
    while hand_over():
        pass
    return peer.jobs[-1]["verification_id"]


def status_of(rest: Rest, cast: Cast, record: int) -> dict[str, Any]:
    """A record as its person sees it."""
    found: dict[str, Any] = rest.get(f"{RECORDS}/{record}", cast.staff).json()
    return found
