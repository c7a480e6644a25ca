"""Whether somebody may still do what they asked for, looked up where it is written."""

from __future__ import annotations

from dataclasses import replace

from auth_service.service.ports import Work
from common.errors import forbidden
from common.identity import SYSTEM, Action, Subject, require


def still_may(work: Work, subject: Subject) -> None:
    """Raise ``forbidden`` unless ``subject`` may manage people at this moment.

    A request is let in by a snapshot, and may then wait long for passwords to be hashed. Call it
    in the transaction that writes, after ``work.rights.guard()``: with that nobody's roles or lock
    change between this look and the commit.
    """
    account = work.people.by_id(subject.employee_id)
    if account is None or work.sessions.ended(subject.session_id):
        raise forbidden()
    person = replace(subject.person, roles=account.roles, locked=account.locked)
    require(replace(subject, person=person), Action.MANAGE_PEOPLE, SYSTEM)
