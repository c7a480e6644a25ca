"""Challenges, and whether the camera saw a person: no frame is kept, only its sealed prints."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from common.clock import Clock
from common.errors import DomainError
from common.identity import Action, Role, Subject
from face_service.domain import challenge, liveness
from face_service.domain.challenge import Movement
from face_service.domain.faces import Face, dominant
from face_service.domain.liveness import LivenessVerdict, Look, Presented, Thresholds
from face_service.domain.replays import Replay
from face_service.service.access import Access, require_biometrics, require_permission
from face_service.service.liveness_ports import LivenessStore, Showing
from face_service.service.ports import Engine, Engines, Images, Picture


@dataclass(frozen=True, slots=True)
class Challenge:
    """A movement asked of somebody; ``token`` is good once, until ``expires_at``."""

    token: str
    movement: Movement
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Proof:
    """What is shown for being there: frames in their order, and the challenge they answer.

    ``occasion`` is a service's own name of what it asks for: asking again about the same is no
    replay. ``further`` is the field that all frames but the first came in.
    """

    frames: Sequence[bytes]
    challenge: str | None = None
    occasion: str | None = None
    further: str = "frame"


@dataclass(frozen=True, slots=True)
class Liveness:
    """The use cases about being there."""

    access: Access
    images: Images
    engines: Engines
    store: LivenessStore
    thresholds: Thresholds
    clock: Clock

    def challenge(self, caller: Subject, *, alternative: bool) -> Challenge:
        """Ask ``caller`` for a movement; ``alternative`` for one without turning the head."""
        require_permission(caller, Action.DETECT_FACE)
        # One draw for each minute: whoever asks again does not get to choose.
        minute = int(self.clock.now().timestamp() // challenge.SECONDS)
        lot = self.store.lot(caller.employee_id, minute)
        movement = challenge.drawn(lot, alternative=alternative)
        token = secrets.token_urlsafe(32)
        until = self.store.keep_challenge(
            _digest_of(token), caller.employee_id, movement, seconds=challenge.SECONDS
        )
        return Challenge(token, movement, until)

    def check(self, caller: Subject, proof: Proof) -> LivenessVerdict:
        """Whether the frames show a person who is there; they are remembered as the caller's.

        Raises ``biometrics_off``, as `check_person` does; services have no site.
        """
        require_permission(caller, Action.DETECT_FACE)
        if Role.SERVICE not in caller.person.roles:
            require_biometrics(caller.person)
        return self._judge(caller, caller.employee_id, proof)

    def check_person(self, caller: Subject, employee_id: int, proof: Proof) -> LivenessVerdict:
        """The same about frames that are said to show this person, to whom they are remembered."""
        person = self.access.person(caller, Action.VERIFY_FACE, employee_id)
        require_biometrics(person)
        return self._judge(caller, person.employee_id, proof)

    def _judge(self, caller: Subject, employee_id: int, proof: Proof) -> LivenessVerdict:
        alone = len(proof.frames) == 1
        looks = [
            self._look(frame, proof.further if number else "image", alone=alone)
            for number, frame in enumerate(proof.frames)
        ]
        by_service = Role.SERVICE in caller.person.roles
        showing = Showing(
            employee_id=employee_id,
            actor=caller.employee_id,
            prints=[(look.digest, look.fingerprint) for look in looks],
            challenge=_digest_of(proof.challenge) if proof.challenge is not None else None,
            # Nobody but a service is believed to ask about the same thing again.
            occasion=_digest_of(proof.occasion) if by_service and proof.occasion else None,
        )

        def decide(replay: Replay, presented: Presented | None) -> LivenessVerdict:
            return liveness.judge(looks, self.thresholds, replay=replay, challenge=presented)

        return self.store.settle(showing, decide)

    def _look(self, frame: bytes, field: str, *, alone: bool) -> Look:
        """What one frame shows; its pixels are let go before the next one is decoded."""
        picture = self.images.pixels(frame, field=field)
        with self.engines.borrow() as engine:
            return _look(engine, picture, alone=alone)


def _look(engine: Engine, picture: Picture, *, alone: bool) -> Look:
    width, height = picture.width, picture.height
    digest = hashlib.sha256(b"%dx%d:" % (width, height) + picture.pixels).digest()
    fingerprint = engine.fingerprint(picture)
    faces = engine.detect(picture)
    face: Face | None = None
    if faces:
        try:
            face = dominant(faces, width=width, height=height)
        except DomainError:
            return Look(digest, fingerprint, several=True)
    if face is None:
        return Look(digest, fingerprint)
    near = liveness.context(face, width=width, height=height) < liveness.CONTEXT
    return Look(
        digest,
        fingerprint,
        face,
        real=None if near else engine.real(picture, face),
        embedding=None if alone else engine.embed(picture, face),
    )


def _digest_of(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
