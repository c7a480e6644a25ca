"""What face_service reads from the configuration."""

from __future__ import annotations

from dataclasses import dataclass

from common.config import CommonSettings, Secret, between, key_secret, port, secret, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(CommonSettings):
    """The face service; `engines` is how many faces are computed at once, best one for each core.

    Where the models are is not here: the set-up that fetches them must agree (`weights.model_dir`).
    """

    face_port: int = setting("FACE_PORT", port, 8004)
    engines: int = setting("FACE_ENGINES", between(1, 64), 2)
    queue: int = setting("FACE_QUEUE", between(0, 64), 8)
    threads: int = setting("FACE_THREADS", between(2, 64), 8)
    #: How long faces are kept of people who have left, at the most.
    face_days: int = setting("FACE_RETENTION_DAYS", between(1, 3650), 30)
    #: What attendance_service keeps photos for: the text to agree to says so.
    photo_days: int = setting("PHOTO_RETENTION_DAYS", between(1, 3650), 30)
    look_days: int = setting("ACCESS_LOG_DAYS", between(30, 3650), 365)
    database_password: Secret = secret("db_face")
    face_key: Secret = key_secret("face_key")
