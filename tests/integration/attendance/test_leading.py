"""Leading: whatever goes wrong, somebody does the work again soon."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import psycopg2
import pytest

from attendance_service.leading import Leader
from common.sql import fenced_connection
from tests.integration.attendance.test_sequencer import until
from tests.support.cluster import TestDatabase


class Worker:
    """Something that leads, and fails as it is told."""

    def __init__(self, database: TestDatabase) -> None:
        self.faults: list[Exception] = []
        self.turns = 0
        self.let_go = 0
        self.unreachable = 0
        self.stop = threading.Event()
        self._where = database.dsn("sequencer")
        self.leader = Leader(self._connect, 77, "worker", self.stop)
        self._thread = threading.Thread(target=self.leader.run, args=(self._work, self._gone))

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self.stop.set()
        self._thread.join()

    def _connect(self) -> Any:
        if self.unreachable:
            self.unreachable -= 1
            raise psycopg2.OperationalError
        return fenced_connection(self._where, "", "worker")

    def _work(self, cursor: Any) -> None:
        while not self.stop.wait(0.01):
            if self.faults:
                raise self.faults.pop()
            cursor.execute("SELECT 1")
            self.turns += 1

    def _gone(self) -> None:
        self.let_go += 1


@pytest.fixture
def worker(database: TestDatabase) -> Iterator[Worker]:
    made = Worker(database)
    yield made
    made.end()


def test_a_database_that_cannot_be_reached_is_tried_again(worker: Worker) -> None:
    worker.unreachable = 2
    worker.start()
    until(lambda: worker.turns > 0, 5)
    assert worker.leader.leading.is_set()


@pytest.mark.parametrize("fault", [psycopg2.OperationalError(), ValueError("a bug")])
def test_a_fault_costs_the_lead_and_not_the_work(worker: Worker, fault: Exception) -> None:
    worker.start()
    until(lambda: worker.turns > 0, 5)
    worker.faults.append(fault)
    until(lambda: worker.let_go == 1, 5)
    before = worker.turns
    until(lambda: worker.turns > before, 5)


def test_one_leads_and_the_other_takes_over(worker: Worker, database: TestDatabase) -> None:
    other = Worker(database)
    worker.start()
    until(lambda: worker.turns > 0, 5)
    other.start()
    try:
        assert not other.leader.leading.wait(0.7)
        worker.stop.set()
        until(other.leader.leading.is_set, 5)
    finally:
        other.end()
    stopped = Worker(database)
    stopped.stop.set()
    stopped.start()
    stopped.end()
    assert stopped.turns == 0
