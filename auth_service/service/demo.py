"""The demo people: two sites, teams, and accounts that all have the same public password."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from auth_service.domain import usernames
from auth_service.service.accounts import add
from auth_service.service.ports import PasswordThread, Store, Work
from auth_service.service.values import Decider, NewAccount
from common.identity import Role

PASSWORD = "password"  # noqa: S105  it is printed for everybody to read
OFFICE = "Demo Office"
SCHOOL = "Demo School"
_SITES: tuple[dict[str, Any], ...] = (
    {
        "name": OFFICE,
        "kind": "workplace",
        "zone": "Europe/Istanbul",
        "biometrics": True,
        "newcomer": "staff",
    },
    {
        "name": SCHOOL,
        "kind": "school",
        "zone": "Europe/Istanbul",
        "biometrics": True,
        "newcomer": None,
    },
)
_FRONT, _BACK = "Front Desk", "Back Office"
_LED = range(1, 7)
_EACH = range(1, 11)
_COMMAND_LINE = Decider(None)


class Demo:
    """Seeds the demo; run again it changes nothing."""

    def __init__(
        self, store: Store, password_thread: PasswordThread, changed: Callable[[], None]
    ) -> None:
        self._store = store
        self._passwords = password_thread
        self._changed = changed

    def seed(self) -> int:
        """Make what is missing; how many accounts were made."""
        with self._store.begin() as work:
            missing = [one for one in _people({}) if not work.people.by_name(one.username_key)]
        if not missing:
            return 0
        # One hash for all: the password is public, and a hash of each would take seconds.
        with self._passwords.turn() as turn:
            password_hash = turn.hash(PASSWORD)
        with self._store.begin() as work:
            made = _seed(work, password_hash)
            work.journal.announce_site()
        self._changed()
        return made


def _seed(work: Work, password_hash: str) -> int:
    sites = {site.name: site.id for site in work.sites.sites()}
    for values in _SITES:
        if values["name"] not in sites:
            sites[values["name"]] = work.sites.add_site(values).id
    teams = {team.name: team.id for team in work.sites.teams(None)}
    for name in (_FRONT, _BACK):
        if name not in teams:
            teams[name] = work.sites.add_team(sites[OFFICE], name).id
    made = 0
    for new in _people(sites, password_hash):
        if work.people.by_name(new.username_key) is None:
            account = add(work, new, _COMMAND_LINE, "account.seeded")
            _place(work, teams, account.employee_id, new.username)
            made += 1
    return made


def _place(work: Work, teams: dict[str, int], employee_id: int, username: str) -> None:
    if username == "demo_manager_1":
        work.sites.join(teams[_FRONT], employee_id, "manager")
    if username.startswith("demo_staff_"):
        led = int(username.rpartition("_")[2]) in _LED
        work.sites.join(teams[_FRONT if led else _BACK], employee_id, "member")


def _people(sites: dict[str, int], password_hash: str | None = None) -> Iterator[NewAccount]:
    def person(kind: str, number: int | None, role: Role, site: str, code: str = "") -> NewAccount:
        username = f"demo_{kind}" + (f"_{number}" if number else "")
        return NewAccount(
            username=username,
            username_key=usernames.key_of(username),
            full_name=username.replace("_", " ").title(),
            roles=frozenset({role}),
            school_number=f"{code}{number:04d}" if code else None,
            site_id=sites.get(site),
            password_hash=password_hash,
        )

    for number in _EACH:
        yield person("teacher", number, Role.TEACHER, SCHOOL, "10")
    for number in _EACH:
        yield person("student", number, Role.STUDENT, SCHOOL, "20")
    yield person("manager", 1, Role.MANAGER, OFFICE)
    for number in _EACH:
        yield person("staff", number, Role.STAFF, OFFICE)
    yield person("admin", None, Role.ADMIN, OFFICE)
