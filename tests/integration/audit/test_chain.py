"""Rows get their numbers and hashes, and keep them, whatever happens to who gives them."""

from __future__ import annotations

import json
import threading
import time
from functools import partial
from pathlib import Path

import psycopg2

from attendance_service.sequencer import FENCE, HintSocket, Sequencer
from common.audit.chain import CHAINS, origin
from common.sql import fenced_connection
from tests.integration.attendance.test_sequencer import head, until, write
from tests.support.attendance_processes import processes
from tests.support.audit import chaining, checked, decide, faults, head_of, waiting
from tests.support.people import Town


class TestTheChain:
    """Rows get their numbers and hashes, and keep them."""

    def test_every_chain_is_checked_to_its_head(self, chained: Town) -> None:
        found = checked(chained.database)
        assert found.good
        assert [(r.chain, r.rows) for r in found.reports] == [(chain, 10) for chain in CHAINS]
        for report in found.reports:
            assert report.head == head_of(chained, report.chain)
            assert f"{report.chain}:10:{report.head.hash.hex()}" in str(found)

    def test_an_empty_audit_is_a_whole_one(self, audited: Town) -> None:
        assert faults(audited) == []
        assert head_of(audited, "auth") == origin("auth")

    def test_more_than_a_batch_is_chained(self, audited: Town) -> None:
        audited.sql(
            "INSERT INTO auth.audit (action, object) SELECT 'a', 'b:' || n"
            " FROM generate_series(1, 2600) n"
        )
        with chaining(audited.database):
            until(lambda: waiting(audited) == 0, 10)
        assert faults(audited) == []
        assert head_of(audited, "auth").number == 2600

    def test_a_decision_that_commits_late_is_chained_late(self, audited: Town) -> None:
        slow = psycopg2.connect(audited.database.dsn("auth"))
        with chaining(audited.database):
            with slow.cursor() as cursor:
                cursor.execute("INSERT INTO auth.audit (action, object) VALUES ('late', 'x')")
            decide(audited, "auth", 3)
            until(lambda: head_of(audited, "auth").number == 3, 10)
            slow.commit()
            until(lambda: head_of(audited, "auth").number == 4, 10)
        slow.close()
        assert audited.sql("SELECT number FROM auth.audit WHERE action = 'late'") == [(4,)]
        assert faults(audited) == []

    def test_two_leaders_in_turn_make_one_chain(self, audited: Town) -> None:
        for _ in range(2):
            with chaining(audited.database):
                decide(audited, "attendance", 5)
                until(lambda: waiting(audited) == 0, 10)
        assert head_of(audited, "attendance").number == 10
        assert faults(audited) == []

    def test_a_lost_session_costs_nothing(self, audited: Town) -> None:
        ended = threading.Event()

        def cut() -> None:
            cutting = Town(audited.database)
            while not ended.wait(0.03):
                cutting.sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name = 'chaining' AND datname = current_database()"
                )
            cutting.close()

        with chaining(audited.database, every=0.001):
            cutter = threading.Thread(target=cut)
            cutter.start()
            for _ in range(40):
                decide(audited, "auth", 5)
                time.sleep(0.02)
            ended.set()
            cutter.join()
            until(lambda: waiting(audited) == 0, 10)
        assert head_of(audited, "auth").number == 200
        assert faults(audited) == []


class TestProcesses:
    """The chain as it is made in an installation."""

    def test_a_killed_sequencer_leaves_a_whole_chain_and_the_next_goes_on(
        self, audited: Town, server_folder: Path
    ) -> None:
        with processes(audited, server_folder / "chain") as running:
            first = running.start("sequencer")
            decide(audited, "auth", 300)
            until(lambda: head_of(audited, "auth").number > 0, 10)
            decide(audited, "auth", 300)
            first.kill()
            assert faults(audited) == []
            second = running.start("sequencer")
            until(lambda: waiting(audited) == 0, 10)
            assert head_of(audited, "auth").number == 600
            second.stop()
            assert faults(audited) == []
            told = [
                json.loads(line)
                for line in running.logs().splitlines()
                if "audit checkpoint" in line
            ]
        head = head_of(audited, "auth")
        assert told[-1]["heads"] == f"auth:600:{head.hash.hex()}"

    def test_it_keeps_up_with_decisions_while_events_flow(self, audited: Town) -> None:
        """And they with it: numbering stays as quick as without."""
        stop, where = threading.Event(), audited.database.dsn("sequencer")
        sequencer = Sequencer(
            lambda: fenced_connection(where, FENCE, "sequencer"),
            HintSocket(("127.0.0.1", 0)),
            stop,
        )
        thread = threading.Thread(target=sequencer.run)
        thread.start()
        slowest = 0.0

        def numbered(number: int) -> bool:
            return head(audited) == number

        with chaining(audited.database, every=1.0):
            audited.sql(
                "INSERT INTO attendance.audit (action, object) SELECT 'a', 'b:' || n"
                " FROM generate_series(1, 5000) n"
            )
            for number in range(1, 101):
                write(audited, 1, who=number)
                decide(audited, "auth")
                slowest = max(slowest, until(partial(numbered, number), 10))
            until(lambda: waiting(audited) == 0, 10)
        stop.set()
        thread.join()
        assert slowest < 1.0
        assert head_of(audited, "attendance") == checked(audited.database).reports[1].head
        assert head_of(audited, "attendance").number == 5000
        assert faults(audited) == []
