"""Checking in and out: the one way in for REST, gRPC and the older systems' paths.

The plain case is a single statement. Evidence is judged before anything is written, because no
network call may happen inside a transaction; the database's guard has the last word all the same.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from time import sleep
from typing import Any

from attendance_service.domain.evidence import (
    FaceResult,
    Judgement,
    Outcome,
    evidence_of,
    judge,
)
from attendance_service.domain.policy import OPEN_POLICY, Place, Policy
from attendance_service.domain.punches import OPEN_FOR, Mode, Move, decide
from attendance_service.domain.records import Record
from attendance_service.domain.times import offset_minutes
from attendance_service.service.ports import (
    Entry,
    Faces,
    Images,
    Kept,
    KeyUsed,
    LiveProof,
    Places,
    PunchStore,
)
from common.clock import Clock
from common.errors import (
    ConnectionLost,
    DomainError,
    Kind,
    conflict,
    not_found,
    unavailable,
)
from common.identity import Action, Subject, object_of, require

_TRIES = 3
# A connection that is dead says so at once; a server that says nothing is not asked twice.
_ASK_AGAIN_WITHIN = timedelta(seconds=0.2)
_WAIT_FOR_TWIN = 0.5
_LOOK_EVERY = 0.05
#: How long a face that is compared later may wait before a person has to look.
FACE_DEADLINE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Punch:
    """What somebody sent. ``action`` ``None`` leaves the direction to the server."""

    action: Move | None
    claimed_at: datetime | None = None
    place_id: int | None = None
    position: Mapping[str, float] | None = None
    image: bytes | None = None
    key: str | None = None
    source: str = "rest"
    frames: Sequence[bytes] = ()
    challenge: str | None = None

    def body_hash(self) -> bytes:
        """A digest of everything that makes two calls the same call."""
        live: tuple[object, ...] = ()
        if self.frames or self.challenge is not None:
            frames = tuple(hashlib.sha256(frame).hexdigest() for frame in self.frames)
            live = (frames, self.challenge)
        return _digest(
            self.action,
            self.claimed_at.isoformat() if self.claimed_at else None,
            self.place_id,
            tuple(sorted(self.position.items())) if self.position else None,
            hashlib.sha256(self.image).hexdigest() if self.image else None,
            *live,
        )


@lru_cache(maxsize=256)
def _digest(*canonical: object) -> bytes:
    """Most punches say no more than "in" or "out", perhaps at a place: few are told apart."""
    return hashlib.sha256(json.dumps(canonical).encode()).digest()


@dataclass(frozen=True, slots=True)
class CheckIn:
    """The use case, with what it needs."""

    store: PunchStore
    places: Places
    faces: Faces
    images: Images
    clock: Clock
    wait: Callable[[float], None] = sleep

    def __call__(self, subject: Subject, punch: Punch) -> Record:
        """The record of ``subject``'s own punch, durable; raises every refusal of the rules."""
        arrived = self.clock.now()
        require(subject, Action.PUNCH, object_of(subject.person))
        place = self._where(subject, punch.place_id)
        policy = place.policy if place else OPEN_POLICY
        entry = _entry(subject, punch, place, policy, arrived)
        if policy.needs_image or punch.image is not None:
            return self._with_evidence(entry, policy, punch)
        return self._settle(entry, lambda: self.store.punch(entry))

    def answered(self, subject_id: int, key: str, body_hash: bytes) -> Record | None:
        """The answer that this key has had, if any; raises it when it was a refusal."""
        kept = self.store.find_key(subject_id, key)
        return _again(kept, body_hash) if kept is not None else None

    def known(self, entry: Entry) -> Record:
        """The record of a punch whose evidence was judged before it came here: a kiosk's."""
        if entry.photo is None:
            return self._settle(entry, lambda: self.store.punch(entry))
        return self._settle(entry, lambda: self.store.punch_with_evidence(entry, check_until=None))

    def _where(self, subject: Subject, place_id: int | None) -> Place | None:
        site_id = subject.person.site_id
        if place_id is None:
            return self.places.default(site_id)
        place = self.places.get(place_id)
        # A place of another site is none of the caller's business.
        if place is None or place.site_id != site_id:
            raise not_found("There is no such place.")
        return place

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
        if self.store.ensure_state(entry.employee_id):
            return None
        return self._check_move(entry)

    def _check_move(self, entry: Entry) -> Record | None:
        """Raise (and remember) the refusal of a move that the rules forbid now.

        A twin that was quicker may have made the move: then its answer is this one's too.
        """
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

    def _with_evidence(self, entry: Entry, policy: Policy, punch: Punch) -> Record:
        """Judge the picture first; one call with this key at a time."""
        kept = self._twin(entry)
        if kept is not None:
            return _again(kept, entry.body_hash)
        try:
            twins = None
            if not self.store.ensure_state(entry.employee_id):
                twins = self._check_move(entry)
            if twins is not None:
                return twins
            photo = self.images.clean(punch.image) if punch.image is not None else None
            face = self._face(entry, policy, photo, punch)
            judgement = judge(policy, has_image=photo is not None, face=face)
            if judgement is None:
                raise unavailable("The face cannot be compared now; nothing was recorded.")
            judged = replace(
                entry,
                photo=photo,
                outcome=judgement.outcome.value,
                evidence=evidence_of(photo is not None, face),
            )
            return self._keep(judged, judgement)
        finally:
            self.store.release(entry.subject_id, entry.key)

    def _face(
        self, entry: Entry, policy: Policy, photo: bytes | None, punch: Punch
    ) -> FaceResult | None:
        if not policy.needs_face or policy.compares_later or photo is None:
            return None
        if not policy.needs_liveness:
            return self.faces.compare(entry.employee_id, photo)
        frames = [self.images.clean(frame, field="frames") for frame in punch.frames]
        # The answer may be lost and the same punch come again: that is no replay of its pictures.
        occasion = hashlib.sha256(f"{entry.subject_id}:{entry.key}".encode()).hexdigest()
        proof = LiveProof(frames, punch.challenge, occasion)
        return self.faces.compare(entry.employee_id, photo, proof)

    def _keep(self, entry: Entry, judgement: Judgement) -> Record:
        if judgement.outcome is Outcome.REFUSED:
            return self._refuse(entry, judgement)
        later = judgement.outcome is Outcome.PENDING
        until = entry.arrived + FACE_DEADLINE if later else None
        return self._settle(entry, lambda: self.store.punch_with_evidence(entry, check_until=until))

    def _refuse(self, entry: Entry, judgement: Judgement) -> Record:
        refusal = _refusal(judgement)
        try:
            record = self.store.refuse_by_evidence(entry, _frozen(refusal))
        except KeyUsed:
            return self._replay(entry)
        raise _thawed(403, _frozen(refusal), record)

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


def _entry(
    subject: Subject, punch: Punch, place: Place | None, policy: Policy, arrived: datetime
) -> Entry:
    person = subject.person
    zone = place.zone if place else person.zone
    action = None if policy.mode is Mode.TOGGLE or punch.action is None else punch.action.value
    return Entry(
        employee_id=person.employee_id,
        action=action,
        arrived=arrived,
        open_until=arrived + OPEN_FOR,
        claimed_at=punch.claimed_at,
        outcome=Outcome.ACCEPTED.value,
        place_id=place.id if place else None,
        policy_version=policy.version,
        site_id=person.site_id,
        zone=zone,
        offset_minutes=offset_minutes(arrived, zone),
        source=punch.source,
        evidence=None,
        subject_id=person.employee_id,
        key=punch.key or secrets.token_hex(16),
        body_hash=punch.body_hash(),
    )


def _refusal(judgement: Judgement) -> DomainError:
    extra = {"reason": judgement.reason} if judgement.reason else {}
    return DomainError(Kind.FORBIDDEN, judgement.code, judgement.message, extra=extra)


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
