"""Limits on connections, running out of descriptors, and the end of a server."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import ExitStack
from typing import Any
from wsgiref.types import WSGIEnvironment

import pytest

from common.wsgi import Limits, running
from common.wsgi.listen import CannotListen, listen
from tests.support.wsgi_client import GET, asked, closing, connected, echo, one_answer, until_end


def test_at_the_connection_limit_new_ones_wait() -> None:
    with running(echo, limits=Limits(connections=2)) as address:
        with connected(address) as one, connected(address) as two:
            one_answer(one)
            one_answer(two)
            three = connected(address)
            three.sendall(closing())
            three.settimeout(0.5)
            with pytest.raises(TimeoutError):
                three.recv(10)
        three.settimeout(20)
        with three:
            assert until_end(three).endswith(b"GET / ")


def test_one_address_has_its_share() -> None:
    with running(echo, limits=Limits(peer_connections=1)) as address, connected(address) as one:
        one_answer(one)
        with connected(address) as two:
            assert two.recv(10) == b""
        with socket.create_connection(address, 20, source_address=("127.0.0.2", 0)) as other:
            assert one_answer(other) == b"GET / "


def test_when_descriptors_run_out_it_pauses_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """The accept call fails as it does at the limit; setting the real limit would hit the test."""
    logged: list[str] = []
    real, failures = socket.socket.accept, [24, 24]

    def accept(self: socket.socket) -> Any:
        if failures:
            raise OSError(failures.pop(), "Too many open files")
        return real(self)

    monkeypatch.setattr(socket.socket, "accept", accept)
    with running(echo, log=lambda event, **_: logged.append(event)) as address:
        assert asked(address, closing()).endswith(b"GET / ")
    assert logged == ["accept_failed"] * 2


def test_draining_finishes_what_has_begun_and_refuses_what_comes() -> None:
    inside, release = threading.Event(), threading.Event()
    stopped: list[bool] = []

    def app(environ: WSGIEnvironment, start: Any) -> list[bytes]:
        inside.set()
        assert release.wait(20)
        return echo(environ, start)

    with ExitStack() as stack:
        server = ExitStack()
        address = server.enter_context(
            running(app, threads=1, stopping=lambda: stopped.append(True))
        )
        busy, idle, half = (stack.enter_context(connected(address)) for _ in range(3))
        busy.sendall(GET)
        assert inside.wait(20)
        half.sendall(b"GET /half HTTP/1.1\r\n")
        ending = threading.Thread(target=server.close)
        ending.start()
        deadline = time.monotonic() + 10
        while True:
            try:
                connected(address).close()
                assert time.monotonic() < deadline
            except ConnectionResetError:
                continue  # it came between the last one accepted and the closing
            except ConnectionRefusedError:
                break
        half.sendall(b"Host: x\r\n\r\n")
        release.set()
        answer = until_end(busy)
        assert answer.endswith(b"GET / ")
        assert b"Connection: close" in answer
        assert until_end(half).endswith(b"GET /half ")
        assert idle.recv(10) == b""
        ending.join(20)
        assert not ending.is_alive()
    assert stopped == [True]


def test_a_drain_has_a_deadline() -> None:
    release = threading.Event()
    logged: list[str] = []

    def app(environ: WSGIEnvironment, start: Any) -> list[bytes]:
        release.wait(30)
        return echo(environ, start)

    limits = Limits(drain_seconds=0.3)
    begun = time.monotonic()
    with running(app, limits=limits, log=lambda event, **_: logged.append(event)) as address:
        sock = connected(address)
        sock.sendall(GET)
        time.sleep(0.3)
    assert time.monotonic() - begun < 10
    assert logged == ["drain_overdue"]
    release.set()
    sock.close()


def test_a_busy_port_is_named() -> None:
    [busy] = listen([("127.0.0.1", 0)])
    port = busy.getsockname()[1]
    with busy, pytest.raises(CannotListen, match=f"port {port} on 127.0.0.1 is in use"):
        listen([("::1", 0), ("127.0.0.1", port)])
    with pytest.raises(CannotListen, match=r"port 1 of 192\.0\.2\.1"):
        listen([("192.0.2.1", 1)])
