"""PIN and badge: who sets them, what a device learns by them, and how guessing is bounded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.clock import FixedClock
from common.identity import Role
from tests.support.attendance import NO_LIMITS
from tests.support.auth import AuthServer, as_user, code_of, running_auth
from tests.support.auth_cast import Cast, ask
from tests.support.cluster import TestDatabase

RESOLVE = "/api/v1/auth/kiosk/resolve"
BADGES = "/api/v1/auth/kiosk/badges"
UNKNOWN = (401, "invalid_credentials")


@pytest.fixture(scope="module")
def clock() -> FixedClock:
    return FixedClock(datetime.now(UTC))


@pytest.fixture(scope="module")
def auth(database: TestDatabase, clock: FixedClock) -> Iterator[AuthServer]:
    with running_auth(database, clock, **NO_LIMITS) as server:
        yield server


@pytest.fixture
def device(auth: AuthServer, cast: Cast) -> dict[str, Any]:
    """A tablet of the site whose counter nobody has touched."""
    return as_user(auth.town.token(auth.town.person(Role.DEVICE, site_id=cast.site)))


@pytest.fixture
def person(auth: AuthServer, cast: Cast) -> int:
    made = auth.town.person(site_id=cast.site)
    auth.parts.org.refresh()
    return made


def path_of(employee_id: int) -> str:
    return f"/api/v1/users/{employee_id}/kiosk"


def put(auth: AuthServer, cast: Cast, who: str | int, employee_id: int, **body: Any) -> Any:
    token = cast.tokens[who] if isinstance(who, str) else auth.town.token(who)
    return auth.client.put(path_of(employee_id), json=body, **as_user(token))


def name_of(auth: AuthServer, employee_id: int) -> str:
    query = "SELECT username FROM auth.person WHERE employee_id = %s"
    return str(auth.town.sql(query, employee_id)[0][0])


class TestSetting:
    def test_own_pin_and_an_admins_badge(self, auth: AuthServer, cast: Cast, person: int) -> None:
        assert put(auth, cast, person, person, pin="4711").json() == {
            "pin": True,
            "badge_hint": None,
        }
        both = put(auth, cast, "admin", person, badge="04:A2:2F:19:77")
        assert both.json() == {"pin": True, "badge_hint": ":77"}
        assert auth.client.get(path_of(person), **as_user(auth.town.token(person))).json() == {
            "pin": True,
            "badge_hint": ":77",
        }
        gone = put(auth, cast, "admin", person, pin=None, badge=None)
        assert gone.json() == {"pin": False, "badge_hint": None}
        rows = "SELECT count(*) FROM auth.kiosk_credential WHERE employee_id = %s"
        assert auth.town.sql(rows, person) == [(0,)]
        assert [(entry[0], entry[1]) for entry in auth.audit(f"person:{person}")] == [
            (person, "kiosk.pin_set"),
            (cast.people["admin"], "kiosk.badge_set"),
            (cast.people["admin"], "kiosk.pin_removed"),
            (cast.people["admin"], "kiosk.badge_removed"),
        ]

    def test_nothing_is_kept_or_noted_in_clear(
        self, auth: AuthServer, cast: Cast, person: int
    ) -> None:
        put(auth, cast, "admin", person, pin="90210867", badge="badge-of-ruth-77")
        kept = auth.town.sql(
            "SELECT row_to_json(k)::text FROM auth.kiosk_credential k WHERE employee_id = %s"
            " UNION ALL SELECT row_to_json(a)::text FROM auth.audit a WHERE object = %s",
            person,
            f"person:{person}",
        )
        assert len(kept) == 3
        assert all("90210867" not in text and "ruth" not in text for (text,) in kept)

    @pytest.mark.parametrize("pin", ["1111", "1234", "8765", "123", "123456789", "12a4", "    "])
    def test_poor_pins(self, auth: AuthServer, cast: Cast, person: int, pin: str) -> None:
        answer = put(auth, cast, person, person, pin=pin)
        weak = pin in ("1111", "1234", "8765")
        assert code_of(answer) == (400, "weak_pin" if weak else "invalid_request")
        assert answer.json()["field"] == "pin"

    def test_poor_badges_and_unknown_fields(
        self, auth: AuthServer, cast: Cast, person: int
    ) -> None:
        short = put(auth, cast, "admin", person, badge=" a b c ")
        assert (code_of(short), short.json()["field"]) == ((400, "invalid_request"), "badge")
        assert put(auth, cast, "admin", person, pni="4711").status_code == 400

    def test_a_badge_is_one_persons(self, auth: AuthServer, cast: Cast, person: int) -> None:
        put(auth, cast, "admin", person, badge="shared-badge")
        other = put(auth, cast, "admin", cast.people["own"], badge="SHARED-badge ")
        assert code_of(other) == (409, "badge_taken")

    @pytest.mark.parametrize(
        ("who", "whom", "status"),
        [("manager", "own", 403), ("own", "foreign", 403), ("device", "own", 403)],
    )
    def test_others_may_not(
        self, auth: AuthServer, cast: Cast, who: str, whom: str, status: int
    ) -> None:
        assert put(auth, cast, who, cast.people[whom], pin="4711").status_code == status
        assert ask(auth, cast, who, "GET", path_of(cast.people[whom])).status_code == 404

    def test_ones_own_badge_is_the_admins_to_give(self, auth: AuthServer, cast: Cast) -> None:
        own = cast.people["own"]
        assert code_of(put(auth, cast, "own", own, badge="my-own-badge")) == (403, "forbidden")

    @pytest.mark.parametrize("whom", ["device", "service"])
    def test_only_people_have_them(self, auth: AuthServer, cast: Cast, whom: str) -> None:
        assert put(auth, cast, "admin", cast.people[whom], pin="4711").status_code == 404
        path = path_of(cast.people[whom])
        assert ask(auth, cast, "admin", "GET", path).status_code == 404


class TestResolving:
    def test_by_username_number_and_badge(
        self, auth: AuthServer, cast: Cast, person: int, device: dict[str, Any]
    ) -> None:
        auth.town.sql(
            "UPDATE auth.person SET school_number = 'S-77' WHERE employee_id = %s", person
        )
        put(auth, cast, "admin", person, pin="4711", badge="04A22F1977")
        name = name_of(auth, person)
        wanted = {"employee_id": person, "full_name": name.title()}
        for text in (name.upper(), str(person), "S-77"):
            body = {"username_or_number": text, "pin": "٤٧١١"}
            assert auth.post(RESOLVE, body, **device).json() == wanted
        assert auth.post(RESOLVE, {"badge": "04a22f1977\r\n"}, **device).json() == wanted

    def test_one_refusal_for_every_reason(
        self, auth: AuthServer, cast: Cast, person: int, device: dict[str, Any]
    ) -> None:
        put(auth, cast, "admin", person, pin="4711", badge="a-badge-1")
        bare = auth.town.person(site_id=cast.site)
        site = auth.town.site(f"Elsewhere {person}")
        away = auth.town.person(site_id=site)
        put(auth, cast, "admin", away, pin="4711", badge="away-badge")
        locked = auth.town.person(site_id=cast.site)
        put(auth, cast, "admin", locked, pin="4711", badge="locked-badge")
        lock = "UPDATE auth.person SET locked_at = now() WHERE employee_id = %s"
        auth.town.sql(lock, locked)
        tries = [{"username_or_number": str(one), "pin": "4711"} for one in (bare, away, locked)]
        tries += [{"username_or_number": str(person), "pin": "4712"}]
        tries += [{"username_or_number": "nobody", "pin": "4711"}]
        tries += [{"badge": one} for one in ("away-badge", "locked-badge", "unheard of")]
        answers = [auth.post(RESOLVE, body, **device) for body in tries]
        assert {code_of(one) for one in answers} == {UNKNOWN}
        assert len({one.json()["detail"] for one in answers}) == 1

    def test_a_hash_copied_to_another_person_opens_nothing(
        self, auth: AuthServer, cast: Cast, person: int, device: dict[str, Any]
    ) -> None:
        put(auth, cast, person, person, pin="4711")
        other = auth.town.person(site_id=cast.site)
        auth.town.sql(
            "INSERT INTO auth.kiosk_credential (employee_id, pin_hash)"
            " SELECT %s, pin_hash FROM auth.kiosk_credential WHERE employee_id = %s",
            other,
            person,
        )
        body = {"username_or_number": str(other), "pin": "4711"}
        assert code_of(auth.post(RESOLVE, body, **device)) == UNKNOWN

    @pytest.mark.parametrize("who", ["admin", "manager", "own", "student", "service"])
    def test_only_a_device_asks(self, auth: AuthServer, cast: Cast, who: str) -> None:
        for path, body in ((RESOLVE, {"badge": "abcd"}), (BADGES, {"badges": ["abcd"]})):
            assert code_of(ask(auth, cast, who, "POST", path, body)) == (403, "forbidden")
        nowhere = as_user(auth.town.token(auth.town.person(Role.DEVICE)))
        assert code_of(auth.post(RESOLVE, {"badge": "abcd"}, **nowhere)) == (403, "forbidden")

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"pin": "4711"},
            {"username_or_number": "x"},
            {"badge": "abcd", "pin": "4711"},
            {"badge": "abcd", "username_or_number": "x", "pin": "4711"},
            {"badge": 7},
        ],
    )
    def test_one_way_at_a_time(
        self, auth: AuthServer, device: dict[str, Any], body: dict[str, Any]
    ) -> None:
        assert code_of(auth.post(RESOLVE, body, **device)) == (422, "invalid_request")

    def test_a_queue_of_badges(
        self, auth: AuthServer, cast: Cast, person: int, device: dict[str, Any]
    ) -> None:
        put(auth, cast, "admin", person, badge="queued-badge")
        answer = auth.post(BADGES, {"badges": ["queued-badge", "x" * 9, "QUEUED-badge"]}, **device)
        one = {"employee_id": person, "full_name": name_of(auth, person).title()}
        assert answer.json() == {"items": [one, None, one]}


class TestGuessing:
    def guess(self, auth: AuthServer, device: Any, person: int, pin: str) -> Any:
        return auth.post(RESOLVE, {"username_or_number": str(person), "pin": pin}, **device)

    def test_a_pin_may_be_missed_ten_times_a_week(
        self,
        auth: AuthServer,
        cast: Cast,
        person: int,
        device: dict[str, Any],
        clock: FixedClock,
    ) -> None:
        put(auth, cast, person, person, pin="4711")
        assert [code_of(self.guess(auth, device, person, "4712")) for _ in range(10)] == [
            UNKNOWN
        ] * 10
        over = self.guess(auth, device, person, "4711")
        assert code_of(over) == (429, "rate_limited")
        # Another tablet does not help the guesser, and does not harm anybody else.
        second = as_user(auth.town.token(auth.town.person(Role.DEVICE, site_id=cast.site)))
        assert self.guess(auth, second, person, "4711").status_code == 429
        other = auth.town.person(site_id=cast.site)
        put(auth, cast, other, other, pin="4711")
        assert self.guess(auth, device, other, "4711").status_code == 200
        clock.advance(timedelta(seconds=int(over.headers["Retry-After"]) + 60))
        assert self.guess(auth, second, person, "4711").status_code == 200

    def test_a_device_that_reads_rubbish_stops_itself_alone(
        self, auth: AuthServer, cast: Cast, device: dict[str, Any]
    ) -> None:
        answers = [auth.post(RESOLVE, {"badge": f"rubbish {n}"}, **device) for n in range(61)]
        assert [one.status_code for one in answers] == [401] * 60 + [429]
        second = as_user(auth.town.token(auth.town.person(Role.DEVICE, site_id=cast.site)))
        assert code_of(auth.post(RESOLVE, {"badge": "rubbish"}, **second)) == UNKNOWN
