"""Comparisons that are answered by webhook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from . import reading
from .models import Job, JobPage, Submitted
from .transport import Transport


@dataclass(frozen=True)
class Jobs:
    """Calls of ``/api/v1/jobs`` and of the older ``/verify-face-async``."""

    transport: Transport

    def verify(
        self,
        image: bytes,
        *,
        employee_id: int,
        webhook_url: str,
        verification_id: str,
        frames: Sequence[bytes] = (),
    ) -> Submitted:
        """Compare ``image`` with an enrolled person; the same ``verification_id`` is one job."""
        answer = self.transport.call(
            "POST",
            "/api/v1/jobs/verify",
            form={
                "employee_id": str(employee_id),
                "webhook_url": webhook_url,
                "verification_id": verification_id,
            },
            files=[("image", image), *(("frame", one) for one in frames)],
        )
        return reading.read(reading.submitted, answer)

    def verify_pair(
        self,
        picture: bytes,
        intended_picture: bytes,
        *,
        school_number: str,
        webhook_url: str,
        verification_id: str,
    ) -> str:
        """Compare two pictures; the ``verification_id`` under which the answer will come."""
        answer = self.transport.call(
            "POST",
            "/verify-face-async",
            form={
                "student_school_number": school_number,
                "webhook_url": webhook_url,
                "verification_id": verification_id,
            },
            files=[("picture", picture), ("intended_picture", intended_picture)],
        )
        return reading.read(lambda body: str(body["verification_id"]), answer)

    def get(self, job_id: int) -> Job:
        """One job as it stands."""
        return reading.read(reading.job, self.transport.get(f"/api/v1/jobs/{job_id}"))

    def page(
        self,
        *,
        state: str | None = None,
        undelivered: bool = False,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> JobPage:
        """Some jobs, the newest first."""
        wanted = "true" if undelivered else None
        answer = self.transport.get(
            "/api/v1/jobs", state=state, undelivered=wanted, cursor=cursor, limit=limit
        )
        return reading.read(reading.job_page, answer)

    def all(self, *, state: str | None = None, undelivered: bool = False) -> Iterator[Job]:
        """Every job of a state, page by page."""
        cursor: str | None = None
        while True:
            page = self.page(state=state, undelivered=undelivered, cursor=cursor)
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def retry(self, job_id: int) -> Job:
        """Try a dead job once more, or send its result again."""
        return reading.read(
            reading.job, self.transport.call("POST", f"/api/v1/jobs/{job_id}/retry")
        )
