"""Following the feed over WebSocket: who gets what, resumed from where."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from common.identity import Role
from tests.support.cluster import TestDatabase
from tests.support.people import Town
from tests.support.reporter import looped, reporting_alone


@pytest.fixture(scope="module")
def town(database: TestDatabase) -> Iterator[Town]:
    made = Town(database)
    yield made
    made.close()


@looped
async def test_a_person_gets_their_own_events(database: TestDatabase, town: Town) -> None:
    person, other = town.person(), town.person()
    async with reporting_alone(database, town) as reporter:
        client = await reporter.client(town.token(person))
        hello = await client.until("hello")
        assert hello["heartbeat_seconds"] == 5
        await reporter.feed.add(other)
        event = await reporter.feed.add(person, place_id=7)
        frame = await client.until("record")
        assert frame.pop("cursor") != hello["cursor"]
        assert frame == {
            "type": "record",
            "kind": "made",
            "event_id": event.event_id,
            "id": event.id,
            "employee_id": person,
            "action": "in",
            "timestamp": event.timestamp,
            "status": "accepted",
            "place_id": 7,
        }
