"""What comes in and goes out over HTTP about punches, records, states and the board."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from attendance_service.domain.evidence import CHALLENGE, MOST_FRAMES
from common.httpkit.fields import AddressId, Id, Strict, example

#: More than fits a body: the picture reader is the one to say that a picture is too large.
LONGEST_BASE64 = 8 << 20
#: A record as the examples show it.
RECORD: dict[str, Any] = {
    "id": 41,
    "employee_id": 7,
    "action": "in",
    "timestamp": "2026-11-26T08:57:03.120000Z",
    "committed_at": "2026-11-26T08:57:03.162000Z",
    "claimed_at": None,
    "status": "accepted",
    "place_id": 3,
    "zone": "Europe/Istanbul",
    "policy_version": 2,
    "evidence": {"photo": True, "face": "accept", "similarity": 0.7123, "threshold": 0.41},
    "photo": True,
}
_Time = Annotated[str, Field(min_length=1, max_length=64)]
_Picture = Annotated[str, Field(max_length=LONGEST_BASE64)]
_Challenge = Annotated[str, Field(pattern=CHALLENGE)]


class Position(Strict):
    """Where the caller says it is: degrees, and metres of accuracy."""

    model_config = example(lat=41.0082, lon=28.9784, accuracy=12.0)

    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    accuracy: float | None = Field(default=None, ge=0, le=1e7)


class PunchIn(Strict):
    """A check-in or check-out."""

    model_config = example(action="in", place_id=3, image="/9j/4AAQ…base64…/9k=")

    action: Literal["in", "out"]
    timestamp: _Time | None = None
    place: Position | None = None
    place_id: Id | None = None
    image: str | None = Field(default=None, max_length=LONGEST_BASE64)
    frames: list[_Picture] = Field(default_factory=list, max_length=MOST_FRAMES)
    challenge: _Challenge | None = None


class PunchForm(BaseModel):
    """The same as multipart fields, with the pictures as the files ``image`` and ``frame``."""

    model_config = example(action="in", place_id=3)

    action: Literal["in", "out"]
    timestamp: _Time | None = None
    place_id: Id | None = None
    challenge: _Challenge | None = None


class RecordOut(BaseModel):
    """A punch that was kept."""

    model_config = example(**RECORD)

    id: int
    employee_id: int
    action: Literal["in", "out"]
    timestamp: str
    committed_at: str
    claimed_at: str | None
    status: Literal["accepted", "review", "pending", "refused", "voided"]
    place_id: int | None
    zone: str
    policy_version: int | None
    evidence: dict[str, Any] | None
    photo: bool


class RecordPage(BaseModel):
    """A page of records."""

    items: list[RecordOut]
    next_cursor: str | None


class PersonPath(BaseModel):
    """Somebody's number in the path."""

    employee_id: AddressId


class RecordPath(BaseModel):
    """A record's number in the path."""

    record_id: AddressId


class RecordQuery(BaseModel):
    """Which records are wanted; ``from`` is inclusive, ``to`` is not."""

    start: _Time | None = Field(default=None, alias="from")
    end: _Time | None = Field(default=None, alias="to")
    status: Literal["accepted", "review", "pending", "refused", "voided", "all"] | None = None
    limit: int = Field(default=100, ge=1, le=1000)
    cursor: str | None = Field(default=None, max_length=200)


class DayQuery(RecordQuery):
    """The older path's query: a bare array, a longer page."""

    limit: int = Field(default=1000, ge=1, le=1000)


class RecordsQuery(RecordQuery):
    """The same for one person or for all that may be seen."""

    employee_id: AddressId | None = None


class StateOut(BaseModel):
    """Where the caller stands."""

    model_config = example(
        employee_id=7,
        action="in",
        since="2026-11-26T08:57:03.120000Z",
        open_until="2026-11-27T00:57:03.120000Z",
        record_id=41,
        server_time="2026-11-26T14:09:00.000000Z",
        zone="Europe/Istanbul",
        today={"worked_seconds": 18717, "records": 1},
    )

    employee_id: int
    action: Literal["in", "out"]
    since: str | None
    open_until: str | None
    record_id: int | None
    server_time: str
    zone: str
    today: dict[str, int]


class BoardQuery(BaseModel):
    """Which part of the board."""

    site_id: AddressId | None = None
    team_id: AddressId | None = None


class BoardItem(BaseModel):
    """One person on the board."""

    model_config = example(
        employee_id=7,
        username="demo_staff_1",
        full_name="Elif Aydın",
        team_ids=[1],
        action="in",
        since="2026-11-26T08:57:03.120000Z",
        record_id=41,
        place_id=3,
        status="accepted",
        photo=True,
    )

    employee_id: int
    username: str
    full_name: str
    team_ids: list[int]
    action: Literal["in", "out"]
    since: str | None
    record_id: int | None
    place_id: int | None
    status: str | None
    photo: bool


class BoardOut(BaseModel):
    """Who is in; follow the feed from ``cursor``."""

    model_config = example(
        items=[], server_time="2026-11-26T14:09:00.000000Z", cursor="Zk3…sealed…9Q"
    )

    items: list[BoardItem]
    server_time: str
    cursor: str
