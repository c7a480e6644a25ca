"""The people, photos and calls that the tests of the face service share."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from face_service.domain.consent import CONSENT_VERSION
from tests.support import pictures
from tests.support.face import FaceClient
from tests.support.people import Town
from tests.support.portraits import OTHER, SAME, portrait

A, A2, A3 = (portrait(name) for name in SAME)
B = portrait(OTHER)
BLANK = pictures.photo(320, 240)


@dataclass(frozen=True, slots=True)
class Cast:
    """People who stand in every relation to ``staff``."""

    staff: int
    mate: int
    manager: int
    outsider: int
    admin: int
    device: int
    attendance: int
    elsewhere: int


def said(response: Any, status: int) -> dict[str, Any]:
    """The answer's body; it must have ``status``."""
    body = response.get_data(as_text=True)
    assert response.status_code == status, body
    return json.loads(body) if body else {}


def problem(response: Any, status: int, code: str, field: str | None = None) -> dict[str, Any]:
    """The body of a refusal with this status, code and field."""
    assert response.mimetype == "application/problem+json"
    body = said(response, status)
    assert (body["code"], body.get("field")) == (code, field), body
    return body


def consent(face: FaceClient, town: Town, person: int) -> None:
    """Give the person's consent in their own name."""
    path = f"/api/v1/people/{person}/consent"
    given = face.call("POST", path, town.token(person), json={"version": CONSENT_VERSION})
    said(given, 201)


def enrol(face: FaceClient, town: Town, person: int, *photos: bytes) -> dict[str, Any]:
    """Consent and enrol ``photos``; the page of enrolled photos."""
    consent(face, town, person)
    files = [("image", photo) for photo in photos]
    path = f"/api/v1/people/{person}/faces"
    return said(face.call("POST", path, town.token(person), files=files), 201)


def verify(face: FaceClient, token: str, image: bytes, person: int) -> Any:
    """The answer to whether ``image`` shows ``person``."""
    return face.call(
        "POST",
        "/api/v1/faces/verify",
        token,
        files=[("image", image)],
        form={"employee_id": str(person)},
    )


def audit(town: Town, person: int, action: str) -> list[dict[str, Any]]:
    """What the audit says of the person's ``action``, the oldest first."""
    rows = town.sql(
        "SELECT coalesce(after, before) FROM face.audit WHERE object = %s AND action = %s"
        " ORDER BY id",
        f"person:{person}",
        action,
    )
    return [row[0] for row in rows]


def two_people() -> bytes:
    """Two equally large faces side by side."""
    import cv2
    import numpy as np

    face = cv2.imdecode(np.frombuffer(A2, np.uint8), cv2.IMREAD_COLOR)
    small = cv2.resize(face, (300, 300 * face.shape[0] // face.shape[1]))
    return pictures.encoded(np.hstack([small, small]))
