"""Routes of one's own account in the page's test double: choices, second factor, sessions, resets.

The codes of the double's authenticator are ``world.code``; each is taken once, as everywhere.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from typing import Any

from contract_call import Answer, Call, Problem, sign_in
from contract_world import World, now

AGENTS = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "curl/8.14.1",
)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
MOST_TRIES = 5


def recovery_codes() -> list[str]:
    """Ten new codes."""
    return ["-".join(secrets.token_hex(2) for _ in range(4)) for _ in range(10)]


def check_code(world: World, number: int, code: str) -> None:
    """Takes a code of the app or a recovery code once; raises for any other."""
    factor = world.factors[number]
    if code == world.code and code not in factor["taken"]:
        factor["taken"].add(code)
    elif code in factor["recovery"]:
        factor["recovery"].remove(code)
    else:
        raise Problem(401, "invalid_code")


def challenge(world: World, number: int) -> Problem:
    """The refusal that asks for the second factor."""
    value = secrets.token_urlsafe(16)
    world.challenges[value] = {"number": number, "tries": 0}
    return Problem(401, "second_factor_required", challenge=value, methods=["totp", "recovery"])


def verify(call: Call) -> Answer:
    body = call.json()
    found = call.world.challenges.get(body["challenge"])
    if found is None:
        raise Problem(401, "challenge_over")
    try:
        check_code(call.world, found["number"], body["code"])
    except Problem:
        found["tries"] += 1
        if found["tries"] >= MOST_TRIES:
            del call.world.challenges[body["challenge"]]
        raise
    del call.world.challenges[body["challenge"]]
    return 200, sign_in(call, found["number"])


def enabled(world: World, number: int) -> bool:
    return bool(world.factors.get(number, {}).get("enabled_at"))


def factor_state(call: Call) -> Answer:
    number = call.who()
    factor = call.world.factors.get(number, {})
    left = len(factor.get("recovery", []))
    on = enabled(call.world, number)
    return 200, {
        "enabled": on, "enabled_at": factor.get("enabled_at"), "recovery_codes_left": left
    }  # fmt: skip


def factor_begin(call: Call) -> Answer:
    number = call.who()
    if enabled(call.world, number):
        raise Problem(409, "second_factor_enabled")
    person = call.world.person(number)
    if person["password"] != call.json().get("password"):
        raise Problem(401, "invalid_credentials")
    call.world.factors[number] = {"enabled_at": None, "recovery": [], "taken": set()}
    until = now() + dt.timedelta(minutes=10)
    uri = f"otpauth://totp/Hazir:{person['username']}?secret={SECRET}&issuer=Hazir"
    return 201, {"secret": SECRET, "uri": uri, "expires_at": until.isoformat()}


def factor_confirm(call: Call) -> Answer:
    number = call.who()
    if number not in call.world.factors:
        raise Problem(409, "second_factor_not_pending")
    check_code(call.world, number, call.json()["code"])
    factor = call.world.factors[number]
    factor |= {"enabled_at": now().isoformat(), "recovery": recovery_codes(), "taken": set()}
    return 200, {"recovery_codes": list(factor["recovery"])}


def factor_renew(call: Call) -> Answer:
    number = call.who()
    if not enabled(call.world, number):
        raise Problem(409, "second_factor_not_enabled")
    check_code(call.world, number, call.json()["code"])
    call.world.factors[number]["recovery"] = recovery_codes()
    return 200, {"recovery_codes": list(call.world.factors[number]["recovery"])}


def factor_end(call: Call) -> Answer:
    number = call.who()
    if not enabled(call.world, number):
        raise Problem(409, "second_factor_not_enabled")
    check_code(call.world, number, call.json()["code"])
    del call.world.factors[number]
    return 204, None


def sessions(call: Call) -> Answer:
    """This device's, and those that `world.sessions` holds."""
    number = call.who()
    stamp = now()
    here = {
        "sid": "here", "device": call.headers.get("User-Agent"), "address": "127.0.0.1",
        "network": "this_machine", "created_at": (stamp - dt.timedelta(hours=2)).isoformat(),
        "used_at": stamp.isoformat(), "expires_at": (stamp + dt.timedelta(days=30)).isoformat(),
        "current": True, "number": number,
    }  # fmt: skip
    own = [s for s in call.world.sessions if s["number"] == number]
    items = [{k: v for k, v in s.items() if k != "number"} for s in [*own, here]]
    return 200, {"items": items, "next_cursor": None}


def other_sessions(number: int) -> list[dict[str, Any]]:
    """Three more devices on which a person is signed in."""
    ages = (dt.timedelta(minutes=12), dt.timedelta(hours=20), dt.timedelta(days=9))
    networks = (
        ("192.168.1.23", "local_network"),
        ("203.0.113.77", "internet"),
        ("127.0.0.1", "this_machine"),
    )
    return [
        {
            "sid": f"s{i}",
            "device": AGENTS[i],
            "address": networks[i][0],
            "network": networks[i][1],
            "created_at": (now() - 3 * ages[i]).isoformat(),
            "used_at": (now() - ages[i]).isoformat(),
            "expires_at": (now() + dt.timedelta(days=20)).isoformat(),
            "current": False,
            "number": number,
        }
        for i in range(3)
    ]


def session_end(call: Call) -> Answer:
    number, sid = call.who(), call.path.rsplit("/", 1)[1]
    kept = [s for s in call.world.sessions if (s["sid"], s["number"]) != (sid, number)]
    if len(kept) == len(call.world.sessions):
        raise Problem(404, "not_found")
    call.world.sessions = kept
    return 204, None


def check_password(text: str) -> None:
    if len(text) < 8:
        raise Problem(422, "invalid_request", field="password")


def password(call: Call) -> Answer:
    number, body = call.who(), call.json()
    person = call.world.person(number)
    if person.get("directory"):
        raise Problem(409, "not_local")
    check_password(body["new"])
    if person["password"] != body["current"]:
        raise Problem(401, "invalid_credentials")
    person["password"] = body["new"]
    call.world.sessions = [s for s in call.world.sessions if s["number"] != number]
    return 204, None


def link_of(call: Call) -> int:
    number = call.world.links.get(call.json()["token"])
    if number is None:
        raise Problem(410, "link_used_or_expired")
    return number


def reset_check(call: Call) -> Answer:
    person = call.world.person(link_of(call))
    until = (now() + dt.timedelta(hours=23)).isoformat()
    return 200, {"username": person["username"], "expires_at": until}


def reset(call: Call) -> Answer:
    number = link_of(call)
    check_password(call.json()["password"])
    call.world.person(number)["password"] = call.json()["password"]
    del call.world.links[call.json()["token"]]
    return 204, None


AUTH = "/api/v1/auth"
ROUTES: dict[tuple[str, str], Callable[[Call], Answer]] = {
    ("GET", f"{AUTH}/choices"): lambda call: (200, call.world.choices),
    ("POST", f"{AUTH}/second-factor/verify"): verify,
    ("GET", f"{AUTH}/second-factor"): factor_state,
    ("POST", f"{AUTH}/second-factor"): factor_begin,
    ("POST", f"{AUTH}/second-factor/confirm"): factor_confirm,
    ("POST", f"{AUTH}/second-factor/recovery-codes"): factor_renew,
    ("DELETE", f"{AUTH}/second-factor"): factor_end,
    ("GET", f"{AUTH}/sessions"): sessions,
    ("POST", f"{AUTH}/password"): password,
    ("POST", f"{AUTH}/reset/check"): reset_check,
    ("POST", f"{AUTH}/reset"): reset,
}
