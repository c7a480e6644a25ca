"""Consent and enrolled photos, as the face service says them."""

from __future__ import annotations

from typing import Any

import pytest

from clients.python.hazir_client import Enrolment, Problem, Unreachable
from clients.python.tests.answering import Server, transport

CONSENT = {"version": "2026-11", "current_version": "2026-11", "biometrics": True}


def test_whether_a_face_may_be_used(server: Server) -> None:
    people = Enrolment(transport(server))
    for version, holds in (("2026-11", True), ("2026-10", False), (None, False)):
        server.says(CONSENT | {"version": version})
        found = people.consent(7)
        assert (found.in_force, found.biometrics) == (holds, True)
    assert server.calls[0][0] == "GET /api/v1/people/7/consent"


def test_photos(server: Server) -> None:
    people = Enrolment(transport(server))
    server.says({"items": [], "next_cursor": None})
    assert people.photos(7) == 0
    server.says({"items": [{}, {}], "next_cursor": None}, 201)
    assert people.enrol(7, [b"one", b"other"]) == 2
    line, _, body = server.calls[-1]
    assert line == "POST /api/v1/people/7/faces"
    assert body.count(b'name="image"') == 2
    server.says({"code": "too_dark", "field": "image"}, 422)
    with pytest.raises(Problem) as caught:
        people.enrol(7, [b"one"])
    assert (caught.value.code, caught.value.field) == ("too_dark", "image")


@pytest.mark.parametrize("said", [{}, [], None, CONSENT | {"biometrics": "yes"}, {"items": "ab"}])
def test_nonsense_is_no_consent_and_no_photo(server: Server, said: Any) -> None:
    people = Enrolment(transport(server))
    for ask in (people.consent, people.photos):
        server.says(said)
        with pytest.raises(Unreachable):
            ask(7)
