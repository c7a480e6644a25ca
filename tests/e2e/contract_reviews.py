"""The review queue in the page's test double."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from contract_admin import page
from contract_call import Answer, Call, Problem
from contract_faces import look
from contract_world import World, now

WAITING = ("review", "pending")
UNDO_FOR = dt.timedelta(minutes=10)


def reviewer(call: Call) -> int:
    number = call.who()
    if not {"manager", "admin"} & set(call.world.person(number)["roles"]):
        raise Problem(403, "forbidden")
    return number


def shown(world: World, record: dict[str, Any]) -> dict[str, Any]:
    person = world.person(record["employee_id"])
    evidence = record["evidence"]
    return {
        "record": record,
        "employee": {key: person[key] for key in ("employee_id", "username", "full_name")},
        "reason": evidence.get("reason", "face_doubtful"),
        "similarity": evidence.get("similarity"),
        "threshold": evidence.get("threshold"),
        "photo_url": record["photo"] and f"/api/v1/attendance/records/{record['id']}/photo",
        "enrolled_photo_url": f"/api/v1/people/{person['employee_id']}/photo",
        "waiting_since": record["committed_at"],
        "decision": world.decisions.get(record["id"]),
    }  # fmt: skip


def reviews(call: Call) -> Answer:
    number, world = reviewer(call), call.world
    decided = call.query.get("state") == "decided"
    site, reason = call.query.get("site_id"), call.query.get("reason")
    found = [
        shown(world, record)
        for record in world.records
        if record["employee_id"] != number
        and (record["id"] in world.decisions if decided else record["status"] in WAITING)
        and (not site or int(site) == world.person(record["employee_id"])["site_id"])
    ]
    found = [one for one in found if reason in (None, one["reason"])]
    return page(call, found[::-1] if decided else found)


def record_of(call: Call) -> dict[str, Any]:
    number = int(call.path.split("/")[5])
    return next(record for record in call.world.records if record["id"] == number)


def decision(call: Call) -> Answer:
    actor, record, world = reviewer(call), record_of(call), call.world
    if record["employee_id"] == actor:
        raise Problem(403, "own_record")
    if record["status"] not in ("review", "pending"):
        known = world.decisions.get(record["id"], {})
        told = {key: known.get(key) for key in ("decided_by", "decision", "decided_at")}
        raise Problem(409, "already_decided", **told)
    decide(world, record, actor, call.json())
    return 200, record


def decide(world: World, record: dict[str, Any], actor: int, body: dict[str, Any]) -> None:
    """A person's decision, with its event."""
    stamp = now()
    world.decisions[record["id"]] = {
        "decision": body["decision"], "reason": body.get("reason"), "decided_at": stamp.isoformat(),
        "decided_by": {"employee_id": actor, "username": world.person(actor)["username"]},
        "undo_until": (stamp + UNDO_FOR).isoformat(), "before": record["status"],
    }  # fmt: skip
    accepts = body["decision"] == "accept"
    record["status"] = "accepted" if accepts else "voided"
    world.announce("decided" if accepts else "voided", record)
    look(
        world, record["employee_id"], actor, "record_photo", f"record:{record['id']}", "attendance"
    )


def undo(call: Call) -> Answer:
    actor, record, world = reviewer(call), record_of(call), call.world
    known = world.decisions.get(record["id"])
    if known is None:
        raise Problem(409, "not_decided")
    if known["decided_by"]["employee_id"] != actor:
        raise Problem(403, "not_your_decision")
    record["status"] = world.decisions.pop(record["id"])["before"]
    world.announce("decided", record)
    return 200, record


def find(method: str, path: str) -> Callable[[Call], Answer] | None:
    """The route of a path of the queue."""
    if (method, path) == ("GET", "/api/v1/attendance/reviews"):
        return reviews
    if method == "POST" and path.endswith("/decision"):
        return decision
    if method == "POST" and path.endswith("/decision/undo"):
        return undo
    return None
