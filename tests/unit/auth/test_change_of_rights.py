"""What stands in the way of a change of somebody's rights."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from auth_service.domain.roles import Change, refusals
from common.errors import Kind
from common.identity import Role

STAFF, ADMIN = frozenset({Role.STAFF}), frozenset({Role.ADMIN, Role.STAFF})
NOTHING = Change(
    own=False,
    username="ali",
    roles=ADMIN,
    wanted=ADMIN,
    was_locked=False,
    locked=False,
    sets_password=False,
    given=frozenset(),
    others=lambda: True,
)


def told(**change: Any) -> list[tuple[str, str]]:
    return [(what, fault.code) for what, fault in refusals(replace(NOTHING, **change))]


@pytest.mark.parametrize("own", [True, False])
def test_what_changes_nothing_is_not_refused(own: bool) -> None:
    alone = {"own": own, "others": lambda: False}
    assert told(**alone) == []
    assert told(**alone, roles=STAFF, wanted=STAFF, locked=True, was_locked=True) == []
    assert told(**alone, given=frozenset({Role.ADMIN})) == []


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"wanted": STAFF}, [("roles", "own_roles")]),
        ({"locked": True}, [("locked", "own_lock")]),
        ({"sets_password": True}, [("password", "own_password")]),
        (
            {"wanted": STAFF, "locked": True, "sets_password": True},
            [("roles", "own_roles"), ("locked", "own_lock"), ("password", "own_password")],
        ),
        ({"was_locked": True}, []),
    ],
)
def test_rights_of_ones_own(change: dict[str, Any], refused: list[tuple[str, str]]) -> None:
    assert told(own=True, **change) == refused
    assert all(
        fault.kind is Kind.FORBIDDEN for _, fault in refusals(replace(NOTHING, own=True, **change))
    )
    assert told(own=False, **change) == []


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"wanted": STAFF}, [("roles", "last_admin")]),
        ({"locked": True}, [("locked", "last_admin")]),
        ({"wanted": STAFF, "locked": True}, [("locked", "last_admin")]),
        ({"wanted": STAFF, "locked": True, "was_locked": True}, []),
        ({"wanted": frozenset({Role.ADMIN})}, []),
    ],
)
def test_the_last_admin(change: dict[str, Any], refused: list[tuple[str, str]]) -> None:
    assert told(others=lambda: False, **change) == refused


def test_whether_there_are_others_is_asked_only_where_it_matters() -> None:
    def asked() -> bool:
        raise AssertionError

    assert told(others=asked, wanted=ADMIN | {Role.TEACHER}, sets_password=True) == []


def test_what_the_directory_gives_is_withdrawn_there() -> None:
    given = frozenset({Role.TEACHER, Role.ADMIN})
    before = given | STAFF
    assert told(roles=before, wanted=given, given=given) == []
    ((what, fault),) = refusals(
        replace(NOTHING, roles=before, wanted=STAFF | {Role.TEACHER}, given=given)
    )
    assert (what, fault.kind) == ("roles", Kind.CONFLICT)
    assert (fault.code, fault.extra) == ("role_of_directory", {"role": "admin"})
    assert "ali" in fault.message
    both = [("roles", "last_admin"), ("roles", "role_of_directory")]
    assert told(roles=before, wanted=STAFF, given=given, others=lambda: False) == both
