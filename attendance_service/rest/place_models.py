"""What comes in and goes out over HTTP about places and their policies."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, Field, model_validator

from common.httpkit.fields import AddressId, Id, Strict, example


class PlacePath(BaseModel):
    """A place's number in the path."""

    place_id: AddressId


class PolicyIn(Strict):
    """A version of a place's policy."""

    model_config = example(evidence=["photo", "face"], mode="strict", face_check="at_once")

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

    model_config = example(
        version=2,
        evidence=["photo", "face"],
        mode="strict",
        on_face_down="refuse",
        skew_seconds=120,
        without_face="review",
        face_check="at_once",
    )

    version: int


class PolicyVersionOut(PolicyOut):
    """The same with who made it, and when."""

    model_config = example(
        version=2,
        evidence=["photo", "face"],
        mode="strict",
        on_face_down="refuse",
        skew_seconds=120,
        without_face="review",
        face_check="at_once",
        created_by=1,
        created_at="2026-11-25T10:00:00.000000Z",
    )

    created_by: int | None
    created_at: str


class PolicyVersions(BaseModel):
    """Every version, the newest first."""

    items: list[PolicyVersionOut]
    next_cursor: str | None


class PlaceIn(Strict):
    """A new place."""

    model_config = example(site_id=1, name="Main gate", policy={"evidence": ["photo"]})

    site_id: Id
    name: str = Field(min_length=1, max_length=200)
    is_default: bool = False
    policy: PolicyIn = Field(default_factory=PolicyIn)


class PlaceChange(Strict):
    """What may change of a place."""

    model_config = example(name="North gate")

    name: str | None = Field(default=None, min_length=1, max_length=200)
    is_default: bool | None = None
    archived: bool = False


class PlaceOut(BaseModel):
    """A place with the policy in force."""

    model_config = example(
        id=3,
        site_id=1,
        name="Main gate",
        zone="Europe/Istanbul",
        is_default=True,
        policy={"version": 2, "evidence": ["photo", "face"]},
    )

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
