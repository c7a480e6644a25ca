"""By what somebody is known at a kiosk: face, badge, PIN; where, by whom, and offline."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from attendance_service.domain.evidence import Verdict
from attendance_service.kiosk_peers import KioskPeers
from attendance_service.service.ports import LiveProof
from common.errors import DomainError
from common.identity import Role
from tests.support.attendance import Ledger
from tests.support.face_cast import A2, A3, BLANK, B, enrol, two_people
from tests.support.kiosk import Kiosk, confirmed, refusal


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
        urls = {
            "AUTH_URL": kiosk.auth.url,
            "FACE_URL": kiosk.auth.url,
            variable: "http://127.0.0.1:9",
        }
        peers = KioskPeers(urls["AUTH_URL"], urls["FACE_URL"], deadline=0.5)
        calls = {
            "AUTH_URL": [
                lambda: peers.by_badge("x", "b"),
                lambda: peers.badges("x", []),
            ],
            "FACE_URL": [lambda: peers.identify("x", [b""])],
        }
        for call in calls[variable]:
            with pytest.raises(DomainError) as fault:
                call()
            assert fault.value.code == "unavailable"

    def test_whether_somebody_is_there_is_not_said_either(self) -> None:
        peers = KioskPeers("http://127.0.0.1:9", "http://127.0.0.1:9", deadline=0.5)
        assert peers.compare("x", 1, b"", LiveProof([], None)).verdict is Verdict.DOWN
