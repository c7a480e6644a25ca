"""Whether somebody may still do what they asked for, looked up where it is written."""

from __future__ import annotations

from dataclasses import replace

from auth_service.service.ports import Work
from common.errors import forbidden
from common.identity import SYSTEM, Action, Subject, require


def now(work: Work, subject: Subject) -> Subject:
    """``subject`` with the roles, the lock and the teams to lead that are written at this moment.

    Raises ``forbidden`` when the account is gone or the session over.
    """
    account = work.people.by_id(subject.employee_id)
    if account is None or work.sessions.ended(subject.session_id):
        raise forbidden()
    person = replace(
        subject.person, roles=account.roles, locked=account.locked, manages=account.manages
    )
    return replace(subject, person=person)


def held(work: Work, subject: Subject) -> Subject:
    """`now`, and nobody's rights change any more until ``work`` ends.

    A request is let in by a snapshot, and may then wait long: for passwords to be hashed, or for
    another's transaction. Call it first in the transaction that writes: who holds a row already
    may wait here for somebody who waits for that row.
    """
    work.rights.guard()
    return now(work, subject)


def still_may(work: Work, subject: Subject, action: Action) -> None:
    """Raise ``forbidden`` unless ``subject`` may do ``action``, as far as `held` can tell."""
    require(held(work, subject), action, SYSTEM)
