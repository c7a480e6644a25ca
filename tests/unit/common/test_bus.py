"""Hints over a real Redis, and over none."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from common.bus import CHANGED, Bus
from tests.support.folders import open_folder
from tests.support.redis_server import RedisServer, running_redis


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


def took(wait: Callable[[], object]) -> float:
    """The seconds it took."""
    began = time.monotonic()
    wait()
    return time.monotonic() - began


def test_a_message_ends_the_wait(redis_server: RedisServer, stop: threading.Event) -> None:
    bus = Bus(redis_server.url)
    assert bus.up()
    listener = bus.listener(CHANGED, stop)
    listener.wait(0.05)
    threading.Timer(0.1, bus.publish, [CHANGED]).start()
    assert took(lambda: listener.wait(20)) < 10


def test_other_channels_do_not(redis_server: RedisServer, stop: threading.Event) -> None:
    bus = Bus(redis_server.url)
    listener = bus.listener(CHANGED, stop)
    listener.wait(0.05)
    bus.publish("hazir:other")
    assert took(lambda: listener.wait(0.2)) >= 0.19


def test_without_redis_only_time_passes(stop: threading.Event) -> None:
    bus = Bus("")
    assert not bus.up()
    bus.publish(CHANGED)
    assert took(lambda: bus.listener(CHANGED, stop).wait(0.1)) >= 0.09
    stop.set()
    assert took(lambda: bus.listener(CHANGED, stop).wait(20)) < 5


def test_an_address_where_nothing_listens(stop: threading.Event) -> None:
    bus = Bus("redis://127.0.0.1:1/0")
    assert not bus.up()
    assert took(partial(bus.publish, CHANGED)) < 2
    # After a failure it is left alone for a while: the next one costs nothing.
    began = time.monotonic()
    for _ in range(1000):
        bus.publish(CHANGED)
    assert time.monotonic() - began < 1
    listener = bus.listener(CHANGED, stop)
    for _ in range(2):
        assert 0.09 <= took(lambda: listener.wait(0.1)) < 2


def test_redis_comes_back(stop: threading.Event) -> None:
    with open_folder() as folder, running_redis(Path(folder)) as server:
        bus = Bus(server.url, retry_after=0.1)
        listener = bus.listener(CHANGED, stop)
        listener.wait(0.05)
        server.process.kill()
        listener.wait(0.1)
        bus.publish(CHANGED)
        assert not bus.up()
        server.process.start()
        time.sleep(0.15)
        listener.wait(0.05)
        threading.Timer(0.1, bus.publish, [CHANGED]).start()
        assert took(lambda: listener.wait(20)) < 10
