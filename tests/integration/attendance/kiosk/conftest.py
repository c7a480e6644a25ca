"""A kiosk with everything behind it, and somebody whose face is known there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from common.clock import FixedClock
from tests.support.cluster import TestDatabase
from tests.support.face_cast import A3, A, enrol
from tests.support.kiosk import Kiosk, running_kiosk
from tests.support.people import Town


@pytest.fixture(scope="module")
def clock() -> FixedClock:
    return FixedClock(datetime.now(UTC))


@pytest.fixture(scope="module")
def kiosk(database: TestDatabase, town: Town, clock: FixedClock) -> Iterator[Kiosk]:
    with running_kiosk(database, town, clock) as running:
        yield running


@pytest.fixture(scope="module")
def her(kiosk: Kiosk) -> int:
    """Somebody whose face is known there."""
    person = kiosk.cast.someone()
    kiosk.face.app.org.refresh()
    enrol(kiosk.face, kiosk.town, person, A, A3)
    return person
