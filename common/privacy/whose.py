"""Whose photos somebody asks for, and what those hear who may not."""

from __future__ import annotations

from typing import Protocol

from common.errors import forbidden, not_found
from common.identity import Action, Person, Subject, authorize, object_of


class People(Protocol):
    """The people of the installation; `common.org.OrgView` fits."""

    def person(self, employee_id: int) -> Person | None:
        """The person with this number."""
        ...


def whose(people: People, caller: Subject, action: Action, employee_id: int) -> Person:
    """The person acted upon; whoever may not know of them hears that there is nobody."""
    person = people.person(employee_id)
    if person is None:
        raise not_found()
    target = object_of(person)
    if authorize(caller, action, target):
        return person
    if authorize(caller, Action.READ_PEOPLE, target):
        raise forbidden()
    raise not_found()
