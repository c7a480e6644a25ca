"""What a test may ask the page's double for: faults, people, and what happens elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

from contract_identity import other_sessions, recovery_codes
from contract_invitations import make_invitation
from contract_reviews import decide as decide_review
from contract_world import JPEG, World, now

WORLD = World()


def record(command: dict[str, Any]) -> Any:
    """A punch somebody makes elsewhere."""
    at = now() - dt.timedelta(minutes=command.pop("minutes_ago", 0))
    number = command.pop("employee_id")
    status = command.pop("status", "accepted")
    path = command.pop("picture", None)
    made = WORLD.make(number, command, status=status, at=at)
    made["photo"] = True
    WORLD.photos[made["id"]] = Path(path).read_bytes() if path else JPEG
    return made


def decide(command: dict[str, Any]) -> Any:
    """A later decision on a record."""
    found = next(r for r in WORLD.records if r["id"] == command["id"])
    found["status"] = command["status"]
    return WORLD.announce("decided", found)


def reviewed(command: dict[str, Any]) -> None:
    """Another manager decides on a record of the queue."""
    found = next(r for r in WORLD.records if r["id"] == command["id"])
    decide_review(WORLD, found, command["by"], {"decision": command["decision"]})


def tablet(command: dict[str, Any]) -> Any:
    """There is a device account, and people with PINs and badges."""
    WORLD.add_user(50, "tablet", "Main entrance tablet", ["device"], [])
    WORLD.place_list[0]["policy"]["mode"] = "toggle"
    WORLD.kiosk |= {int(number): held for number, held in command.get("people", {}).items()}


def portrait(command: dict[str, Any]) -> None:
    """The photo that everybody has on file."""
    WORLD.portrait = Path(command["path"]).read_bytes()


def looked(command: dict[str, Any]) -> None:
    """Rows of the access logs."""
    WORLD.looks.extend(command["rows"])


def assign(command: dict[str, Any]) -> None:
    """Sets fields of the world, such as `biometrics` or the next `outcome`."""
    for name, value in command.items():
        setattr(WORLD, name, value)


def close(command: dict[str, Any]) -> None:
    """Closes every feed socket with that code."""
    for socket in list(WORLD.sockets):
        socket.close(command["code"])


def expire(command: dict[str, Any]) -> None:
    """Ends the access tokens, and with `session` the refresh cookies too."""
    WORLD.tokens.clear()
    if command.get("session"):
        WORLD.cookies.clear()


def expire_challenges(_: dict[str, Any]) -> None:
    """Every challenge that was given is over."""
    for found in WORLD.live.values():
        found["used"] = True


def invite(command: dict[str, Any]) -> Any:
    """An invitation that the admin has made."""
    return make_invitation(WORLD, 3, command)


def factor(command: dict[str, Any]) -> Any:
    """Somebody has a second factor; answers their recovery codes."""
    codes = recovery_codes()
    stamp = (now() - dt.timedelta(days=40)).isoformat()
    WORLD.factors[command["employee_id"]] = {"enabled_at": stamp, "recovery": codes, "taken": set()}
    return {"recovery_codes": list(codes)}


def link(command: dict[str, Any]) -> None:
    """A reset link that the admin has made."""
    WORLD.links[command["token"]] = command["employee_id"]


def devices(command: dict[str, Any]) -> None:
    """Somebody is signed in on three other devices."""
    WORLD.sessions.extend(other_sessions(command["employee_id"]))


def audit(command: dict[str, Any]) -> None:
    """Lines of the audit, the newest first."""
    WORLD.audit.extend(command["lines"])


OPERATIONS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "reset": lambda _: WORLD.reset(),
    "set": assign,
    "fault": lambda command: WORLD.faults.append({"times": 1} | command),
    "record": record,
    "decide": decide,
    "reviewed": reviewed,
    "tablet": tablet,
    "portrait": portrait,
    "places": lambda _: {"place_list": WORLD.place_list},
    "looked": looked,
    "invite": invite,
    "factor": factor,
    "link": link,
    "devices": devices,
    "audit": audit,
    "close": close,
    "expire": expire,
    "expire_challenges": expire_challenges,
    "log": lambda _: None,
}


def control(command: dict[str, Any]) -> Any:
    """What a test may ask for between two steps; answers what was made, else the log."""
    with WORLD.lock:
        made = OPERATIONS[command.pop("op")](command)
        log = {
            "requests": WORLD.requests,
            "users": list(WORLD.users),
            "records": WORLD.records,
            "shown": WORLD.shown,
            "feed": WORLD.feed_log,
        }
        return made or log
