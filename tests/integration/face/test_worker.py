"""Workers as processes: pictures that kill and hang, workers that die, receivers that misbehave.

Whatever happens, a decision is made once, told until it is taken, and taken once.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from common import webhooks
from common.config import ROOT
from tests.support.cluster import TestDatabase
from tests.support.face import FaceClient, serving_faces
from tests.support.face_cast import A2, BLANK, A, B, Cast, enrol, said
from tests.support.jobs import Receiver, receiving, until, worker_environment, workers
from tests.support.people import Town
from tests.support.poisoned_worker import HANGS, KILLS, SLOW

POISONED = "tests.support.poisoned_worker"


@pytest.fixture(scope="module")
def receiver(database: TestDatabase) -> Iterator[Receiver]:
    with receiving(database.secrets_dir) as running:
        yield running


@pytest.fixture(scope="module")
def face(
    database: TestDatabase, town: Town, cast: Cast, receiver: Receiver
) -> Iterator[FaceClient]:
    with serving_faces(database, WEBHOOK_PRIVATE_TARGETS=receiver.url) as client:
        enrol(client, town, cast.staff, A)
        yield client


@pytest.fixture(autouse=True)
def clean(town: Town, receiver: Receiver) -> None:
    for table in ("job", "procrastinate_jobs", "procrastinate_workers"):
        town.sql(f"DELETE FROM face.{table}")
    receiver.taken.clear()
    receiver.tries.clear()
    receiver.answers.clear()
    receiver.status, receiver.location = 200, ""
    receiver.going.set()


def submit(face: FaceClient, town: Town, cast: Cast, url: str, name: str, image: bytes) -> int:
    """The number of a new job about ``staff``."""
    form = {
        "employee_id": str(cast.staff),
        "webhook_url": f"{url}/results/{name}",
        "verification_id": name,
    }
    answer = face.call(
        "POST",
        "/api/v1/jobs/verify",
        town.token(cast.attendance),
        form=form,
        files=[("image", image)],
    )
    return int(said(answer, 202)["id"])


def job(face: FaceClient, town: Town, cast: Cast, number: int) -> dict[str, Any]:
    return said(face.call("GET", f"/api/v1/jobs/{number}", town.token(cast.admin)), 200)


def pid_of_hand(worker: int) -> int | None:
    """The process that looks at pictures for the worker, while there is one."""
    found = []
    for task in Path(f"/proc/{worker}/task").iterdir():
        found += [int(word) for word in (task / "children").read_text().split()]
    return found[0] if found else None


def test_jobs_are_done_and_told(
    face: FaceClient,
    town: Town,
    cast: Cast,
    receiver: Receiver,
    database: TestDatabase,
    tmp_path: Path,
) -> None:
    with workers(
        database, tmp_path, WEBHOOK_PRIVATE_TARGETS=receiver.url, FACE_WORKER_IDLE="1"
    ) as (worker,):
        base = f"http://127.0.0.1:{worker._environment['FACE_WORKER_PORT']}"  # type: ignore[index]
        assert httpx.get(f"{base}/health/live").json() == {"status": "ok"}
        assert pid_of_hand(worker.pid) is None  # no models before there is work
        for name, image in {"same": A2, "other": B}.items():
            submit(face, town, cast, receiver.url, name, image)
        form = {
            "webhook_url": f"{receiver.url}/x",
            "verification_id": "pair",
            "student_school_number": "1",
        }
        token = town.token(cast.attendance)
        files = [("picture", A), ("intended_picture", A2)]
        said(face.call("POST", "/verify-face-async", token, form=form, files=files), 202)
        until(lambda: len(receiver.taken) == 3)
        assert [one["decision"] for one in receiver.told("same")] == ["accept"]
        assert [one["overall_result"] for one in receiver.told("other")] == [
            {"verification_passed": False, "reason": "face_mismatch"}
        ]
        assert receiver.told("pair")[0]["overall_result"]["verification_passed"] is True
        assert receiver.forged == 0
        metrics = httpx.get(f"{base}/metrics").text
        assert 'hazir_face_job_tries_total{ended="done"} 3.0' in metrics
        assert 'hazir_face_webhooks_total{ended="taken"} 3.0' in metrics
        until(lambda: pid_of_hand(worker.pid) is None, 10)  # the models' memory is given back
        log = worker.output()
        assert "JFIF" not in log
        assert token not in log
        worker.signal(signal.SIGTERM)
        assert worker.wait() == 0


@pytest.mark.parametrize("mark", [KILLS, HANGS])
def test_poison_stops_after_three_tries_and_nothing_else_does(
    face: FaceClient,
    town: Town,
    cast: Cast,
    receiver: Receiver,
    database: TestDatabase,
    tmp_path: Path,
    mark: bytes,
) -> None:
    with workers(
        database,
        tmp_path,
        module=POISONED,
        WEBHOOK_PRIVATE_TARGETS=receiver.url,
        FACE_JOB_SECONDS="3",
    ) as (worker,):
        poison = submit(face, town, cast, receiver.url, "poison", A + mark)
        good = submit(face, town, cast, receiver.url, "good", A2)
        until(lambda: len(receiver.taken) == 2, 60)
        shown = job(face, town, cast, poison)
        assert (shown["state"], shown["attempts"]) == ("dead", 3)
        assert receiver.told("poison")[0]["decision"] == "review"
        assert not receiver.told("poison")[0]["overall_result"]["verification_passed"]
        assert job(face, town, cast, good)["state"] == "done"
        assert worker.output().count("a job failed") == 3
        # The same one process is still there.
        worker.signal(signal.SIGTERM)
        assert worker.wait() == 0


def test_a_worker_that_is_killed_leaves_its_job_to_another(
    face: FaceClient,
    town: Town,
    cast: Cast,
    receiver: Receiver,
    database: TestDatabase,
    tmp_path: Path,
) -> None:
    with workers(
        database, tmp_path, 2, module=POISONED, WEBHOOK_PRIVATE_TARGETS=receiver.url
    ) as pair:
        number = submit(face, town, cast, receiver.url, "slow", A2 + SLOW)
        until(lambda: any(pid_of_hand(one.pid) for one in pair))
        until(lambda: job(face, town, cast, number)["state"] == "running")
        (victim,) = [one for one in pair if pid_of_hand(one.pid)]
        hand = pid_of_hand(victim.pid)
        victim.signal(signal.SIGKILL)
        victim.wait()
        until(lambda: not Path(f"/proc/{hand}").exists(), 15)
        town.sql("UPDATE face.job SET lease_until = now()")  # or this test would wait for it
        until(lambda: receiver.taken, 60)
        shown = job(face, town, cast, number)
        assert (shown["state"], shown["attempts"], len(shown["deliveries"])) == ("done", 2, 1)
        assert len(receiver.told("slow")) == 1
        victim.start()


def test_a_worker_that_hangs_past_its_lease_is_not_heard_afterwards(
    face: FaceClient,
    town: Town,
    cast: Cast,
    receiver: Receiver,
    database: TestDatabase,
    tmp_path: Path,
) -> None:
    with workers(
        database, tmp_path, 2, module=POISONED, WEBHOOK_PRIVATE_TARGETS=receiver.url
    ) as pair:
        number = submit(face, town, cast, receiver.url, "frozen", A2 + SLOW)
        until(lambda: job(face, town, cast, number)["state"] == "running")
        until(lambda: any(pid_of_hand(one.pid) for one in pair))
        (frozen,) = [one for one in pair if pid_of_hand(one.pid)]
        frozen.signal(signal.SIGSTOP)
        town.sql("UPDATE face.job SET lease_until = now()")
        until(lambda: receiver.taken, 60)
        frozen.signal(signal.SIGCONT)
        until(lambda: "too_late" in _metrics(frozen), 20)
        shown = job(face, town, cast, number)
        assert (shown["state"], shown["attempts"], len(shown["deliveries"])) == ("done", 2, 1)
        assert len(receiver.told("frozen")) == 1
        # It goes on with what comes next.
        submit(face, town, cast, receiver.url, "next", A2)
        until(lambda: receiver.told("next"))


def _metrics(worker: Any) -> str:
    port = worker._environment["FACE_WORKER_PORT"]
    return httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=10).text


def test_a_worker_that_is_told_to_stop_drains_or_hands_back(
    face: FaceClient,
    town: Town,
    cast: Cast,
    receiver: Receiver,
    database: TestDatabase,
    tmp_path: Path,
) -> None:
    with workers(database, tmp_path, module=POISONED, WEBHOOK_PRIVATE_TARGETS=receiver.url) as (
        worker,
    ):
        number = submit(face, town, cast, receiver.url, "drained", A2 + SLOW)
        until(lambda: job(face, town, cast, number)["state"] == "running")
        worker.signal(signal.SIGTERM)
        assert worker.wait() == 0
        assert job(face, town, cast, number)["state"] == "done"
        worker.start()
        until(lambda: receiver.told("drained"))
        number = submit(face, town, cast, receiver.url, "back", A2 + HANGS)
        until(lambda: job(face, town, cast, number)["state"] == "running")
        worker.signal(signal.SIGTERM)
        assert worker.wait() == 0
        shown = job(face, town, cast, number)
        assert (shown["state"], shown["attempts"], shown["error"]) == (
            "queued",
            0,
            "worker_stopped",
        )
        worker.start()


def test_results_are_told_until_they_are_taken_and_taken_once(
    face: FaceClient,
    town: Town,
    cast: Cast,
    receiver: Receiver,
    database: TestDatabase,
    tmp_path: Path,
) -> None:
    """By receivers who fail, ask for patience, redirect, or want no more of it."""
    token = town.token(cast.admin)

    def delivery(number: int) -> dict[str, Any]:
        found = job(face, town, cast, number)["deliveries"]
        return found[0] if found else {"state": None}

    with workers(database, tmp_path, WEBHOOK_PRIVATE_TARGETS=receiver.url):
        blank = submit(face, town, cast, receiver.url, "blank", BLANK)
        until(lambda: receiver.taken)
        shown = job(face, town, cast, blank)
        assert (shown["state"], shown["error"], shown["attempts"]) == ("failed", "no_face", 1)
        assert receiver.taken[0]["overall_result"]["reason"] == "no_face"

        receiver.tries.clear()
        receiver.answers = [500, 429, 302]
        receiver.location = f"{receiver.url}/elsewhere"
        number = submit(face, town, cast, receiver.url, "stubborn", A2)
        until(lambda: delivery(number)["state"] == "delivered")
        assert (len(receiver.tries), len(set(receiver.tries))) == (4, 1)
        assert len(receiver.told("stubborn")) == 1

        for status, tries in ((500, 4), (301, 4), (410, 1)):
            receiver.tries.clear()
            receiver.status = status
            number = submit(face, town, cast, receiver.url, f"never-{status}", A2)
            until(lambda n=number: delivery(n)["state"] == "dead")  # type: ignore[misc]
            assert (len(receiver.tries), len(set(receiver.tries))) == (tries, 1)
            receiver.status = 200
            said(face.call("POST", f"/api/v1/jobs/{number}/retry", token), 202)
            until(lambda n=number: delivery(n)["state"] == "delivered")  # type: ignore[misc]
            assert job(face, town, cast, number)["state"] == "done"
            assert len(receiver.told(f"never-{status}")) == 1


def test_a_target_that_is_no_longer_listed_is_told_nothing(
    face: FaceClient,
    town: Town,
    cast: Cast,
    receiver: Receiver,
    database: TestDatabase,
    tmp_path: Path,
) -> None:
    number = submit(face, town, cast, receiver.url, "unlisted", A2)
    with workers(database, tmp_path):
        until(lambda: job(face, town, cast, number)["deliveries"])
        until(lambda: job(face, town, cast, number)["deliveries"][0]["state"] == "dead")
        shown = job(face, town, cast, number)["deliveries"][0]
        assert (shown["error"], shown["attempts"]) == ("target_refused", 1)
        assert receiver.tries == []


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
