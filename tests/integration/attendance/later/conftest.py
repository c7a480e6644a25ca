"""What hands verifications over, and whoever tells their results."""

from __future__ import annotations

import pytest

from attendance_service.service.verification import HandOver
from tests.support.attendance import Rest
from tests.support.attendance_faces import (
    Results,
    handing_over,
)
from tests.support.face_peer import FacePeer
from tests.support.people import Town


@pytest.fixture(autouse=True)
def nothing_waits(town: Town) -> None:
    town.sql("DELETE FROM attendance.verification_result")
    town.sql("DELETE FROM attendance.verification")


@pytest.fixture
def hand_over(faced: Rest, peer: FacePeer) -> HandOver:
    return handing_over(faced, peer)


@pytest.fixture
def results(faced: Rest) -> Results:
    return Results(faced)
