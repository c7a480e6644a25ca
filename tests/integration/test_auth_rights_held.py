"""Every decision of administration ends with the rights of whoever asked for it.

A request is let in by a snapshot; here the right is taken away between that and the transaction
which writes, or within another transaction that this one then waits for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import psycopg2
import pytest

from common.errors import DomainError
from common.identity import Role, Subject
from common.org import identifier
from tests.support.auth import AuthServer, running_auth
from tests.support.cluster import TestDatabase

# What a decision may write, whatever it is about. Lines of the audit are numbered after they come.
TABLES = {
    "site": "t",
    "team": "t",
    "team_member": "t",
    "team_manager": "t",
    "invitation": "t",
    "reset_link": "t",
    "second_factor": "t",
    "audit": "t.id",
    "change": "t.seq",
}
DEMOTED = "DELETE FROM auth.person_role WHERE employee_id = %s AND role IN ('admin', 'manager')"
#: What is taken away, and how.
TAKEN = {
    "locked": "UPDATE auth.person SET locked_at = now() WHERE employee_id = %s",
    "demoted": DEMOTED,
    "session over": "UPDATE auth.session SET revoked_at = now() WHERE employee_id = %s",
}
NO_LEADER = "DELETE FROM auth.team_manager WHERE employee_id = %s"
GUARD = "SELECT pg_advisory_xact_lock(1212242497)"
WAITING = (
    "SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
    " WHERE d.datname = current_database() AND l.objid = 1212242497 AND NOT l.granted"
)
SITE = {"kind": "school", "zone": "UTC", "biometrics": False, "newcomer": None}


@dataclass
class Scene:
    """Somebody who was let in, and what they may decide about."""

    auth: AuthServer
    actor: int
    let_in: Subject
    victim: int
    site: int
    team: int
    invitation: int

    @property
    def name(self) -> str:
        """One that nothing has yet."""
        return f"Of {self.actor}"

    def written(self) -> dict[str, list[Any]]:
        """All that a decision may have left behind."""
        return {
            table: self.auth.town.sql(f"SELECT {what}::text FROM auth.{table} t ORDER BY 1")
            for table, what in TABLES.items()
        }

    def invite(self, role: Role, *teams: int) -> object:
        """Promise a role."""
        return self.auth.parts.invitations.make(
            self.let_in,
            role=role,
            site_id=None,
            team_ids=teams,
            expires_at=None,
            uses=1,
            note="",
            request_id="",
        )

    def change_invitation(self, **values: object) -> object:
        """Change the one that the actor has made."""
        return self.auth.parts.invitations.change(self.let_in, self.invitation, values, "")


Act = Callable[[Scene], object]
#: What an admin decides, beside what waits for a password (`test_auth_still_may`).
ACTS: dict[str, Act] = {
    "a reset link": lambda s: s.auth.parts.resets.issue(s.let_in, s.victim, ""),
    "no second factor": lambda s: s.auth.parts.factors.remove(s.let_in, s.victim, "lost", ""),
    "a role": lambda s: s.auth.parts.people.grant(s.let_in, s.victim, Role.ADMIN, None, ""),
    "an invitation": lambda s: s.invite(Role.ADMIN),
    "an invitation prolonged": lambda s: s.change_invitation(uses=9),
    "an invitation revoked": lambda s: s.change_invitation(revoked=True),
    "a site": lambda s: s.auth.parts.sites.add_site(s.let_in, SITE | {"name": s.name}, ""),
    "a site changed": lambda s: s.auth.parts.sites.change_site(
        s.let_in, s.site, {"biometrics": True}, ""
    ),
    "a team": lambda s: s.auth.parts.sites.add_team(s.let_in, s.site, s.name, ""),
    "a team renamed": lambda s: s.auth.parts.sites.rename_team(s.let_in, s.team, s.name, ""),
    "no team": lambda s: s.auth.parts.sites.delete_team(s.let_in, s.team, ""),
    "a member": lambda s: s.auth.parts.sites.join(s.let_in, s.team, s.victim, "member", ""),
    "a manager": lambda s: s.auth.parts.sites.join(s.let_in, s.team, s.victim, "manager", ""),
    "no manager": lambda s: s.auth.parts.sites.leave(s.let_in, s.team, s.actor, "manager", ""),
    "all managers": lambda s: s.auth.parts.sites.replace(
        s.let_in, s.team, [s.victim], "manager", ""
    ),
}
#: What a manager decides.
OF_MANAGERS: dict[str, Act] = {
    "an invitation": lambda s: s.invite(Role.STAFF, s.team),
    "an invitation prolonged": lambda s: s.change_invitation(uses=9),
}


@pytest.fixture(scope="module")
def auth(database: TestDatabase) -> Iterator[AuthServer]:
    with running_auth(database) as server:
        yield server


def scene_of(auth: AuthServer, role: Role) -> Scene:
    town = auth.town
    site = town.site(f"Site {time.monotonic_ns()}")
    team = town.team(site, "Led")
    actor = town.person(role, site_id=site, manages=[team])
    victim = town.person(Role.MANAGER, site_id=site)
    sid = f"session of {actor}"
    town.sql(
        "INSERT INTO auth.session (sid, employee_id, expires_at)"
        " VALUES (%s, %s, now() + interval '1 hour')",
        sid,
        actor,
    )
    town.sql(
        "INSERT INTO auth.second_factor (employee_id, wrapped_key, secret, expires_at, enabled_at)"
        " VALUES (%s, '', '', now(), now())",
        victim,
    )
    ((invitation,),) = town.sql(
        "INSERT INTO auth.invitation (code_hash, hint, role, expires_at, uses, created_by)"
        " VALUES (decode(md5(%s), 'hex'), '', 'staff', now() + interval '1 day', 2, %s)"
        " RETURNING id",
        sid,
        actor,
    )
    auth.parts.org.refresh()
    let_in = identifier(auth.parts.org, auth.parts.settings.token_issuer)
    subject = let_in(town.token(actor, sid=sid))
    return Scene(auth, actor, subject, victim, site, team, invitation)


@pytest.fixture
def scene(auth: AuthServer) -> Scene:
    return scene_of(auth, Role.ADMIN)


@pytest.fixture
def of_manager(auth: AuthServer) -> Scene:
    return scene_of(auth, Role.MANAGER)


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as refusal:
        act()
    return refusal.value.code


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_whoever_still_may_decides(scene: Scene, act: Act) -> None:
    before = scene.written()
    act(scene)
    after = scene.written()
    assert len(after["audit"]) == len(before["audit"]) + 1


@pytest.mark.parametrize("taken", TAKEN.values(), ids=TAKEN)
@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_rights_that_ended_decide_nothing(scene: Scene, act: Act, taken: str) -> None:
    scene.auth.town.sql(taken, scene.actor)
    before = scene.written()
    assert refused(lambda: act(scene)) == "forbidden"
    assert scene.written() == before


@pytest.mark.parametrize("taken", TAKEN.values(), ids=TAKEN)
@pytest.mark.parametrize("act", OF_MANAGERS.values(), ids=OF_MANAGERS)
def test_a_managers_rights_that_ended_invite_nobody(
    of_manager: Scene, act: Act, taken: str
) -> None:
    of_manager.auth.town.sql(taken, of_manager.actor)
    before = of_manager.written()
    assert refused(lambda: act(of_manager)) == "forbidden"
    assert of_manager.written() == before


def test_a_manager_invites_to_no_team_that_another_leads_by_now(of_manager: Scene) -> None:
    of_manager.auth.town.sql(NO_LEADER, of_manager.actor)
    before = of_manager.written()
    assert refused(lambda: of_manager.invite(Role.STAFF, of_manager.team)) == "forbidden"
    assert of_manager.written() == before


def test_a_manager_who_still_leads_invites(of_manager: Scene) -> None:
    for act in OF_MANAGERS.values():
        before = of_manager.written()
        act(of_manager)
        assert of_manager.written() != before


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_a_decision_waits_for_one_that_is_being_written(
    scene: Scene, act: Act, database: TestDatabase
) -> None:
    """Neither sees the other's snapshot: the second decides by what the first has left."""
    before = scene.written()
    with (
        closing(psycopg2.connect(database.dsn())) as other,
        ThreadPoolExecutor(1) as pool,
        other.cursor() as cursor,
    ):
        cursor.execute(GUARD)
        cursor.execute(DEMOTED, (scene.actor,))
        decided = pool.submit(act, scene)
        waits(scene.auth, decided)
        other.commit()
        assert refused(decided.result) == "forbidden"
    assert scene.written() == before


def waits(auth: AuthServer, decided: Future[object], within: float = 10) -> None:
    """Return once somebody waits for the lock that all changes of rights share."""
    until = time.monotonic() + within
    while not auth.town.sql(WAITING):
        assert not decided.done(), "it did not wait"
        assert time.monotonic() < until, "nobody waits"
        time.sleep(0.005)
