"""Erasing what is kept about a face, and a copy of everything kept about a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from flask import Response
from pydantic import BaseModel

from common.clock import rfc3339
from common.httpkit.api import Api, Call, Endpoint
from common.httpkit.fields import example
from common.privacy.rest import RemainsOut, WhosePath, download
from face_service.service.privacy import PrivacyService


class ErasureOut(BaseModel):
    """What was erased. ``photos_of_records`` are the attendance service's to tell."""

    model_config = example(
        erased_at="2026-11-26T08:00:00.000000Z",
        faces=3,
        key_destroyed=True,
        photos_of_records=None,
        jobs=0,
        remaining=[{"what": "backups", "why": "What was backed up before, until it is deleted."}],
    )

    erased_at: str
    faces: int
    key_destroyed: Literal[True]
    photos_of_records: None
    jobs: int
    remaining: list[RemainsOut]


@dataclass(frozen=True, slots=True)
class PrivacyResource:
    """What a person may ask for."""

    service: PrivacyService

    def install(self, api: Api) -> None:
        """Add the endpoints."""
        person = "/api/v1/people/<person_id>"
        of_person: dict[str, Any] = {"path": WhosePath, "tag": "privacy"}
        for endpoint in (
            Endpoint("POST", [f"{person}/erasure"], self.erase, {200: ErasureOut}, **of_person),
            Endpoint(
                "GET", [f"{person}/export"], self.export, {200: "application/zip"}, **of_person
            ),
        ):
            api.add(endpoint)

    def erase(self, call: Call) -> dict[str, Any]:
        """Erase whatever is kept about a face by destroying its key; it ends the consent too."""
        report = self.service.erase(call.subject, call.path.person_id)
        return {
            "erased_at": rfc3339(report.erased_at),
            "faces": report.erased.faces,
            "key_destroyed": True,
            "photos_of_records": None,
            "jobs": report.erased.jobs,
            "remaining": [{"what": one.what, "why": one.why} for one in report.remaining],
        }

    def export(self, call: Call) -> Response:
        """A zip file with everything kept about a person, made while it is sent."""
        person = call.path.person_id
        return download(self.service.export(call.subject, person), f"face-{person}.zip")
