"""What the face service refuses to start with."""

from __future__ import annotations

import base64

import pytest

from common.config import ConfigError, load
from face_service.domain.liveness import Thresholds
from face_service.settings import Settings

SECRETS = {
    "HAZIR_SECRET_DB_FACE": "q8Zk2vR7-xT5wLmN9",
    "HAZIR_SECRET_FACE_KEY": base64.b64encode(bytes(range(32))).decode(),
}


def faults(**changes: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(Settings, SECRETS | changes)
    return caught.value.faults


def test_the_thresholds_of_liveness_come_from_the_configuration() -> None:
    assert load(Settings, SECRETS).liveness() == Thresholds(accept=0.85, review=0.5)
    changed = {"FACE_LIVENESS_ACCEPT": "0.9", "FACE_LIVENESS_REVIEW": "0.6"}
    assert load(Settings, SECRETS | changed).liveness() == Thresholds(accept=0.9, review=0.6)


def test_thresholds_that_make_no_sense_stop_the_start() -> None:
    assert faults(FACE_LIVENESS_ACCEPT="1.1") == ["FACE_LIVENESS_ACCEPT: must be from 0 to 1"]
    assert faults(FACE_LIVENESS_REVIEW="nan") == ["FACE_LIVENESS_REVIEW: must be from 0 to 1"]
    assert faults(FACE_LIVENESS_REVIEW="0.9") == [
        "FACE_LIVENESS_REVIEW: must not be above FACE_LIVENESS_ACCEPT"
    ]
    assert faults(FACE_REPLAY_DAYS="0") == ["FACE_REPLAY_DAYS: must be from 1 to 365"]
