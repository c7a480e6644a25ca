"""What a file of people would do to rights, foreseen line after line."""

from __future__ import annotations

from auth_service.domain.passwords import PasswordPolicy
from auth_service.domain.people_file import read
from auth_service.service.people_plan import Known, Plan
from auth_service.service.values import Account
from common.identity import Role

ADMIN, STAFF, TEACHER = Role.ADMIN, Role.STAFF, Role.TEACHER
COMMAND_LINE = 0


def account(number: int, name: str, *roles: Role, locked: bool = False) -> Account:
    return Account(
        employee_id=number,
        username=name,
        full_name="",
        school_number=None,
        external_code=None,
        site_id=None,
        roles=frozenset(roles),
        team_ids=frozenset(),
        locked=locked,
    )


PEOPLE = [
    account(1, "Ada", ADMIN, STAFF),
    account(2, "bob", ADMIN, TEACHER),
    account(3, "cem", ADMIN, locked=True),
    account(4, "dua", STAFF),
]


def faults(text: str, actor: int = COMMAND_LINE) -> list[tuple[int, str, str]]:
    lines, wrong = read(f"username,roles,password\n{text}".encode())
    assert wrong == []
    given = {2: frozenset({TEACHER})}
    plan = Plan(Known(PEOPLE, [], [], given), PasswordPolicy(4), actor)
    for line in lines:
        plan.add(line)
    return [(fault.row, fault.field, fault.code) for fault in plan.faults]


def test_the_last_line_that_takes_an_admin_is_the_fault() -> None:
    assert faults("ada,staff,\n") == []
    assert faults("ADA,staff,\nbob,teacher,\n") == [(3, "roles", "last_admin")]
    assert faults("bob,teacher,\nada,staff,\n") == [(3, "roles", "last_admin")]
    # One who is locked could make nobody an admin.
    assert faults("cem,staff,\nada,staff,\nbob,teacher,\n") == [(4, "roles", "last_admin")]


def test_a_line_before_may_bring_another_admin() -> None:
    for other in ("dua,admin,\n", "new,admin,\n"):
        assert faults(f"{other}ada,staff,\nbob,teacher,\n") == []
        assert faults(f"ada,staff,\nbob,teacher,\n{other}") == [(3, "roles", "last_admin")]


def test_what_a_directory_gives_stays() -> None:
    assert faults("bob,admin|teacher|manager,\n") == []
    assert faults("bob,,long enough\n") == []
    assert faults("bob,admin|staff,\n") == [(2, "roles", "role_of_directory")]


def test_everything_about_a_line_is_told() -> None:
    assert faults("ada,staff,\nbob,staff,x\n") == [
        (3, "roles", "last_admin"),
        (3, "roles", "role_of_directory"),
        (3, "password", "invalid"),
    ]
    assert faults("ada,staff,long enough\n", actor=1) == [
        (2, "roles", "own_roles"),
        (2, "password", "own_password"),
    ]
