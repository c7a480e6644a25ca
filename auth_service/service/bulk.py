"""Many people at once: reading a file of them, and writing one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from auth_service.domain import passwords as password_rules
from auth_service.domain import people_file, usernames
from auth_service.domain.passwords import PasswordPolicy
from auth_service.domain.people_file import Fault, Line
from auth_service.service import rights
from auth_service.service.accounts import add
from auth_service.service.people import change_within
from auth_service.service.people_plan import Known, Plan, Step
from auth_service.service.ports import PasswordThread, Store, Work
from auth_service.service.rights import still_may
from auth_service.service.values import Account, Decider, NewAccount, PeoplePage
from common.identity import SYSTEM, Action, Subject, require

_ALL = 1_000_000
_REASON = "import"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What a file changed, or would change; nothing when it has ``faults``."""

    rows: int
    created: int
    changed: int
    unchanged: int
    applied: bool
    faults: list[Fault]


class Bulk:
    """Reads and writes files of people. ``changed`` hastens the news of a change."""

    def __init__(
        self,
        store: Store,
        *,
        password_thread: PasswordThread,
        policy: PasswordPolicy,
        changed: Callable[[], None],
    ) -> None:
        self._store = store
        self._passwords = password_thread
        self._policy = policy
        self._changed = changed

    def read(self, subject: Subject, raw: bytes, *, dry_run: bool, request_id: str) -> Imported:
        """Make and change accounts as the file says: all of it, or with any fault nothing.

        Raises ``forbidden`` also for somebody who loses the right before all of it is written.
        """
        require(subject, Action.MANAGE_PEOPLE, SYSTEM)
        decider = Decider(subject.employee_id, request_id)
        lines, faults = people_file.read(raw)
        if not faults:
            with self._store.begin() as work:
                steps, faults = self._plan(_known(work), lines, subject.employee_id)
            if faults or dry_run:
                return _told(len(lines), steps, faults, applied=False)
            hashes = self._hashes(steps, subject)
            with self._store.begin() as work:
                still_may(work, subject, Action.MANAGE_PEOPLE)
                # Planned anew: people may have come and changed while passwords were hashed.
                steps, faults = self._plan(_known(work), lines, subject.employee_id)
                if not faults:
                    _carry_out(work, steps, hashes, decider)
            self._changed()
            return _told(len(lines), steps, faults, applied=not faults)
        return Imported(
            rows=len(lines), created=0, changed=0, unchanged=0, applied=False, faults=faults
        )

    def write(self, subject: Subject) -> str:
        """Everybody, as a file that `read` takes; passwords are not in it."""
        require(subject, Action.MANAGE_PEOPLE, SYSTEM)
        with self._store.begin() as work:
            known = _known(work)
        return people_file.written(
            {
                "username": one.username,
                "full_name": one.full_name,
                "school_number": one.school_number or "",
                "external_code": one.external_code or "",
                "roles": people_file.together(sorted(one.roles)),
                "site": known.site_names.get(one.site_id or 0, ""),
                "teams": people_file.together(
                    [
                        known.label(known.teams[number], one.site_id)
                        for number in sorted(one.team_ids)
                    ]
                ),
            }
            for one in known.people.values()
        )

    def _plan(
        self, known: Known, lines: Sequence[Line], actor: int
    ) -> tuple[list[Step], list[Fault]]:
        plan = Plan(known, self._policy, actor)
        for line in lines:
            plan.add(line)
        return plan.steps, plan.faults

    def _hashes(self, steps: Sequence[Step], subject: Subject) -> dict[int, str]:
        """The hash of each line's password, by the line's row."""
        wanted = {
            step.line.row: password_rules.checked(password, step.name, self._policy)
            for step in steps
            if (password := step.line.cells.get("password"))
        }
        if not wanted:
            return {}
        hashes = {}
        with self._passwords.turn() as turn:
            for row, text in wanted.items():
                # Hashing hundreds takes many seconds: not for somebody who lost the right.
                with self._store.begin() as work:
                    require(rights.now(work, subject), Action.MANAGE_PEOPLE, SYSTEM)
                hashes[row] = turn.hash(text)
        return hashes


def _known(work: Work) -> Known:
    return Known(
        work.people.page(PeoplePage(limit=_ALL)),
        work.sites.sites(),
        work.sites.teams(None),
        work.directories.all_given(),
    )


def _carry_out(
    work: Work, steps: Sequence[Step], hashes: Mapping[int, str], decider: Decider
) -> None:
    for step in steps:
        if not step.changes:
            continue
        hashed = hashes.get(step.line.row)
        if step.before is None:
            account = add(work, _new(step, hashed), decider, "account.created")
        else:
            values = step.values | ({"password_hash": hashed} if hashed else {})
            account = change_within(work, decider, step.before.employee_id, values, _REASON)
        _move(work, account, step.team_ids, decider)
    counts = _told(len(steps), steps, [], applied=True)
    after = {"created": counts.created, "changed": counts.changed}
    work.journal.write(decider.entry("people.imported", "people", after=after))


def _new(step: Step, hashed: str | None) -> NewAccount:
    return NewAccount(
        username=step.name,
        username_key=usernames.key_of(step.name),
        roles=step.roles,
        password_hash=hashed,
        full_name=step.values.get("full_name", ""),
        school_number=step.values.get("school_number"),
        external_code=step.values.get("external_code"),
        site_id=step.values.get("site_id"),
    )


def _move(work: Work, account: Account, team_ids: frozenset[int] | None, decider: Decider) -> None:
    """Make somebody a member of exactly these teams."""
    if team_ids is None or team_ids == account.team_ids:
        return
    number = account.employee_id
    for team_id in sorted(team_ids - account.team_ids):
        work.sites.join(team_id, number, "member")
    for team_id in sorted(account.team_ids - team_ids):
        work.sites.leave(team_id, number, "member")
    before, after = {"team_ids": sorted(account.team_ids)}, {"team_ids": sorted(team_ids)}
    work.journal.write(
        decider.entry("person.teams", f"person:{number}", before=before, after=after)
    )
    work.journal.announce_person(number)


def _told(rows: int, steps: Sequence[Step], faults: list[Fault], *, applied: bool) -> Imported:
    created = sum(step.before is None for step in steps)
    changed = sum(step.before is not None and step.changes for step in steps)
    return Imported(
        rows=rows,
        created=created,
        changed=changed,
        unchanged=len(steps) - created - changed,
        applied=applied,
        faults=faults,
    )
