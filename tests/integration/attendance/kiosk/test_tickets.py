"""What a look hands out: a ticket, good once, soon and here; and the photo that goes with it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from common.clock import FixedClock
from common.identity import Role
from tests.support.attendance import Ledger, base64_of
from tests.support.face_cast import A2, A3
from tests.support.kiosk import Kiosk, confirmed, refusal
from tests.support.pictures import photo

PICTURE = base64_of(photo())


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
