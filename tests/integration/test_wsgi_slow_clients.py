"""Clients that are slow, silent, stalled or gone hold no thread and nobody up."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from wsgiref.types import WSGIEnvironment

import pytest

from common.wsgi import Limits, running
from tests.support.wsgi_client import (
    GET,
    asked,
    closing,
    connected,
    echo,
    one_answer,
    status_of,
    until_end,
)

SHORT = Limits(
    head_seconds=0.5, body_seconds=0.5, body_first=1000, body_rate=2000, idle_seconds=0.5
)


def test_a_slow_head_is_cut() -> None:
    with running(echo, limits=SHORT) as address, connected(address) as sock:
        begun = time.monotonic()
        answer = b""
        sock.settimeout(0.1)
        for byte in b"GET / HTTP/1.1\r\nHost: " + b"x" * 100:
            try:
                sock.send(bytes([byte]))
                answer = sock.recv(4096)
                break
            except TimeoutError:
                continue
        assert status_of(answer) == 408
        assert 0.4 < time.monotonic() - begun < 5


def test_a_stalled_body_is_cut() -> None:
    with running(echo, limits=SHORT) as address:
        answer = asked(address, b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab")
    assert status_of(answer) == 408


@pytest.mark.parametrize(("piece", "status"), [(500, 200), (25, 408)])
def test_a_body_must_keep_up_a_pace(piece: int, status: int) -> None:
    """The first 1000 bytes in 0.5 s, then 1000 in each further 0.5 s."""
    total = 3000
    with running(echo, limits=SHORT) as address, connected(address) as sock:
        head = b"PUT / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
        sock.sendall(head % total + b"x" * 1000)
        sent = 1000
        sock.settimeout(0.05)
        answer = b""
        while not answer:
            if sent < total:
                sent += sock.send(b"x" * min(piece, total - sent))
            try:
                answer = sock.recv(65536)
            except TimeoutError:
                continue
    assert status_of(answer) == status


@pytest.mark.parametrize("request_first", [True, False])
def test_an_idle_connection_is_closed_without_a_word(request_first: bool) -> None:
    with running(echo, limits=SHORT) as address, connected(address) as sock:
        if request_first:
            one_answer(sock)
        assert sock.recv(100) == b""


def test_an_idle_connection_is_kept_for_its_time() -> None:
    with running(echo, limits=Limits(head_seconds=0.3)) as address, connected(address) as sock:
        one_answer(sock)
        time.sleep(1)
        assert one_answer(sock) == b"GET / "


def test_slow_readers_hold_no_thread_and_get_everything() -> None:
    big = bytes(range(256)) * 4096 * 8

    def app(environ: WSGIEnvironment, start: Any) -> Any:
        if environ["PATH_INFO"] == "/":
            return echo(environ, start)
        start("200 OK", [("Content-Length", str(len(big)))])
        return [big] if environ["PATH_INFO"] == "/big" else _pieces(big)

    with running(app, threads=1) as address, ExitStack() as stack:
        readers = [stack.enter_context(connected(address)) for _ in range(4)]
        for reader, path in zip(readers, [b"big", b"stream"] * 2, strict=True):
            reader.sendall(b"GET /%b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % path)
        time.sleep(0.3)
        for _ in range(20):
            assert asked(address, closing()).endswith(b"GET / ")
        for reader in readers:
            answer = until_end(reader)
            assert answer[answer.index(b"\r\n\r\n") + 4 :] == big


def _pieces(whole: bytes) -> Iterator[bytes]:
    for at in range(0, len(whole), 100_000):
        yield whole[at : at + 100_000]


def test_a_stream_is_pulled_only_as_fast_as_it_is_read() -> None:
    pulled = 0
    closed = threading.Event()

    def endless(environ: WSGIEnvironment, start: Any) -> Iterator[bytes]:
        nonlocal pulled
        start("200 OK", [])
        try:
            while True:
                pulled += 1
                yield b"x" * 100_000
        finally:
            closed.set()

    with running(endless, threads=1, limits=Limits(send_seconds=0.5)) as address:
        with connected(address) as sock:
            sock.sendall(GET)
            assert closed.wait(20), "a reader that takes nothing is left after its time"
        assert 1 <= pulled < 200


def test_a_client_that_leaves_in_the_middle_closes_the_stream() -> None:
    closed = threading.Event()

    class Endless:
        def __iter__(self) -> Iterator[bytes]:
            while True:
                yield b"x" * 100_000

        def close(self) -> None:
            closed.set()

    def app(environ: WSGIEnvironment, start: Any) -> Endless:
        start("200 OK", [])
        return Endless()

    with running(app, threads=1) as address:
        with connected(address) as sock:
            sock.sendall(GET)
            sock.recv(1000)
        assert closed.wait(20)


def test_a_broken_off_answer_is_a_reset() -> None:
    def app(environ: WSGIEnvironment, start: Any) -> Iterator[bytes]:
        start("200 OK", [])
        yield b"half"
        raise ValueError("lost")

    with running(app) as address, pytest.raises(ConnectionResetError):
        answer = asked(address, b"GET / HTTP/1.0\r\n\r\n")
        raise AssertionError(answer)


def test_four_hundred_stalled_clients_change_nothing_for_others() -> None:
    with running(echo, threads=2) as address, ExitStack() as stack:
        for number in range(400):
            sock = stack.enter_context(connected(address))
            if number % 2:
                sock.sendall(b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc")
            else:
                sock.sendall(b"GET / HTTP/1.1\r\nHos")
        begun = time.monotonic()
        answers: list[bytes] = []

        def client() -> None:
            with connected(address) as sock:
                answers.extend(one_answer(sock) for _ in range(50))

        clients = [threading.Thread(target=client) for _ in range(8)]
        for thread in clients:
            thread.start()
        for thread in clients:
            thread.join()
        assert answers == [b"GET / "] * 400
        assert time.monotonic() - begun < 9, "answered before any time limit frees a thread"
