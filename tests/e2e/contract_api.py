"""HTTP routes of the page's test double, as documented; no rule is implemented fully."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import contract_admin
import contract_faces
import contract_identity
import contract_invitations
import contract_kiosk
import contract_places
import contract_reviews
from contract_call import Answer, Call, Problem, sign_in
from contract_world import JPEG


def token(call: Call) -> Answer:
    """Password sign-in of the page: the refresh token goes into a cookie."""
    form = {key: value[0] for key, value in parse_qs(call.raw.decode()).items()}
    user = call.world.users.get(form.get("username", ""))
    outcome, call.world.outcome = call.world.outcome, {}
    if "code" in outcome:
        raise Problem(outcome["http"], outcome["code"])
    if user is None or user["password"] != form.get("password") or user["locked"]:
        raise Problem(401, "invalid_credentials")
    if contract_identity.enabled(call.world, user["employee_id"]):
        raise contract_identity.challenge(call.world, user["employee_id"])
    return 200, sign_in(call, user["employee_id"])


def refresh(call: Call) -> Answer:
    cookies = dict(
        part.strip().split("=", 1)
        for part in (call.headers.get("Cookie") or "").split(";")
        if "=" in part
    )
    number = call.world.cookies.pop(cookies.get("hazir_refresh", ""), None)
    if number is None or not call.headers.get("Origin"):
        raise Problem(401, "unauthenticated")
    return 200, sign_in(call, number)


def logout(call: Call) -> Answer:
    number = call.who()
    for store in (call.world.cookies, call.world.tokens):
        for key in [key for key, value in store.items() if value == number]:
            del store[key]
    call.cookie = "hazir_refresh=; Max-Age=0; HttpOnly; SameSite=Strict; Path=/api/v1/auth"
    return 204, None


def register(call: Call) -> Answer:
    body = call.json()
    if len(body.get("password", "")) < 8:
        raise Problem(400, "invalid_request", field="password")
    if body["username"] in call.world.users:
        raise Problem(409, "username_taken")
    role = "staff"
    if "invitation" in body:
        invitation = contract_invitations.usable(call.world, body["invitation"])
        invitation["used"] += 1
        role = invitation["role"]
    elif call.world.choices["registration_mode"] != "open":
        raise Problem(403, "registration_closed")
    number = 1000 + len(call.world.users)
    call.world.add_user(number, body["username"], "", [role], [])
    call.world.users[body["username"]]["password"] = body["password"]
    issued = call.world.issue(number)
    return 201, {"message": "ok", "employee_id": number, "token": issued["access_token"]}


def punch(call: Call) -> Answer:
    """Idempotent as documented: the same key answers the same, another body is a mismatch."""
    number = call.who()
    key = call.headers.get("Idempotency-Key") or secrets.token_hex(8)
    text = call.raw.decode()
    known = call.world.answers.get(key)
    if known:
        if known[0] != text:
            raise Problem(422, "idempotency_mismatch")
        return known[1], known[2]
    body = call.json()
    outcome, call.world.outcome = call.world.outcome, {}
    if "code" in outcome:
        record = call.world.make(number, body, status="refused")
        call.world.photos[record["id"]] = photo_of(body)
        raise Problem(outcome.get("http", 403), outcome["code"], record={"id": record["id"]})
    if call.world.state(number)["action"] == body["action"]:
        raise Problem(409, "already_in" if body["action"] == "in" else "not_in")
    live = asks_live(call, body) and contract_faces.check_live(call.world, number, body)
    if live and live["decision"] != "accept":
        evidence = {"liveness": live}
        record = call.world.make(number, {**body, "evidence": evidence}, status="refused")
        raise Problem(403, "not_live", record={"id": record["id"]}, reason=live["reason"])
    body["evidence"] = {"liveness": live} if live else {}
    record = call.world.make(number, body, status=outcome.get("status", "accepted"))
    call.world.photos[record["id"]] = photo_of(body)
    call.world.answers[key] = (text, 201, record)
    if outcome.get("lose_answer"):
        raise Problem(502, "bad_gateway")
    return 201, record


def asks_live(call: Call, body: dict[str, Any]) -> bool:
    """Whether the place of a punch asks for a live camera."""
    found = [one for one in call.world.place_list if one["id"] == body.get("place_id")]
    return bool(found) and "liveness" in found[0]["policy"]["evidence"]


def photo_of(body: dict[str, Any]) -> bytes:
    return base64.b64decode(body["image"]) if body.get("image") else JPEG


def records(call: Call) -> Answer:
    number = int(call.query.get("employee_id", call.who()))
    own = [r for r in call.world.records if r["employee_id"] == number]
    return 200, {"items": own[::-1], "next_cursor": None}


def photo(call: Call) -> Answer:
    call.who()
    return 200, call.world.photos.get(int(call.path.split("/")[5]), JPEG)


ROUTES: dict[tuple[str, str], Callable[[Call], Answer]] = {
    **contract_identity.ROUTES,
    **contract_admin.ROUTES,
    **contract_invitations.ROUTES,
    **contract_faces.ROUTES,
    **contract_kiosk.ROUTES,
    ("POST", "/api/v1/auth/token"): token,
    ("POST", "/api/v1/auth/refresh"): refresh,
    ("POST", "/api/v1/auth/logout"): logout,
    ("POST", "/register"): register,
    ("GET", "/api/v1/users/me"): lambda call: (200, call.world.me(call.who())),
    ("POST", "/attendance"): punch,
    ("GET", "/api/v1/attendance/state"): lambda call: (200, call.world.state(call.who())),
    ("GET", "/api/v1/attendance/records"): records,
    ("GET", "/api/v1/attendance/board"): lambda call: (200, call.world.board()),
}


def find(method: str, path: str) -> Callable[[Call], Answer]:
    """The route of a path, or 404."""
    if (method, path) in ROUTES:
        return ROUTES[method, path]
    if path.startswith("/api/v1/attendance/records/") and path.endswith("/photo"):
        return photo
    if path.startswith("/api/v1/auth/sessions/"):
        return contract_identity.session_end
    if path.startswith("/api/v1/invitations/") and method == "PATCH":
        return contract_invitations.invitation
    for part in (contract_kiosk, contract_reviews, contract_places, contract_faces, contract_admin):
        if found := part.find(method, path):
            return found
    raise Problem(404, "not_found")
