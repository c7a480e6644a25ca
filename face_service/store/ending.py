"""The end of a consent, whoever or whatever ends it: nothing that shows a face outlives it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from common.db import Transaction
from face_service.service.privacy import Erased
from face_service.store import audit
from face_service.store.consents import take_back
from face_service.store.faces import DESTROYED, erase_all, lock_subject

#: Erases something of a person within a transaction; how many of it there were.
Forgets = Callable[[Transaction, int], int]


def nothing(_: Transaction, __: int) -> int:
    """There is nothing of the kind."""
    return 0


@dataclass(frozen=True, slots=True)
class Ending:
    """Ends a person's consent, and with it whatever is kept of their face.

    ``jobs`` are the pictures that wait for a worker; ``traces`` what is known of pictures seen, and
    of whom the face resembles.
    """

    jobs: Forgets = nothing
    traces: Sequence[Forgets] = ()

    def __call__(
        self, tx: Transaction, employee_id: int, kind: str, *, actor: int | None
    ) -> Erased:
        """Do it within ``tx``; how much is gone.

        ``kind`` says why in the history: withdrawn, erased, or expired (which nobody decides).
        """
        subject = lock_subject(tx, employee_id)
        jobs = self.jobs(tx, employee_id)
        for forget in self.traces:
            forget(tx, employee_id)
        faces = 0
        if subject is not None and subject.consent_version is not None:
            faces = erase_all(tx, employee_id)
            take_back(tx, employee_id, kind, subject, actor)
            before = {"faces": faces} | ({"jobs": jobs} if jobs else {})
            audit.note(tx, "erase_faces", audit.person(employee_id), actor, before=before)
        if jobs or (subject is not None and subject.wrapped_key is not None):
            tx.execute(DESTROYED)
        return Erased(faces, jobs)
