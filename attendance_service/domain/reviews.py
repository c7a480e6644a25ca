"""Records that wait for a person: why, and what a decision makes of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from attendance_service.domain.evidence import WITHOUT_FACE
from attendance_service.domain.punches import OPEN_FOR, Move, State, after_void
from attendance_service.domain.records import Record

#: How long whoever decided may take it back.
UNDO_FOR = timedelta(minutes=10)
#: What a record is while it waits.
WAITING = ("review", "pending")
#: What the evidence says of those whose face could not be asked for.
WITHOUT_FACE_WORDS = frozenset(verdict.value for verdict in WITHOUT_FACE)


class Decided(StrEnum):
    """What a person decides."""

    ACCEPT = "accept"
    REFUSE = "refuse"

    @property
    def status(self) -> str:
        """What the record becomes."""
        return "accepted" if self is Decided.ACCEPT else "voided"


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's decision on a record, as it stands."""

    id: int
    record_id: int
    decided_by: int
    verdict: Decided
    reason: str | None
    at: datetime


def waiting_reason(record: Record) -> str:
    """Why this record is or was in doubt, as a stable word."""
    evidence = record.evidence or {}
    liveness = evidence.get("liveness")
    if isinstance(liveness, dict):
        liveness = liveness.get("decision")
    face = evidence.get("face")
    if record.status == "pending":
        return "face_pending"
    if liveness in ("review", "reject"):
        return "liveness_doubtful"
    if face == "review":
        return "face_doubtful"
    if face in WITHOUT_FACE_WORDS:
        return "without_face"
    if face == "accept" and liveness is not None:  # the frames answered no challenge
        return "liveness_doubtful"
    if face is not None:
        return "face_undecided"
    if record.source == "batch":
        return "late_punch"
    return "face_undecided" if evidence.get("photo") else "other"


def after_settling(state: State, record: Record, before: str, after: str) -> State:
    """The person's state when ``record`` no longer counts as it did.

    Only the record that moved the state last can be taken back from it, or be put back.
    """
    action = Move(record.action)
    if record.n is None or record.at != state.last_at:
        return state
    if after == "voided" and state.action is action:
        return after_void(state, state.n)
    if before == "voided" and state.action is not action:
        return replace(state, action=action, open_until=record.at + OPEN_FOR)
    return state
