"""The face service as a process: start, readiness, metrics, a clean end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx

from common.config import ROOT
from local.ports import free_port
from tests.support.cluster import TestDatabase
from tests.support.face import models
from tests.support.people import Town
from tests.support.portraits import SAME, portrait
from tests.support.process import Process


def environment(database: TestDatabase, folder: Path, port: int) -> dict[str, str]:
    return (
        dict(os.environ)
        | database.environment()
        | {
            "FACE_PORT": str(port),
            "BIND_HOSTS": "127.0.0.1",
            "HAZIR_DATA": str(folder),
            "MODEL_DIR": str(models()),
        }
    )


def serving(env: dict[str, str], folder: Path) -> Process:
    base = f"http://127.0.0.1:{env['FACE_PORT']}"

    def answers() -> bool:
        try:
            return httpx.get(f"{base}/health/live").status_code == 200
        except httpx.TransportError:
            return False

    command = [sys.executable, "-m", "face_service"]
    log = folder / "face.log"
    return Process(lambda: command, answers, log=log, environment=env, cwd=ROOT)


def children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    found = [int(word) for word in text.split()]
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(word) for word in (task / "children").read_text().split()]
    return sorted(set(found))


def test_it_serves_counts_and_ends(database: TestDatabase, tmp_path: Path) -> None:
    env = environment(database, tmp_path, free_port())
    base = f"http://127.0.0.1:{env['FACE_PORT']}"
    service = serving(env, tmp_path)
    town = Town(database)
    service.start()
    try:
        while (ready := httpx.get(f"{base}/health/ready")).status_code != 200:
            assert ready.json()["models"] == "down"
        assert ready.json() == {
            "status": "ok",
            "postgresql": "up",
            "redis": "down",
            "models": "up",
            "workers": "down",
        }
        files = {
            name: ("a.jpg", portrait(SAME[number]))
            for number, name in enumerate(("image", "reference"))
        }
        token = town.token(town.person())
        headers = {"Authorization": f"Bearer {token}"}
        answer = httpx.post(f"{base}/api/v1/faces/verify", files=files, headers=headers, timeout=30)
        assert answer.json()["decision"] == "accept"
        photo = {"image": ("a.jpg", portrait(SAME[0]))}
        url = f"{base}/api/v1/faces/quality"
        assert httpx.post(url, files=photo, headers=headers, timeout=30).json()["acceptable"]
        metrics = httpx.get(f"{base}/metrics").text
        assert 'hazir_face_photos_total{first="nothing"} 1.0' in metrics
        assert 'hazir_face_decisions_total{decision="accept"} 1.0' in metrics
        assert 'hazir_face_seconds_count{stage="embed"} 2.0' in metrics
        decoders = children(service.pid)
        assert decoders
        log = service.output()
        assert token not in log
        service.signal(signal.SIGTERM)
        assert service.wait() == 0
        assert [pid for pid in decoders if Path(f"/proc/{pid}").exists()] == []
    finally:
        service.stop()
        town.close()


def test_decoders_do_not_outlive_a_killed_service(database: TestDatabase, tmp_path: Path) -> None:
    env = environment(database, tmp_path, free_port())
    base = f"http://127.0.0.1:{env['FACE_PORT']}"
    service = serving(env, tmp_path)
    town = Town(database)
    service.start()
    try:
        headers = {"Authorization": f"Bearer {town.token(town.person())}"}
        files = {"image": ("a.jpg", portrait(SAME[0]))}
        answer = httpx.post(f"{base}/api/v1/faces/detect", files=files, headers=headers, timeout=30)
        assert len(answer.json()["faces"]) == 1
        decoders = children(service.pid)
        service.signal(signal.SIGKILL)
        service.wait()
        for pid in decoders:
            ended = subprocess.run(["tail", f"--pid={pid}", "-f", "/dev/null"], timeout=5)
            assert ended.returncode == 0
    finally:
        service.stop()
        town.close()


def test_without_models_it_lives_and_says_so(database: TestDatabase, tmp_path: Path) -> None:
    env = environment(database, tmp_path, free_port()) | {"MODEL_DIR": str(tmp_path)}
    base = f"http://127.0.0.1:{env['FACE_PORT']}"
    service = serving(env, tmp_path)
    town = Town(database)
    service.start()
    try:
        ready = httpx.get(f"{base}/health/ready")
        assert (ready.status_code, ready.json()["models"]) == (503, "down")
        headers = {"Authorization": f"Bearer {town.token(town.person())}"}
        files = {"image": ("a.jpg", portrait(SAME[0]))}
        answer = httpx.post(f"{base}/api/v1/faces/detect", files=files, headers=headers, timeout=30)
        assert (answer.status_code, answer.json()["code"]) == (503, "no_models")
        assert answer.headers["Retry-After"]
        assert "models missing" in service.output()
    finally:
        service.stop()
        town.close()


def test_a_faulty_configuration_is_said_at_once(database: TestDatabase, tmp_path: Path) -> None:
    env = environment(database, tmp_path, 1) | {"FACE_PORT": "x", "FACE_ENGINES": "0"}
    command = [sys.executable, "-m", "face_service"]
    ended = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=30)
    assert ended.returncode == 78
    assert "FACE_PORT" in ended.stderr
    assert "FACE_ENGINES" in ended.stderr
