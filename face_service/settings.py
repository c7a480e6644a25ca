"""What face_service reads from the configuration."""

from __future__ import annotations

from dataclasses import dataclass

from common.config import (
    CommonSettings,
    Secret,
    between,
    group,
    key_secret,
    port,
    secret,
    setting,
)
from face_service.domain.identification import Rules
from face_service.identification_settings import read_rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(CommonSettings):
    """The face service; `engines` is how many faces are computed at once, best one for each core.

    Where the models are is not here: the set-up that fetches them must agree (`weights.model_dir`).
    """

    face_port: int = setting("FACE_PORT", port, 8004)
    engines: int = setting("FACE_ENGINES", between(1, 64), 2)
    queue: int = setting("FACE_QUEUE", between(0, 64), 8)
    threads: int = setting("FACE_THREADS", between(2, 64), 8)
    gallery_most: int = setting("FACE_GALLERY_MOST", between(1, 4_000_000), 500_000)
    identification: Rules = group(read_rules)
    database_password: Secret = secret("db_face")
    face_key: Secret = key_secret("face_key")
