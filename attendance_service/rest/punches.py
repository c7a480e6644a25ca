"""Checking in and out."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from attendance_service.domain.evidence import MOST_FRAMES
from attendance_service.domain.punches import Move
from attendance_service.domain.times import parse_time
from attendance_service.rest import present
from attendance_service.rest.models import PunchForm, PunchIn, RecordOut, StateOut
from attendance_service.service.check_in import CheckIn, Punch
from attendance_service.service.records import RecordService
from common.errors import invalid
from common.httpkit.api import Api, Call, Endpoint


@dataclass(frozen=True, slots=True)
class PunchResource:
    """``POST /attendance`` and where one stands."""

    check_in: CheckIn
    records: RecordService

    def install(self, api: Api) -> None:
        """Add the endpoints."""
        api.add(
            Endpoint(
                "POST",
                ["/attendance", "/api/v1/attendance/records"],
                self.punch,
                {201: RecordOut},
                body=PunchIn,
                form=PunchForm,
                files={"image": 1, "frame": MOST_FRAMES},
                idempotent=True,
                tag="punches",
            )
        )
        api.add(
            Endpoint(
                "GET", ["/api/v1/attendance/state"], self.state, {200: StateOut}, tag="punches"
            )
        )

    def punch(self, call: Call) -> dict[str, Any]:
        """Check in or out; the record is durable before the answer."""
        sent = call.body or call.form
        zone = call.subject.person.zone
        position = getattr(sent, "place", None)
        made = self.check_in(
            call.subject,
            Punch(
                action=Move(sent.action),
                claimed_at=parse_time(sent.timestamp, field="timestamp", zone=zone)
                if sent.timestamp
                else None,
                place_id=sent.place_id,
                position=position.model_dump() if position else None,
                image=_image(call),
                key=call.idempotency_key,
                frames=_frames(call),
                challenge=sent.challenge,
            ),
        )
        return present.record(made)

    def state(self, call: Call) -> dict[str, Any]:
        """Where the caller stands: in since when, or out."""
        return present.standing(self.records.standing(call.subject))


def _image(call: Call) -> bytes | None:
    if call.form is not None:
        files = call.uploads("image")
        return files[0] if files else None
    return decode_image(call.body.image)


def _frames(call: Call) -> list[bytes]:
    if call.form is not None:
        return call.uploads("frame")
    found = [decode_image(text, field="frames") for text in call.body.frames]
    return [frame for frame in found if frame is not None]


def decode_image(text: str | None, *, field: str = "image") -> bytes | None:
    """The bytes of a picture in base64, with or without the head of a data URI."""
    if text is None:
        return None
    if text.startswith("data:"):
        text = text.partition(",")[2]
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise invalid(f"{field}: not base64", field=field) from fault
