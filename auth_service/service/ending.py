"""Ending what somebody has open: one way, whoever decides it."""

from __future__ import annotations

from auth_service.service.ports import Work


def revoke_all(work: Work, employee_id: int, keep: str = "") -> int:
    """End every session of a person but ``keep`` within ``work``, and every sign-in that waits.

    How many sessions there were.
    """
    work.factors.end_challenges(employee_id)
    ended = work.sessions.revoke_all(employee_id, keep)
    for sid in ended:
        work.journal.announce_session(employee_id, sid)
    return len(ended)
