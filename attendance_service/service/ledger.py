"""Writing punches so that a call and every repeat of it get one answer.

The database's guard has the last word; whoever it refuses is told why here. An idempotency key's
answer is kept with what it answered: the record, or the refusal as it was given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import sleep
from typing import Any

from attendance_service.domain.evidence import Judgement
from attendance_service.domain.punches import Move, decide
from attendance_service.domain.records import Record
from attendance_service.service.ports import Entry, Kept, KeyUsed, PunchStore
from common.clock import Clock
from common.errors import ConnectionLost, DomainError, Kind, conflict, unavailable

_TRIES = 3
# A connection that is dead says so at once; a server that says nothing is not asked twice.
_ASK_AGAIN_WITHIN = timedelta(seconds=0.2)
_WAIT_FOR_TWIN = 0.5
_LOOK_EVERY = 0.05


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledger as those who punch write it; each method's answer is the same to every repeat."""

    store: PunchStore
    clock: Clock
    wait: Callable[[float], None] = sleep

    def answered(self, subject_id: int, key: str, body_hash: bytes) -> Record | None:
        """The answer that this key has had, if any; raises it when it was a refusal."""
        kept = self.store.find_key(subject_id, key)
        return _again(kept, body_hash) if kept is not None else None

    def write(self, entry: Entry, *, check_until: datetime | None = None) -> Record:
        """The record of a punch; with ``check_until`` its photo's face is checked until then."""
        if entry.photo is None:
            return self._settle(entry, lambda: self.store.punch(entry))
        return self._settle(
            entry, lambda: self.store.punch_with_evidence(entry, check_until=check_until)
        )

    def refuse(self, entry: Entry, judgement: Judgement) -> Record:
        """Keep a punch that its evidence refuses, and raise the refusal with the record's number.

        Returns only the record that a twin of this call, which was quicker, has made.
        """
        extra = {"reason": judgement.reason} if judgement.reason else {}
        refusal = _frozen(
            DomainError(Kind.FORBIDDEN, judgement.code, judgement.message, extra=extra)
        )
        try:
            record = self.store.refuse_by_evidence(entry, refusal)
        except KeyUsed:
            return self._replay(entry)
        raise _thawed(403, refusal, record)

    def check_move(self, entry: Entry) -> Record | None:
        """Raise (and remember) the refusal of a move that the rules forbid now.

        A twin that was quicker may have made the move: then its answer is this one's too.
        """
        if self.store.ensure_state(entry.employee_id):
            return None
        return self._refused_move(entry)

    @contextmanager
    def alone(self, entry: Entry) -> Iterator[Record | None]:
        """One call with this key at a time; gives the answer of an earlier one, if there was any.

        Waits shortly for one that runs. Raises its refusal, or ``in_flight``.
        """
        kept = self._twin(entry)
        if kept is not None:
            yield _again(kept, entry.body_hash)
            return
        try:
            yield None
        finally:
            self.store.release(entry.subject_id, entry.key)

    def _settle(self, entry: Entry, write: Callable[[], Record | None]) -> Record:
        """Write, or find out why it could not be written and say so, the same to every repeat."""
        lost: ConnectionLost | None = None
        for _ in range(_TRIES):
            try:
                record = write()
            except KeyUsed:
                return self._replay(entry)
            except ConnectionLost as fault:
                # Whether it was committed is unknown; the same key makes asking again safe.
                lost = fault
                if self.clock.now() - entry.arrived > _ASK_AGAIN_WITHIN:
                    # A server that says nothing would only be waited for again.
                    break
                continue
            if record is None:
                record = self._explain(entry)
            if record is not None:
                return record
        raise lost or unavailable("The record could not be written; nothing was recorded.")

    def _explain(self, entry: Entry) -> Record | None:
        """The earlier answer of this key, or the refusal; ``None`` when it is worth a retry."""
        if self.store.find_key(entry.subject_id, entry.key):
            return self._replay(entry)
        return self.check_move(entry)

    def _refused_move(self, entry: Entry) -> Record | None:
        state = self.store.state(entry.employee_id)
        try:
            decide(state, Move(entry.action) if entry.action else None, entry.arrived)
        except DomainError as refusal:
            if self.store.keep_refusal(entry, 409, _frozen(refusal)):
                raise
            return self._replay(entry)
        return None

    def _replay(self, entry: Entry) -> Record:
        kept = self.store.find_key(entry.subject_id, entry.key)
        if kept is None:
            raise unavailable("The record could not be written; nothing was recorded.")
        return _again(kept, entry.body_hash)

    def _twin(self, entry: Entry) -> Kept | None:
        """The answer of an earlier call with this key, waiting shortly for one that runs."""
        waited = 0.0
        while True:
            kept = self.store.find_key(entry.subject_id, entry.key)
            if kept is not None:
                return kept
            if self.store.claim(entry.subject_id, entry.key):
                return None
            if waited >= _WAIT_FOR_TWIN:
                raise conflict("in_flight", "The same request is still being worked on.")
            self.wait(_LOOK_EVERY)
            waited += _LOOK_EVERY


def _frozen(refusal: DomainError) -> dict[str, Any]:
    return {"code": refusal.code, "message": refusal.message, "extra": dict(refusal.extra)}


def _thawed(status: int, refusal: Mapping[str, Any], record: Record | None) -> DomainError:
    kind = Kind.CONFLICT if status == 409 else Kind.FORBIDDEN
    extra = dict(refusal["extra"]) | ({"record": {"id": record.id}} if record else {})
    return DomainError(kind, refusal["code"], refusal["message"], extra=extra)


def _again(kept: Kept, body_hash: bytes) -> Record:
    """The answer that a key has had; raises it when it was a refusal."""
    if kept.body_hash != body_hash:
        raise DomainError(
            Kind.UNPROCESSABLE,
            "idempotency_mismatch",
            "This idempotency key was used for another request.",
        )
    if kept.refusal is not None:
        raise _thawed(kept.status, kept.refusal, kept.record)
    assert kept.record is not None
    return kept.record
