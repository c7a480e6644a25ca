"""Sending a webhook to the one address that was looked at, whatever the receiver tries."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from common import webhooks
from face_service.domain.signing import Keys
from face_service.domain.targets import AllowList, targets
from face_service.sending import NotTaken, Sender
from tests.support.inward import ADDRESSES, URLS

KEYS = Keys(webhooks.keys(webhooks.new_secret()))
PUBLIC = AllowList(targets("https://school.example.org", private=False))


class Peer:
    """A receiver that counts who comes; ``answer`` writes the response."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.url = ""
        self.answer: Any = None


@contextmanager
def peer_of(answer: Any) -> Iterator[Peer]:
    peer = Peer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            peer.calls.append({"path": self.path, "headers": dict(self.headers), "body": body})
            with suppress(OSError):  # whoever asked has given up
                answer(self)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    peer.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield peer
    finally:
        server.shutdown()
        server.server_close()


def send(allowed: AllowList, url: str, **more: Any) -> int:
    return asyncio.run(Sender(allowed, KEYS, **more)("msg_1", url, b"{}"))


def refusal(allowed: AllowList, url: str, **more: Any) -> NotTaken:
    with pytest.raises(NotTaken) as caught:
        send(allowed, url, **more)
    return caught.value


def says(status: int, **headers: str) -> Any:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def test_it_is_signed_and_sent_to_the_address_that_was_resolved() -> None:
    with peer_of(says(204)) as peer:
        port = peer.url.rpartition(":")[2]
        allowed = AllowList(targets(f"http://named.example:{port}", private=True))
        asked = []

        async def resolve(host: str, number: int) -> Sequence[str]:
            asked.append((host, number))
            return ["127.0.0.1"]

        assert send(allowed, f"http://named.example:{port}/a?b=c", resolve=resolve) == 204
        assert asked == [("named.example", int(port))]
        call = peer.calls[0]
        assert (call["path"], call["headers"]["Host"]) == ("/a?b=c", f"named.example:{port}")
        target = allowed.targets[0]
        headers = {name.lower(): value for name, value in call["headers"].items()}
        assert webhooks.verified(KEYS.of(target), headers, b"{}", now=time.time()) == "msg_1"
        assert call["headers"]["X-Webhook-Signature"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_name_that_leads_inside_is_not_connected_to(address: str) -> None:
    async def resolve(_: str, __: int) -> Sequence[str]:
        return [address]

    fault = refusal(PUBLIC, "https://school.example.org/x", resolve=resolve)
    assert (fault.reason, fault.final) == ("address_refused", False)


def test_a_name_that_changes_its_answer_is_asked_once() -> None:
    answers = iter([["93.184.216.34", "127.0.0.1"], ["127.0.0.1"]])
    asked = []

    async def resolve(host: str, _: int) -> Sequence[str]:
        asked.append(host)
        return next(answers)

    for _ in range(2):
        assert refusal(PUBLIC, "https://school.example.org/", resolve=resolve).reason == (
            "address_refused"
        )
    assert len(asked) == 2


@pytest.mark.parametrize("url", URLS)
def test_what_was_not_listed_is_not_even_resolved(url: str) -> None:
    async def resolve(_: str, __: int) -> Sequence[str]:
        raise AssertionError("resolved")

    fault = refusal(PUBLIC, url, resolve=resolve)
    assert (fault.reason, fault.final) == ("target_refused", True)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status: int) -> None:
    with peer_of(says(200)) as inside, peer_of(says(status, Location=inside.url)) as peer:
        allowed = AllowList(targets(peer.url, private=True))
        fault = refusal(allowed, f"{peer.url}/x")
        assert (fault.reason, fault.status, fault.final) == (f"answered {status}", status, False)
        assert (len(peer.calls), inside.calls) == (1, [])


def test_gone_is_final_and_no_proxy_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with peer_of(says(200)) as proxy, peer_of(says(410)) as peer:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        fault = refusal(AllowList(targets(peer.url, private=True)), peer.url)
        assert (fault.status, fault.final, proxy.calls) == (410, True, [])


def hangs(_: BaseHTTPRequestHandler) -> None:
    time.sleep(5)


def drips(handler: BaseHTTPRequestHandler) -> None:
    for _ in range(60):
        handler.wfile.write(b"H")
        handler.wfile.flush()
        time.sleep(0.1)


def floods(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9000000000\r\n\r\n")
    for _ in range(50):
        handler.wfile.write(b"x" * 65536)


@pytest.mark.parametrize("answer", [hangs, drips])
def test_a_receiver_that_takes_its_time_has_so_much_and_no_more(answer: Any) -> None:
    with peer_of(answer) as peer:
        began = time.monotonic()
        allowed = AllowList(targets(peer.url, private=True))
        fault = refusal(allowed, peer.url, time_out=1.0)
        assert fault.reason in {"timed_out", "unreachable: RemoteProtocolError"}
        assert time.monotonic() - began < 3


def test_nothing_is_read_of_an_answer_but_its_status() -> None:
    with peer_of(floods) as peer:
        began = time.monotonic()
        assert send(AllowList(targets(peer.url, private=True)), peer.url) == 200
        assert time.monotonic() - began < 3


def test_nobody_there_is_said() -> None:
    allowed = AllowList(targets("http://127.0.0.1:9", private=True))
    assert refusal(allowed, "http://127.0.0.1:9/").reason.startswith("unreachable")
