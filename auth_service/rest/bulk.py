"""Files of people."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from flask import Response

from auth_service.rest.admin_models import ImportOut, ImportQuery
from auth_service.service.bulk import Bulk
from common import logs
from common.httpkit.api import Api, Call, Endpoint
from common.identity import SYSTEM, Action, require

_TAG = "People"
_CSV = "text/csv"
IMPORT = "/api/v1/users/import"


@dataclass(frozen=True, slots=True)
class BulkResource:
    """Many people at once."""

    bulk: Bulk

    def install(self, api: Api) -> None:
        """Add the endpoints."""
        for endpoint in (
            Endpoint(
                "POST",
                [IMPORT],
                self.read,
                {200: ImportOut},
                query=ImportQuery,
                files={"file": 1},
                needed=("file",),
                raw=(_CSV,),
                tag=_TAG,
            ),
            Endpoint("GET", ["/api/v1/users/export"], self.write, {200: _CSV}, tag=_TAG),
        ):
            api.add(endpoint)

    def read(self, call: Call) -> dict[str, Any]:
        """Make and change accounts as a CSV file says."""
        require(call.subject, Action.MANAGE_PEOPLE, SYSTEM)
        plain = call.request.mimetype == _CSV
        raw = call.request.get_data() if plain else call.uploads("file")[0]
        done = self.bulk.read(
            call.subject, raw, dry_run=call.query.dry_run, request_id=logs.request_id()
        )
        told = asdict(done)
        told["errors"] = told.pop("faults")
        return told

    def write(self, call: Call) -> Response:
        """Everybody, as a CSV file that can be read in again."""
        response = Response(self.bulk.write(call.subject), mimetype=_CSV)
        response.headers["Content-Disposition"] = 'attachment; filename="people.csv"'
        return response
