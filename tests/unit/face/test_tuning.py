"""The figures about faces in the configuration."""

from __future__ import annotations

import pytest

from common.config import ROOT, ConfigError, environment
from face_service import tuning
from face_service.domain.matching import Thresholds
from face_service.domain.quality import Limits


def test_nothing_said_is_what_was_measured_and_so_is_the_file() -> None:
    for env in ({}, environment(ROOT / ".env")):
        assert tuning.thresholds(env) == Thresholds()
        assert tuning.limits(env) == Limits()


def test_what_is_said_holds() -> None:
    assert tuning.thresholds({"FACE_ACCEPT_TWO": "0.5"}) == Thresholds(accept_two=0.5)
    assert tuning.limits({"FACE_MOST_YAW": "20"}) == Limits(most_yaw=20)


@pytest.mark.parametrize("text", ["0.29", "0.96", "nan", "inf", "high", "0,5"])
def test_a_threshold_that_would_let_everybody_in_or_nobody_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="FACE_ACCEPT_ONE"):
        tuning.thresholds({"FACE_ACCEPT_ONE": text})


def test_every_fault_is_named() -> None:
    with pytest.raises(ConfigError) as caught:
        tuning.limits({"FACE_LEAST_SIZE": "0", "FACE_MOST_ROLL": "x"})
    assert len(caught.value.faults) == 2
