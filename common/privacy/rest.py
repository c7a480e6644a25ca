"""The access log and downloads over HTTP, for every service that keeps people's photos."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from flask import Response
from pydantic import BaseModel, Field

from common.clock import SystemClock
from common.httpkit.api import Api, Call, Endpoint
from common.httpkit.fields import AddressId, example
from common.privacy.archive import archive
from common.privacy.looks import Looks
from common.privacy.shown import look
from common.privacy.whose import People


class WhosePath(BaseModel):
    """The person whose data it is."""

    person_id: AddressId


class LooksQuery(BaseModel):
    """Which part of the list."""

    limit: int = Field(default=100, ge=1, le=500)
    cursor: str | None = Field(default=None, pattern=r"^[0-9]{1,15}$")


class LookActor(BaseModel):
    """Who looked; ``username`` is null when there is no such account any more."""

    model_config = example(employee_id=2, username="demo_manager_1")

    employee_id: int
    username: str | None


class LookItem(BaseModel):
    """One look: at a photo of a record (``record:7``) or of the enrolment (``face:7``), or a copy
    of everything (``person:7``)."""

    model_config = example(
        at="2026-11-26T08:00:00.000000Z",
        actor={"employee_id": 2, "username": "demo_manager_1"},
        what="record_photo",
        object="record:7",
    )

    at: str
    actor: LookActor
    what: Literal["record_photo", "enrolled_photo", "export"]
    object: str


class LookPage(BaseModel):
    """Some looks, the newest first."""

    items: list[LookItem]
    next_cursor: str | None


class RemainsOut(BaseModel):
    """What stays, as a stable word, and why."""

    model_config = example(what="backups", why="What was backed up before, until it is deleted.")

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class AccessLogResource:
    """Who looked at a person's photos; ``path`` ends in the person's number."""

    looks: Looks
    people: People
    path: str

    def install(self, api: Api) -> None:
        """Add the endpoint."""
        api.add(
            Endpoint(
                "GET",
                [f"{self.path}/access-log"],
                self.page,
                {200: LookPage},
                path=WhosePath,
                query=LooksQuery,
                tag="privacy",
            )
        )

    def page(self, call: Call) -> dict[str, Any]:
        """Who looked at this person's photos, the newest first."""
        query: LooksQuery = call.query
        before = int(query.cursor) if query.cursor else None
        rows = self.looks.page(
            self.people, call.subject, call.path.person_id, before, query.limit + 1
        )
        more = len(rows) > query.limit
        return {
            "items": [look(row) for row in rows[: query.limit]],
            "next_cursor": str(rows[query.limit - 1].id) if more else None,
        }


def download(files: Iterable[tuple[str, bytes]], name: str) -> Response:
    """``files`` as a zip file that is made while it is sent, and kept by nobody on its way."""
    response = Response(archive(files, SystemClock().now()), mimetype="application/zip")
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    response.headers["Cache-Control"] = "no-store"
    return response
