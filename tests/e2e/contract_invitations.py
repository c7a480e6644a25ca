"""Routes of invitations in the page's test double."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from typing import Any

from contract_admin import note, page
from contract_call import Answer, Call, Problem
from contract_world import SITES, World, now


def visible(invitation: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in invitation.items() if key != "code"}


def invitations(call: Call) -> Answer:
    """Everybody's for an admin; one's own for a manager, who invites staff to teams alone."""
    number = call.who()
    world, roles = call.world, call.world.person(number)["roles"]
    if "admin" not in roles and "manager" not in roles:
        raise Problem(403, "forbidden")
    if call.method == "GET":
        own = [i for i in world.invitations if "admin" in roles or i["created_by"] == number]
        return page(call, [visible(invitation) for invitation in own])
    body = call.json()
    if "admin" not in roles and (body["role"] != "staff" or not body.get("team_ids")):
        raise Problem(403, "forbidden")
    if not 1 <= body.get("uses", 1) <= 1000:
        raise Problem(400, "invalid_request", field="uses")
    made = make_invitation(world, number, body)
    note(call, number, "invitation.made", f"invitation:{made['id']}", after=body)
    return 201, made


def make_invitation(world: World, number: int, body: dict[str, Any]) -> dict[str, Any]:
    code = "-".join(secrets.token_hex(2) for _ in range(5))
    made = {
        "id": len(world.invitations) + 1, "code": code, "hint": code[-4:], "role": body["role"],
        "site_id": body.get("site_id", 1), "team_ids": body.get("team_ids", []),
        "expires_at": body.get("expires_at") or (now() + dt.timedelta(days=7)).isoformat(),
        "uses": body.get("uses", 1), "used": 0, "note": body.get("note", ""), "created_by": number,
        "created_at": now().isoformat(), "revoked_at": None,
    }  # fmt: skip
    world.invitations.insert(0, made)
    return made


def invitation(call: Call) -> Answer:
    actor = call.who()
    wanted = int(call.path.rsplit("/", 1)[1])
    found = next((i for i in call.world.invitations if i["id"] == wanted), None)
    if found is None:
        raise Problem(404, "not_found")
    if call.json().get("revoked"):
        found["revoked_at"] = now().isoformat()
    note(call, actor, "invitation.changed", f"invitation:{wanted}", after={"revoked": True})
    return 200, visible(found)


def usable(world: World, code: str) -> dict[str, Any]:
    """The open invitation of that code; raises the one answer for any other."""
    for found in world.invitations:
        fresh = dt.datetime.fromisoformat(found["expires_at"]) > now()
        if (
            found["code"] == code
            and fresh
            and not found["revoked_at"]
            and found["used"] < found["uses"]
        ):
            return found
    raise Problem(410, "invitation_invalid")


def invitation_check(call: Call) -> Answer:
    found = usable(call.world, call.json()["code"])
    site = next((site["name"] for site in SITES if site["id"] == found["site_id"]), None)
    return 200, {"role": found["role"], "site_name": site, "expires_at": found["expires_at"]}


ROUTES: dict[tuple[str, str], Callable[[Call], Answer]] = {
    ("GET", "/api/v1/invitations"): invitations,
    ("POST", "/api/v1/invitations"): invitations,
    ("POST", "/api/v1/invitations/check"): invitation_check,
}
