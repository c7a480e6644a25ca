"""The server over real sockets: answers, limits, slow clients, many clients."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from wsgiref.types import WSGIEnvironment
from wsgiref.validate import validator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.wsgi import Limits, running
from common.wsgi.listen import CannotListen, listen

HOST = b"Host: x\r\n"
GET = b"GET / HTTP/1.1\r\n" + HOST + b"\r\n"
MIB = 1024 * 1024


def echo(environ: WSGIEnvironment, start: Any) -> list[bytes]:
    """Answers with method, path and body."""
    body = environ["wsgi.input"].read()
    text = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} ".encode() + body
    start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(text)))])
    return [text]


def connected(address: tuple[str, int]) -> socket.socket:
    sock = socket.create_connection(address, timeout=20)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def until_end(sock: socket.socket) -> bytes:
    """All bytes until the server closes; a reset is a failure."""
    found = b""
    while data := sock.recv(65536):
        found += data
    return found


def asked(address: tuple[str, int], wire: bytes) -> bytes:
    with connected(address) as sock:
        sock.sendall(wire)
        return until_end(sock)


def status_of(answer: bytes) -> int:
    return int(answer[9:12])


def one_answer(sock: socket.socket, wire: bytes = GET) -> bytes:
    """Send a request and read one answer with a length; the connection stays open."""
    sock.sendall(wire)
    response = http.client.HTTPResponse(sock)
    response.begin()
    return response.read()


def closing(wire: bytes = GET) -> bytes:
    return wire.replace(HOST, HOST + b"Connection: close\r\n")


def test_an_answer_and_nothing_about_the_server() -> None:
    with running(echo) as address:
        answer = asked(address, closing())
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.split(b"\r\n") == [
        b"HTTP/1.1 200 OK",
        b"Content-Type: text/plain",
        b"Content-Length: 6",
        b"Connection: close",
    ]
    assert body == b"GET / "


def test_the_environ_says_who_asks_and_where() -> None:
    seen: list[WSGIEnvironment] = []

    def app(environ: WSGIEnvironment, start: Any) -> list[bytes]:
        seen.append(environ)
        return echo(environ, start)

    with running(app, host="::1") as address, connected(address) as sock:
        one_answer(sock)
        own = sock.getsockname()
    [environ] = seen
    assert (environ["REMOTE_ADDR"], environ["REMOTE_PORT"]) == ("::1", str(own[1]))
    assert (environ["SERVER_NAME"], environ["SERVER_PORT"]) == ("::1", str(address[1]))
    assert environ["wsgi.input_terminated"] is True


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "DELETE"])
def test_wsgi_is_kept_to(method: str) -> None:
    def app(environ: WSGIEnvironment, start: Any) -> list[bytes]:
        environ["wsgi.input"].read(10)
        start("200 OK", [("Content-Type", "text/plain")])
        return [b"fine"]

    faults: list[Any] = []
    with running(validator(app), log=lambda *a, **fields: faults.append(fields)) as address:
        for _ in range(2):
            client = http.client.HTTPConnection(*address, timeout=20)
            client.request(method, "/a?b", body=b"x" * 20 if method == "POST" else None)
            answer = client.getresponse()
            assert (answer.status, answer.read()) == (200, b"" if method == "HEAD" else b"fine")
            client.close()
    assert faults == []


def test_a_connection_serves_many_requests() -> None:
    with running(echo) as address, connected(address) as sock:
        for number in range(50):
            assert one_answer(sock, b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n" % number) == (
                b"GET /%d " % number
            )


def test_pipelined_requests_are_answered_in_order() -> None:
    wire = b"".join(
        b"PUT /%d HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nb" % n for n in range(300)
    )
    with running(echo, threads=4) as address:
        answer = asked(address, wire + closing())
    positions = [answer.index(b"PUT /%d b" % number) for number in range(300)]
    assert positions == sorted(positions)
    assert answer.endswith(b"GET / ")


def test_nothing_is_read_after_a_close() -> None:
    with running(echo) as address:
        assert asked(address, closing() + GET).count(b"HTTP/1.1") == 1


def test_a_refusal_reaches_the_client_and_ends_the_connection() -> None:
    with running(echo) as address:
        answer = asked(address, GET[:-2] + b"Bad Field: y\r\n\r\n" + b"x" * 3 * MIB)
    assert status_of(answer) == 400
    assert b"application/problem+json" in answer
    assert b"Connection: close" in answer


def test_a_body_too_large_is_refused_before_it_is_sent() -> None:
    calls: list[str] = []

    def app(environ: WSGIEnvironment, start: Any) -> list[bytes]:
        calls.append(environ["PATH_INFO"])
        return echo(environ, start)

    limits = Limits(limit_for=lambda path: 26 * MIB if path == "/photos" else 1000)
    head = b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
    with running(app, limits=limits) as address:
        assert status_of(asked(address, b"PUT /x" + head % 1001)) == 413
        assert status_of(asked(address, b"PUT /x" + head % 1001 + b"y" * 1001)) == 413
        assert status_of(asked(address, b"PUT /photos" + head % (26 * MIB + 1))) == 413
        body = b"z" * 26 * MIB
        assert asked(address, b"PUT /photos" + head % len(body) + body).endswith(body)
    assert calls == ["/photos"]


def test_continue_is_said_only_to_a_body_that_is_accepted() -> None:
    head = b"PUT / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\n"
    with running(echo, limits=Limits(body=10)) as address:
        with connected(address) as sock:
            sock.sendall(head + b"Content-Length: 2\r\n\r\n")
            assert sock.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
            sock.sendall(b"ab")
            assert until_end(sock).endswith(b"PUT / ab")
        assert status_of(asked(address, head + b"Content-Length: 11\r\n\r\n")) == 413
        answer = asked(address, head + b"Content-Length: 2\r\n\r\nab")
        assert status_of(answer) == 200


def test_an_app_that_fails_is_a_500_and_is_logged_without_the_client_learning_why() -> None:
    logged: list[tuple[str, Any]] = []

    def app(environ: WSGIEnvironment, start: Any) -> list[bytes]:
        if environ["PATH_INFO"] == "/bad":
            raise ValueError("the reason")
        return echo(environ, start)

    log = lambda event, **fields: logged.append((event, fields["exc_info"]))  # noqa: E731
    with running(app, log=log) as address, connected(address) as sock:
        assert b"the reason" not in one_answer(sock, GET.replace(b"/ ", b"/bad ", 1))
        assert one_answer(sock) == b"GET / "
    assert [(event, str(fault)) for event, fault in logged] == [("app_failed", "the reason")]


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


@pytest.fixture(scope="module")
def noisy_server() -> Iterator[tuple[tuple[str, int], list[str]]]:
    logged: list[str] = []
    with running(echo, log=lambda event, **_: logged.append(event)) as address:
        yield address, logged


@settings(max_examples=150, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=200), max_size=4), st.booleans())
def test_random_bytes_never_harm_a_worker(
    noisy_server: tuple[tuple[str, int], list[str]], noise: list[bytes], begin: bool
) -> None:
    address, logged = noisy_server
    with connected(address) as sock:
        try:
            sock.sendall(b"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n" * begin)
            for piece in noise:
                sock.sendall(piece)
            sock.shutdown(socket.SHUT_WR)
            answer = until_end(sock)
        except (ConnectionError, OSError):
            answer = b""
    assert not answer or answer.startswith((b"HTTP/1.1 2", b"HTTP/1.1 4", b"HTTP/1.1 5"))
    assert asked(address, closing()).endswith(b"GET / ")
    assert logged == []
