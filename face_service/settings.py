"""What face_service reads from the configuration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from common.config import CommonSettings, Secret, between, group, key_secret, port, secret, setting
from face_service import tuning
from face_service.domain import liveness, matching, quality


def share(text: str) -> float:
    """A number from 0 to 1."""
    value = float(text)
    if not 0 <= value <= 1:
        raise ValueError("must be from 0 to 1")
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(CommonSettings):
    """The face service; `engines` is how many faces are computed at once, best one for each core.

    Where the models are is not here: the set-up that fetches them must agree (`weights.model_dir`).
    """

    face_port: int = setting("FACE_PORT", port, 8004)
    engines: int = setting("FACE_ENGINES", between(1, 64), 2)
    queue: int = setting("FACE_QUEUE", between(0, 64), 8)
    threads: int = setting("FACE_THREADS", between(2, 64), 8)
    thresholds: matching.Thresholds = group(tuning.thresholds)
    limits: quality.Limits = group(tuning.limits)
    database_password: Secret = secret("db_face")
    face_key: Secret = key_secret("face_key")
    #: Scores of the model from which frames count as live, and below which as a picture of a face.
    liveness_accept: float = setting("FACE_LIVENESS_ACCEPT", share, 0.85)
    liveness_review: float = setting("FACE_LIVENESS_REVIEW", share, 0.5)
    #: For how long an image that is shown again is recognised.
    replay_days: int = setting("FACE_REPLAY_DAYS", between(1, 365), 30)

    def liveness(self) -> liveness.Thresholds:
        """The thresholds of liveness."""
        return liveness.Thresholds(self.liveness_accept, self.liveness_review)

    def unsafe(self) -> Iterator[tuple[str, str]]:
        """Besides the common ones: thresholds that would let doubt pass."""
        yield from super(Settings, self).unsafe()
        if self.liveness_review > self.liveness_accept:
            yield "FACE_LIVENESS_REVIEW", "must not be above FACE_LIVENESS_ACCEPT"
