"""A kiosk at a place that asks whether somebody is there: real frames, real services."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from attendance_service.kiosk_peers import KioskPeers
from attendance_service.service.kiosk_ports import Shown
from common.clock import FixedClock
from common.errors import DomainError
from common.identity import Role, Subject
from tests.support import frames
from tests.support.attendance import RECORDS, Ledger
from tests.support.face_cast import A2, B, audit, said
from tests.support.kiosk import Kiosk, confirmed, refusal

#: Where somebody stands today: no two looks of this module are alike.
_ASIDE = iter(range(-120, 120, 12))

Judged = Callable[[], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def gate(kiosk: Kiosk) -> int:
    """A place that asks for it."""
    policy = {"mode": "toggle", "evidence": ["face", "liveness"]}
    return kiosk.rest.place(kiosk.cast.admin, kiosk.cast.site, policy=policy)


@pytest.fixture
def judged(kiosk: Kiosk, her: int) -> Judged:
    """What the face service's audit says of her being there, since the test began."""
    before = len(audit(kiosk.town, her, "check_liveness"))
    return lambda: audit(kiosk.town, her, "check_liveness")[before:]


def challenge(kiosk: Kiosk, who: int | None = None) -> tuple[str, str]:
    """A challenge and its movement, asked for by the tablet."""
    token = kiosk.town.token(who or kiosk.device)
    made = said(kiosk.face.call("POST", "/api/v1/faces/challenges", token), 201)
    return made["challenge"], made["kind"]


def moving(kind: str) -> tuple[list[bytes], list[bytes]]:
    """Two frames of somebody who looks into the camera, and four of a movement, as a page sends."""
    aside = next(_ASIDE)
    first, *rest = frames.movement(kind, aside=aside)
    size = 0.75 if kind == "closer" else 1.0
    return [frames.frame(aside=aside, size=size, seed=99), first], rest


def records(kiosk: Kiosk, whose: int) -> int:
    return len(Ledger(kiosk.town, whose).records)


def test_who_makes_the_movement_is_accepted_and_the_record_says_so(
    kiosk: Kiosk, her: int, gate: int, judged: Judged
) -> None:
    token, kind = challenge(kiosk)
    images, further = moving(kind)
    looked = kiosk.look(*images, further=further, challenge=token, place_id=gate)
    record = confirmed(kiosk, looked)
    assert (record["employee_id"], record["status"], record["photo"]) == (her, "accepted", False)
    evidence = record["evidence"]
    assert (evidence["known_by"], evidence["face"]) == ("face", "accept")
    live = evidence["liveness"]
    assert (live["decision"], live["reason"], live["challenge"]) == ("accept", "live", True)
    (checked,) = judged()
    assert (checked["frames"], checked["challenge"]) == (6, kind)
    actor = "SELECT actor FROM face.audit WHERE action = 'check_liveness' ORDER BY id DESC LIMIT 1"
    assert kiosk.town.sql(actor) == [(kiosk.device,)]
    again = kiosk.look(*moving(kind)[0], further=further, challenge=token, place_id=gate)
    assert refusal(again) == (403, "not_live")


@pytest.mark.parametrize("count", [3, 1])
def test_without_a_challenge_somebody_looks_at_the_picture(
    kiosk: Kiosk, her: int, gate: int, clock: FixedClock, count: int
) -> None:
    clock.advance(timedelta(hours=17))
    record = confirmed(
        kiosk, kiosk.look(*frames.still(count=count, aside=next(_ASIDE)), place_id=gate)
    )
    assert (record["status"], record["photo"]) == ("review", True)
    wanted = ("review", "too_few_frames") if count == 1 else ("accept", "live")
    live = record["evidence"]["liveness"]
    assert (live["decision"], live["reason"], live["challenge"]) == (*wanted, False)


def not_moving(kiosk: Kiosk) -> dict[str, Any]:
    """Frames in which nobody moves, and another one's challenge, are no answers to it."""
    first, *rest = frames.still(aside=next(_ASIDE))
    return {"images": [first], "further": rest, "challenge": challenge(kiosk)[0]}


def of_another_tablet(kiosk: Kiosk) -> dict[str, Any]:
    other = kiosk.town.person(Role.DEVICE, site_id=kiosk.cast.site)
    kiosk.face.app.org.refresh()
    token, kind = challenge(kiosk, other)
    images, further = moving(kind)
    return {"images": images, "further": further, "challenge": token}


def of_a_picture(kiosk: Kiosk) -> dict[str, Any]:
    first, *rest = frames.of_a_picture(aside=next(_ASIDE))
    return {"images": [first], "further": rest, "challenge": challenge(kiosk)[0]}


@pytest.mark.parametrize(
    ("shown", "reason"),
    [
        (not_moving, "challenge_failed"),
        (of_another_tablet, "challenge_expired"),
        (of_a_picture, "spoof_suspected"),
    ],
)
def test_who_is_not_there_is_refused_and_it_is_kept(
    kiosk: Kiosk,
    her: int,
    gate: int,
    shown: Callable[[Kiosk], dict[str, Any]],
    reason: str,
) -> None:
    ledger = Ledger(kiosk.town, her)
    before, state = len(ledger.records), ledger.state
    tickets = kiosk.town.sql("SELECT count(*) FROM attendance.kiosk_ticket")
    sent = shown(kiosk)
    images = sent.pop("images")
    answer = kiosk.look(*images, place_id=gate, **sent)
    assert refusal(answer) == (403, "not_live")
    body = answer.json()
    assert body["reason"] == reason
    assert "employee" not in body
    assert ledger.state == state
    assert [one[2:] for one in ledger.records[before:]] == [("refused", "refused")]
    assert ledger.events[-1][2] == "refused"
    assert kiosk.town.sql("SELECT count(*) FROM attendance.kiosk_ticket") == tickets
    kept = kiosk.rest.get(f"{RECORDS}/{body['record']['id']}", kiosk.cast.admin).json()
    assert (kept["status"], kept["photo"], kept["place_id"]) == ("refused", True, gate)
    assert kept["evidence"]["liveness"]["reason"] == reason
    assert (kept["evidence"]["known_by"], kept["evidence"]["device"]) == ("face", kiosk.device)
    source = "SELECT source FROM attendance.record WHERE id = %s"
    assert kiosk.town.sql(source, kept["id"]) == [("kiosk",)]


def test_pin_and_badge_count_as_much_there(kiosk: Kiosk, gate: int) -> None:
    person = kiosk.person(pin="90210", badge="live-badge")
    for way in ({"badge": "live-badge"}, {"person": str(person), "pin": "90210"}):
        record = confirmed(kiosk, kiosk.show(**way, place_id=gate))
        assert (record["employee_id"], record["status"]) == (person, "accepted")
        assert "liveness" not in record["evidence"]


def test_where_nobody_asks_for_it_nothing_is_judged(
    kiosk: Kiosk, her: int, judged: Judged, clock: FixedClock
) -> None:
    clock.advance(timedelta(hours=17))
    token, _ = challenge(kiosk)
    first, *rest = frames.still(aside=next(_ASIDE))
    record = confirmed(kiosk, kiosk.look(first, further=rest, challenge=token))
    assert (record["employee_id"], record["status"]) == (her, "accepted")
    assert "liveness" not in record["evidence"]
    assert judged() == []


def test_a_first_picture_of_somebody_else_knows_nobody(kiosk: Kiosk, her: int, gate: int) -> None:
    before = records(kiosk, her)
    assert refusal(kiosk.look(B, A2, A2, A2, place_id=gate)) == (404, "unknown_face")
    assert records(kiosk, her) == before


def test_what_is_malformed_is_named_and_nothing_is_kept(
    kiosk: Kiosk, her: int, gate: int, judged: Judged
) -> None:
    before = records(kiosk, her)
    first, *rest = frames.still(aside=next(_ASIDE))
    bad = kiosk.look(first, further=[b"text"], place_id=gate)
    assert (*refusal(bad), bad.json()["field"]) == (415, "not_an_image", "frame")
    many = kiosk.look(first, rest[0], further=[rest[1]] * 5, place_id=gate)
    assert (*refusal(many), many.json()["field"]) == (400, "invalid_request", "frame")
    long = kiosk.look(first, challenge="x" * 201, place_id=gate)
    assert (*refusal(long), long.json()["field"]) == (400, "invalid_request", "challenge")
    assert (records(kiosk, her), judged()) == (before, [])


class Lost(KioskPeers):
    """Recognises somebody, and is gone before it says whether they are there."""

    def compare(self, *asked: Any) -> Any:
        return KioskPeers("http://127.0.0.1:9", "http://127.0.0.1:9", deadline=0.5).compare(*asked)


def test_when_nobody_says_so_nobody_is_known(kiosk: Kiosk, her: int, gate: int) -> None:
    assert kiosk.rest.parts is not None
    settings, before = kiosk.rest.parts.settings, records(kiosk, her)
    lost = replace(kiosk.rest.parts.kiosk, peers=Lost(settings.auth_url, settings.face_url))
    device = kiosk.rest.parts.org.person(kiosk.device)
    assert device is not None
    shown = Shown(frames.still(aside=next(_ASIDE)))
    with pytest.raises(DomainError) as fault:
        lost.by_face(Subject(device, "sid", 0), kiosk.town.token(kiosk.device), shown, gate)
    assert fault.value.code == "unavailable"
    assert records(kiosk, her) == before
