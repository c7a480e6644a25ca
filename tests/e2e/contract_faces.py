"""Routes of the face service in the page's test double: guidance, consent texts, the live check.

Nothing is looked at: what a picture is said to be is set by the test (``quality``).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import secrets
import zipfile
from collections.abc import Callable
from typing import Any

from contract_admin import admin, note, page
from contract_call import Answer, Call, Problem
from contract_world import World, now

CONSENT_VERSION = "2026-11"
TEXTS = {
    "en": (
        "Consent to face recognition",
        [
            "Your site would like to recognise you by your face when you check in.",
            "For this it keeps the photos you add and a row of numbers computed from each, "
            "encrypted under a key of your own, on its own servers.",
            "You may say no, and you may change your mind at any time. There is another way.",
        ],
    ),
    "tr": (
        "Yüz tanımaya onay",
        ["Kurumunuz girişte sizi yüzünüzden tanımak istiyor.", "Hayır diyebilirsiniz."],
    ),
    "fa": (
        "رضایت به شناسایی چهره",
        [
            "سازمان شما می‌خواهد هنگام ورود شما را از چهره بشناسد.",
            "می‌توانید نه بگویید و هر زمان نظرتان را تغییر دهید.",
        ],
    ),
    "ar": (
        "الموافقة على التعرّف على الوجه",
        ["تريد مؤسستك أن تتعرف عليك من وجهك عند الحضور.", "لك أن ترفض."],
    ),
}  # fmt: skip
KINDS = ("turn_left", "turn_right")
LEAST, MOST = 3, 6


def consent_text(call: Call) -> Answer:
    language = call.query.get("language", "en")
    if language not in TEXTS:
        raise Problem(422, "invalid_request", field="language")
    title, paragraphs = TEXTS[language]
    digest = hashlib.sha256("\n".join([title, *paragraphs]).encode()).hexdigest()
    return 200, {
        "version": CONSENT_VERSION, "language": language, "title": title,
        "paragraphs": paragraphs, "sha256": digest,
    }  # fmt: skip


def consent(call: Call) -> Answer:
    number = call.who()
    world = call.world
    if call.method == "DELETE":
        world.consents.pop(number, None)
        world.faces.pop(number, None)
        return 204, None
    if call.method == "POST":
        body = call.json()
        if body.get("version") != CONSENT_VERSION:
            raise Problem(409, "consent_outdated", field="version")
        world.consents[number] = {"version": body["version"], "given_at": now().isoformat()}
    given = world.consents.get(number, {"version": None, "given_at": None})
    return 201 if call.method == "POST" else 200, {
        "employee_id": number, "current_version": CONSENT_VERSION, "biometrics": world.biometrics,
        **given,
    }  # fmt: skip


def measured(score: float) -> dict[str, float]:
    return {
        "score": score, "size": 210.0, "sharpness": 80.0, "brightness": 130.0, "contrast": 50.0,
        "yaw": 2.0, "pitch": 1.0, "roll": 0.5,
    }  # fmt: skip


def quality(call: Call) -> Answer:
    """What the test says of a picture: a list in ``quality`` is used up, one verdict per call."""
    call.who()
    said = call.world.quality
    verdict = said.pop(0) if len(said) > 1 else said[0] if said else []
    return 200, {
        "acceptable": not verdict, "reasons": verdict, "quality": measured(0.4 if verdict else 0.9)
    }  # fmt: skip


def faces(call: Call) -> Answer:
    number = call.who()
    kept = call.world.faces.setdefault(number, [])
    if call.method == "GET":
        return 200, {"items": kept, "next_cursor": None}
    if call.method == "DELETE":
        wanted = call.path.split("/")[6:]
        call.world.faces[number] = [f for f in kept if wanted and str(f["id"]) != wanted[0]]
        return 204, None
    if number not in call.world.consents:
        raise Problem(403, "consent_required")
    outcome, call.world.outcome = call.world.outcome, {}
    if "code" in outcome:
        raise Problem(422, outcome["code"], field="image", index=outcome.get("index", 0))
    count = call.raw.count(b'name="image"')
    stamp = now().isoformat()
    made = [
        {
            "id": len(kept) + i + 1, "created_at": stamp, "engine": "sface",
            "quality": measured(0.9),
            "photo_url": f"/api/v1/people/{number}/faces/{len(kept) + i + 1}/photo",
        }
        for i in range(count)
    ]  # fmt: skip
    kept.extend(made)
    return 201, {"items": made, "next_cursor": None}


def face_photo(call: Call) -> Answer:
    call.who()
    return 200, call.world.portrait


def challenges(call: Call) -> Answer:
    number = call.who()
    value = secrets.token_urlsafe(24)
    other = call.json().get("alternative")
    kind = "closer" if other else KINDS[len(call.world.live) % 2]
    until = now() + dt.timedelta(seconds=call.world.challenge_seconds)
    call.world.live[value] = {"number": number, "kind": kind, "until": until, "used": False}
    return 201, {
        "challenge": value, "kind": kind, "expires_at": until.isoformat(),
        "frames": {"least": LEAST, "most": MOST},
    }  # fmt: skip


def check_live(world: World, number: int, body: dict[str, Any]) -> dict[str, Any]:
    """The live part of a punch. A still portrait in the fake webcam is live enough here."""
    found = world.live.get(body.get("challenge") or "")
    count = len(body.get("frames") or []) + bool(body.get("image"))
    reason = "live"
    if found is None or found["number"] != number or found["used"] or found["until"] < now():
        reason = "challenge_expired"
    elif not LEAST <= count <= MOST:
        reason = "too_few_frames"
    if found:
        found["used"] = True
    return {"decision": "accept" if reason == "live" else "reject", "score": 0.93, "reason": reason}


def own(call: Call) -> int:
    """The person in the path, who is the caller or the caller an admin."""
    number = int(next(part for part in call.path.split("/") if part.isdigit()))
    if number != call.who():
        admin(call)
    return number


def export(call: Call) -> Answer:
    number = own(call)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        packed.writestr("person.json", json.dumps({"employee_id": number}))
    look(call.world, number, number, "export", f"person:{number}", service_of(call))
    return 200, held.getvalue()


def service_of(call: Call) -> str:
    return "attendance" if "/attendance/" in call.path else "face"


def look(world: World, number: int, actor: int, what: str, thing: str, service: str) -> None:
    """A row of the access log."""
    world.looks.insert(
        0,
        {
            "employee_id": number, "service": service, "what": what, "object": thing,
            "at": now().isoformat(),
            "actor": {"employee_id": actor, "username": world.person(actor)["username"]},
        },
    )  # fmt: skip


def access_log(call: Call) -> Answer:
    number, service = own(call), service_of(call)
    rows = [
        {key: row[key] for key in ("at", "actor", "what", "object")}
        for row in call.world.looks
        if row["employee_id"] == number and row["service"] == service
    ]
    return page(call, rows)


def erasure(call: Call) -> Answer:
    number, world = own(call), call.world
    stamp = now().isoformat()
    if service_of(call) == "attendance":
        mine = [r for r in world.records if r["employee_id"] == number and r["photo"]]
        for record in mine:
            record["photo"] = False
        return 200, {
            "erased_at": stamp, "photos_of_records": len(mine),
            "remaining": [{"what": "records", "why": "Times and places of check-ins."}],
        }  # fmt: skip
    count = len(world.faces.pop(number, []))
    world.consents.pop(number, None)
    return 200, {
        "erased_at": stamp, "faces": count, "key_destroyed": True, "jobs": 0,
        "remaining": [{"what": "consent_history", "why": "The proof."}],
    }  # fmt: skip


def alarms(call: Call) -> Answer:
    admin(call)
    return page(
        call, [a for a in call.world.alarms if a["state"] == call.query.get("state", a["state"])]
    )


def alarm(call: Call) -> Answer:
    actor = admin(call)
    body = call.json()
    found = next(a for a in call.world.alarms if str(a["id"]) == call.path.rsplit("/", 1)[1])
    found |= {"state": body["state"], "note": body["note"]}
    note(call, actor, "alarm.closed", f"alarm:{found['id']}", reason=body["note"])
    return 200, found


def jobs(call: Call) -> Answer:
    admin(call)
    return page(call, [job for job in call.world.jobs if job["state"] == call.query["state"]])


def job_retry(call: Call) -> Answer:
    admin(call)
    found = next(job for job in call.world.jobs if str(job["id"]) == call.path.split("/")[4])
    found |= {"state": "queued", "attempts": 0}
    return 200, found


ROUTES: dict[tuple[str, str], Callable[[Call], Answer]] = {
    ("GET", "/api/v1/faces/consent-text"): consent_text,
    ("POST", "/api/v1/faces/quality"): quality,
    ("POST", "/api/v1/faces/detect"): lambda call: (200, call.world.detected),
    ("POST", "/api/v1/faces/challenges"): challenges,
    ("GET", "/api/v1/faces/alarms"): alarms,
    ("GET", "/api/v1/jobs"): jobs,
}
PEOPLE_ENDS = {
    "export": export,
    "access-log": access_log,
    "erasure": erasure,
    "consent": consent,
    "photo": face_photo,
}


def find(method: str, path: str) -> Callable[[Call], Answer] | None:
    """The route of a path with a number in it."""
    last = path.rsplit("/", 1)[1]
    if path.startswith("/api/v1/faces/alarms/") and method == "PATCH":
        return alarm
    if path.startswith("/api/v1/jobs/") and last == "retry":
        return job_retry
    if path.startswith(("/api/v1/people/", "/api/v1/attendance/people/")):
        return PEOPLE_ENDS.get(last, faces)
    return None
