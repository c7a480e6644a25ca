"""Routes of the administration in the page's test double: people and the audit."""

from __future__ import annotations

import csv
import datetime as dt
import io
import secrets
from collections.abc import Callable
from typing import Any

from contract_call import Answer, Call, Problem
from contract_world import SITES, TEAMS, now

COLUMNS = (
    "username", "full_name", "school_number", "external_code", "roles", "site", "teams", "password"
)  # fmt: skip
KEPT = ("full_name", "school_number", "external_code", "site_id", "roles", "locked")


def admin(call: Call) -> int:
    """The caller, who has to be an admin."""
    number = call.who()
    if "admin" not in call.world.person(number)["roles"]:
        raise Problem(403, "forbidden")
    return number


def shown(user: dict[str, Any]) -> dict[str, Any]:
    keys = ("employee_id", "username", *KEPT)
    return {key: user[key] for key in keys} | {"team_ids": [team["id"] for team in user["teams"]]}


def note(call: Call, actor: int, action: str, name: str, **more: Any) -> None:
    """An audit line; a background task of the real service chains it a moment later."""
    world = call.world
    world.audit.insert(
        0,
        {
            "id": len(world.audit) + 1, "number": None, "chained": False, "at": now().isoformat(),
            "actor": {"employee_id": actor, "username": world.person(actor)["username"]},
            "action": action, "object": name, "object_name": None, "before": None, "after": None,
            "reason": None, "request_id": f"req-{secrets.token_hex(4)}", **more,
        },
    )  # fmt: skip


def page(call: Call, items: list[dict[str, Any]]) -> Answer:
    """One page of a list, by position."""
    start, limit = int(call.query.get("cursor", 0)), int(call.query.get("limit", 100))
    following = str(start + limit) if start + limit < len(items) else None
    return 200, {"items": items[start : start + limit], "next_cursor": following}


def users(call: Call) -> Answer:
    admin(call)
    query = call.query
    found = [
        shown(user)
        for user in call.world.users.values()
        if query.get("q", "").casefold() in f"{user['username']} {user['full_name']}".casefold()
        and (not query.get("role") or query["role"] in user["roles"])
        and (not query.get("site_id") or int(query["site_id"]) == user["site_id"])
        and (not query.get("locked") or (query["locked"] == "true") == user["locked"])
    ]
    return page(call, found)


def user_add(call: Call) -> Answer:
    actor, body = admin(call), call.json()
    if body["username"] in call.world.users:
        raise Problem(409, "username_taken")
    number = 1000 + len(call.world.users)
    call.world.add_user(number, body["username"], body.get("full_name", ""), body["roles"], [])
    call.world.users[body["username"]] |= {key: body[key] for key in KEPT if key in body}
    note(
        call, actor, "account.created", f"person:{number}", object_name=body["username"], after=body
    )
    return 201, shown(call.world.person(number))


def refuse_taken(call: Call, one: dict[str, Any], body: dict[str, Any]) -> None:
    """One's own alone: the names and numbers of somebody else are refused."""
    if body.get("username", "").startswith("service:"):
        raise Problem(400, "invalid_request", field="username")
    for other in call.world.users.values():
        for key in ("username", "school_number", "external_code"):
            if other is not one and body.get(key) and other[key] == body[key]:
                raise Problem(409, f"{key}_taken")


def user(call: Call) -> Answer:
    actor = admin(call)
    one = call.world.person(int(call.path.split("/")[4]))
    if call.method == "GET":
        return 200, shown(one)
    body = call.json()
    reason = body.pop("reason", None)
    if "roles" in body and one["employee_id"] == actor:
        raise Problem(403, "own_roles")
    refuse_taken(call, one, body)
    changeable = ("username", *KEPT)
    before = {key: one[key] for key in body if key in changeable and one[key] != body[key]}
    one |= {key: body[key] for key in changeable if key in body}
    if "username" in before:
        call.world.renamed(one["employee_id"])
    after = {key: one[key] for key in before}
    name = f"person:{one['employee_id']}"
    note(call, actor, "account.changed", name, object_name=one["username"],
         before=before, after=after, reason=reason)  # fmt: skip
    return 200, shown(one)


def user_reset_link(call: Call) -> Answer:
    actor = admin(call)
    number = int(call.path.split("/")[4])
    token = secrets.token_urlsafe(24)
    call.world.links = {k: v for k, v in call.world.links.items() if v != number} | {token: number}
    note(call, actor, "password.link_made", f"person:{number}")
    until = (now() + dt.timedelta(hours=24)).isoformat()
    url = f"{call.headers.get('Origin')}/index.html#/reset?token={token}"
    return 201, {"token": token, "url": url, "expires_at": until}


def user_factor(call: Call) -> Answer:
    actor = admin(call)
    number = int(call.path.split("/")[4])
    if not call.json().get("reason"):
        raise Problem(400, "invalid_request", field="reason")
    if call.world.factors.pop(number, None) is None:
        raise Problem(404, "not_found")
    note(call, actor, "second_factor.removed", f"person:{number}", reason=call.json()["reason"])
    return 204, None


def membership(call: Call) -> Answer:
    actor = admin(call)
    parts = call.path.split("/")
    team, one = int(parts[4]), call.world.person(int(parts[6]))
    kept = [known for known in one["teams"] if known["id"] != team]
    one["teams"] = kept + ([{"id": team, "name": TEAMS[team]}] if call.method == "PUT" else [])
    note(call, actor, "team.changed", f"team:{team}", object_name=TEAMS[team])
    return 204, None


def people_import(call: Call) -> Answer:
    actor = admin(call)
    rows = list(csv.DictReader(io.StringIO(call.raw.decode("utf-8-sig"))))
    errors: list[dict[str, Any]] = []
    made: list[dict[str, str]] = []
    for i, row in enumerate(rows, start=2):
        sites = {site["name"] for site in SITES}
        if not row.get("username"):
            errors.append(error(i, "username", "invalid", "A username has 1 to 150 characters."))
        elif any(other["username"] == row["username"] for other in made):
            errors.append(error(i, "username", "duplicate", "This username is in the file twice."))
        elif row.get("site") and row["site"] not in sites:
            errors.append(error(i, "site", "unknown_site", "There is no such site."))
        made.append(row)
    fresh = [row for row in made if row["username"] not in call.world.users]
    applied = call.query.get("dry_run") == "false" and not errors
    if applied:
        for row in fresh:
            number = 1000 + len(call.world.users)
            call.world.add_user(number, row["username"], row.get("full_name", ""), ["staff"], [])
        note(call, actor, "people.imported", "people", after={"created": len(fresh), "changed": 0})
    return 200, {
        "rows": len(rows), "created": len(fresh), "changed": 0,
        "unchanged": len(rows) - len(fresh), "applied": applied, "errors": errors,
    }  # fmt: skip


def error(row: int, field: str, code: str, message: str) -> dict[str, Any]:
    return {"row": row, "field": field, "code": code, "message": message}


def people_export(call: Call) -> Answer:
    admin(call)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for one in call.world.users.values():
        writer.writerow(
            [one["username"], one["full_name"], "", "", ";".join(one["roles"]), "", "", ""]
        )
    return 200, text.getvalue().encode()


def audit(call: Call) -> Answer:
    admin(call)
    query = call.query
    source = call.world.audit if call.path == "/api/v1/audit" else []
    found = [
        line
        for line in source
        if (
            not query.get("actor")
            or str((line["actor"] or {}).get("employee_id")) == query["actor"]
        )
        and (not query.get("object") or line["object"] == query["object"])
        and (not query.get("action") or line["action"] == query["action"])
        and (not query.get("from") or line["at"] >= query["from"])
        and (not query.get("to") or line["at"] < query["to"])
    ]
    return page(call, found)


def teams(call: Call) -> Answer:
    call.who()
    items = [{"id": number, "site_id": 1, "name": name} for number, name in TEAMS.items()]
    return 200, {"items": items, "next_cursor": None}


def sites(call: Call) -> Answer:
    admin(call)
    return 200, {"items": list(SITES), "next_cursor": None}


ROUTES: dict[tuple[str, str], Callable[[Call], Answer]] = {
    ("GET", "/api/v1/users"): users,
    ("POST", "/api/v1/users"): user_add,
    ("POST", "/api/v1/users/import"): people_import,
    ("GET", "/api/v1/users/export"): people_export,
    ("GET", "/api/v1/audit"): audit,
    ("GET", "/api/v1/attendance/audit"): audit,
    ("GET", "/api/v1/faces/audit"): audit,
    ("GET", "/api/v1/teams"): teams,
    ("GET", "/api/v1/sites"): sites,
}


def find(method: str, path: str) -> Callable[[Call], Answer] | None:
    """The route of a path with a number in it."""
    if path.startswith("/api/v1/users/") and path.endswith("/reset-link"):
        return user_reset_link
    if path.startswith("/api/v1/users/") and path.endswith("/second-factor"):
        return user_factor
    if path.startswith("/api/v1/users/") and path.rsplit("/", 1)[1].isdigit():
        return user if method in {"GET", "PATCH"} else None
    if path.startswith("/api/v1/teams/") and "/members/" in path:
        return membership
    return None
