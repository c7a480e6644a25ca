"""Challenges, and sealed prints of images that were shown before, in PostgreSQL.

A print cannot be compared by anybody without the service's key: each of its bands is an HMAC over
the person and the band's place. They go with their time, and with the person's faces.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from common.db import Database, Transaction
from common.sql import Queries
from face_service.domain.challenge import Movement
from face_service.domain.liveness import LivenessVerdict, Presented
from face_service.domain.replays import Print, Replay, bands, replay
from face_service.service.liveness_ports import Showing
from face_service.store import audit

_SQL = Queries(Path(__file__).with_name("liveness.sql"))
_SEALED = 4
#: How many of a person's newest images are compared band by band: months of check-ins.
_COMPARED = 1000
#: How long after it a service may ask about the same thing again.
_SAME_OCCASION = timedelta(minutes=10)

Decide = Callable[[Replay, Presented | None], LivenessVerdict]


@dataclass(frozen=True, slots=True)
class LivenessBook:
    """The `LivenessStore` of a running service. ``days`` is how long prints are kept."""

    db: Database
    key: bytes
    days: int

    def lot(self, employee_id: int, minute: int) -> int:
        """A number that nobody can foretell, the same for this person all through ``minute``."""
        return int.from_bytes(self._seal(b"lot", employee_id, minute.to_bytes(8, "big"))[:8], "big")

    def keep_challenge(
        self, digest: bytes, employee_id: int, movement: Movement, *, seconds: int
    ) -> datetime:
        """Remember a challenge of this person; until when it is good."""
        with self.db.transaction() as tx:
            tx.execute(_SQL["forget_challenges"], employee_id=employee_id)
            row = tx.one(
                _SQL["keep_challenge"],
                digest=digest,
                employee_id=employee_id,
                movement=movement.value,
                seconds=seconds,
            )
            assert row is not None
            until: datetime = row.expires_at
            return until

    def settle(self, showing: Showing, decide: Decide) -> LivenessVerdict:
        """Use up the challenge, look for replays, decide, and remember: all of it or nothing.

        Calls about one person follow each other, so that of two with the same image one is second.
        """
        shown = [self._print(showing.employee_id, *one) for one in showing.prints]
        with self.db.transaction() as tx:
            tx.execute(_SQL["one_at_a_time"], employee_id=showing.employee_id)
            tx.execute(_SQL["purge_seen"], at_once=200)
            presented = _used_up(tx, showing)
            seen = tx.all(
                _SQL["seen"],
                employee_id=showing.employee_id,
                digests=[one.digest for one in shown],
                most=_COMPARED,
                occasion=showing.occasion,
                same=_SAME_OCCASION,
            )
            before = [Print(bytes(r.digest), bands(bytes(r.bands), size=_SEALED)) for r in seen]
            verdict = decide(replay(shown, before), presented)
            for one in shown:
                tx.execute(
                    _SQL["remember"],
                    employee_id=showing.employee_id,
                    digest=one.digest,
                    bands=b"".join(one.bands),
                    occasion=showing.occasion,
                    days=self.days,
                )
            _note(tx, showing, verdict, presented)
            return verdict

    def purge(self, at_once: int = 5000) -> int:
        """Delete prints and challenges that are past their time; how many."""
        gone = self.db.execute(_SQL["purge_seen"], at_once=at_once)
        return gone + self.db.execute(_SQL["purge_challenges"], at_once=at_once)

    def _print(self, employee_id: int, digest: bytes, fingerprint: bytes) -> Print:
        """What is kept of an image."""
        sealed = [
            self._seal(b"band", employee_id, bytes([place]) + band)[:_SEALED]
            for place, band in enumerate(bands(fingerprint))
        ]
        return Print(self._seal(b"pixels", employee_id, digest)[:16], sealed)

    def _seal(self, purpose: bytes, employee_id: int, what: bytes) -> bytes:
        owner = employee_id.to_bytes(8, "big")
        return hmac.digest(self.key, purpose + b"\0" + owner + what, "sha256")


def key_of(master: bytes) -> bytes:
    """The key of prints and lots, derived from the service's own (RFC 5869)."""
    return HKDF(SHA256(), 32, None, b"hazir liveness").derive(master)


def forget_shown(tx: Transaction, employee_id: int) -> int:
    """Forget what was shown as this person's, and asked of them; how many images.

    Frames that are being judged at this moment are waited for: they would be remembered after it.
    """
    tx.execute(_SQL["one_at_a_time"], employee_id=employee_id)
    tx.execute(_SQL["forget_asked"], employee_id=employee_id)
    return tx.execute(_SQL["forget_seen"], employee_id=employee_id)


def _used_up(tx: Transaction, showing: Showing) -> Presented | None:
    """What was presented: used up by this, whatever comes of it."""
    if showing.challenge is None:
        return None
    row = tx.one(
        _SQL["use_challenge"],
        digest=showing.challenge,
        owners=[showing.actor, showing.employee_id],
        occasion=showing.occasion,
    )
    return Presented(Movement(row.movement) if row else None)


def _note(
    tx: Transaction, showing: Showing, verdict: LivenessVerdict, presented: Presented | None
) -> None:
    movement = presented.movement if presented else None
    after = {
        "decision": verdict.decision.value,
        "score": None if verdict.score is None else round(verdict.score, 4),
        "reason": verdict.reason.value,
        "frames": len(showing.prints),
        "challenge": movement.value if movement else None,
    }
    target = audit.person(showing.employee_id)
    audit.note(tx, "check_liveness", target, showing.actor, after=after)
