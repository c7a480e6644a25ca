"""What the HTTP service and whoever compares read from the configuration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from common.config import between, group, port, setting
from face_service import tuning
from face_service.base_settings import FaceSettings
from face_service.domain import liveness, matching, quality
from face_service.domain.identification import Rules
from face_service.identification_settings import read_rules


def share(text: str) -> float:
    """A number from 0 to 1."""
    value = float(text)
    if not 0 <= value <= 1:
        raise ValueError("must be from 0 to 1")
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(FaceSettings):
    """The HTTP service; `engines` is how many faces are computed at once, best one a core."""

    face_port: int = setting("FACE_PORT", port, 8004)
    engines: int = setting("FACE_ENGINES", between(1, 64), 2)
    queue: int = setting("FACE_QUEUE", between(0, 64), 8)
    threads: int = setting("FACE_THREADS", between(2, 64), 8)
    thresholds: matching.Thresholds = group(tuning.thresholds)
    limits: quality.Limits = group(tuning.limits)
    gallery_most: int = setting("FACE_GALLERY_MOST", between(1, 4_000_000), 500_000)
    identification: Rules = group(read_rules)
    #: How long faces are kept of people who have left, at the most.
    face_days: int = setting("FACE_RETENTION_DAYS", between(1, 3650), 30)
    #: What attendance_service keeps photos for: the text to agree to says so.
    photo_days: int = setting("PHOTO_RETENTION_DAYS", between(1, 3650), 30)
    look_days: int = setting("ACCESS_LOG_DAYS", between(30, 3650), 365)
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
