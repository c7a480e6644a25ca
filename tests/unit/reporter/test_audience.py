"""The index gives exactly whom the rule allows, before and after every change."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from common.identity import Action, Object, Person, Role, Subject, authorize, object_of
from reporter_service.audience import Audience, may_see
from reporter_service.registry import Registry
from reporter_service.wire import Scope

TEAMS = st.frozensets(st.integers(1, 4), max_size=3)
ROLES = st.frozensets(st.sampled_from(sorted(Role)), max_size=3)
NAMES = st.sampled_from(["service:reporter", "service:attendance", "somebody"])


@st.composite
def persons(draw: st.DrawFn, number: int | None = None) -> Person:
    return Person(
        employee_id=number if number is not None else draw(st.integers(1, 12)),
        username=draw(NAMES),
        full_name="",
        roles=draw(ROLES),
        locked=draw(st.booleans()) and draw(st.booleans()),
        site_id=draw(st.none() | st.integers(1, 2)),
        team_ids=draw(TEAMS),
        manages=draw(TEAMS),
    )


TOWN = st.integers(1, 10).flatmap(
    lambda count: st.tuples(*(persons(number) for number in range(1, count + 1)))
)
SOCKETS = st.lists(st.tuples(st.integers(0, 9), st.sampled_from(sorted(Scope))), max_size=12)


def subject_of(person: Person) -> Subject:
    return Subject(person, "sid", 0)


def check(
    audience: Audience[int, str], sockets: dict[int, tuple[Person, Scope]], target: Object
) -> None:
    for refused in (False, True):
        found = audience.seeing(target, refused=refused)
        expected = {
            key: f"socket {key}"
            for key, (person, scope) in sockets.items()
            if may_see(subject_of(person), scope, target, refused=refused)
        }
        assert dict(found) == expected


@settings(deadline=None)  # one example asks for every pair, many times over
@given(TOWN, SOCKETS, st.data())
def test_the_index_is_the_rule(
    town: tuple[Person, ...], wanted: list[tuple[int, Scope]], data: st.DataObject
) -> None:
    audience: Audience[int, str] = Audience()
    sockets = {key: (town[i % len(town)], scope) for key, (i, scope) in enumerate(wanted)}
    for key, (person, scope) in sockets.items():
        audience.add(key, f"socket {key}", subject_of(person), scope)
    everybody = [object_of(person) for person in town] + [Object(99), Object(1)]
    for target in everybody:
        check(audience, sockets, target)
    for _ in range(data.draw(st.integers(0, 4))):
        if not sockets:
            return
        key = data.draw(st.sampled_from(sorted(sockets)))
        person, scope = sockets[key]
        if data.draw(st.booleans()):
            audience.remove(key)
            del sockets[key]
        else:
            changed = data.draw(persons(person.employee_id))
            sockets[key] = (changed, scope)
            audience.add(key, f"socket {key}", subject_of(changed), scope)
            everybody.append(object_of(changed))
        for target in everybody:
            check(audience, sockets, target)
    for key in list(sockets):
        audience.remove(key)
    assert len(audience) == 0
    assert audience == Audience()


@given(persons(), persons())
def test_all_means_what_authorize_says(reader: Person, owner: Person) -> None:
    target = object_of(owner)
    allowed = authorize(subject_of(reader), Action.FOLLOW_FEED, target)
    assert may_see(subject_of(reader), Scope.ALL, target, refused=False) == allowed


@given(persons(), persons(), st.booleans())
def test_own_means_own(reader: Person, owner: Person, refused: bool) -> None:
    seen = may_see(subject_of(reader), Scope.OWN, object_of(owner), refused=refused)
    if owner.employee_id != reader.employee_id or refused:
        assert not seen


def test_a_refused_punch_is_for_those_who_manage() -> None:
    person = Person(1, "p", "", frozenset({Role.STAFF}), team_ids=frozenset({5}))
    manager = Person(2, "m", "", frozenset({Role.MANAGER}), manages=frozenset({5}))
    target = object_of(person)
    assert not may_see(subject_of(person), Scope.ALL, target, refused=True)
    assert may_see(subject_of(manager), Scope.ALL, target, refused=True)
    elsewhere = replace(manager, manages=frozenset({6}))
    assert not may_see(subject_of(elsewhere), Scope.ALL, target, refused=True)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 3), st.sampled_from("abc"))))
def test_the_registry_knows_everybody_by_person_and_session(
    entries: list[tuple[int, int, str]],
) -> None:
    registry: Registry[int] = Registry()
    model: dict[int, tuple[int, str]] = {}
    for key, person, sid in entries:
        registry.add(key, person, sid)
        model[key] = (person, sid)
    assert sorted(registry) == sorted(model)
    for person in (1, 2, 3):
        assert sorted(registry.of_person(person)) == sorted(
            key for key, (owner, _) in model.items() if owner == person
        )
    for sid in "abc":
        assert sorted(registry.of_sid(sid)) == sorted(k for k, (_, s) in model.items() if s == sid)
    for key in model:
        assert key in registry
        registry.remove(key)
        registry.remove(key)
    assert registry == Registry()
