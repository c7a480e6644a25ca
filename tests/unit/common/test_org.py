"""Following people and rights in a real database: nothing missed, nothing stale acted upon."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest

from common import org as org_module
from common.bus import CHANGED, Bus
from common.db import Database
from common.errors import DomainError, Kind
from common.identity import Person, Role
from common.org import OrgView
from common.tokens import Claims, key_id, public_from_jwk
from tests.support.cluster import TestDatabase
from tests.support.people import Town
from tests.support.redis_server import RedisServer


@pytest.fixture(scope="module")
def town(database: TestDatabase) -> Iterator[Town]:
    made = Town(database)
    yield made
    made.close()


@pytest.fixture(scope="module")
def db(database: TestDatabase) -> Iterator[Database]:
    made = Database(database.dsn("reporter"), size=3)
    yield made
    made.close()


@pytest.fixture
def view(db: Database, town: Town) -> OrgView:
    made = OrgView(db)
    made.load()
    return made


def claims(employee_id: int, *roles: str, sid: str = "sid") -> Claims:
    return Claims(employee_id, "somebody", frozenset(roles or ("staff",)), sid, "jti", 0, 10**10)


def refusal(act: Callable[[], object]) -> Kind:
    with pytest.raises(DomainError) as fault:
        act()
    return fault.value.kind


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def test_a_person_is_known_with_their_place(town: Town, view: OrgView) -> None:
    site = town.site("Known Place", zone="Asia/Tehran", biometrics=True)
    team, led = town.team(site, "Mine"), town.team(site, "Led")
    number = town.person(Role.STAFF, Role.MANAGER, site_id=site, teams=[team], manages=[led])
    assert view.known(number) is None
    person = view.person(number)
    assert person is not None
    assert view.known(number) == person
    assert person in view.people()
    assert person.roles == {Role.STAFF, Role.MANAGER}
    assert (person.site_id, person.zone, person.biometrics) == (site, "Asia/Tehran", True)
    assert (person.team_ids, person.manages) == (frozenset({team}), frozenset({led}))
    assert view.person(2**53 - 1) is None


def test_changes_are_followed_and_told(town: Town, view: OrgView) -> None:
    number = town.person(Role.STAFF)
    view.refresh()
    told: list[tuple[frozenset[int], frozenset[str]]] = []
    view.listeners.append(lambda people, sids: told.append((people, sids)))
    caller = view.subject(claims(number))
    assert (caller.employee_id, caller.session_id) == (number, "sid")
    town.sql("UPDATE auth.person SET locked_at = now() WHERE employee_id = %s", number)
    town.announce("person", number)
    town.announce("session", number, "sid-9")
    view.refresh()
    assert told == [(frozenset({number}), frozenset({"sid-9"}))]
    assert refusal(lambda: view.subject(claims(number))) is Kind.UNAUTHENTICATED


def test_revoked_sessions_are_refused_also_after_a_restart(
    town: Town, view: OrgView, db: Database
) -> None:
    number = town.person(Role.STAFF)
    assert view.subject(claims(number, sid="mine")).employee_id == number
    town.announce("session", number, "mine")
    view.refresh()
    assert refusal(lambda: view.subject(claims(number, sid="mine"))) is Kind.UNAUTHENTICATED
    restarted = OrgView(db)
    restarted.load()
    assert refusal(lambda: restarted.subject(claims(number, sid="mine"))) is Kind.UNAUTHENTICATED
    assert restarted.subject(claims(number, sid="other")).employee_id == number


def test_revocations_are_forgotten_once_no_token_can_be_left(
    town: Town, view: OrgView, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = town.person(Role.STAFF)
    town.announce("session", number, "old")
    view.refresh()
    assert "old" in view._revoked
    town.sql("UPDATE auth.change SET at = at - interval '2 hours' WHERE sid = 'old'")
    view.refresh()
    assert "old" in view._revoked
    monkeypatch.setattr(org_module, "_REMEMBER_REVOKED", 0.0)
    view.refresh()
    assert "old" not in view._revoked


def test_new_roles_are_looked_up_before_a_token_is_refused(town: Town, view: OrgView) -> None:
    number = town.person(Role.STAFF)
    view.refresh()
    town.sql("INSERT INTO auth.person_role (employee_id, role) VALUES (%s, 'teacher')", number)
    # The token is newer than the snapshot: its roles are read anew, not refused.
    assert view.subject(claims(number, "staff", "teacher")).employee_id == number
    assert refusal(lambda: view.subject(claims(number, "staff"))) is Kind.UNAUTHENTICATED
    assert refusal(lambda: view.subject(claims(2**53 - 1))) is Kind.UNAUTHENTICATED


def test_a_site_concerns_everybody(town: Town, view: OrgView) -> None:
    site = town.site("Moving Place", zone="UTC")
    number = town.person(Role.STAFF, site_id=site)
    view.refresh()
    told: list[frozenset[int]] = []
    view.listeners.append(lambda people, _: told.append(people))
    town.sql("UPDATE auth.site SET zone = 'Europe/Berlin' WHERE id = %s", site)
    town.announce("site")
    view.refresh()
    person = view.known(number)
    assert person is not None
    assert person.zone == "Europe/Berlin"
    assert number in told[0]


def test_keys_come_and_go(town: Town, view: OrgView) -> None:
    own = key_id(town.signer.public)
    assert view.key_for(own) == town.signer.public
    example = {"x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kty": "OKP", "crv": "Ed25519"}
    kid = key_id(public_from_jwk(example))
    assert view.key_for(kid) is None
    town.sql("INSERT INTO auth.signing_key (kid, jwk) VALUES (%s, %s)", kid, json.dumps(example))
    town.announce("key")
    view.refresh()
    assert view.key_for(kid) is not None
    town.sql("UPDATE auth.signing_key SET retired_at = now() WHERE kid = %s", kid)
    town.announce("key")
    view.refresh()
    assert view.key_for(kid) is None
    assert view.key_for(own) is not None


def test_many_changes_are_read_in_one_look(town: Town, view: OrgView) -> None:
    number = town.person(Role.STAFF)
    town.sql(
        "SELECT auth.announce('session', %s, 'bulk-' || n) FROM generate_series(1, 2100) n", number
    )
    view.refresh()
    assert {"bulk-1", "bulk-1000", "bulk-1001", "bulk-2100"} <= view._revoked


def test_changes_are_numbered_without_gaps_whatever_commits_when(
    database: TestDatabase, town: Town, view: OrgView
) -> None:
    number = town.person(Role.STAFF)

    def announce(worker: int) -> None:
        mine = Town(database)
        for turn in range(20):
            mine.announce("session", number, f"race-{worker}-{turn}")
        mine.close()

    threads = [threading.Thread(target=announce, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        view.refresh()
    view.refresh()
    assert {f"race-{w}-{t}" for w in range(4) for t in range(20)} <= view._revoked
    ((gaps,),) = town.sql("SELECT max(seq) - count(*) FROM auth.change")
    assert gaps == 0


def test_old_knowledge_is_not_acted_upon(
    town: Town, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = OrgView(db)
    assert not view.fresh
    number = town.person(Role.STAFF)
    assert refusal(lambda: view.subject(claims(number))) is Kind.UNAVAILABLE
    view.load()
    assert view.subject(claims(number)).employee_id == number
    monkeypatch.setattr(org_module, "STALE_AFTER", -1.0)
    assert refusal(lambda: view.subject(claims(number))) is Kind.UNAVAILABLE


class Late:
    """A door to the database whose first reading of some people is told late."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.read = threading.Event()
        self.told = threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)

    def all(self, sql: str, **values: Any) -> list[Any]:
        found = self._db.all(sql, **values)
        if "ids" in values and not self.read.is_set():
            self.read.set()
            assert self.told.wait(10)
        return found


@pytest.mark.parametrize("change", ["person", "site"])
def test_a_late_reading_does_not_bring_the_old_person_back(
    town: Town, db: Database, change: str
) -> None:
    late = Late(db)
    view = OrgView(cast("Database", late))
    view.load()
    number, other = town.person(Role.STAFF), town.person(Role.STAFF)
    found: list[Person | None] = []
    asking = threading.Thread(target=lambda: found.append(view.person(number)))
    asking.start()
    assert late.read.wait(10)
    town.sql("UPDATE auth.person SET locked_at = now() WHERE employee_id = %s", number)
    town.announce(change, number)
    # Neither the news nor a look at somebody else waits for the slow reading.
    view.refresh()
    assert view.person(other) is not None
    late.told.set()
    asking.join(10)
    (seen,) = found
    assert seen is not None
    assert seen.locked
    assert view.known(number) == seen
    assert refusal(lambda: view.subject(claims(number))) is Kind.UNAUTHENTICATED


def test_the_thread_follows_without_redis(town: Town, db: Database) -> None:
    view = OrgView(db)
    view.start()
    try:
        number = town.person(Role.STAFF)
        assert within(2, lambda: view.known(number) is not None)
    finally:
        view.stop()


def test_a_hint_is_faster_than_the_poll(
    town: Town, db: Database, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(org_module, "POLL_EVERY", 30.0)
    view = OrgView(db)
    bus = Bus(redis_server.url)
    view.start(bus)
    try:
        number = town.person(Role.STAFF)

        def hinted() -> bool:
            bus.publish(CHANGED)
            return view.known(number) is not None

        assert within(5, hinted)
    finally:
        bus.publish(CHANGED)
        view.stop()


def test_the_thread_survives_a_database_that_goes_away(
    town: Town, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = OrgView(db)
    view.start()
    try:
        town.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename ="
            " 'hazir_reporter' AND datname = current_database()"
        )
        number = town.person(Role.STAFF)
        assert within(5, lambda: view.known(number) is not None)
        assert view.fresh
    finally:
        view.stop()
