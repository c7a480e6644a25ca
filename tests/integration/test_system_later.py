"""`make run`: a check-in whose face is compared later, decided by the worker it starts."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from clients.python.hazir_client import Attendance, Jobs, Password, Token, Transport
from tests.support.face_cast import A2, A, B
from tests.support.jobs import until
from tests.support.system import PASSWORD, System, bearer


@pytest.fixture(scope="module")
def place(system: System) -> int:
    """A place of the demo site that compares later."""
    admin = {"Authorization": f"Bearer {system.sign_in('demo_admin')}"}
    url = system.url("attendance", "/api/v1/attendance/places")
    (site,) = {
        one["site_id"]
        for one in system.http.get(url, headers=admin).json()["items"]
        if one["name"] == "Main gate"
    }
    policy = {"evidence": ["photo", "face"], "face_check": "later"}
    body = {"site_id": site, "name": "Side gate", "policy": policy}
    made = system.http.post(url, json=body, headers=admin)
    assert made.status_code == 201, made.text
    return int(made.json()["id"])


def enrolled(system: System) -> Transport:
    """A way to attendance_service for somebody whose face is enrolled."""
    who = system.newcomer("Front Desk")
    headers = bearer(who.token)
    person = system.url("face", f"/api/v1/people/{who.employee_id}")
    version = system.http.get(f"{person}/consent", headers=headers).json()["current_version"]
    given = system.http.post(f"{person}/consent", json={"version": version}, headers=headers)
    assert given.status_code == 201, given.text
    files = {"image": ("a.jpg", A, "image/jpeg")}
    kept = system.http.post(f"{person}/faces", files=files, headers=headers)
    assert kept.status_code == 201, kept.text
    return Transport(system.url("attendance"), Token(who.token))


@pytest.mark.parametrize(("image", "status"), [(A2, "accepted"), (B, "voided")])
def test_the_worker_decides(system: System, place: int, image: bytes, status: str) -> None:
    attendance = Attendance(enrolled(system))
    made = attendance.punch("in", place_id=place, image=image)
    assert made.status == "pending"
    until(lambda: attendance.record(made.id).status != "pending")
    record = attendance.record(made.id)
    assert record.status == status
    assert record.evidence is not None
    assert record.evidence["face"] == ("accept" if status == "accepted" else "reject")


def test_it_is_seen_by_those_who_run_it(system: System) -> None:
    base = f"http://127.0.0.1:{system.ports['FACE_WORKER']}"
    ready = httpx.get(f"{base}/health/ready", trust_env=False)
    assert (ready.status_code, ready.json()["status"]) == (200, "ok")
    face = httpx.get(system.url("face", "/health/ready"), trust_env=False).json()
    assert face["workers"] == "up"
    jobs = Jobs(Transport(system.url("face"), Password(system.url("auth"), "demo_admin", PASSWORD)))
    states: list[Any] = [job.state for job in jobs.page().items]
    assert set(states) <= {"done"}
