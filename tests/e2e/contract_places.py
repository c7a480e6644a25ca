"""Places and their policies in the page's test double."""

from __future__ import annotations

from collections.abc import Callable

from contract_admin import admin, note
from contract_call import Answer, Call, Problem
from contract_world import ZONE

PLACES = "/api/v1/attendance/places"
POLICY = {"evidence", "mode", "on_face_down", "skew_seconds", "face_check", "without_face"}


def places(call: Call) -> Answer:
    if call.method == "POST":
        return add(call)
    call.who()
    return 200, {"items": call.world.place_list[: call.world.places], "next_cursor": None}


def checked(policy: dict[str, object]) -> dict[str, object]:
    """A policy as it may be sent: no other fields, a live check only with the face and at once."""
    asked = policy.get("evidence", [])
    live = "liveness" in asked  # type: ignore[operator]
    late = policy.get("face_check") == "later"
    if set(policy) - POLICY or (live and (late or "face" not in asked)):  # type: ignore[operator]
        raise Problem(400, "invalid_request", field="policy")
    return policy


def add(call: Call) -> Answer:
    actor, body, world = admin(call), call.json(), call.world
    number = 1 + max(place["id"] for place in world.place_list)
    made = {
        "id": number, "site_id": body["site_id"], "name": body["name"], "zone": ZONE,
        "is_default": body.get("is_default", False),
        "policy": {"version": 1, **checked(body["policy"])},
    }  # fmt: skip
    world.place_list.append(made)
    world.places = len(world.place_list)
    note(call, actor, "place.add", f"place:{number}", after=body)
    return 201, made


def place(call: Call) -> Answer:
    actor, world = admin(call), call.world
    number = int(call.path.split("/")[5])
    found = next(one for one in world.place_list if one["id"] == number)
    body = call.json()
    if call.path.endswith("/policies"):
        found["policy"] = {"version": found["policy"]["version"] + 1, **checked(body)}
        note(call, actor, "policy.version", f"place:{number}", after=body)
        return 201, found
    if body.get("archived"):
        world.place_list.remove(found)
        world.places = len(world.place_list)
    found |= {key: body[key] for key in ("name", "is_default") if key in body}
    note(call, actor, "place.change", f"place:{number}", after=body)
    return 204, None


def find(method: str, path: str) -> Callable[[Call], Answer] | None:
    """The route of a path of the places."""
    if path == PLACES and method in {"GET", "POST"}:
        return places
    if path.startswith(f"{PLACES}/"):
        return place
    return None
