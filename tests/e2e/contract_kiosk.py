"""The kiosk in the page's test double: who stands there is said by the test (``standing``), and
what comes of the movement that a place asks for (``moving``)."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Callable
from typing import Any

from contract_admin import admin
from contract_call import Answer, Call, Problem
from contract_faces import LEAST, MOST
from contract_world import now

FILES = ("image", "frame")
WEAK = {"0000", "1111", "1234", "4321", "123456"}


def device(call: Call) -> int:
    """The caller, who has to be a device."""
    number = call.who()
    if "device" not in call.world.person(number)["roles"]:
        raise Problem(403, "forbidden")
    return number


def by_code(call: Call, body: dict[str, Any]) -> int:
    """The person of a badge, or of a number or name with its PIN; one refusal for all else."""
    for number, held in call.world.kiosk.items():
        person = call.world.person(number)
        names = {person["username"], person["school_number"], str(number)}
        if "badge" in body and held.get("badge") == body["badge"]:
            return number
        if "pin" in body and body["person"] in names and held.get("pin") == body["pin"]:
            return number
    raise Problem(401, "invalid_credentials")


def kiosk_place(call: Call) -> dict[str, Any]:
    """Where the kiosk stands: the place named, else the usual one, of those that may toggle."""
    named = call.json().get("place_id") if call.raw[:1] == b"{" else number_of(call, "place_id")
    fitting = [
        place
        for place in call.world.place_list
        if place["policy"]["mode"] == "toggle" and named in (None, place["id"])
    ]
    if not fitting:
        raise Problem(409, "no_kiosk_place")
    return min(fitting, key=lambda place: (not place["is_default"], place["id"]))


def field_of(call: Call, name: str) -> str | None:
    """A field of a multipart body."""
    found = re.search(rb'name="%s"\r\n\r\n([^\r]*)' % name.encode(), call.raw)
    return found[1].decode() if found else None


def number_of(call: Call, name: str) -> int | None:
    text = field_of(call, name)
    return int(text) if text else None


def check_live(call: Call, place: dict[str, Any], number: int) -> dict[str, Any] | None:
    """Whether they are there, where the place asks for it; raises when they are not."""
    if "liveness" not in place["policy"]["evidence"] or call.raw[:1] == b"{":
        return None
    given = field_of(call, "challenge")
    found = call.world.live.get(given or "")
    files = {one: call.raw.count(b'name="%s"; filename' % one.encode()) for one in FILES}
    call.world.shown = {**files, "challenge": given}
    count = sum(files.values())
    reason = call.world.moving
    if found is None:
        return {"decision": "review", "reason": "live", "challenge": False}
    if found["number"] != call.who() or found["used"] or found["until"] < now():
        reason = "challenge_expired"
    elif not LEAST <= count <= MOST:
        reason = "too_few_frames"
    found["used"] = True
    live = {"decision": "accept", "score": 0.93, "reason": reason, "challenge": True}
    if reason != "live":
        sent = {"action": "in", "place_id": place["id"], "evidence": {"liveness": live}}
        record = call.world.make(number, sent, status="refused")
        raise Problem(403, "not_live", record={"id": record["id"]}, reason=reason)
    return live


def look(call: Call) -> Answer:
    device(call)
    world = call.world
    place = kiosk_place(call)
    if call.raw[:1] == b"{":
        number = by_code(call, call.json())
    else:
        standing = world.standing
        number = standing.pop(0) if len(standing) > 1 else standing[0] if standing else None
        if number is None:
            raise Problem(404, "unknown_face")
        if isinstance(number, str):
            raise Problem(422, number, field="image")
    live = check_live(call, place, number)
    ticket = secrets.token_urlsafe(16)
    action = "out" if world.state(number)["action"] == "in" else "in"
    photo = "photo" in place["policy"]["evidence"] and call.raw[:1] == b"{"
    world.tickets[ticket] = {
        "number": number, "action": action, "photo": photo, "place_id": place["id"],
        "status": "review" if live and not live["challenge"] else "accepted",
    }  # fmt: skip
    person = world.person(number)
    return 200, {
        "ticket": ticket, "action": action, "place_id": place["id"], "photo": photo,
        "employee": {"employee_id": number, "full_name": person["full_name"]},
        "expires_at": (now() + dt.timedelta(seconds=60)).isoformat(),
    }  # fmt: skip


def confirm(call: Call) -> Answer:
    device(call)
    world = call.world
    key = call.headers.get("Idempotency-Key")
    if key in world.answers:
        return world.answers[key][1], world.answers[key][2]
    found = world.tickets.get(call.json()["ticket"])
    if found is None:
        raise Problem(404, "unknown_ticket")
    if found["photo"] and not call.json().get("image"):
        raise Problem(403, "photo_missing")
    del world.tickets[call.json()["ticket"]]
    outcome, world.outcome = world.outcome, {}
    record = world.make(
        found["number"],
        {"action": found["action"], "place_id": found["place_id"]},
        status=outcome.get("status", found["status"]),
    )
    world.answers[key] = ("", 201, record)
    if outcome.get("lose_answer"):
        raise Problem(502, "bad_gateway")
    return 201, record


def batch(call: Call) -> Answer:
    """Badges that were read without a network, each once by its id."""
    device(call)
    return 200, {"results": [result(call, item) for item in call.json()["punches"]]}


def result(call: Call, item: dict[str, Any]) -> dict[str, Any]:
    """What became of one of them."""
    world, key = call.world, item["id"]
    if key not in world.answers:
        try:
            number = by_code(call, {"badge": item["badge"]})
        except Problem:
            told = {"code": "unknown_badge", "detail": "Nobody here has this badge."}
            return {"id": key, "status": 404, "record": None, "error": told}
        action = "out" if world.state(number)["action"] == "in" else "in"
        sent = {**item, "action": action, "timestamp": item["claimed_at"]}
        world.answers[key] = ("", 201, world.make(number, sent, status="accepted"))
    return {"id": key, "status": 201, "record": world.answers[key][2], "error": None}


def access(call: Call) -> Answer:
    """PIN and badge of a person: their own PIN, an admin both."""
    number = int(call.path.split("/")[4])
    world = call.world
    if number != call.who():
        admin(call)
    if "device" in world.person(number)["roles"]:
        raise Problem(404, "not_found")
    held = world.kiosk.setdefault(number, {})
    if call.method == "PUT":
        body = call.json()
        if "badge" in body:
            admin(call)
            if any(
                n != number and h.get("badge") == body["badge"]
                for n, h in world.kiosk.items()
                if body["badge"]
            ):
                raise Problem(409, "badge_taken", field="badge")
        if body.get("pin") in WEAK:
            raise Problem(422, "weak_pin", field="pin")
        held |= body
    badge = held.get("badge")
    return 200, {"pin": bool(held.get("pin")), "badge_hint": badge[-2:] if badge else None}


ROUTES: dict[tuple[str, str], Callable[[Call], Answer]] = {
    ("POST", "/api/v1/attendance/kiosk/look"): look,
    ("POST", "/api/v1/attendance/kiosk/confirm"): confirm,
    ("POST", "/attendance/batch"): batch,
}


def find(method: str, path: str) -> Callable[[Call], Answer] | None:
    """The route of a path with a number in it."""
    if path.startswith("/api/v1/users/") and path.endswith("/kiosk"):
        return access if method in {"GET", "PUT"} else None
    return None
