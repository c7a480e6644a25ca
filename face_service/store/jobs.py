"""Jobs in PostgreSQL. Their pictures are encrypted with a key for each job, destroyed in time.

What has to be done next is queued in the transaction that makes it necessary, so a job and the
message about it exist together or not at all.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from common.db import Database, Row, Transaction
from common.errors import conflict
from common.sql import Queries
from common.vault import Unreadable, Vault
from face_service.domain.jobs import (
    DeliveryState,
    JobKind,
    JobState,
    Outcome,
    unfit,
    webhook_body,
)
from face_service.service.job_ports import Delivery, Job, NewJob, Turn, Work
from face_service.store import audit

_SQL = Queries(Path(__file__).with_name("jobs.sql"))
JUDGE, DELIVER = "judge", "deliver"
_PURGED_AT_ONCE = 100


def vault_of(face_key: bytes) -> Vault:
    """The vault of job pictures: a person's key must not open a job's of the same number."""
    return Vault(hmac.digest(face_key, b"pictures of jobs", "sha256"))


@dataclass(frozen=True, slots=True)
class Jobs:
    """Implements `JobStore` and `JobQueue`."""

    db: Database
    vault: Vault

    def add(self, job: NewJob) -> Job:
        """Keep and queue a job; the same one again is the same job, another one a conflict."""
        digest = _digest(job)
        with self.db.transaction() as tx:
            tx.one(
                _SQL["hold_subject"], employee_id=job.employee_id, school_number=job.school_number
            )
            made = tx.one(
                _SQL["add"],
                kind=job.kind.value,
                submitted_by=job.submitted_by,
                verification_id=job.verification_id,
                body_hash=digest,
                employee_id=job.employee_id,
                school_number=job.school_number,
                webhook_url=job.webhook_url,
            )
            if made is None:
                job_id = _same(tx, job, digest)
            else:
                job_id = made.id
                self._keep(tx, job_id, job.pictures)
                tx.execute(_SQL["queue"], task=JUDGE, about=job_id, seconds=0)
        found = self.get(job_id)
        assert found is not None
        return found

    def _keep(self, tx: Transaction, job_id: int, pictures: Mapping[str, Sequence[bytes]]) -> None:
        wrapped = self.vault.new_key(job_id)
        tx.execute(_SQL["set_key"], id=job_id, wrapped_key=wrapped)
        for name, several in pictures.items():
            for position, picture in enumerate(several):
                sealed = self.vault.seal(wrapped, job_id, picture)
                tx.execute(
                    _SQL["add_picture"],
                    job_id=job_id,
                    name=name,
                    position=position,
                    sealed=sealed,
                )

    def get(self, job_id: int) -> Job | None:
        """One job with its deliveries."""
        row = self.db.one(_SQL["get"], id=job_id)
        return self._with_deliveries([row])[0] if row else None

    def page(self, state: JobState | None, after: int | None, limit: int) -> list[Job]:
        """Jobs, the newest first, older than the one numbered ``after``."""
        word = state.value if state else None
        return self._with_deliveries(
            self.db.all(_SQL["page"], state=word, after=after, limit=limit)
        )

    def undelivered(self, after: int | None, limit: int) -> list[Job]:
        """The jobs whose result nobody took, likewise."""
        return self._with_deliveries(self.db.all(_SQL["undelivered"], after=after, limit=limit))

    def retry(self, job_id: int, *, actor: int) -> bool:
        """Queue a dead job, or its dead deliveries, once more; false: there is nothing to retry."""
        with self.db.transaction() as tx:
            row = tx.one(_SQL["lock"], id=job_id)
            if row is None:
                return False
            before = {"state": row.state, "attempts": row.attempts}
            if row.state == JobState.DEAD:
                if not row.whole:
                    raise conflict("pictures_gone", "The pictures of this job were purged.")
                tx.execute(_SQL["again"], id=job_id)
                tx.execute(_SQL["queue"], task=JUDGE, about=job_id, seconds=0)
            else:
                again = tx.all(_SQL["deliver_again"], id=job_id)
                if not again:
                    return False
                for delivery in again:
                    tx.execute(_SQL["queue"], task=DELIVER, about=delivery.id, seconds=0)
            audit.note(tx, "retry_job", f"job:{job_id}", actor, before=before)
        return True

    def begin(self, job_id: int, *, seconds: int) -> Turn | None:
        """Take a queued job for so many seconds, counting the try."""
        row = self.db.one(_SQL["begin"], id=job_id, seconds=seconds)
        return Turn(row.id, row.turn, row.attempts) if row else None

    def work(self, turn: Turn) -> Work | None:
        """What there is to look at; ``None`` when the turn has passed on or the pictures went."""
        row = self.db.one(_SQL["work"], id=turn.job_id, turn=turn.turn)
        if row is None:
            return None
        pictures: dict[str, list[bytes]] = {}
        try:
            for picture in self.db.all(_SQL["pictures"], id=turn.job_id):
                plain = self.vault.open(bytes(row.wrapped_key), turn.job_id, bytes(picture.sealed))
                pictures.setdefault(picture.name, []).append(plain)
        except Unreadable:
            return None
        kind = JobKind(row.kind)
        return Work(kind, row.submitted_by, row.employee_id, pictures, row.school_number)

    def settle(self, turn: Turn, outcome: Outcome, state: JobState) -> bool:
        """Keep how it ended and queue the webhook; false when the turn has passed on."""
        with self.db.transaction() as tx:
            row = tx.one(
                _SQL["settle"],
                id=turn.job_id,
                turn=turn.turn,
                state=state.value,
                result=json.dumps(outcome.as_json()) if state is JobState.DONE else None,
                error=None if state is JobState.DONE else outcome.reason,
            )
            if row is None:
                return False
            if state is not JobState.DEAD:
                tx.execute(_SQL["forget_pictures"], id=turn.job_id)
            _tell(tx, turn.job_id, row, outcome)
        return True

    def postpone(self, turn: Turn, *, seconds: int, error: str, counted: bool = True) -> bool:
        """Queue the job again after so many seconds; ``counted`` false takes the try back."""
        with self.db.transaction() as tx:
            row = tx.one(
                _SQL["postpone"], id=turn.job_id, turn=turn.turn, error=error, counted=counted
            )
            if row is None:
                return False
            tx.execute(_SQL["queue"], task=JUDGE, about=turn.job_id, seconds=seconds)
        return True

    def overdue(self) -> list[Turn]:
        """The running jobs whose lease is over."""
        return [Turn(row.id, row.turn, row.attempts) for row in self.db.all(_SQL["overdue"])]

    def purge(self, *, picture_days: int, days: int) -> int:
        """Delete what is past its time: pictures of the dead first, then whole jobs; the rows."""
        return self._purge("purge_pictures", picture_days) + self._purge("purge_jobs", days)

    def _purge(self, name: str, days: int) -> int:
        """Some at a time, until nothing of the kind is left."""
        gone = 0
        while portion := self.db.execute(_SQL[name], days=days, at_once=_PURGED_AT_ONCE):
            gone += portion
        return gone

    def erase_of(self, tx: Transaction, employee_id: int) -> int:
        """Destroy the pictures of a person's jobs within ``tx``; how many jobs had any.

        A job that was not decided yet never will be, and its receiver is told so. What came of
        those before is forgotten, unless it is still on its way.
        """
        tx.execute(_SQL["forget_done"], employee_id=employee_id)
        ended = tx.all(_SQL["erase_of"], employee_id=employee_id)
        for row in ended:
            _tell(tx, row.id, row, unfit("erased"))
        return len(ended)

    def counts(self) -> dict[str, int]:
        """How many jobs stand in each state but ``done``."""
        return {row.state: row.number for row in self.db.all(_SQL["counts"])}

    def delivery_counts(self) -> dict[str, int]:
        """How many deliveries stand in each state but ``delivered``."""
        return {row.state: row.number for row in self.db.all(_SQL["delivery_counts"])}

    def workers(self) -> bool:
        """Whether any worker has said within the last minute that it is there."""
        row = self.db.one(_SQL["workers"])
        return bool(row and row.there)

    def _with_deliveries(self, rows: Sequence[Row]) -> list[Job]:
        found: dict[int, list[Delivery]] = {}
        for row in self.db.all(_SQL["deliveries"], ids=[row.id for row in rows]):
            found.setdefault(row.job_id, []).append(_delivery(row))
        return [_job(row, found.get(row.id, [])) for row in rows]


def _same(tx: Transaction, job: NewJob, digest: bytes) -> int:
    """The number of the job that was submitted under this name before."""
    row = tx.one(_SQL["same"], submitted_by=job.submitted_by, verification_id=job.verification_id)
    if row is None or bytes(row.body_hash) != digest:
        raise conflict("verification_exists", "Another job has this verification_id.")
    return int(row.id)


def _tell(tx: Transaction, job_id: int, row: Row, outcome: Outcome) -> None:
    body = webhook_body(row.verification_id, outcome)
    made = tx.one(_SQL["tell"], job_id=job_id, url=row.webhook_url, body=body)
    assert made is not None
    tx.execute(_SQL["queue"], task=DELIVER, about=made.id, seconds=0)


def _digest(job: NewJob) -> bytes:
    """A digest of everything that makes two jobs the same."""
    pictures = {
        name: [hashlib.sha256(one).hexdigest() for one in several]
        for name, several in sorted(job.pictures.items())
    }
    whole = (job.kind, job.webhook_url, job.employee_id, job.school_number, pictures)
    return hashlib.sha256(json.dumps(whole).encode()).digest()


def _delivery(row: Row) -> Delivery:
    return Delivery(
        row.message_id,
        DeliveryState(row.state),
        row.attempts,
        row.last_status,
        row.error,
        row.created_at,
        row.updated_at,
    )


def _job(row: Row, deliveries: Sequence[Delivery]) -> Job:
    return Job(
        id=row.id,
        kind=JobKind(row.kind),
        state=JobState(row.state),
        attempts=row.attempts,
        submitted_by=row.submitted_by,
        verification_id=row.verification_id,
        employee_id=row.employee_id,
        created_at=row.created_at,
        updated_at=row.updated_at,
        result=row.result,
        error=row.error,
        deliveries=deliveries,
    )
