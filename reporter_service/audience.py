"""Who sees an event: the rule, and an index that answers it without asking everybody.

The rule is `common.identity.authorize`. `Audience` keeps each subscriber under the standings in
which it may follow the feed, so that an event finds its readers by its owner, the owner's teams
and the owner's site.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from common.identity import (
    RULES,
    SERVICE_RULES,
    Action,
    Object,
    Relation,
    Role,
    Subject,
    authorize,
    hears_of,
    object_of,
)
from reporter_service.wire import Scope

K = TypeVar("K")
V = TypeVar("V")


def may_see(subject: Subject, scope: Scope, target: Object, *, refused: bool) -> bool:
    """Whether an event of ``target``'s owner is for ``subject``.

    A refused punch is told to those who manage, not to the person: the answer to the punch did.
    """
    if scope is Scope.OWN and (refused or target.employee_id != subject.employee_id):
        return False
    return hears_of(subject, target, refused=refused)


def standings(subject: Subject) -> frozenset[Relation]:
    """The relations to an event's owner in which ``subject`` may follow the feed."""
    person = subject.person
    if person.locked:
        return frozenset()
    if Role.SERVICE in person.roles:
        allowed = Action.FOLLOW_FEED in SERVICE_RULES.get(person.username, frozenset())
        return frozenset({Relation.ANY}) if allowed else frozenset()
    return frozenset().union(*(RULES[role].get(Action.FOLLOW_FEED, ()) for role in person.roles))


@dataclass(frozen=True, slots=True)
class _Shelves:
    """Where one subscriber stands in the index; ``own`` and ``everything`` are as named."""

    own: int | None = None
    teams: frozenset[int] = frozenset()
    site: int | None = None
    everything: bool = False


@dataclass(slots=True)
class Audience(Generic[K, V]):
    """Subscribers by what they may see; each ``K`` brings the ``V`` that reaches it."""

    _placed: dict[K, _Shelves] = field(default_factory=dict)
    _own: dict[int, dict[K, V]] = field(default_factory=dict)
    _teams: dict[int, dict[K, V]] = field(default_factory=dict)
    _sites: dict[int, dict[K, V]] = field(default_factory=dict)
    _everything: dict[K, V] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._placed)

    def __contains__(self, key: K) -> bool:
        return key in self._placed

    def add(self, key: K, value: V, subject: Subject, scope: Scope) -> None:
        """Place ``key``, or place it anew when its rights changed."""
        self.remove(key)
        shelves = _shelves(subject, scope)
        self._placed[key] = shelves
        if shelves.own is not None:
            self._own.setdefault(shelves.own, {})[key] = value
        for team in shelves.teams:
            self._teams.setdefault(team, {})[key] = value
        if shelves.site is not None:
            self._sites.setdefault(shelves.site, {})[key] = value
        if shelves.everything:
            self._everything[key] = value

    def remove(self, key: K) -> None:
        """Take ``key`` out, when it is in."""
        shelves = self._placed.pop(key, None)
        if shelves is None:
            return
        if shelves.own is not None:
            _take(self._own, shelves.own, key)
        for team in shelves.teams:
            _take(self._teams, team, key)
        if shelves.site is not None:
            _take(self._sites, shelves.site, key)
        self._everything.pop(key, None)

    def seeing(self, target: Object, *, refused: bool) -> Mapping[K, V]:
        """Everybody for whom `may_see` holds; to be read before the index changes again."""
        groups = [self._everything] if self._everything else []
        if target.employee_id is not None and not refused:
            groups += _found(self._own, target.employee_id)
        for team in target.team_ids:
            groups += _found(self._teams, team)
        if target.site_id is not None:
            groups += _found(self._sites, target.site_id)
        if len(groups) == 1:
            return groups[0]
        merged: dict[K, V] = {}
        for group in groups:
            merged.update(group)
        return merged


def _shelves(subject: Subject, scope: Scope) -> _Shelves:
    person = subject.person
    if scope is Scope.OWN:
        allowed = authorize(subject, Action.FOLLOW_FEED, object_of(person))
        return _Shelves(own=person.employee_id if allowed else None)
    held = standings(subject)
    if Relation.ANY in held:
        return _Shelves(everything=True)
    return _Shelves(
        own=person.employee_id if Relation.OWN in held else None,
        teams=person.manages if Relation.TEAM in held else frozenset(),
        site=person.site_id if Relation.SITE in held else None,
    )


def _found(shelf: Mapping[int, dict[K, V]], number: int) -> list[dict[K, V]]:
    group = shelf.get(number)
    return [group] if group else []


def _take(shelf: dict[int, dict[K, V]], number: int, key: K) -> None:
    group = shelf[number]
    del group[key]
    if not group:
        del shelf[number]
