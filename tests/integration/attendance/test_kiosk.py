"""The kiosk end to end: look, confirm, done; and the ways that need no face."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.clock import FixedClock
from common.identity import Role
from tests.support.attendance import Ledger, base64_of
from tests.support.cluster import TestDatabase
from tests.support.face_cast import A2, A3, BLANK, A, B, enrol, two_people
from tests.support.kiosk import Kiosk, running_kiosk
from tests.support.people import Town
from tests.support.pictures import photo

PICTURE = base64_of(photo())


@pytest.fixture(scope="module")
def clock() -> FixedClock:
    return FixedClock(datetime.now(UTC))


@pytest.fixture(scope="module")
def kiosk(database: TestDatabase, town: Town, clock: FixedClock) -> Iterator[Kiosk]:
    with running_kiosk(database, town, clock) as running:
        yield running


@pytest.fixture(scope="module")
def her(kiosk: Kiosk) -> int:
    """Somebody whose face is known there."""
    person = kiosk.cast.someone()
    kiosk.face.app.org.refresh()
    enrol(kiosk.face, kiosk.town, person, A, A3)
    return person


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def confirmed(kiosk: Kiosk, answer: Any, **more: Any) -> dict[str, Any]:
    """The record made of what a look offered."""
    assert answer.status_code == 200, answer.text
    made = kiosk.confirm(answer.json()["ticket"], **more)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


class TestFace:
    def test_in_and_out(self, kiosk: Kiosk, her: int) -> None:
        looked = kiosk.look(A2, A3, A2)
        record = confirmed(kiosk, looked)
        offer = looked.json()
        name = kiosk.town.sql("SELECT full_name FROM auth.person WHERE employee_id = %s", her)
        assert offer["employee"] == {"employee_id": her, "full_name": name[0][0]}
        assert (offer["action"], offer["place_id"], offer["photo"]) == ("in", kiosk.place, False)
        assert (record["employee_id"], record["action"], record["status"]) == (
            her,
            "in",
            "accepted",
        )
        evidence = record["evidence"]
        assert (evidence["known_by"], evidence["device"]) == ("face", kiosk.device)
        assert evidence["similarity"] > evidence["threshold"] == 0.45
        source = "SELECT source FROM attendance.record WHERE id = %s"
        assert kiosk.town.sql(source, record["id"]) == [("kiosk",)]
        assert confirmed(kiosk, kiosk.look(A2))["action"] == "out"

    @pytest.mark.parametrize(
        ("frames", "wanted"),
        [
            ([B], (404, "unknown_face")),
            ([A2, B], (404, "unknown_face")),
            ([BLANK], (422, "no_face")),
            ([two_people()], (422, "several_faces")),
            ([b"text"], (422, "not_an_image")),
            ([A2] * 6, (400, "invalid_request")),
        ],
    )
    def test_nobody_surely(
        self, kiosk: Kiosk, her: int, frames: list[bytes], wanted: tuple[int, str]
    ) -> None:
        assert refusal(kiosk.look(*frames)) == wanted

    def test_a_consent_withdrawn_counts_at_once_and_the_other_way_stays(self, kiosk: Kiosk) -> None:
        person = kiosk.person(pin="4711")
        kiosk.face.app.org.refresh()
        enrol(kiosk.face, kiosk.town, person, B)
        assert kiosk.look(B).json()["employee"]["employee_id"] == person
        token = kiosk.town.token(person)
        path = f"/api/v1/people/{person}/consent"
        assert kiosk.face.call("DELETE", path, token).status_code == 204
        assert refusal(kiosk.look(B)) == (404, "unknown_face")
        assert confirmed(kiosk, kiosk.show(person=str(person), pin="4711"))["action"] == "in"

    def test_where_faces_are_off_the_other_way_works_equally(self, kiosk: Kiosk) -> None:
        site = kiosk.town.site("without faces")
        device = kiosk.town.person(Role.DEVICE, site_id=site)
        person = kiosk.town.person(site_id=site)
        kiosk.rest.place(kiosk.cast.admin, site, policy={"mode": "toggle"})
        token = {"Authorization": f"Bearer {kiosk.town.token(kiosk.cast.admin)}"}
        path = f"/api/v1/users/{person}/kiosk"
        kiosk.auth.client.put(path, json={"badge": "equal-badge"}, headers=token)
        assert refusal(kiosk.look(A2, who=device)) == (403, "biometrics_off")
        offer = kiosk.show(who=device, badge="equal-badge").json()
        record = kiosk.confirm(offer["ticket"], who=device).json()
        assert (record["employee_id"], record["status"]) == (person, "accepted")


class TestBadgeAndPin:
    def test_badge(self, kiosk: Kiosk) -> None:
        person = kiosk.person(badge="04A22F19")
        record = confirmed(kiosk, kiosk.show(badge="04a22f19"))
        assert (record["employee_id"], record["action"], record["status"]) == (
            person,
            "in",
            "accepted",
        )
        assert record["evidence"] == {
            "device": kiosk.device,
            "known_by": "badge",
            "photo": False,
        }

    def test_pin(self, kiosk: Kiosk) -> None:
        person = kiosk.person(pin="90210")
        assert refusal(kiosk.show(person=str(person), pin="90211")) == (401, "invalid_credentials")
        record = confirmed(kiosk, kiosk.show(person=str(person), pin="90210"))
        assert (record["employee_id"], record["evidence"]["known_by"]) == (person, "pin")

    def test_unknown_badge(self, kiosk: Kiosk) -> None:
        assert refusal(kiosk.show(badge="unheard of")) == (401, "invalid_credentials")

    @pytest.mark.parametrize(
        "body",
        [{}, {"person": "x"}, {"pin": "4711"}, {"badge": "abcd", "pin": "4711"}, {"badge": 4711}],
    )
    def test_one_way_at_a_time(self, kiosk: Kiosk, body: dict[str, Any]) -> None:
        assert refusal(kiosk.show(**body)) == (400, "invalid_request")

    def test_a_policy_that_asks_for_faces_takes_every_way(self, kiosk: Kiosk) -> None:
        policy = {"mode": "toggle", "evidence": ["face"]}
        place = kiosk.rest.place(kiosk.cast.admin, kiosk.cast.site, policy=policy)
        kiosk.person(badge="equal at the gate")
        record = confirmed(kiosk, kiosk.show(badge="equal at the gate", place_id=place))
        assert (record["status"], record["place_id"]) == ("accepted", place)


class TestTicket:
    def test_it_is_good_once(self, kiosk: Kiosk) -> None:
        person = kiosk.person(badge="once-badge")
        ticket = kiosk.show(badge="once-badge").json()["ticket"]
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: kiosk.confirm(ticket), range(8)))
        assert sorted(answer.status_code for answer in answers) == [201, *[409] * 7]
        assert {a.json()["code"] for a in answers if a.status_code == 409} == {"ticket_used"}
        assert len(Ledger(kiosk.town, person).records) == 1

    def test_the_same_key_gets_the_same_answer_also_much_later(
        self, kiosk: Kiosk, clock: FixedClock
    ) -> None:
        person = kiosk.person(badge="again-badge")
        ticket = kiosk.show(badge="again-badge").json()["ticket"]
        first = kiosk.confirm(ticket, key="again-1")
        clock.advance(timedelta(hours=1))
        again = kiosk.confirm(ticket, key="again-1")
        assert (again.status_code, again.json()) == (201, first.json())
        other = kiosk.show(badge="again-badge").json()["ticket"]
        assert refusal(kiosk.confirm(other, key="again-1")) == (422, "idempotency_mismatch")
        assert len(Ledger(kiosk.town, person).records) == 1

    def test_it_is_over_after_a_minute(self, kiosk: Kiosk, clock: FixedClock) -> None:
        kiosk.person(badge="late-badge")
        ticket = kiosk.show(badge="late-badge").json()["ticket"]
        clock.advance(timedelta(seconds=61))
        assert refusal(kiosk.confirm(ticket)) == (410, "ticket_expired")

    def test_it_is_good_at_its_own_kiosk(self, kiosk: Kiosk) -> None:
        kiosk.person(badge="own-kiosk-badge")
        ticket = kiosk.show(badge="own-kiosk-badge").json()["ticket"]
        other = kiosk.town.person(Role.DEVICE, site_id=kiosk.cast.site)
        assert refusal(kiosk.confirm(ticket, who=other)) == (404, "unknown_ticket")
        assert refusal(kiosk.confirm("x" * 43)) == (404, "unknown_ticket")

    def test_what_was_shown_is_what_happens(self, kiosk: Kiosk, clock: FixedClock) -> None:
        """Two looks, both offered "in": the second does not become an "out"."""
        person = kiosk.person(badge="two-looks-badge")
        first, second = (kiosk.show(badge="two-looks-badge").json() for _ in range(2))
        assert kiosk.confirm(first["ticket"]).status_code == 201
        assert refusal(kiosk.confirm(second["ticket"])) == (409, "already_in")
        assert [record[1] for record in Ledger(kiosk.town, person).records] == ["in"]
        clock.advance(timedelta(hours=8))
        assert kiosk.show(badge="two-looks-badge").json()["action"] == "out"

    def test_who_is_locked_meanwhile_is_not_recorded(self, kiosk: Kiosk) -> None:
        person = kiosk.person(badge="locked-meanwhile")
        ticket = kiosk.show(badge="locked-meanwhile").json()["ticket"]
        lock = "UPDATE auth.person SET locked_at = now() WHERE employee_id = %s"
        kiosk.town.sql(lock, person)
        kiosk.town.announce("person", person)
        kiosk.rest.parts.org.refresh()  # type: ignore[union-attr]
        assert refusal(kiosk.confirm(ticket)) == (403, "forbidden")
        assert Ledger(kiosk.town, person).records == []

    def test_what_is_over_is_purged(self, kiosk: Kiosk) -> None:
        kiosk.person(badge="purged-badge")
        kiosk.show(badge="purged-badge")
        kiosk.town.sql("UPDATE attendance.kiosk_ticket SET expires_at = now() - interval '1 hour'")
        assert kiosk.rest.parts is not None
        kiosk.rest.parts.upkeep._purge()
        assert kiosk.town.sql("SELECT count(*) FROM attendance.kiosk_ticket") == [(0,)]


class TestPhoto:
    @pytest.fixture
    def gate(self, kiosk: Kiosk) -> int:
        """A place that keeps a picture of each punch."""
        policy = {"mode": "toggle", "evidence": ["photo"]}
        return kiosk.rest.place(kiosk.cast.admin, kiosk.cast.site, policy=policy)

    def test_the_frame_that_was_looked_at_is_kept(
        self, kiosk: Kiosk, her: int, gate: int, clock: FixedClock
    ) -> None:
        clock.advance(timedelta(hours=17))
        looked = kiosk.look(A2, A3, place_id=gate)
        assert looked.json()["photo"] is False
        held = kiosk.town.sql("SELECT photo FROM attendance.kiosk_ticket WHERE photo IS NOT NULL")
        assert len(held) == 1
        assert b"JFIF" not in bytes(held[0][0])
        record = confirmed(kiosk, looked)
        assert (record["photo"], record["evidence"]["photo"]) == (True, True)
        seen = kiosk.rest.get(f"/api/v1/attendance/records/{record['id']}/photo", kiosk.cast.admin)
        assert seen.headers["Content-Type"] == "image/jpeg"

    def test_a_badge_brings_its_picture_with_the_confirmation(
        self, kiosk: Kiosk, gate: int
    ) -> None:
        kiosk.person(badge="photo-badge")
        looked = kiosk.show(badge="photo-badge", place_id=gate)
        assert looked.json()["photo"] is True
        ticket = looked.json()["ticket"]
        assert refusal(kiosk.confirm(ticket)) == (403, "photo_missing")
        assert refusal(kiosk.confirm(ticket, image="!")) == (400, "invalid_request")
        assert refusal(kiosk.confirm(ticket, image=base64_of(b"text")))[0] == 415
        record = confirmed(kiosk, looked, image=PICTURE, key="with-a-photo")
        assert record["photo"] is True
        again = kiosk.confirm(ticket, image=PICTURE, key="with-a-photo")
        assert (again.status_code, again.json()["id"]) == (201, record["id"])


class TestWhere:
    def test_a_place_that_is_no_kiosks(self, kiosk: Kiosk) -> None:
        strict = kiosk.rest.place(kiosk.cast.admin, kiosk.cast.site)
        assert refusal(kiosk.show(badge="abcd", place_id=strict)) == (409, "no_kiosk_place")
        site = kiosk.town.site("no kiosk place")
        device = kiosk.town.person(Role.DEVICE, site_id=site)
        assert refusal(kiosk.show(who=device, badge="abcd")) == (409, "no_kiosk_place")
        assert refusal(kiosk.look(A2, who=device)) == (409, "no_kiosk_place")

    @pytest.mark.parametrize("role", [Role.ADMIN, Role.MANAGER, Role.STAFF, Role.SERVICE])
    def test_it_is_for_devices(self, kiosk: Kiosk, role: Role) -> None:
        site = None if role is Role.SERVICE else kiosk.cast.site
        who = kiosk.town.person(role, site_id=site)
        assert refusal(kiosk.show(who=who, badge="abcd")) == (403, "forbidden")
        assert refusal(kiosk.look(A2, who=who)) == (403, "forbidden")
        assert refusal(kiosk.confirm("x", who=who)) == (403, "forbidden")

    def test_another_sites_people_are_unknown(self, kiosk: Kiosk, her: int) -> None:
        site = kiosk.town.site("another", biometrics=True)
        device = kiosk.town.person(Role.DEVICE, site_id=site)
        kiosk.rest.place(kiosk.cast.admin, site, policy={"mode": "toggle"})
        kiosk.person(badge="far-badge", pin="4711")
        assert refusal(kiosk.look(A2, who=device)) == (404, "unknown_face")
        assert refusal(kiosk.show(who=device, badge="far-badge")) == (401, "invalid_credentials")


class TestOffline:
    """What a kiosk read while it had no network comes through the batch of devices."""

    def test_a_queue_of_badges(self, kiosk: Kiosk) -> None:
        person = kiosk.person(badge="queued-badge")
        now = kiosk.rest.parts.check_in.clock.now()  # type: ignore[union-attr]
        at = [(now - timedelta(minutes=n)).isoformat() for n in (30, 20, 10)]
        punches = [
            {"id": "q-1", "badge": "queued-badge", "action": "in", "claimed_at": at[0]},
            {"id": "q-2", "badge": "QUEUED-BADGE", "action": "out", "claimed_at": at[1]},
            {"id": "q-3", "badge": "nobody has this", "claimed_at": at[2]},
            {"id": "q-4", "badge": "queued-badge", "employee_id": person, "claimed_at": at[2]},
            {"id": "q-5", "badge": 4711, "claimed_at": at[2]},
        ]
        answer = kiosk.rest.batch(kiosk.device, *punches, sent_at=now.isoformat())
        results = answer.json()["results"]
        assert [one["status"] for one in results] == [201, 201, 404, 400, 400]
        assert {one["record"]["employee_id"] for one in results[:2]} == {person}
        assert [one["record"]["status"] for one in results[:2]] == ["accepted", "accepted"]
        assert results[2]["error"]["code"] == "unknown_badge"
        assert [row[1] for row in Ledger(kiosk.town, person).records] == ["in", "out"]
        again = kiosk.rest.batch(kiosk.device, *punches, sent_at=now.isoformat())
        assert again.json()["results"][:2] == results[:2]

    def test_only_a_device_brings_badges(self, kiosk: Kiosk) -> None:
        punch = {"id": "q-9", "badge": "queued-badge", "claimed_at": "2026-11-20T08:00:00Z"}
        assert refusal(kiosk.rest.batch(kiosk.cast.staff, punch)) == (403, "forbidden")


class TestDown:
    @pytest.mark.parametrize("variable", ["AUTH_URL", "FACE_URL"])
    def test_a_service_that_is_down(self, kiosk: Kiosk, variable: str) -> None:
        from attendance_service.kiosk_peers import KioskPeers
        from common.errors import DomainError

        urls = {
            "AUTH_URL": kiosk.auth.url,
            "FACE_URL": kiosk.auth.url,
            variable: "http://127.0.0.1:9",
        }
        peers = KioskPeers(urls["AUTH_URL"], urls["FACE_URL"], deadline=0.5)
        calls = {
            "AUTH_URL": [
                lambda: peers.by_badge("Bearer x", "b"),
                lambda: peers.badges("Bearer x", []),
            ],
            "FACE_URL": [lambda: peers.identify("Bearer x", [b""])],
        }
        for call in calls[variable]:
            with pytest.raises(DomainError) as fault:
                call()
            assert fault.value.code == "unavailable"
        peers.close()
