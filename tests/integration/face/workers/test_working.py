"""Workers at work: jobs done and told, poison stopped, the try at hand ended."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from common import webhooks
from common.config import ROOT
from tests.support.cluster import TestDatabase
from tests.support.face_cast import A2, A3, A, B, said
from tests.support.face_jobs import POISONED, Line, pid_of_hand
from tests.support.jobs import Receiver, until, worker_environment
from tests.support.poisoned_worker import HANGS, KILLS, SLOW


def test_jobs_are_done_and_told(line: Line) -> None:
    with line.workers(FACE_WORKER_IDLE="1") as (worker,):
        base = f"http://127.0.0.1:{worker._environment['FACE_WORKER_PORT']}"  # type: ignore[index]
        assert httpx.get(f"{base}/health/live").json() == {"status": "ok"}
        assert pid_of_hand(worker.pid) is None  # no models before there is work
        for name, image in {"same": A2, "other": B}.items():
            line.submit(name, image)
        form = {
            "webhook_url": f"{line.receiver.url}/x",
            "verification_id": "pair",
            "student_school_number": "1",
        }
        token = line.town.token(line.cast.attendance)
        files = [("picture", A), ("intended_picture", A2)]
        said(line.face.call("POST", "/verify-face-async", token, form=form, files=files), 202)
        line.submit("live", A2, A3)
        until(lambda: len(line.receiver.taken) == 4)
        assert [one["decision"] for one in line.receiver.told("same")] == ["accept"]
        assert [one["overall_result"] for one in line.receiver.told("other")] == [
            {"verification_passed": False, "reason": "face_mismatch"}
        ]
        assert line.receiver.told("pair")[0]["overall_result"]["verification_passed"] is True
        (live,) = line.receiver.told("live")
        assert (live["decision"], live["liveness"]["decision"]) == ("accept", "reject")
        assert live["overall_result"]["verification_passed"] is False
        assert line.receiver.forged == 0
        metrics = httpx.get(f"{base}/metrics").text
        assert 'hazir_face_job_tries_total{ended="done"} 4.0' in metrics
        assert 'hazir_face_webhooks_total{ended="taken"} 4.0' in metrics
        until(lambda: pid_of_hand(worker.pid) is None, 10)  # the models' memory is given back
        log = worker.output()
        assert "JFIF" not in log
        assert token not in log
        worker.signal(signal.SIGTERM)
        assert worker.wait() == 0


@pytest.mark.parametrize("mark", [KILLS, HANGS])
def test_poison_stops_after_three_tries_and_nothing_else_does(line: Line, mark: bytes) -> None:
    with line.workers(
        module=POISONED,
        FACE_JOB_SECONDS="6",
    ) as (worker,):
        poison = line.submit("poison", A + mark)
        good = line.submit("good", A2)
        until(lambda: len(line.receiver.taken) == 2, 60)
        shown = line.job(poison)
        assert (shown["state"], shown["attempts"]) == ("dead", 3)
        assert line.receiver.told("poison")[0]["decision"] == "review"
        assert not line.receiver.told("poison")[0]["overall_result"]["verification_passed"]
        assert line.job(good)["state"] == "done"
        assert worker.output().count("a job failed") == 3
        # The same one process is still there.
        worker.signal(signal.SIGTERM)
        assert worker.wait() == 0


def test_without_models_nobody_s_tries_are_used_up(line: Line) -> None:
    with line.workers(MODEL_DIR=str(line.folder)) as (worker,):
        number = line.submit("models", A2)
        until(lambda: "nothing can be compared" in worker.output())
        shown = line.job(number)
        assert (shown["state"], shown["attempts"]) == ("queued", 0)


def test_a_worker_that_is_told_to_stop_drains_or_hands_back(line: Line) -> None:
    with line.workers(module=POISONED) as (worker,):
        number = line.submit("drained", A2 + SLOW)
        until(lambda: line.job(number)["state"] == "running")
        worker.signal(signal.SIGTERM)
        assert worker.wait() == 0
        assert line.job(number)["state"] == "done"
        worker.start()
        until(lambda: line.receiver.told("drained"))
        number = line.submit("back", A2 + HANGS)
        until(lambda: line.job(number)["state"] == "running")
        worker.signal(signal.SIGTERM)
        assert worker.wait() == 0
        shown = line.job(number)
        assert (shown["state"], shown["attempts"], shown["error"]) == (
            "queued",
            0,
            "worker_stopped",
        )
        worker.start()


def test_the_secret_of_a_target_can_be_read_out(
    database: TestDatabase, receiver: Receiver, tmp_path: Path
) -> None:
    env = worker_environment(database, tmp_path)
    command = [sys.executable, "-m", "face_service.worker", "secret", receiver.url]
    ended = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert webhooks.keys(ended.stdout.strip()) == receiver.signing[:1]
    for words, status in (["secret", "nowhere"], 78), (["what"], 64):
        command = [sys.executable, "-m", "face_service.worker", *words]
        failed = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, timeout=60)
        assert failed.returncode == status
