"""What every process of face_service reads from the configuration, with nothing heavy behind it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from common.config import CommonSettings, Secret, key_secret, secret, setting
from face_service.domain.targets import AllowList, Target, targets


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceSettings(CommonSettings):
    """What every process of the face service reads.

    Where the models are is not here: the set-up that fetches them must agree (`weights.model_dir`).
    """

    database_password: Secret = secret("db_face")
    face_key: Secret = key_secret("face_key")
    #: attendance_service is always a target, wherever it is: the installation's own.
    attendance: tuple[Target, ...] = setting(
        "ATTENDANCE_URL",
        partial(targets, private=True),
        targets("http://127.0.0.1:8002", private=True),
    )
    webhook_targets: tuple[Target, ...] = setting(
        "WEBHOOK_TARGETS", partial(targets, private=False), ()
    )
    webhook_private: tuple[Target, ...] = setting(
        "WEBHOOK_PRIVATE_TARGETS", partial(targets, private=True), ()
    )

    def allow_list(self) -> AllowList:
        """Where results may be sent."""
        return AllowList((*self.attendance, *self.webhook_private, *self.webhook_targets))
