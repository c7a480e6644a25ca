"""Checking in and out: the one way in for REST, gRPC and the older systems' paths.

The plain case is a single statement. Evidence is judged before anything is written, because no
network call may happen inside a transaction; the database's guard has the last word all the same.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from attendance_service.domain.evidence import FaceResult, Outcome, evidence_of, judge
from attendance_service.domain.policy import OPEN_POLICY, Place, Policy
from attendance_service.domain.punches import OPEN_FOR, Mode, Move
from attendance_service.domain.records import Record
from attendance_service.domain.times import offset_minutes
from attendance_service.service.ledger import Ledger
from attendance_service.service.ports import Entry, Faces, Images, LiveProof, Places
from common.clock import Clock
from common.errors import not_found, unavailable
from common.identity import Action, Subject, object_of, require

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

    ledger: Ledger
    places: Places
    faces: Faces
    images: Images
    clock: Clock

    def __call__(self, subject: Subject, punch: Punch) -> Record:
        """The record of ``subject``'s own punch, durable; raises every refusal of the rules."""
        arrived = self.clock.now()
        require(subject, Action.PUNCH, object_of(subject.person))
        place = self._where(subject, punch.place_id)
        policy = place.policy if place else OPEN_POLICY
        entry = _entry(subject, punch, place, policy, arrived)
        if policy.needs_image or punch.image is not None:
            return self._with_evidence(entry, policy, punch)
        return self.ledger.write(entry)

    def _where(self, subject: Subject, place_id: int | None) -> Place | None:
        site_id = subject.person.site_id
        if place_id is None:
            return self.places.default(site_id)
        place = self.places.get(place_id)
        # A place of another site is none of the caller's business.
        if place is None or place.site_id != site_id:
            raise not_found("There is no such place.")
        return place

    def _with_evidence(self, entry: Entry, policy: Policy, punch: Punch) -> Record:
        """Judge the picture first; one call with this key at a time."""
        with self.ledger.alone(entry) as answered:
            made = answered or self.ledger.check_move(entry)
            return made or self._judged(entry, policy, punch)

    def _judged(self, entry: Entry, policy: Policy, punch: Punch) -> Record:
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
        if judgement.outcome is Outcome.REFUSED:
            return self.ledger.refuse(judged, judgement)
        later = judgement.outcome is Outcome.PENDING
        until = entry.arrived + FACE_DEADLINE if later else None
        return self.ledger.write(judged, check_until=until)

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
