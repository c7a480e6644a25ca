"""What liveness needs from the outside, as it sees it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from face_service.domain.challenge import Movement
from face_service.domain.liveness import LivenessVerdict, Presented
from face_service.domain.replays import Replay


@dataclass(frozen=True, slots=True)
class Showing:
    """Frames that were shown as ``employee_id``'s by ``actor``, and what came with them.

    ``prints`` are a digest of each image's pixels and its fingerprint; ``challenge`` and
    ``occasion`` are digests as well.
    """

    employee_id: int
    actor: int
    prints: Sequence[tuple[bytes, bytes]]
    challenge: bytes | None
    occasion: bytes | None


class LivenessStore(Protocol):
    """Challenges, and what was shown before; each call is one transaction."""

    def lot(self, employee_id: int, minute: int) -> int:
        """A number that nobody can foretell, the same for this person all through ``minute``."""
        ...

    def keep_challenge(
        self, digest: bytes, employee_id: int, movement: Movement, *, seconds: int
    ) -> datetime:
        """Remember a challenge of this person; until when it is good."""
        ...

    def settle(
        self, showing: Showing, decide: Callable[[Replay, Presented | None], LivenessVerdict]
    ) -> LivenessVerdict:
        """Use up the challenge, remember the images, and audit what ``decide`` makes of both.

        ``decide`` is told what of the images was shown before, and which challenge holds.
        """
