"""A kiosk with everything behind it: auth_service, face_service and attendance_service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from common.clock import Clock
from common.identity import Role
from common.wsgi import Limits, running
from face_service.app import limit_for
from tests.support.attendance import Cast, Rest, serving
from tests.support.auth import UNCOUNTED, AuthServer, as_user, running_auth
from tests.support.cluster import TestDatabase
from tests.support.face import FaceClient, serving_faces
from tests.support.people import Town

LOOK = "/api/v1/attendance/kiosk/look"
CONFIRM = "/api/v1/attendance/kiosk/confirm"


@dataclass
class Kiosk:
    """A tablet at a site of its own, and the services it works with."""

    rest: Rest
    auth: AuthServer
    face: FaceClient
    cast: Cast
    device: int
    place: int

    @property
    def town(self) -> Town:
        """The people."""
        return self.rest.town

    def look(
        self, *frames: bytes, who: int | None = None, further: Sequence[bytes] = (), **form: Any
    ) -> Any:
        """The answer to frames of a face, and to the ``further`` ones of a movement."""
        named = [*(("image", one) for one in frames), *(("frame", one) for one in further)]
        files = [(name, ("frame.jpg", frame, "image/jpeg")) for name, frame in named]
        return self.rest.call("POST", LOOK, who or self.device, files=files, data=form)

    def show(self, who: int | None = None, **body: Any) -> Any:
        """The answer to a badge, or to a person and a PIN."""
        return self.rest.call("POST", LOOK, who or self.device, json=body)

    def confirm(
        self, ticket: str, *, key: str | None = None, who: int | None = None, **body: Any
    ) -> Any:
        """The answer to the confirmation of ``ticket``."""
        headers = {"Idempotency-Key": key} if key else {}
        sent = {"ticket": ticket, **body}
        return self.rest.call("POST", CONFIRM, who or self.device, json=sent, headers=headers)

    def person(self, **credentials: str) -> int:
        """A new person of the site with a PIN, a badge or both."""
        person = self.cast.someone()
        if credentials:
            token = as_user(self.town.token(self.cast.admin))
            path = f"/api/v1/users/{person}/kiosk"
            answer = self.auth.client.put(path, json=credentials, **token)
            assert answer.status_code == 200, answer.text
        return person


def refusal(answer: Any) -> tuple[int, str]:
    """The status and the code of a problem."""
    return answer.status_code, answer.json()["code"]


def confirmed(kiosk: Kiosk, answer: Any, **more: Any) -> dict[str, Any]:
    """The record made of what a look offered."""
    assert answer.status_code == 200, answer.text
    made = kiosk.confirm(answer.json()["ticket"], **more)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


@contextmanager
def running_kiosk(
    database: TestDatabase, town: Town, clock: Clock | None = None
) -> Iterator[Kiosk]:
    """All three services over ``database``, until the block ends."""
    cast = Cast(town)
    device = town.person(Role.DEVICE, site_id=cast.site)
    with (
        running_auth(database, **UNCOUNTED) as auth,
        serving_faces(database) as face,
        running(face.app.wsgi, threads=4, limits=Limits(limit_for=limit_for)) as (host, port),
        serving(
            town, clock=clock, threads=4, AUTH_URL=auth.url, FACE_URL=f"http://{host}:{port}"
        ) as rest,
    ):
        place = rest.place(cast.admin, cast.site, policy={"mode": "toggle"}, is_default=True)
        yield Kiosk(rest, auth, face, cast, device, place)
