"""What comes in and goes out over HTTP."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, model_validator

from attendance_service.domain.evidence import CHALLENGE, MOST_FRAMES
from common.httpkit.fields import AddressId, Id, Strict

#: More than fits a body: the picture reader is the one to say that a picture is too large.
LONGEST_BASE64 = 8 << 20
_Time = Annotated[str, Field(min_length=1, max_length=64)]
_Picture = Annotated[str, Field(max_length=LONGEST_BASE64)]
_Challenge = Annotated[str, Field(pattern=CHALLENGE)]


class Position(Strict):
    """Where the caller says it is: degrees, and metres of accuracy."""

    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    accuracy: float | None = Field(default=None, ge=0, le=1e7)


class PunchIn(Strict):
    """A check-in or check-out."""

    action: Literal["in", "out"]
    timestamp: _Time | None = None
    place: Position | None = None
    place_id: Id | None = None
    image: str | None = Field(default=None, max_length=LONGEST_BASE64)
    frames: list[_Picture] = Field(default_factory=list, max_length=MOST_FRAMES)
    challenge: _Challenge | None = None


class PunchForm(BaseModel):
    """The same as multipart fields, with the pictures as the files ``image`` and ``frame``."""

    action: Literal["in", "out"]
    timestamp: _Time | None = None
    place_id: Id | None = None
    challenge: _Challenge | None = None


class RecordOut(BaseModel):
    """A punch that was kept."""

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


class PlacePath(BaseModel):
    """A place's number in the path."""

    place_id: AddressId


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

    items: list[BoardItem]
    server_time: str
    cursor: str


class PolicyIn(Strict):
    """A version of a place's policy."""

    evidence: list[Literal["none", "photo", "face", "liveness"]] = Field(
        default_factory=list, max_length=4
    )
    mode: Literal["strict", "toggle", "first_last"] = "strict"
    on_face_down: Literal["refuse", "pending"] = "refuse"
    skew_seconds: int = Field(default=120, ge=0, le=3600)
    without_face: Literal["refuse", "review"] = "review"
    face_check: Literal["at_once", "later"] = "at_once"

    @model_validator(mode="after")
    def _seen_live_at_once(self) -> Self:
        """Being there can be shown at the door only."""
        if "liveness" in self.evidence and self.face_check == "later":
            raise ValueError("a place that asks for liveness compares at once")
        return self


class PolicyOut(PolicyIn):
    """A version of a place's policy, numbered."""

    version: int


class PolicyVersionOut(PolicyOut):
    """The same with who made it, and when."""

    created_by: int | None
    created_at: str


class PolicyVersions(BaseModel):
    """Every version, the newest first."""

    items: list[PolicyVersionOut]
    next_cursor: str | None


class PlaceIn(Strict):
    """A new place."""

    site_id: Id
    name: str = Field(min_length=1, max_length=200)
    is_default: bool = False
    policy: PolicyIn = Field(default_factory=PolicyIn)


class PlaceChange(Strict):
    """What may change of a place."""

    name: str | None = Field(default=None, min_length=1, max_length=200)
    is_default: bool | None = None
    archived: bool = False


class PlaceOut(BaseModel):
    """A place with the policy in force."""

    id: int
    site_id: int
    name: str
    zone: str
    is_default: bool
    policy: PolicyOut


class PlacePage(BaseModel):
    """The places one may see."""

    items: list[PlaceOut]
    next_cursor: str | None
