"""A check-in whose face is compared later, all the way: each is decided once, whatever happens."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from clients.python.hazir_client import Jobs, Problem, Token, Transport
from tests.support.cluster import TestDatabase
from tests.support.face_cast import A2, BLANK, B
from tests.support.jobs import until
from tests.support.later import Later, comparing_later
from tests.support.people import Town

POISONED = "tests.support.poisoned_worker"


@pytest.fixture(scope="module")
def later(database: TestDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Later]:
    town = Town(database)
    folder: Path = tmp_path_factory.mktemp("later")
    with comparing_later(town, folder, module=POISONED, POISON_SLOW="0.7") as running:
        yield running
    town.close()


def decided(later: Later, record: int, status: str, within: float = 40) -> None:
    """Wait for the decision, which must be the only one."""
    until(lambda: later.statuses()[record] != "pending", within)
    kind = "voided" if status == "voided" else "decided"
    assert later.events(record) == [("made", "pending"), (kind, status)]


def test_the_decision_appears_in_the_feed(later: Later) -> None:
    wanted = {"accepted": A2, "voided": B}
    records = {
        status: later.punch(later.someone(), image, f"k-{status}")
        for status, image in wanted.items()
    }
    nobody = later.punch(later.someone(), BLANK, "k-blank")
    for status, record in records.items():
        decided(later, record, status)
    decided(later, nobody, "voided")
    shown = later.rest.get(
        f"/api/v1/attendance/records/{records['accepted']}", later.cast.admin
    ).json()
    assert shown["evidence"]["face"] == "accept"
    assert shown["evidence"]["similarity"] > shown["evidence"]["threshold"]


def test_while_the_face_service_is_away_nothing_is_lost(later: Later) -> None:
    later.door.open = False
    records = [later.punch(later.someone(), A2, f"away-{n}") for n in range(3)]
    until(
        lambda: later.town.sql(
            "SELECT bool_and(attempts > 0) FROM attendance.verification WHERE state = 'unsent'"
        )[0][0]
    )
    assert {later.statuses()[record] for record in records} == {"pending"}
    later.door.open = True
    for record in records:
        decided(later, record, "accepted")


def test_a_worker_that_dies_with_the_job_in_hand_changes_nothing_but_the_time(
    later: Later,
) -> None:
    record = later.punch(later.someone(), A2, "slow")
    running = "SELECT count(*) FROM face.job WHERE state = 'running'"
    until(lambda: later.town.sql(running)[0][0])
    for worker in later.workers:
        worker.signal(signal.SIGKILL)
        worker.wait()
    later.town.sql("UPDATE face.job SET lease_until = now() WHERE state = 'running'")
    for worker in later.workers:
        worker.start()
    decided(later, record, "accepted", 60)


def test_the_client_tells_of_jobs(later: Later) -> None:
    record = later.punch(later.someone(), A2, "client")
    decided(later, record, "accepted")
    job_id = later.town.sql(
        "SELECT job_id FROM attendance.verification WHERE record_id = %s", record
    )[0][0]
    jobs = Jobs(Transport(later.face_url, Token(later.town.token(later.cast.admin))))
    until(lambda: jobs.get(job_id).deliveries[0].state == "delivered")
    job = jobs.get(job_id)
    assert (job.state, job.attempts, job.kind) == ("done", 1, "verify_person")
    assert job.result is not None
    assert job_id in {one.id for one in jobs.page(limit=50).items}
    assert list(jobs.all(state="dead")) == []
    with pytest.raises(Problem) as refusal:
        jobs.retry(job_id)
    assert (refusal.value.status, refusal.value.code) == (409, "not_dead")
