"""The review queue as its tests fill, read and decide it."""

from __future__ import annotations

from typing import Any

from tests.support.attendance import RECORDS, Cast, Rest
from tests.support.attendance_faces import IMAGE, gate
from tests.support.face_peer import REVIEW, FacePeer

QUEUE = "/api/v1/attendance/reviews"


def doubtful(rest: Rest, cast: Cast, peer: FacePeer, who: int | None = None) -> int:
    """A check-in with a face that is neither accepted nor rejected; its record's number."""
    peer.answer = REVIEW
    answer = rest.punch(who or cast.staff, place_id=gate(rest, cast), image=IMAGE)
    assert (answer.status_code, answer.json()["status"]) == (201, "review"), answer.text
    return int(answer.json()["id"])


def decide(rest: Rest, who: int, record: int, decision: str = "accept", **more: Any) -> Any:
    """The answer to a decision."""
    sent = {"decision": decision, **more}
    return rest.call("POST", f"{RECORDS}/{record}/decision", who, json=sent)


def undo(rest: Rest, who: int, record: int) -> Any:
    """The answer to taking it back."""
    return rest.call("POST", f"{RECORDS}/{record}/decision/undo", who)


def queue(rest: Rest, who: int, **query: Any) -> list[dict[str, Any]]:
    """What waits, or was decided, as somebody sees it."""
    answer = rest.get(QUEUE, who, params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items
