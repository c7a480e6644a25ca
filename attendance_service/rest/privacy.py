"""Erasing the photos of a person's records, and a copy of everything kept about a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from flask import Response
from pydantic import BaseModel

from attendance_service.service.privacy import PrivacyService
from common.clock import rfc3339
from common.httpkit.api import Api, Call, Endpoint
from common.httpkit.fields import example
from common.privacy.rest import RemainsOut, WhosePath, download


class ErasureOut(BaseModel):
    """What was erased. ``faces`` and ``jobs`` are the face service's to tell."""

    model_config = example(
        erased_at="2026-11-26T08:00:00.000000Z",
        photos_of_records=12,
        key_destroyed=True,
        faces=None,
        jobs=None,
        remaining=[{"what": "records", "why": "Times and places of check-ins: work that is owed."}],
    )

    erased_at: str
    photos_of_records: int
    key_destroyed: Literal[True]
    faces: None
    jobs: None
    remaining: list[RemainsOut]


@dataclass(frozen=True, slots=True)
class PrivacyResource:
    """What a person may ask for."""

    service: PrivacyService

    def install(self, api: Api) -> None:
        """Add the endpoints."""
        person = "/api/v1/attendance/people/<person_id>"
        for endpoint in (
            Endpoint(
                "POST",
                [f"{person}/erasure"],
                self.erase,
                {200: ErasureOut},
                path=WhosePath,
                tag="privacy",
            ),
            Endpoint(
                "GET",
                [f"{person}/export"],
                self.export,
                {200: "application/zip"},
                path=WhosePath,
                tag="privacy",
            ),
        ):
            api.add(endpoint)

    def erase(self, call: Call) -> dict[str, Any]:
        """Erase the photos of a person's records by destroying their key; records stay."""
        report = self.service.erase(call.subject, call.path.person_id)
        return {
            "erased_at": rfc3339(report.erased_at),
            "photos_of_records": report.erased.photos,
            "key_destroyed": True,
            "faces": None,
            "jobs": None,
            "remaining": [{"what": one.what, "why": one.why} for one in report.remaining],
        }

    def export(self, call: Call) -> Response:
        """A zip file with everything kept about a person, made while it is sent."""
        person = call.path.person_id
        files = self.service.export(call.subject, person)
        return download(files, f"attendance-{person}.zip")
