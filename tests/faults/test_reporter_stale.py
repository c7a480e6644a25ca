"""Between the moment when rights are no longer known and the moment when the hub takes notice."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from common.org import OrgView
from reporter_service.hub import Hub
from tests.support.cluster import TestDatabase
from tests.support.people import Town
from tests.support.reporter import looped, reporting_alone


@pytest.fixture
def town(fresh_database: TestDatabase) -> Iterator[Town]:
    """The people of one test."""
    made = Town(fresh_database)
    yield made
    made.close()


@looped
async def test_an_event_that_finds_the_rights_unknown_is_delivered_later(
    fresh_database: TestDatabase, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first event after the knowledge of people has grown old is held back, not dropped."""
    person = town.person()
    check, fresh = Hub.check, OrgView.fresh
    hubs: list[Hub] = []
    async with reporting_alone(fresh_database, town) as reporter:
        client = await reporter.greeted(town.token(person))
        # The hub looks four times a second; here an event comes between two looks.
        monkeypatch.setattr(Hub, "check", lambda self: hubs.append(self))
        while not hubs:
            await asyncio.sleep(0.02)
        hub = hubs[0]
        monkeypatch.setattr(OrgView, "fresh", property(lambda _: False))
        first = await reporter.feed.add(person)
        while hub.ring.head < first.sequence:
            await asyncio.sleep(0.02)
        monkeypatch.setattr(OrgView, "fresh", fresh)
        monkeypatch.setattr(Hub, "check", check)
        second = await reporter.feed.add(person)
        told = await client.records(2)
        assert [frame["event_id"] for frame in told] == [first.event_id, second.event_id]
