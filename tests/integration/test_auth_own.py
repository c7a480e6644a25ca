"""One's own sessions and one's own password, through HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.auth import PAGE, PASSWORD, AuthServer, as_user, running_auth
from tests.support.cluster import TestDatabase

ME = "/api/v1/users/me"
SESSIONS = "/api/v1/auth/sessions"
CHANGE = "/api/v1/auth/password"
NEW = "another fine phrase"


@pytest.fixture(scope="module")
def auth(database: TestDatabase) -> Iterator[AuthServer]:
    with running_auth(database, LOGIN_FAILURES_PER_ADDRESS="10000", TRUSTED_PROXIES="1") as server:
        yield server


def from_device(auth: AuthServer, name: str, agent: str, address: str) -> dict[str, Any]:
    """Somebody signed in with ``agent`` from ``address``."""
    answer = auth.post(
        "/login",
        {"username": name, "password": PASSWORD},
        headers={"User-Agent": agent, "X-Forwarded-For": address},
    )
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def status(auth: AuthServer, token: str) -> int:
    return auth.client.get(ME, **as_user(token)).status_code


class TestSessions:
    def test_they_are_listed_newest_first_with_what_they_come_from(self, auth: AuthServer) -> None:
        account = auth.register()
        phone = from_device(auth, account["username"], "Phone/1", "203.0.113.9")
        from_device(auth, account["username"], "Desk/1", "192.168.1.7")
        answer = auth.client.get(SESSIONS, **as_user(phone["token"]))
        assert answer.status_code == 200
        body = answer.json()
        assert body["next_cursor"] is None
        told = [(one["device"], one["network"], one["current"]) for one in body["items"]]
        assert told[:2] == [
            ("Desk/1", "local_network", False),
            ("Phone/1", "internet", True),
        ]
        assert told[2][1:] == ("this_machine", False)
        first = body["items"][0]
        assert first.keys() == {
            "sid",
            "device",
            "address",
            "network",
            "created_at",
            "used_at",
            "expires_at",
            "current",
        }
        assert first["address"] == "192.168.1.7"
        assert first["created_at"] <= first["used_at"] < first["expires_at"]

    def test_they_come_in_pages(self, auth: AuthServer) -> None:
        account = auth.register()
        for number in range(4):
            from_device(auth, account["username"], f"Device/{number}", "192.0.2.1")
        seen: list[str] = []
        query = "limit=2"
        while query:
            page = auth.client.get(f"{SESSIONS}?{query}", **as_user(account["token"])).json()
            seen += [one["device"] for one in page["items"]]
            query = f"limit=2&cursor={page['next_cursor']}" if page["next_cursor"] else ""
        assert seen[:4] == [f"Device/{number}" for number in (3, 2, 1, 0)]
        assert len(seen) == 5

    @pytest.mark.parametrize(
        "query", ["limit=0", "limit=501", "cursor=x", "cursor=1.", "cursor=99999999999999999.a"]
    )
    def test_what_is_no_page(self, auth: AuthServer, query: str) -> None:
        token = auth.register()["token"]
        answer = auth.client.get(f"{SESSIONS}?{query}", **as_user(token))
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
        assert auth.client.get(f"{SESSIONS}?cursor=9999999999999999.a", **as_user(token))

    def test_one_is_revoked_and_the_others_hold(self, auth: AuthServer) -> None:
        account = auth.register()
        lost = from_device(auth, account["username"], "Lost/1", "203.0.113.9")
        items = auth.client.get(SESSIONS, **as_user(account["token"])).json()["items"]
        (sid,) = (one["sid"] for one in items if one["device"] == "Lost/1")
        path = f"{SESSIONS}/{sid}"
        done = auth.client.delete(path, **as_user(account["token"]))
        assert done.status_code == 204
        assert "Set-Cookie" not in done.headers
        assert (status(auth, lost["token"]), status(auth, account["token"])) == (401, 200)
        dead = auth.post("/api/v1/auth/refresh", {"refresh_token": lost["refresh_token"]})
        assert dead.status_code == 401
        again = auth.client.delete(path, **as_user(account["token"]))
        assert (again.status_code, again.json()["code"]) == (404, "not_found")
        left = auth.client.get(SESSIONS, **as_user(account["token"])).json()["items"]
        assert sid not in {one["sid"] for one in left}
        # It is announced to the other services like every revocation, and written down.
        announced = auth.town.sql(
            "SELECT employee_id FROM auth.change WHERE kind = 'session' AND sid = %s", sid
        )
        assert announced == [(account["employee_id"],)]
        *_, entry = auth.audit(f"person:{account['employee_id']}")
        assert entry[:3] == (account["employee_id"], "session.revoked", {"sid": sid})

    def test_revoking_the_current_one_clears_the_cookie(self, auth: AuthServer) -> None:
        token = auth.register()["token"]
        (current,) = auth.client.get(SESSIONS, **as_user(token)).json()["items"]
        done = auth.client.delete(f"{SESSIONS}/{current['sid']}", **as_user(token))
        assert "Max-Age=0" in done.headers["Set-Cookie"]
        assert status(auth, token) == 401

    def test_nobody_revokes_somebody_elses(self, auth: AuthServer) -> None:
        victim, thief = auth.register(), auth.register()
        (one,) = auth.client.get(SESSIONS, **as_user(victim["token"])).json()["items"]
        for sid in (one["sid"], "unknown"):
            refused = auth.client.delete(f"{SESSIONS}/{sid}", **as_user(thief["token"]))
            assert refused.status_code == 404
        odd = auth.client.delete(f"{SESSIONS}/a%20b", **as_user(thief["token"]))
        assert odd.status_code == 422
        assert status(auth, victim["token"]) == 200
        assert auth.client.get(SESSIONS).status_code == 401
        assert auth.client.delete(f"{SESSIONS}/{one['sid']}").status_code == 401


class TestPassword:
    def change(self, auth: AuthServer, token: str, current: str, new: str) -> Any:
        return auth.post(CHANGE, {"current": current, "new": new}, **as_user(token))

    def test_it_is_changed_and_every_other_session_ends(self, auth: AuthServer) -> None:
        account = auth.register()
        name = account["username"]
        other = from_device(auth, name, "Other/1", "203.0.113.9")
        assert self.change(auth, account["token"], PASSWORD, NEW).status_code == 204
        assert (status(auth, account["token"]), status(auth, other["token"])) == (200, 401)
        dead = auth.post("/api/v1/auth/refresh", {"refresh_token": other["refresh_token"]})
        assert dead.status_code == 401
        assert auth.post("/login", {"username": name, "password": PASSWORD}).status_code == 401
        auth.signed_in(name, NEW)
        *_, entry = auth.audit(f"person:{account['employee_id']}")
        assert entry == (account["employee_id"], "password.changed", None, None, None)
        rows = auth.town.sql("SELECT a::text FROM auth.audit a")
        assert NEW not in str(rows)

    def test_the_current_one_is_asked_for(self, auth: AuthServer) -> None:
        account = auth.register()
        refused = self.change(auth, account["token"], "a wrong guess", NEW)
        assert (refused.status_code, refused.json()["code"]) == (401, "invalid_credentials")
        auth.signed_in(account["username"])
        assert auth.post(CHANGE, {"current": PASSWORD, "new": NEW}).status_code == 401

    @pytest.mark.parametrize("new", ["short", "password1", "x" * 129, "abcdefgh"])
    def test_the_new_one_keeps_the_rules(self, auth: AuthServer, new: str) -> None:
        account = auth.register()
        refused = self.change(auth, account["token"], PASSWORD, new)
        assert (refused.status_code, refused.json()["field"]) == (422, "new")
        auth.signed_in(account["username"])

    def test_another_directorys_is_not_changed_here(self, auth: AuthServer) -> None:
        account = auth.register()
        auth.town.of_directory(account["employee_id"])
        refused = self.change(auth, account["token"], PASSWORD, NEW)
        assert (refused.status_code, refused.json()["code"]) == (409, "not_local")

    def test_two_changes_at_once_do_not_both_win(
        self, auth: AuthServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The password that was proved is no longer the one when the second is to be written."""
        account = auth.register()
        own = auth.parts.own
        proved = own._proved

        def while_somebody_else_changes(*arguments: Any) -> Any:
            charge = proved(*arguments)
            auth.town.sql(
                "UPDATE auth.person SET password_hash = 'another' WHERE employee_id = %s",
                account["employee_id"],
            )
            return charge

        monkeypatch.setattr(own, "_proved", while_somebody_else_changes)
        refused = self.change(auth, account["token"], PASSWORD, NEW)
        assert (refused.status_code, refused.json()["code"]) == (401, "invalid_credentials")

    def test_the_pages_own_session_goes_on(self, auth: AuthServer) -> None:
        account = auth.register()
        form = {"grant_type": "password", "password": PASSWORD, "client": "page"}
        entered = auth.client.post(
            "/api/v1/auth/token",
            data=form | {"username": account["username"]},
            headers={"Origin": PAGE},
        )
        token = entered.json()["access_token"]
        assert self.change(auth, token, PASSWORD, NEW).status_code == 204
        cookie = f"hazir_refresh={entered.cookies['hazir_refresh']}"
        kept = auth.client.post("/api/v1/auth/refresh", headers={"Origin": PAGE, "Cookie": cookie})
        assert kept.status_code == 200
