"""State of the page's test double: a few people, their records, events and faults on demand.

This is not part of Hazir and checks nobody's face. It exists so that the page can be tested alone,
with failures that a healthy system would not produce when asked.
"""

from __future__ import annotations

import base64
import datetime as dt
import secrets
import threading
from dataclasses import dataclass, field
from typing import Any

ZONE = "Europe/Istanbul"
PEOPLE: tuple[tuple[int, str, str, list[str], list[int]], ...] = (
    (1, "demo_staff_1", "Elif Aydın", ["staff"], [1]),
    (2, "demo_manager_1", "Kerem Yıldız", ["manager", "staff"], [1]),
    (3, "demo_admin", "Deniz Arslan", ["admin"], []),
    (4, "demo_staff_2", "Mehmet Demir", ["staff"], [1]),
    (5, "demo_staff_3", "Zeynep Kaya", ["staff"], [2]),
    (6, "demo_staff_4", "نیلوفر احمدی", ["staff"], [2]),
    (7, "demo_staff_5", "Jonas Weber", ["staff"], [1]),
    (8, "demo_staff_6", "سارة الخطيب", ["staff"], [2]),
    (9, "demo_staff_7", "Amara Okafor", ["staff"], [1]),
)
JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQ"
    "c1tdhbWGkJ6jq62rZ4C8ybqmx5moq6T/2wBDARweHigjKE4rK06kbl1upKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSk"
    "pKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKT/wAARCAAeACgDASIAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAA"
    "AAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAk"
    "M2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKT"
    "lJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QA"
    "HwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdh"
    "cRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hp"
    "anN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk"
    "5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwDVooqG7/49n/D+dAE1FZFaNp/x7J+P86AJqKKKACobv/j2f8P5"
    "1NRQBkVo2n/Hsn4/zqaigAooooA//9k="
)
LOCAL = {"name": "local", "kind": "local", "label": "Hazir"}
TEAMS = {1: "Day ward", 2: "Reception"}
SITES = (
    {"id": 1, "name": "Hazir Clinic", "zone": ZONE},
    {"id": 2, "name": "North School", "zone": ZONE},
)
PLACES = (
    {"id": 1, "name": "Main entrance", "evidence": ["none"]},
    {"id": 2, "name": "Laboratory", "evidence": ["photo"]},
    {"id": 3, "name": "Medicine store", "evidence": ["photo", "face"]},
    {"id": 4, "name": "Server room", "evidence": ["photo", "face", "liveness"]},
)


def fresh_places() -> list[dict[str, Any]]:
    """The places with their policies, as on the first morning."""
    return [
        {
            "id": place["id"],
            "name": place["name"],
            "site_id": 1,
            "zone": ZONE,
            "is_default": place["id"] == 1,
            "policy": {
                "version": 1,
                "evidence": list(place["evidence"]),
                "mode": "strict",
                "on_face_down": "refuse",
                "skew_seconds": 120,
                "face_check": "at_once",
                "without_face": "review",
            },
        }
        for place in PLACES
    ]


def now() -> dt.datetime:
    """The present instant, UTC."""
    return dt.datetime.now(dt.UTC)


@dataclass(slots=True)
class World:
    """Everything the double knows; guarded by one lock, since every request has its thread."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    tokens: dict[str, int] = field(default_factory=dict)
    cookies: dict[str, int] = field(default_factory=dict)
    records: list[dict[str, Any]] = field(default_factory=list)
    photos: dict[int, bytes] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    answers: dict[str, tuple[str, int, Any]] = field(default_factory=dict)
    consents: dict[int, dict[str, Any]] = field(default_factory=dict)
    faces: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    requests: list[dict[str, Any]] = field(default_factory=list)
    faults: list[Any] = field(default_factory=list)
    outcome: dict[str, Any] = field(default_factory=dict)
    sockets: list[Any] = field(default_factory=list)
    feed_log: list[dict[str, Any]] = field(default_factory=list)
    choices: dict[str, Any] = field(
        default_factory=lambda: {
            "directories": [LOCAL],
            "registration": True,
            "registration_mode": "open",
            "demo": False,
        }
    )
    factors: dict[int, dict[str, Any]] = field(default_factory=dict)
    challenges: dict[str, dict[str, Any]] = field(default_factory=dict)
    sessions: list[dict[str, Any]] = field(default_factory=list)
    links: dict[str, int] = field(default_factory=dict)
    invitations: list[dict[str, Any]] = field(default_factory=list)
    audit: list[dict[str, Any]] = field(default_factory=list)
    code: str = "246810"
    quality: list[list[str]] = field(default_factory=list)
    live: dict[str, dict[str, Any]] = field(default_factory=dict)
    challenge_seconds: float = 60.0
    moving: str = "live"
    shown: dict[str, Any] = field(default_factory=dict)
    looks: list[dict[str, Any]] = field(default_factory=list)
    alarms: list[dict[str, Any]] = field(default_factory=list)
    jobs: list[dict[str, Any]] = field(default_factory=list)
    decisions: dict[int, dict[str, Any]] = field(default_factory=dict)
    kiosk: dict[int, dict[str, Any]] = field(default_factory=dict)
    standing: list[Any] = field(default_factory=list)
    tickets: dict[str, dict[str, Any]] = field(default_factory=dict)
    place_list: list[dict[str, Any]] = field(default_factory=fresh_places)
    portrait: bytes = JPEG
    detected: dict[str, Any] = field(default_factory=lambda: {"faces": [], "width": 4, "height": 3})
    biometrics: bool = True
    silent: bool = False
    heartbeat: float = 5.0
    places: int = len(PLACES)
    next_id: int = 100

    def reset(self) -> None:
        """Back to the first morning: people, no records, no faults."""
        with self.lock:
            fresh = World()
            for name in self.__slots__:
                if name not in {"lock", "sockets"}:
                    setattr(self, name, getattr(fresh, name))
            for number, username, full_name, roles, teams in PEOPLE:
                self.add_user(number, username, full_name, roles, teams)

    def add_user(
        self, number: int, username: str, full_name: str, roles: list[str], teams: list[int]
    ) -> None:
        """Adds an account whose password is `password`."""
        self.users[username] = {
            "password": "password",
            "employee_id": number,
            "username": username,
            "full_name": full_name,
            "school_number": None,
            "external_code": None,
            "locked": False,
            "site_id": 1,
            "roles": roles,
            "teams": [{"id": team, "name": TEAMS[team]} for team in teams],
            "manages": [{"id": k, "name": v} for k, v in TEAMS.items()]
            if "manager" in roles
            else [],
        }

    def person(self, number: int) -> dict[str, Any]:
        """The account with that employee id."""
        return next(user for user in self.users.values() if user["employee_id"] == number)

    def renamed(self, number: int) -> None:
        """Somebody has another username: every session that says the old one ends."""
        self.users = {user["username"]: user for user in self.users.values()}
        self.tokens = {token: of for token, of in self.tokens.items() if of != number}
        self.cookies = {cookie: of for cookie, of in self.cookies.items() if of != number}

    def me(self, number: int) -> dict[str, Any]:
        """What /users/me answers."""
        shown = (
            "employee_id",
            "username",
            "full_name",
            "school_number",
            "roles",
            "teams",
            "manages",
        )
        user = {key: self.person(number)[key] for key in shown}
        return user | {"site": SITES[0] | {"biometrics": self.biometrics}}

    def issue(self, number: int) -> dict[str, Any]:
        """A new access token."""
        token = secrets.token_urlsafe(24)
        self.tokens[token] = number
        return {
            "access_token": token,
            "token_type": "bearer",
            "expires_in": 600,
            "employee_id": number,
        }

    def last(self, number: int) -> dict[str, Any] | None:
        """The newest record of a person that moved their state."""
        moving = ("accepted", "pending", "review")
        own = [r for r in self.records if r["employee_id"] == number and r["status"] in moving]
        return own[-1] if own else None

    def state(self, number: int) -> dict[str, Any]:
        """What /attendance/state answers."""
        last = self.last(number)
        count = sum(1 for r in self.records if r["employee_id"] == number)
        return {
            "employee_id": number,
            "action": last["action"] if last else "out",
            "since": last["timestamp"] if last else None,
            "open_until": None,
            "record_id": last["id"] if last else None,
            "server_time": now().isoformat(),
            "zone": ZONE,
            "today": {"worked_seconds": 0, "records": count},
        }

    def make(
        self, number: int, body: dict[str, Any], *, status: str, at: dt.datetime | None = None
    ) -> dict[str, Any]:
        """Stores a record and its event."""
        with self.lock:
            self.next_id += 1
            stamp = (at or now()).isoformat()
            record = {
                "id": self.next_id,
                "employee_id": number,
                "action": body["action"],
                "timestamp": stamp,
                "committed_at": stamp,
                "claimed_at": body.get("timestamp"),
                "status": status,
                "place_id": body.get("place_id"),
                "zone": ZONE,
                "evidence": body.get("evidence", {}),
                "photo": bool(body.get("image")),
            }
            self.records.append(record)
            self.announce("made", record)
            return record

    def announce(self, kind: str, record: dict[str, Any]) -> dict[str, Any]:
        """Appends an event; the feed picks it up."""
        event = {
            "type": "record",
            "kind": kind,
            "event_id": f"e{len(self.events) + 1}",
            "cursor": f"c{len(self.events) + 1}",
            **{
                key: record[key]
                for key in ("id", "employee_id", "action", "timestamp", "status", "place_id")
            },
        }
        self.events.append(event)
        return event

    def board(self) -> dict[str, Any]:
        """What /attendance/board answers: the cursor is taken before the rows."""
        cursor = f"c{len(self.events)}"
        rows = []
        for user in self.users.values():
            last = self.last(user["employee_id"])
            rows.append(
                {
                    "employee_id": user["employee_id"],
                    "username": user["username"],
                    "full_name": user["full_name"],
                    "team_ids": [team["id"] for team in user["teams"]],
                    "action": last["action"] if last else "out",
                    "since": last["timestamp"] if last else None,
                    "record_id": last["id"] if last else None,
                    "place_id": last["place_id"] if last else None,
                    "status": last["status"] if last else None,
                    "photo": bool(last and last["photo"]),
                }
            )
        return {"items": rows, "server_time": now().isoformat(), "cursor": cursor}
