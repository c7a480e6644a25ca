"""Jobs as they come in and go out over HTTP."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from common.httpkit.fields import AddressId, example
from face_service.domain.jobs import DeliveryState, JobKind, JobState
from face_service.domain.targets import LONGEST_URL

_Name = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[\x21-\x7e]+$")]
_Url = Annotated[str, Field(min_length=1, max_length=LONGEST_URL)]


class JobPath(BaseModel):
    """A job's number in the path."""

    job_id: AddressId


class PairForm(BaseModel):
    """Whose pictures they are, what the submitter calls the job, and where the answer goes."""

    model_config = example(
        webhook_url="https://school.example.org/api/v1/webhooks/verification-result/9b1f",
        verification_id="9b1f",
        student_school_number="0401",
    )

    webhook_url: _Url
    verification_id: _Name
    student_school_number: str = Field(min_length=1, max_length=64)


class PersonForm(BaseModel):
    """Who is meant to be in the picture, and the same."""

    model_config = example(
        webhook_url="http://127.0.0.1:8002/api/v1/webhooks/verification-result/9b1f",
        verification_id="9b1f",
        employee_id=7,
    )

    webhook_url: _Url
    verification_id: _Name
    employee_id: AddressId


class JobsQuery(BaseModel):
    """Which jobs are wanted; ``undelivered``: those whose result nobody took."""

    state: JobState | None = None
    undelivered: bool = False
    cursor: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=50, ge=1, le=200)


class PairAccepted(BaseModel):
    """The job is kept and will be done."""

    model_config = example(status="Job accepted", verification_id="9b1f")

    status: Literal["Job accepted"]
    verification_id: str


class PersonAccepted(BaseModel):
    """The same with the job's number."""

    model_config = example(id=3, verification_id="9b1f")

    id: int
    verification_id: str


class DeliveryOut(BaseModel):
    """The sending of one result; ``id`` is the message's, the same at every try."""

    model_config = example(
        id="msg_5f0c",
        state="delivered",
        attempts=1,
        last_status=200,
        error=None,
        created_at="2026-11-26T08:00:00.214000Z",
        updated_at="2026-11-26T08:00:00.231000Z",
    )

    id: str
    state: DeliveryState
    attempts: int
    last_status: int | None
    error: str | None
    created_at: str
    updated_at: str


class JobOut(BaseModel):
    """A job; ``result`` when it is done, ``error`` when it failed or is dead."""

    model_config = example(
        id=3,
        kind="verify_person",
        state="done",
        attempts=1,
        verification_id="9b1f",
        employee_id=7,
        created_at="2026-11-26T08:00:00.000000Z",
        updated_at="2026-11-26T08:00:00.214000Z",
        result={
            "decision": "accept",
            "reason": "match",
            "similarity": 0.7123,
            "threshold": 0.41,
        },
        error=None,
        deliveries=[
            {
                "id": "msg_5f0c",
                "state": "delivered",
                "attempts": 1,
                "last_status": 200,
                "error": None,
                "created_at": "2026-11-26T08:00:00.214000Z",
                "updated_at": "2026-11-26T08:00:00.231000Z",
            }
        ],
    )

    id: int
    kind: JobKind
    state: JobState
    attempts: int
    verification_id: str
    employee_id: int | None
    created_at: str
    updated_at: str
    result: dict[str, Any] | None
    error: str | None
    deliveries: list[DeliveryOut]


class JobPage(BaseModel):
    """A page of jobs, the newest first."""

    items: list[JobOut]
    next_cursor: str | None
