"""A gRPC process that numbers the feed's events itself, and the one that takes over from it."""

from __future__ import annotations

import time
from pathlib import Path

from local.ports import free_port
from tests.support.attendance import Cast
from tests.support.attendance_processes import processes, stub
from tests.support.attendance_streams import Stream
from tests.support.people import Town


def test_each_event_comes_once_and_in_order_over_the_death_of_who_numbers(
    town: Town, cast: Cast, server_folder: Path
) -> None:
    with processes(town, server_folder / "numbering", RPC_NUMBERS="1") as running:
        rest = running.rest()
        channels = [running.rpc(), running.rpc(SEQUENCER_HINT=f"127.0.0.1:{free_port()}")]
        leader, follower = running.started["rpc-2"], running.started["rpc-3"]
        jwt = town.token(cast.manager)
        theirs, ours = (Stream(stub(channel), jwt) for channel in channels)

        made = [rest.punch(cast.staff, "out" if n % 2 else "in").json()["id"] for n in range(20)]
        for stream in (theirs, ours):
            stream.until(lambda stream=stream: stream.has(20))
            assert [event.id for event in stream.events] == made
        assert "sequencer leads" in leader.output()
        assert "sequencer leads" not in follower.output()

        leader.kill()
        made += [rest.punch(cast.staff, "out" if n % 2 else "in").json()["id"] for n in range(10)]
        ours.until(lambda: ours.has(30))
        assert [event.id for event in ours.end()] == made
        assert "sequencer leads" in follower.output()

        # From a cursor of the dead one, the survivor tells the rest.
        again = Stream(stub(channels[1]), jwt, after=theirs.events[9].cursor)
        again.until(lambda: again.has(20))
        assert [event.id for event in again.end()] == made[10:]


def test_a_feed_that_nobody_numbers_does_not_pass_for_live(
    town: Town, cast: Cast, server_folder: Path
) -> None:
    with processes(town, server_folder / "unnumbered") as running:
        numbering = running.start("sequencer")
        rest, channel = running.rest(), running.rpc()
        stream = Stream(stub(channel), town.token(cast.staff))
        assert rest.get("/health/ready").json()["feed"] == "up"

        numbering.kill()
        assert rest.punch(cast.staff).status_code == 201
        ready = rest.get("/health/ready")
        stream.until(lambda: rest.get("/health/ready").json()["feed"] == "down")
        assert ready.status_code == 200
        time.sleep(3)
        before = len(stream.heartbeats)
        time.sleep(3)
        assert (len(stream.heartbeats), stream.events) == (before, [])

        running.start("sequencer")
        stream.until(lambda: stream.has(1))
        stream.until(lambda: len(stream.heartbeats) > before)
        assert rest.get("/health/ready").json()["feed"] == "up"
