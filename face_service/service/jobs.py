"""The use cases of jobs: submit, look at, try again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from common.errors import conflict, not_found
from common.identity import SYSTEM, Action, Subject, authorize, require
from face_service.domain.jobs import JobKind, JobState
from face_service.domain.targets import AllowList
from face_service.service.job_ports import Job, JobStore, NewJob


class Uploads(Protocol):
    """The first look at what was uploaded; nothing is decoded yet."""

    def check(self, data: bytes, *, field: str = "image") -> None:
        """Raise ``not_an_image``, ``too_small`` or ``too_large`` naming ``field``."""
        ...


@dataclass(frozen=True, slots=True)
class JobService:
    """Jobs as their submitters and admins see them."""

    store: JobStore
    uploads: Uploads
    allowed: AllowList

    def submit_pair(
        self,
        caller: Subject,
        *,
        verification_id: str,
        webhook_url: str,
        school_number: str,
        picture: bytes,
        intended: bytes,
    ) -> Job:
        """Whether two pictures show the same person, answered by webhook."""
        pictures = {"picture": [picture], "intended_picture": [intended]}
        return self._submit(
            caller,
            NewJob(
                JobKind.PAIR,
                caller.employee_id,
                verification_id,
                webhook_url,
                pictures,
                school_number=school_number,
            ),
        )

    def submit_person(
        self,
        caller: Subject,
        *,
        verification_id: str,
        webhook_url: str,
        employee_id: int,
        image: bytes,
        frames: Sequence[bytes],
    ) -> Job:
        """Whether pictures show an enrolled person, answered by webhook."""
        pictures: Mapping[str, Sequence[bytes]] = {"image": [image], "frame": list(frames)}
        return self._submit(
            caller,
            NewJob(
                JobKind.PERSON,
                caller.employee_id,
                verification_id,
                webhook_url,
                pictures,
                employee_id=employee_id,
            ),
        )

    def get(self, caller: Subject, job_id: int) -> Job:
        """One job: for admins, and for whoever submitted it."""
        job = self.store.get(job_id)
        if job is None or not self._may_see(caller, job):
            raise not_found("There is no such job.")
        return job

    def page(
        self,
        caller: Subject,
        *,
        state: JobState | None,
        undelivered: bool,
        after: int | None,
        limit: int,
    ) -> list[Job]:
        """Jobs of one state, or those whose result nobody took; the newest first."""
        require(caller, Action.MANAGE_JOBS, SYSTEM)
        if undelivered:
            return self.store.undelivered(after, limit)
        return self.store.page(state, after, limit)

    def retry(self, caller: Subject, job_id: int) -> Job:
        """Try a dead job once more, or send its result again that nobody took."""
        require(caller, Action.MANAGE_JOBS, SYSTEM)
        job = self.get(caller, job_id)
        if not self.store.retry(job_id, actor=caller.employee_id):
            raise conflict("not_dead", "Only what has failed for good can be tried again.")
        return self.store.get(job_id) or job

    def _submit(self, caller: Subject, job: NewJob) -> Job:
        require(caller, Action.SUBMIT_JOB, SYSTEM)
        self.allowed.destination(job.webhook_url)
        for name, several in job.pictures.items():
            for one in several:
                self.uploads.check(one, field=name)
        return self.store.add(job)

    def _may_see(self, caller: Subject, job: Job) -> bool:
        own = job.submitted_by == caller.employee_id
        return (own and authorize(caller, Action.SUBMIT_JOB, SYSTEM)) or authorize(
            caller, Action.MANAGE_JOBS, SYSTEM
        )
