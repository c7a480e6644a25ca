"""What a kiosk asks: whom frames show, whose a badge or a PIN is; and the seats of a process."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest

from clients.python.hazir_client import (
    Busy,
    Faces,
    KioskAccess,
    KioskPerson,
    Problem,
    Seats,
    Token,
    Unreachable,
)
from clients.python.tests.answering import Server, transport

FOUND = {
    "decision": "accept",
    "employee_id": 7,
    "similarity": 0.7,
    "margin": 0.3,
    "threshold": 0.45,
    "candidates": [],
}
NOBODY = FOUND | {"decision": "reject", "employee_id": None, "similarity": None, "margin": None}
PERSON = {"employee_id": 7, "full_name": "Elif"}


def test_whom_frames_show(server: Server) -> None:
    server.says(FOUND)
    server.says(NOBODY)
    faces = Faces(transport(server))
    found = faces.identify([b"one", b"other"])
    assert (found.decision, found.employee_id) == ("accept", 7)
    assert (found.similarity, found.margin, found.threshold) == (0.7, 0.3, 0.45)
    line, _, body = server.calls[0]
    assert line == "POST /api/v1/faces/identify"
    assert body.count(b'name="image"') == 2
    assert b'name="site"' not in body
    nobody = faces.identify([b"one"], site_id=3)
    assert (nobody.employee_id, nobody.similarity, nobody.margin) == (None, None, None)
    assert b'name="site"\r\n\r\n3' in server.calls[1][2]


@pytest.mark.parametrize(
    "said",
    [
        FOUND | {"employee_id": None},
        FOUND | {"similarity": None},
        FOUND | {"employee_id": "7"},
        FOUND | {"employee_id": True},
        FOUND | {"employee_id": 0},
        FOUND | {"threshold": None},
        FOUND | {"margin": "0.3"},
        FOUND | {"decision": "perhaps"},
        {name: value for name, value in FOUND.items() if name != "margin"},
        [],
        b"<html>",
    ],
)
def test_nonsense_names_nobody(server: Server, said: Any) -> None:
    server.says(said)
    with pytest.raises(Unreachable):
        Faces(transport(server)).identify([b"one"])


def test_whose_a_badge_or_a_pin_is(server: Server) -> None:
    access = KioskAccess(transport(server))
    for _ in range(2):
        server.says(PERSON)
    assert access.by_badge("04A2") == access.by_pin("elif", "4711") == KioskPerson(7, "Elif")
    sent = [json.loads(body) for _, _, body in server.calls]
    assert sent == [{"badge": "04A2"}, {"username_or_number": "elif", "pin": "4711"}]
    assert {line for line, _, _ in server.calls} == {"POST /api/v1/auth/kiosk/resolve"}
    server.says({"items": [PERSON, None]})
    assert access.badges(["a", "b"]) == (KioskPerson(7, "Elif"), None)
    assert server.calls[-1][0] == "POST /api/v1/auth/kiosk/badges"
    server.says({"code": "invalid_credentials"}, 401)
    with pytest.raises(Problem) as caught:
        access.by_badge("unheard of")
    assert caught.value.code == "invalid_credentials"


@pytest.mark.parametrize(
    "said", [{"items": []}, {"items": [{}]}, {"items": [PERSON | {"employee_id": -1}]}, {}, None]
)
def test_nonsense_is_nobodys_badge(server: Server, said: Any) -> None:
    server.says(said)
    with pytest.raises(Unreachable):
        KioskAccess(transport(server)).badges(["a"])


def test_somebody_elses_token_goes_the_same_way(server: Server) -> None:
    seats = Seats(1, patience=0.05)
    mine = transport(server, seats=seats, deadline=7)
    theirs = mine.bearing(Token("their-token"))
    server.says(PERSON)
    KioskAccess(theirs).by_badge("a")
    assert server.calls[0][1]["Authorization"] == "Bearer their-token"
    assert (theirs.seats, theirs.deadline, theirs.url) == (seats, 7, mine.url)


def test_who_finds_no_seat_asks_nobody(server: Server) -> None:
    seats = Seats(1, patience=0.1)
    access = KioskAccess(transport(server, seats=seats))
    server.drip = 0.02
    server.says(PERSON)
    sitting = threading.Thread(target=access.by_badge, args=["slow"])
    sitting.start()
    while not server.calls:
        time.sleep(0.01)
    began = time.monotonic()
    with pytest.raises(Busy):
        access.by_badge("no seat")
    assert 0.1 <= time.monotonic() - began < 0.5
    sitting.join()
    assert len(server.calls) == 1
    server.drip = 0
    server.says({"code": "invalid_credentials"}, 401)
    server.says(PERSON)
    with pytest.raises(Problem):
        access.by_badge("a refusal gives its seat back")
    assert access.by_badge("so this one sits").employee_id == 7
