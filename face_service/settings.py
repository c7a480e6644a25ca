"""What the HTTP service and whoever compares read from the configuration."""

from __future__ import annotations

from dataclasses import dataclass

from common.config import between, group, port, setting
from face_service import tuning
from face_service.base_settings import FaceSettings
from face_service.domain import matching, quality


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(FaceSettings):
    """The HTTP service; `engines` is how many faces are computed at once, best one a core."""

    face_port: int = setting("FACE_PORT", port, 8004)
    engines: int = setting("FACE_ENGINES", between(1, 64), 2)
    queue: int = setting("FACE_QUEUE", between(0, 64), 8)
    threads: int = setting("FACE_THREADS", between(2, 64), 8)
    thresholds: matching.Thresholds = group(tuning.thresholds)
    limits: quality.Limits = group(tuning.limits)
