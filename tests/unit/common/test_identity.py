"""The one function that decides, for every role, action and relation."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from common.errors import DomainError
from common.identity import (
    RULES,
    SERVICE_RULES,
    SYSTEM,
    Action,
    Object,
    Person,
    Relation,
    Role,
    Subject,
    authorize,
    object_of,
    reach,
    relations,
    require,
)

PEOPLE_ROLES = sorted(set(Role) - {Role.SERVICE})
IDS = st.integers(1, 6)
PEOPLE = st.builds(
    Person,
    employee_id=IDS,
    username=st.sampled_from(
        ["ali", "service:reporter", "service:attendance", "service:auth", "service:x"]
    ),
    full_name=st.just(""),
    roles=st.frozensets(st.sampled_from(sorted(Role)), max_size=4),
    locked=st.booleans(),
    site_id=st.none() | IDS,
    team_ids=st.frozensets(IDS, max_size=3),
    manages=st.frozensets(IDS, max_size=3),
)
OBJECTS = st.builds(
    Object,
    employee_id=st.none() | IDS,
    team_ids=st.frozensets(IDS, max_size=3),
    site_id=st.none() | IDS,
)
ACTIONS = st.sampled_from(sorted(Action))


def person(*roles: Role, number: int = 1, **more: object) -> Person:
    values: dict[str, object] = {
        "employee_id": number,
        "username": "somebody",
        "full_name": "",
        "roles": frozenset(roles),
    }
    return Person(**(values | more))  # type: ignore[arg-type]


def subject(who: Person) -> Subject:
    return Subject(who, "sid", 0)


def variant(who: Person, **changes: object) -> Person:
    """``who`` with ``changes``."""
    names = Person.__dataclass_fields__
    return Person(**({name: getattr(who, name) for name in names} | changes))


OWN = Object(employee_id=1, team_ids=frozenset({1}), site_id=1)
TEAM = Object(employee_id=2, team_ids=frozenset({7}), site_id=1)
OTHER = Object(employee_id=3, team_ids=frozenset({8}), site_id=2)
OBJECT = {"own": OWN, "team": TEAM, "other": OTHER, "none": SYSTEM}

PERSONAL = {
    Action.PUNCH,
    Action.READ_RECORDS,
    Action.READ_PHOTO,
    Action.FOLLOW_FEED,
    Action.READ_PEOPLE,
    Action.READ_FACES,
    Action.ENROL_FACE,
    Action.ERASE_FACE,
    Action.GIVE_CONSENT,
    Action.VERIFY_FACE,
    Action.SET_KIOSK,
    Action.PERSONAL_DATA,
}
OPEN = {Action.READ_PLACES, Action.DETECT_FACE}
OF_TEAM = PERSONAL - {
    Action.PUNCH,
    Action.GIVE_CONSENT,
    Action.SET_KIOSK,
    Action.PERSONAL_DATA,
}
ADMIN_OWN = {Action.PUNCH, Action.GIVE_CONSENT}


def expected(role: Role, action: Action, relation: str) -> bool:
    """The table of the product's description, written down a second time."""
    if role is Role.ADMIN:
        if action in {Action.ATTEND_KIOSK, Action.SUBMIT_JOB}:
            return False
        return relation == "own" or action not in ADMIN_OWN
    if role is Role.DEVICE:
        at_site = relation in {"own", "team"}
        allowed = {
            Action.PUNCH,
            Action.READ_PLACES,
            Action.VERIFY_FACE,
            Action.IDENTIFY_FACE,
            Action.ATTEND_KIOSK,
        }
        return action is Action.DETECT_FACE or (at_site and action in allowed)
    if role is Role.SERVICE:
        return False
    if action in OPEN:
        return True
    if action in {Action.INVITE, Action.DECIDE_RECORD}:
        return role is Role.MANAGER and relation == "team"
    if relation == "own":
        return action in PERSONAL
    return role is Role.MANAGER and relation == "team" and action in OF_TEAM


@pytest.mark.parametrize(
    ("role", "action", "relation"), list(product(Role, Action, ["own", "team", "other", "none"]))
)
def test_the_matrix(role: Role, action: Action, relation: str) -> None:
    who = person(role, site_id=1, manages=frozenset({7}))
    assert authorize(subject(who), action, OBJECT[relation]) is expected(role, action, relation)


@given(PEOPLE, ACTIONS, OBJECTS)
def test_somebody_locked_may_nothing(who: Person, action: Action, target: Object) -> None:
    assert not authorize(subject(variant(who, locked=True)), action, target)


@given(PEOPLE, ACTIONS, OBJECTS)
def test_without_a_role_one_may_nothing(who: Person, action: Action, target: Object) -> None:
    assert not authorize(subject(variant(who, roles=frozenset())), action, target)


@given(PEOPLE, ACTIONS, OBJECTS)
def test_a_service_may_what_is_listed_for_it_whatever_else_it_holds(
    who: Person, action: Action, target: Object
) -> None:
    service = variant(who, roles=who.roles | {Role.SERVICE}, locked=False)
    listed = action in SERVICE_RULES.get(who.username, frozenset())
    assert authorize(subject(service), action, target) is listed


@given(PEOPLE, ACTIONS, OBJECTS)
def test_several_roles_allow_what_any_of_them_does(
    who: Person, action: Action, target: Object
) -> None:
    assume(Role.SERVICE not in who.roles)
    alone = [
        authorize(subject(variant(who, roles=frozenset({role}))), action, target)
        for role in who.roles
    ]
    assert authorize(subject(who), action, target) is any(alone)


@given(PEOPLE, ACTIONS, OBJECTS)
def test_the_reach_is_what_decides(who: Person, action: Action, target: Object) -> None:
    allowed = reach(subject(who), action) & relations(subject(who), target)
    assert authorize(subject(who), action, target) is bool(allowed)


@given(PEOPLE, ACTIONS, OBJECTS)
def test_who_manages_nobody_reaches_no_stranger(
    who: Person, action: Action, target: Object
) -> None:
    assume(target.employee_id != who.employee_id)
    assume(action not in OPEN)
    plain = variant(who, roles=who.roles - {Role.ADMIN, Role.DEVICE, Role.SERVICE})
    alone = variant(plain, manages=frozenset())
    assert not authorize(subject(alone), action, target)


def test_the_matrix_knows_every_role_and_action() -> None:
    assert set(RULES) == set(Role)
    known = {action for rules in RULES.values() for action in rules}
    assert known | frozenset().union(*SERVICE_RULES.values()) == set(Action)


def test_require_raises_what_authorize_refuses() -> None:
    require(subject(person(Role.ADMIN)), Action.MANAGE_SITES, SYSTEM)
    with pytest.raises(DomainError) as refusal:
        require(subject(person(Role.STAFF)), Action.MANAGE_SITES, SYSTEM)
    assert refusal.value.code == "forbidden"


def test_what_belongs_to_a_person() -> None:
    who = person(Role.STAFF, number=9, team_ids=frozenset({4}), site_id=2)
    assert object_of(who) == Object(9, frozenset({4}), 2)
    assert subject(who).employee_id == 9
    assert relations(subject(who), object_of(who)) == {
        Relation.ANY,
        Relation.OWN,
        Relation.SITE,
    }
