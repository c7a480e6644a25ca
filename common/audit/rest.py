"""The audit over HTTP: one resource for every service that has one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field

from common.audit.listing import AuditLines, Wanted
from common.clock import rfc3339
from common.db import Row
from common.httpkit.api import Api, Call, Endpoint
from common.httpkit.fields import AddressId, example

_RFC3339 = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})")


def _instant(text: Any) -> Any:
    """Nothing but RFC 3339 with an offset is an instant: no bare number, no date."""
    if not isinstance(text, str) or not _RFC3339.fullmatch(text):
        raise ValueError("must be an RFC 3339 time with an offset")
    return text


_Instant = Annotated[AwareDatetime, BeforeValidator(_instant)]
_Word = Annotated[str, Field(min_length=1, max_length=200)]


class AuditQuery(BaseModel):
    """Which decisions are wanted; ``from`` is inclusive, ``to`` is not."""

    actor: AddressId | None = None
    object: _Word | None = None
    action: _Word | None = None
    start: _Instant | None = Field(default=None, alias="from")
    end: _Instant | None = Field(default=None, alias="to")
    limit: int = Field(default=100, ge=1, le=500)
    cursor: str | None = Field(default=None, pattern=r"^[0-9]{1,15}$")


class AuditActor(BaseModel):
    """Who decided."""

    model_config = example(employee_id=1, username="demo_admin")

    employee_id: int
    username: str | None


class AuditItem(BaseModel):
    """One decision; ``number`` is its place in the chain, once it is ``chained``."""

    model_config = example(
        id=12,
        number=12,
        at="2026-11-26T08:00:00.000000Z",
        actor={"employee_id": 1, "username": "demo_admin"},
        action="account.roles",
        object="account:7",
        object_name="demo_staff_1",
        before={"roles": ["staff"]},
        after={"roles": ["manager", "staff"]},
        reason="Leads the front desk from today.",
        request_id="6f9b03…32 hexadecimal digits…67af",
        chained=True,
    )

    id: int
    number: int | None
    at: str
    actor: AuditActor | None
    action: str
    object: str
    object_name: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str | None
    request_id: str | None
    chained: bool


class AuditPage(BaseModel):
    """Some decisions, the newest first."""

    items: list[AuditItem]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class AuditResource:
    """The list of a service's decisions, under ``path``."""

    lines: AuditLines
    path: str

    def install(self, api: Api) -> None:
        """Add the endpoint."""
        api.add(
            Endpoint("GET", [self.path], self.page, {200: AuditPage}, query=AuditQuery, tag="Audit")
        )

    def page(self, call: Call) -> dict[str, Any]:
        """Who decided what, the newest first."""
        query: AuditQuery = call.query
        wanted = Wanted(
            actor=query.actor,
            object=query.object,
            action=query.action,
            start=query.start,
            end=query.end,
            before=int(query.cursor) if query.cursor else None,
            limit=query.limit + 1,
        )
        rows = self.lines.page(call.subject, wanted)
        more = len(rows) > query.limit
        return {
            "items": [_item(row) for row in rows[: query.limit]],
            "next_cursor": str(rows[query.limit - 1].id) if more else None,
        }


def _item(row: Row) -> dict[str, Any]:
    actor = row.actor and {"employee_id": row.actor, "username": row.actor_name}
    return {
        "id": row.id,
        "number": row.number,
        "at": rfc3339(row.at),
        "actor": actor,
        "action": row.action,
        "object": row.object,
        "object_name": row.object_name,
        "before": row.before,
        "after": row.after,
        "reason": row.reason,
        "request_id": row.request_id or None,
        "chained": row.number is not None,
    }
