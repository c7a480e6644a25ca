"""Calls about jobs, as attendance_service and admins make them."""

from __future__ import annotations

from typing import Any

from face_service.domain.jobs import Outcome
from face_service.service.working import Judging
from tests.support.face import FaceClient
from tests.support.face_cast import A, B, Cast, said
from tests.support.people import Town

JOBS = "/api/v1/jobs"
TARGET = "http://127.0.0.1:8002/api/v1/webhooks/verification-result/1"
MATCH = Outcome("accept", "match", 0.7, 0.4)


def submit(
    face: FaceClient, town: Town, cast: Cast, name: str = "v-1", who: int = 0, **more: Any
) -> Any:
    """The answer to a job about ``staff``, as attendance_service hands it over."""
    form = {
        "employee_id": str(cast.staff),
        "webhook_url": TARGET,
        "verification_id": name,
        **more.pop("form", {}),
    }
    files = more.pop("files", [("image", A)])
    token = town.token(who or cast.attendance)
    return face.call("POST", f"{JOBS}/verify", token, form=form, files=files)


def pair(face: FaceClient, town: Town, cast: Cast, who: int = 0, **form: str) -> Any:
    """The answer to the older call."""
    fields = {
        "webhook_url": TARGET,
        "verification_id": "p-1",
        "student_school_number": "0401",
        **form,
    }
    files = [("picture", A), ("intended_picture", B)]
    token = town.token(who or cast.attendance)
    return face.call("POST", "/verify-face-async", token, form=fields, files=files)


def job(face: FaceClient, town: Town, cast: Cast, number: int) -> dict[str, Any]:
    """A job as an admin sees it."""
    return said(face.call("GET", f"{JOBS}/{number}", town.token(cast.admin)), 200)


def queued(town: Town, number: int) -> list[str]:
    """The messages in the queue about ``number``."""
    return [
        row[0]
        for row in town.sql(
            "SELECT task_name FROM face.procrastinate_jobs WHERE args ->> 'about' = %s ORDER BY id",
            str(number),
        )
    ]


def dead(judging: Judging, number: int) -> None:
    """Let every try of a job fail."""
    for _ in range(3):
        turn = judging.begin(number)
        assert turn is not None
        assert judging.failed(turn, "process_died")
    assert judging.begin(number) is None
