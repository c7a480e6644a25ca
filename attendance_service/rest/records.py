"""Reading records, photos and the board."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Response

from attendance_service.rest import present
from attendance_service.rest.models import (
    BoardOut,
    BoardQuery,
    DayQuery,
    PersonPath,
    RecordOut,
    RecordPage,
    RecordPath,
    RecordsQuery,
)
from attendance_service.service.records import RecordService
from common.httpkit.api import Answer, Api, Call, Endpoint


@dataclass(frozen=True, slots=True)
class RecordResource:
    """Records, one's own and those of the people one answers for."""

    service: RecordService

    def install(self, api: Api) -> None:
        """Add the endpoints."""
        base = "/api/v1/attendance"
        endpoints = [
            Endpoint(
                "GET",
                ["/attendance/<employee_id>"],
                self.day,
                {200: list[RecordOut]},
                path=PersonPath,
                query=DayQuery,
            ),
            Endpoint("GET", [f"{base}/records"], self.page, {200: RecordPage}, query=RecordsQuery),
            Endpoint(
                "GET",
                [f"{base}/records/<record_id>"],
                self.one,
                {200: RecordOut},
                path=RecordPath,
            ),
            Endpoint(
                "GET",
                [f"{base}/records/<record_id>/photo"],
                self.photo,
                {200: "image/jpeg"},
                path=RecordPath,
            ),
            Endpoint("GET", [f"{base}/board"], self.board, {200: BoardOut}, query=BoardQuery),
        ]
        for endpoint in endpoints:
            api.add(endpoint)

    def day(self, call: Call) -> Answer:
        """A person's records of today in their zone, newest first."""
        found = self.service.today(
            call.subject, call.path.employee_id, present.window(call.query, "accepted")
        )
        items, cursor = present.page(found, call.query.limit)
        headers = {}
        if cursor:
            query = call.request.args.to_dict() | {"cursor": cursor}
            headers["Link"] = f'<{call.request.path}?{urlencode(query)}>; rel="next"'
        return Answer(items, 200, headers)

    def page(self, call: Call) -> dict[str, Any]:
        """The records one may see, newest first, of every status unless one is asked for."""
        found = self.service.visible(
            call.subject, call.query.employee_id, present.window(call.query, "all")
        )
        items, cursor = present.page(found, call.query.limit)
        return {"items": items, "next_cursor": cursor}

    def one(self, call: Call) -> dict[str, Any]:
        """One record."""
        return present.record(self.service.get(call.subject, call.path.record_id))

    def photo(self, call: Call) -> Response:
        """The photo that was taken with a record."""
        jpeg = self.service.photo(call.subject, call.path.record_id)
        response = Response(jpeg, mimetype="image/jpeg")
        response.headers["Content-Disposition"] = "inline; filename=photo.jpg"
        response.headers["Content-Security-Policy"] = "default-src 'none'"
        return response

    def board(self, call: Call) -> dict[str, Any]:
        """Who is in, with the cursor from which the feed goes on."""
        found = self.service.board(
            call.subject, site_id=call.query.site_id, team_id=call.query.team_id
        )
        return present.board(found)
