"""Who sees whose events over WebSocket: every role, every relation, either scope, 0 leaks."""

from __future__ import annotations

import asyncio
import json

from common.identity import Role
from reporter_service.openapi import document
from tests.support.cluster import TestDatabase
from tests.support.matrix import Scene
from tests.support.matrix_lines import REPORTER
from tests.support.matrix_rules import reads
from tests.support.people import Town
from tests.support.reporter import Client, looped, reporting_alone

QUIET = 1.5


def test_every_address_has_its_line() -> None:
    paths = document()["paths"]
    described = {f"{method.upper()} {path}" for path, has in paths.items() for method in has}
    assert described == REPORTER, "a new address: say in tests/support/matrix_lines.py who may"


@looped
async def test_role_by_scope_by_relation(database: TestDatabase, town: Town) -> None:
    scene = Scene(town)
    watchers: list[tuple[Role, str, Client]] = []
    async with reporting_alone(database, town) as reporter:
        for role, caller in scene.callers.items():
            for scope in ("own", "all"):
                if role is not None:
                    client = await reporter.greeted(town.token(caller), scope=scope)
                    watchers.append((role, scope, client))
        told: dict[str, tuple[int, str]] = {}
        for case in scene.cases(("own", "team", "other")):
            for status in ("accepted", "refused") if case.role else ():
                event = await reporter.feed.add(case.target, status=status)
                told[event.event_id] = (case.target, status)
        seen = await asyncio.gather(*(_records(client) for _, _, client in watchers))
        wrong = []
        for (role, scope, _), found in zip(watchers, seen, strict=True):
            expected = {
                event_id
                for event_id, (target, status) in told.items()
                if _sees(scene, role, scope, target, status)
            }
            if found != expected:
                wrong.append((role, scope, len(found - expected), len(expected - found)))
        assert wrong == []
        bare = Client(await reporter.open())
        await bare.socket.send(json.dumps({"auth": "x.y.z"}))
        assert await bare.close_code() == 4501


def _sees(scene: Scene, role: Role, scope: str, target: int, status: str) -> bool:
    """A refused punch is told to those who manage, never to the person by itself."""
    caller = scene.callers[role]
    relation = "own" if target == caller else "team" if target == scene.home.staff else "other"
    if scope == "own":
        return relation == "own" and status != "refused" and reads(role, "own")
    if status == "refused" and relation == "own":
        return role is Role.ADMIN
    return reads(role, relation)


async def _records(client: Client) -> set[str]:
    """The events that have come once nothing more does."""
    found = set()
    try:
        while True:
            frame = await client.read(QUIET)
            if frame["type"] == "record":
                found.add(frame["event_id"])
    except TimeoutError:
        return found
