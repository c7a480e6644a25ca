"""Comparisons that are answered by webhook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from common.clock import rfc3339
from common.errors import DomainError, Kind
from common.httpkit.api import Api, Call, Endpoint
from face_service.rest.job_models import (
    JobOut,
    JobPage,
    JobPath,
    JobsQuery,
    PairAccepted,
    PairForm,
    PersonAccepted,
    PersonForm,
)
from face_service.service.job_ports import Delivery, Job
from face_service.service.jobs import JobService

MOST_FRAMES = 5


@dataclass(frozen=True, slots=True)
class JobResource:
    """The endpoints of jobs."""

    service: JobService

    def install(self, api: Api) -> None:
        """Add the endpoints."""
        one = "/api/v1/jobs/<job_id>"
        of_job: dict[str, Any] = {"path": JobPath, "tag": "jobs"}
        for endpoint in (
            Endpoint(
                "POST",
                ["/verify-face-async"],
                self.pair,
                {202: PairAccepted},
                form=PairForm,
                files={"picture": 1, "intended_picture": 1},
                needed=("picture", "intended_picture"),
                tag="jobs",
            ),
            Endpoint(
                "POST",
                ["/api/v1/jobs/verify"],
                self.person,
                {202: PersonAccepted},
                form=PersonForm,
                files={"image": 1, "frame": MOST_FRAMES},
                needed=("image",),
                tag="jobs",
            ),
            Endpoint(
                "GET", ["/api/v1/jobs"], self.page, {200: JobPage}, query=JobsQuery, tag="jobs"
            ),
            Endpoint("GET", [one], self.get, {200: JobOut}, **of_job),
            Endpoint("POST", [f"{one}/retry"], self.retry, {202: JobOut}, **of_job),
        ):
            api.add(endpoint)

    def pair(self, call: Call) -> dict[str, Any]:
        """Compare two pictures and tell the result to a webhook; the same call again is one job."""
        job = self.service.submit_pair(
            call.subject,
            verification_id=call.form.verification_id,
            webhook_url=call.form.webhook_url,
            school_number=call.form.student_school_number,
            picture=call.uploads("picture")[0],
            intended=call.uploads("intended_picture")[0],
        )
        return {"status": "Job accepted", "verification_id": job.verification_id}

    def person(self, call: Call) -> dict[str, Any]:
        """Compare a picture with an enrolled person and tell the result to a webhook."""
        job = self.service.submit_person(
            call.subject,
            verification_id=call.form.verification_id,
            webhook_url=call.form.webhook_url,
            employee_id=call.form.employee_id,
            image=call.uploads("image")[0],
            frames=call.uploads("frame"),
        )
        return {"id": job.id, "verification_id": job.verification_id}

    def page(self, call: Call) -> dict[str, Any]:
        """Jobs of a state, or those whose result nobody took."""
        query = call.query
        found = self.service.page(
            call.subject,
            state=query.state,
            undelivered=query.undelivered,
            after=_after(query.cursor),
            limit=query.limit + 1,
        )
        items = [_job(job) for job in found[: query.limit]]
        more = len(found) > query.limit
        return {"items": items, "next_cursor": str(items[-1]["id"]) if more else None}

    def get(self, call: Call) -> dict[str, Any]:
        """A job: its state, its tries, its result and the deliveries of it."""
        return _job(self.service.get(call.subject, call.path.job_id))

    def retry(self, call: Call) -> dict[str, Any]:
        """Try a dead job once more, or send its result again."""
        return _job(self.service.retry(call.subject, call.path.job_id))


def _after(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        message = "cursor: not one that was given"
        raise DomainError(Kind.UNPROCESSABLE, "invalid_request", message, field="cursor")
    return int(cursor)


def _job(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "kind": job.kind.value,
        "state": job.state.value,
        "attempts": job.attempts,
        "verification_id": job.verification_id,
        "employee_id": job.employee_id,
        "created_at": rfc3339(job.created_at),
        "updated_at": rfc3339(job.updated_at),
        "result": dict(job.result) if job.result else None,
        "error": job.error,
        "deliveries": [_delivery(one) for one in job.deliveries],
    }


def _delivery(one: Delivery) -> dict[str, Any]:
    return {
        "id": one.id,
        "state": one.state.value,
        "attempts": one.attempts,
        "last_status": one.last_status,
        "error": one.error,
        "created_at": rfc3339(one.created_at),
        "updated_at": rfc3339(one.updated_at),
    }
