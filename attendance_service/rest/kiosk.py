"""A kiosk's two calls: look, and confirm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, model_validator

from attendance_service.domain.evidence import CHALLENGE
from attendance_service.domain.evidence import MOST_FRAMES as MOST_FURTHER
from attendance_service.domain.kiosk import MOST_FRAMES, MOST_PICTURES
from attendance_service.rest import present
from attendance_service.rest.models import LONGEST_BASE64, RecordOut
from attendance_service.rest.punches import decode_image
from attendance_service.service.kiosk import Kiosk
from attendance_service.service.kiosk_ports import Offer, Shown
from common.clock import rfc3339
from common.errors import invalid
from common.httpkit.api import Api, Call, Endpoint, bearer
from common.httpkit.fields import Id, Strict, example

_BASE = "/api/v1/attendance/kiosk"
_Text = Annotated[str, Field(min_length=1, max_length=200)]


class LookForm(BaseModel):
    """At which place; without it the site's default one, if that is a kiosk's.

    Where the place asks for liveness, the files ``frame`` follow those of ``image`` and show the
    movement of ``challenge``, which the device has asked the face service for.
    """

    model_config = example(place_id=3)

    place_id: Id | None = None
    challenge: Annotated[str, Field(pattern=CHALLENGE)] | None = None


class LookIn(Strict):
    """A badge, or a username or number with a PIN: the way that needs no face."""

    model_config = example(person="demo_staff_1", pin="7391", place_id=3)

    badge: _Text | None = None
    person: Annotated[str, Field(min_length=1, max_length=150)] | None = None
    pin: Annotated[str, Field(min_length=1, max_length=32)] | None = None
    place_id: Id | None = None

    @model_validator(mode="after")
    def _one_way(self) -> LookIn:
        given = (self.badge is not None, self.person is not None, self.pin is not None)
        if given not in ((True, False, False), (False, True, True)):
            raise ValueError("send a badge, or person and pin")
        return self


class KnownOut(BaseModel):
    """Who was known."""

    model_config = example(employee_id=7, full_name="Elif Aydın")

    employee_id: int
    full_name: str


class LookOut(BaseModel):
    """Somebody is known: ``ticket`` confirms ``action``, once, until ``expires_at``.

    ``photo`` says that the confirmation must bring a picture.
    """

    model_config = example(
        ticket="h2_M1g…the ticket…SDArU",
        employee={"employee_id": 7, "full_name": "Elif Aydın"},
        action="in",
        place_id=3,
        photo=False,
        expires_at="2026-11-26T08:58:03.120000Z",
    )

    ticket: str
    employee: KnownOut
    action: Literal["in", "out"]
    place_id: int
    photo: bool
    expires_at: str


class ConfirmIn(Strict):
    """The person has confirmed; ``image`` is a picture in base64, where the place keeps one."""

    model_config = example(ticket="h2_M1g…the ticket…SDArU")

    ticket: _Text
    image: str | None = Field(default=None, max_length=LONGEST_BASE64)


@dataclass(frozen=True, slots=True)
class KioskResource:
    """For devices, and people of their own site."""

    kiosk: Kiosk

    def install(self, api: Api) -> None:
        """Add the endpoints."""
        for endpoint in (
            Endpoint(
                "POST",
                [f"{_BASE}/look"],
                self.look,
                {200: LookOut},
                body=LookIn,
                form=LookForm,
                files={"image": MOST_FRAMES, "frame": MOST_FURTHER},
                needed=("image",),
                tag="kiosk",
            ),
            Endpoint(
                "POST",
                [f"{_BASE}/confirm"],
                self.confirm,
                {201: RecordOut},
                body=ConfirmIn,
                idempotent=True,
                tag="kiosk",
            ),
        ):
            api.add(endpoint)

    def look(self, call: Call) -> dict[str, Any]:
        """Know somebody by one to five frames of their face, by a badge, or by a PIN."""
        token = bearer(call.request)
        if call.form is not None:
            shown = Shown(call.uploads("image"), call.uploads("frame"), call.form.challenge)
            if len(shown.images) + len(shown.frames) > MOST_PICTURES:
                message = f"image and frame: at most {MOST_PICTURES} files are taken together"
                raise invalid(message, field="frame")
            return _offer(self.kiosk.by_face(call.subject, token, shown, call.form.place_id))
        sent: LookIn = call.body
        if sent.badge is not None:
            return _offer(self.kiosk.by_badge(call.subject, token, sent.badge, sent.place_id))
        assert sent.person is not None
        assert sent.pin is not None
        offer = self.kiosk.by_pin(call.subject, token, sent.person, sent.pin, sent.place_id)
        return _offer(offer)

    def confirm(self, call: Call) -> dict[str, Any]:
        """Record what somebody was offered; the record is durable before the answer."""
        sent: ConfirmIn = call.body
        image = decode_image(sent.image)
        made = self.kiosk.confirm(call.subject, sent.ticket, call.idempotency_key, image)
        return present.record(made)


def _offer(offer: Offer) -> dict[str, Any]:
    person = offer.person
    return {
        "ticket": offer.ticket,
        "employee": {
            "employee_id": person.employee_id,
            "full_name": person.full_name or person.username,
        },
        "action": offer.action.value,
        "place_id": offer.place.id,
        "photo": offer.photo,
        "expires_at": rfc3339(offer.expires_at),
    }
