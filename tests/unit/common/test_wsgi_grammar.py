"""How requests are read, by property: any split, noise, and beside llhttp and h11."""

from __future__ import annotations

from io import BytesIO
from itertools import pairwise

import h11
import httptools
from hypothesis import given, settings
from hypothesis import strategies as st

from common.wsgi.chunked import Dechunker
from common.wsgi.limits import Limits
from common.wsgi.refusal import Refused
from tests.support.wsgi_reader import chunked, read, read_pieces

# --- against other parsers, and in any pieces -----------------------------------------------------

_TOKEN = st.text("abcXYZ019!#$%&'*+-.^`|~", min_size=1, max_size=12)


_VALUE = st.text([chr(code) for code in (*range(0x20, 0x7F), 9, 0x80, 0xFF)], max_size=30).map(
    lambda text: text.strip(" \t")
)


_NAMES = _TOKEN.filter(
    lambda name: (
        name.lower()
        not in {"host", "content-length", "transfer-encoding", "connection", "upgrade", "expect"}
        and name.lower() not in {"proxy", "authorization", "content-type", "origin"}
    )
)


_TARGET = st.text("ab/%2?=&.~_-:;,!*'()[]{}|^", max_size=40).map(lambda text: "/" + text)


@st.composite
def valid_requests(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """A valid request and its body."""
    fields = draw(st.lists(st.tuples(_NAMES, _VALUE), max_size=6))
    body = draw(st.binary(max_size=80))
    method = draw(st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]))
    lines = [f"{method} {draw(_TARGET)} HTTP/1.1", "Host: example.org:8001"]
    lines += [f"{name}:{draw(st.sampled_from(['', ' ', '  ', chr(9)]))}{v}" for name, v in fields]
    wire = body
    if draw(st.booleans()):
        lines.append("Transfer-Encoding: chunked")
        size = draw(st.integers(1, 20))
        pieces = [body[at : at + size] for at in range(0, len(body), size)]
        wire = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    elif body or draw(st.booleans()):
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + wire, body


WIDE = Limits()


@settings(max_examples=300, deadline=None)
@given(st.lists(valid_requests(), min_size=1, max_size=4), st.data())
def test_any_split_gives_the_same_requests(
    requests: list[tuple[bytes, bytes]], data: st.DataObject
) -> None:
    wire = b"".join(one for one, _ in requests)
    whole = read(wire, WIDE)
    assert [one["body"] for one in whole] == [body for _, body in requests]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=12)))
    edges = [0, *cuts, len(wire)]
    pieces = [wire[a:b] for a, b in pairwise(edges)]
    assert read_pieces(pieces, WIDE) == whole
    assert read_pieces([wire[at : at + 1] for at in range(len(wire))], WIDE) == whole


class Seen:
    """What llhttp makes of a request."""

    def __init__(self) -> None:
        self.url, self.body, self.done = b"", b"", 0
        self.fields: list[tuple[bytes, bytes]] = []

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.fields.append((name, value))

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.done += 1


def as_llhttp_reads(wire: bytes) -> tuple[bytes, bytes, dict[str, str]]:
    seen = Seen()
    httptools.HttpRequestParser(seen).feed_data(wire)
    assert seen.done == 1
    return seen.url, seen.body, joined(seen.fields)


def as_h11_reads(wire: bytes) -> tuple[bytes, bytes, dict[str, str]]:
    parser = h11.Connection(h11.SERVER)
    parser.receive_data(wire)
    head = parser.next_event()
    assert isinstance(head, h11.Request)
    body = b""
    while isinstance(event := parser.next_event(), h11.Data):
        body += bytes(event.data)
    assert isinstance(event, h11.EndOfMessage)
    assert parser.trailing_data[0] == b""
    return head.target, body, joined(list(head.headers))


def joined(fields: list[tuple[bytes, bytes]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in fields:
        key = name.decode().lower()
        if "_" in key or key in {"proxy", "transfer-encoding", "content-length"}:
            continue
        text = value.decode("latin-1").strip(" \t")
        found[key] = f"{found[key]},{text}" if key in found else text
    return found


def as_we_read(wire: bytes) -> tuple[bytes, bytes, dict[str, str]]:
    [environ] = read(wire, WIDE)
    fields = {
        key[5:].lower().replace("_", "-"): value
        for key, value in environ.items()
        if key.startswith("HTTP_")
    }
    return environ["REQUEST_URI"].encode(), environ["body"], fields


@settings(max_examples=300, deadline=None)
@given(valid_requests())
def test_other_parsers_read_the_same(request_and_body: tuple[bytes, bytes]) -> None:
    wire, body = request_and_body
    ours = as_we_read(wire)
    assert ours == as_llhttp_reads(wire)
    assert ours == as_h11_reads(wire)
    assert ours[1] == body


@settings(max_examples=500, deadline=None)
@given(valid_requests(), st.data())
def test_what_we_accept_after_damage_llhttp_reads_the_same(
    request_and_body: tuple[bytes, bytes], data: st.DataObject
) -> None:
    """One byte changed: either it is refused, incomplete, or both read one and the same request."""
    wire = bytearray(request_and_body[0])
    wire[data.draw(st.integers(0, len(wire) - 1))] = data.draw(
        st.sampled_from(list(b"\r\n\t :;,0a\x00\xff_"))
    )
    try:
        found = read(bytes(wire), WIDE)
    except Refused:
        return
    if len(found) != 1 or not found[0]["REQUEST_METHOD"].isupper():
        return
    try:
        theirs = as_llhttp_reads(bytes(wire))
    except (httptools.HttpParserError, AssertionError):
        # It knows fewer methods, and no unfinished request after this one.
        return
    assert as_we_read(bytes(wire)) == theirs


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.booleans())
def test_random_bytes_are_refused_or_awaited(noise: bytes, after_head: bool) -> None:
    start = chunked(b"") if after_head else b""
    try:
        found = read(start + noise, WIDE)
    except Refused:
        return
    assert all(one["PATH_INFO"] for one in found)


@given(st.binary(max_size=60), st.integers(1, 9))
def test_a_dechunker_leaves_what_follows(body: bytes, size: int) -> None:
    into = BytesIO()
    taken = Dechunker(into, 100)
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    wire = b"".join(b"%X\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    assert taken.feed(wire + b"0\r\n\r\nGET /") == b"GET /"
    assert (taken.done, into.getvalue()) == (True, body)
