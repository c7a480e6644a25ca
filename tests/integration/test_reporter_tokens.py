"""Who may open a socket, and when it closes because its token is no longer good."""

from __future__ import annotations

import asyncio
import json
import time
from urllib.parse import quote

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import InvalidStatus

from reporter_service import session
from tests.support.cluster import TestDatabase
from tests.support.forgery import forger
from tests.support.people import Town
from tests.support.reporter import Client, looped, reporting_alone


async def code_of(socket: ClientConnection) -> int | None:
    return await Client(socket).close_code()


@looped
async def test_seed_defect_D11_a_socket_does_not_outlive_its_token(
    database: TestDatabase, town: Town
) -> None:
    person = town.person()
    async with reporting_alone(database, town) as reporter:
        short = await reporter.greeted(town.token(person, life=2))
        renewed = await reporter.greeted(town.token(person, life=2))
        bare = await reporter.open(f"?token={town.token(person, life=2)}")
        await renewed.socket.send(json.dumps({"auth": town.token(person)}))
        ends = time.time() + 2
        assert await short.close_code() == 4001
        assert await code_of(bare) == 4001
        assert time.time() - ends < 1
        await reporter.feed.add(person)
        await renewed.records(1)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:5501", ""])
def test_seed_defect_D11_a_foreign_page_is_refused(
    database: TestDatabase, town: Town, origin: str
) -> None:
    @looped
    async def run() -> None:
        token = town.token(town.person())
        async with reporting_alone(database, town) as reporter:
            for query in ("", f"?token={token}"):
                with pytest.raises(InvalidStatus) as refusal:
                    await reporter.open(query, additional_headers={"Origin": origin})
                assert refusal.value.response.status_code == 403
                assert json.loads(refusal.value.response.body)["code"] == "foreign_origin"
            with pytest.raises(InvalidStatus):
                twice = [("Origin", "http://127.0.0.1:5500"), ("Origin", origin)]
                await reporter.open(additional_headers=twice)
            own = {"additional_headers": {"Origin": "http://127.0.0.1:5500"}}
            await reporter.greeted(token, options=own)
            await reporter.greeted(token)  # a command-line client has none

    run()


@looped
async def test_a_cookie_does_not_authenticate(
    database: TestDatabase, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "AUTH_WITHIN", 0.3)
    token = town.token(town.person())
    async with reporting_alone(database, town) as reporter:
        cookies = {"Cookie": f"hazir_refresh={token}; token={token}", "Authorization": token}
        assert await code_of(await reporter.open(additional_headers=cookies)) == 4502


@looped
async def test_nobody_waits_for_ever_for_the_first_message(
    database: TestDatabase, town: Town
) -> None:
    async with reporting_alone(database, town) as reporter:
        began = time.monotonic()
        assert await code_of(await reporter.open()) == 4502
        assert 4.5 < time.monotonic() - began < 6.5


@looped
async def test_every_forged_token_is_answered_alike(database: TestDatabase, town: Town) -> None:
    corpus = forger(town, username="victim")
    variants = corpus.variants()
    assert len(variants) >= 60
    async with reporting_alone(database, town) as reporter:
        await (await reporter.greeted(corpus.genuine())).socket.close()
        for name, token in [*variants, ("expired", town.token(town.person(), life=0))]:
            client = await reporter.client(token)
            assert await client.close_code() == 4501, name
            assert (client.socket.close_reason, client.frames) == ("", []), name
            if len(token) < 4000:
                bare = await reporter.open(f"?token={quote(token)}&scope=all")
                if token:
                    assert await code_of(bare) == 4501, name
                await bare.close()


@looped
async def test_logging_out_locking_and_new_roles_close_within_two_seconds(
    database: TestDatabase, town: Town
) -> None:
    people = [town.person() for _ in range(4)]
    leaving, locked, promoted, staying = people
    async with reporting_alone(database, town) as reporter:
        clients = [await reporter.greeted(town.token(one)) for one in people]
        began = time.monotonic()
        town.announce("session", leaving, f"sid-{leaving}")
        town.sql("UPDATE auth.person SET locked_at = now() WHERE employee_id = %s", locked)
        town.announce("person", locked)
        town.sql("INSERT INTO auth.person_role VALUES (%s, 'manager')", promoted)
        town.announce("person", promoted)
        codes = [await client.close_code() for client in clients[:3]]
        assert codes == [4501, 4501, 4001]
        assert time.monotonic() - began < 2
        await reporter.feed.add(staying)
        await clients[3].records(1)
        # And they do not come back with the same token.
        for token in (town.token(leaving), town.token(locked)):
            assert await (await reporter.client(token)).close_code() == 4501


@looped
async def test_a_renewal_must_be_ones_own(database: TestDatabase, town: Town) -> None:
    person, other = town.person(), town.person()
    async with reporting_alone(database, town) as reporter:
        for said, code in (
            ({"auth": town.token(other)}, 4501),
            ({"auth": "x"}, 4501),
            ({"after": "x"}, 4501),
            ("nonsense", 4503),
        ):
            client = await reporter.greeted(town.token(person))
            text = said if isinstance(said, str) else json.dumps(said)
            await client.socket.send(text)
            assert await client.close_code() == code
        client = await reporter.greeted(town.token(person))
        for _ in range(40):
            await client.socket.send(json.dumps({"auth": town.token(person)}))
        assert await client.close_code() == 4504


@looped
async def test_a_new_session_id_is_the_one_that_is_revoked(
    database: TestDatabase, town: Town
) -> None:
    person = town.person()
    async with reporting_alone(database, town) as reporter:
        client = await reporter.greeted(town.token(person, sid=f"old-{person}"))
        await client.socket.send(json.dumps({"auth": town.token(person, sid=f"new-{person}")}))
        await asyncio.sleep(0.2)
        town.announce("session", person, f"old-{person}")
        await client.quiet(1)
        town.announce("session", person, f"new-{person}")
        assert await client.close_code() == 4501
