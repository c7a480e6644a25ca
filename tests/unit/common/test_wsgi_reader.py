"""How requests are read: the grammar, the limits, chunks and pipelines, by example."""

from __future__ import annotations

import pytest

from common.wsgi.limits import Limits
from common.wsgi.reader import Budget
from common.wsgi.refusal import Refused
from tests.support.wsgi_reader import HEAD, LIMITS, chunked, read, read_pieces, reader


def refused(data: bytes, limits: Limits = LIMITS) -> int:
    with pytest.raises(Refused) as caught:
        read(data, limits)
    return caught.value.status


def test_a_request_becomes_an_environ() -> None:
    [environ] = read(
        b"POST /a%20b/%C3%A9?q=%20 HTTP/1.1\r\nHost: h:1\r\nContent-Type: text/plain\r\n"
        b"X-Two: 1 \r\nx-two:\t2\r\nCookie: a=1\r\nCookie: b=2\r\nContent-Length: 3\r\n\r\nabc"
    )
    assert environ["REQUEST_METHOD"] == "POST"
    assert environ["PATH_INFO"] == "/a b/Ã©"
    assert environ["QUERY_STRING"] == "q=%20"
    assert environ["REQUEST_URI"] == "/a%20b/%C3%A9?q=%20"
    assert environ["HTTP_X_TWO"] == "1,2"
    assert environ["HTTP_COOKIE"] == "a=1; b=2"
    assert (environ["CONTENT_TYPE"], environ["CONTENT_LENGTH"]) == ("text/plain", "3")
    assert environ["SERVER_PROTOCOL"] == "HTTP/1.1"
    assert (environ["body"], environ["base"], environ["keep_alive"]) == (b"abc", 1, True)


def test_an_absolute_target_brings_its_own_host() -> None:
    [environ] = read(b"GET HTTP://real:81/p?q HTTP/1.1\r\nHost: other\r\n\r\n")
    assert (environ["HTTP_HOST"], environ["PATH_INFO"]) == ("real:81", "/p")


def test_options_asks_about_the_whole_server() -> None:
    [environ] = read(b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n")
    assert environ["PATH_INFO"] == "*"


@pytest.mark.parametrize("name", [b"Content_Length", b"X_Forwarded_For", b"Proxy", b"pRoXy"])
def test_a_field_that_could_pass_for_another_is_dropped(name: bytes) -> None:
    [environ] = read(HEAD + name + b": 7\r\n\r\n")
    assert not [key for key in environ if environ[key] == "7"]


@pytest.mark.parametrize(
    ("head", "keep_alive"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n", True),
        (b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Foo, Close\r\n", False),
        (b"GET / HTTP/1.1\r\nHost: x\r\nConnection: closed\r\n", True),
        (b"GET / HTTP/1.0\r\n", False),
        (b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n", False),
    ],
)
def test_who_closes(head: bytes, keep_alive: bool) -> None:
    [environ] = read(head + b"\r\n")
    assert environ["keep_alive"] is keep_alive


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\nHost: x\n\n",
        b"GET / HTTP/1.1\r\nHost: x\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n",
        b"GET / HTTP/1.1\r\n Host: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA: \x00\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA\xe9: y\r\n\r\n",
        b"\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1 \r\nHost: x\r\n\r\n",
        b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /\xe9 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET a HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET * HTTP/1.1\r\nHost: x\r\n\r\n",
        b"CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET http:///a HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /\r\nHost: x\r\n\r\n",
        b"GET / http/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost:\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a@b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a:b\r\n\r\n",
        b"GET http://a@b/ HTTP/1.1\r\nHost: b\r\n\r\n",
        HEAD + b"Content-Length: +1\r\n\r\na",
        HEAD + b"Content-Length: 1, 1\r\n\r\na",
        HEAD + b"Content-Length: 0x1\r\n\r\na",
        HEAD + b"Content-Length: \xb2\r\n\r\na",
        HEAD + b"Content-Length:\r\n\r\na",
        HEAD + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\na",
        HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        HEAD + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"Authorization: a\r\nAuthorization: b\r\n\r\n",
        b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)
def test_what_the_grammar_does_not_say_is_refused(data: bytes) -> None:
    assert refused(data) == 400


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505),
        (b"GET / HTTP/0.9\r\nHost: x\r\n\r\n", 505),
        (HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n", 501),
        (HEAD + b"Transfer-Encoding: xchunked\r\n\r\n", 501),
        (HEAD + b"Transfer-Encoding: chunked, identity\r\n\r\n", 501),
        (HEAD + b"Expect: more\r\n\r\n", 417),
        (HEAD + b"Content-Length: 4097\r\n\r\n", 413),
        (b"GET /" + b"a" * 300, 414),
        (b"GET /" + b"a" * 300 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (HEAD + b"A: " + b"b" * 1100, 431),
        (HEAD + b"A: " + b"b" * 1100 + b"\r\n\r\n", 431),
        (HEAD + b"A: b\r\n" * 10 + b"\r\n", 431),
    ],
)
def test_each_refusal_has_its_status(data: bytes, status: int) -> None:
    assert refused(data) == status


def test_limits_are_exact() -> None:
    line = b"GET /" + b"a" * (256 - 14) + b" HTTP/1.1"
    assert len(line) == 256
    assert read(line + b"\r\nHost: x\r\n\r\n")
    assert refused(line.replace(b"/", b"//") + b"\r\nHost: x\r\n\r\n") == 414
    filled = HEAD + b"A: " + b"b" * (1024 - len(HEAD) - 7) + b"\r\n\r\n"
    assert len(filled) == 1024
    assert read(filled)
    assert read_pieces([filled[:-1], filled[-1:]])
    assert refused(filled.replace(b"A:", b"AA:")) == 431
    assert read(HEAD + b"A: b\r\n" * 9 + b"\r\n")
    assert read(HEAD + b"Content-Length: 4096\r\n\r\n" + b"x" * 4096)


def test_a_path_has_its_own_body_limit() -> None:
    limits = Limits(body=1, limit_for=lambda path: 10 if path == "/up load" else 2)
    big = b" HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n0123456789"
    assert read(b"PUT /up%20load" + big, limits)[0]["body"] == b"0123456789"
    assert refused(b"PUT /other" + big, limits) == 413
    chunks = b" HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"
    assert refused(b"PUT /other" + chunks + b"1\r\n", limits) == 413
    assert read(b"PUT /up%20load" + chunks + b"0\r\n\r\n", limits)[0]["body"] == b"ab"


def test_chunks_extensions_and_trailers() -> None:
    [one, two] = read(
        chunked(b'3\r\nabc\r\n00A ;x="y"\r\n0123456789\r\n0\r\nEvil: 1\r\nHost: e\r\n\r\n')
        + HEAD
        + b"\r\n"
    )
    assert (one["body"], one["CONTENT_LENGTH"]) == (b"abc0123456789", "13")
    assert one["HTTP_HOST"] == "x"
    assert "HTTP_EVIL" not in one
    assert "HTTP_TRANSFER_ENCODING" not in one
    assert two["body"] == b""


@pytest.mark.parametrize(
    ("rest", "status"),
    [
        (b"3\nabc\r\n0\r\n\r\n", 400),
        (b"3\r\nabcd\r\n0\r\n\r\n", 400),
        (b"3\r\nabc0\r\n\r\n", 400),
        (b"3\r\nabc\n0\r\n\r\n", 400),
        (b"-1\r\n\r\n", 400),
        (b"0x3\r\nabc\r\n0\r\n\r\n", 400),
        (b"\r\n", 400),
        (b" 3\r\nabc\r\n0\r\n\r\n", 400),
        (b"3 \r\nabc\r\n0\r\n\r\n", 400),
        (b"3;a\nb\r\nabc\r\n0\r\n\r\n", 400),
        (b"3\rX", 400),
        (b"123456789\r\n", 400),
        (b"3;" + b"a" * 300, 400),
        (b"3;" + b"a" * 300 + b"\r\nabc\r\n", 400),
        (b"0\r\nbad trailer\r\n\r\n", 400),
        (b"0\r\nA: b\n\r\n", 400),
        (b"0\r\n" + b"A: b\r\n" * 1000 + b"\r\n", 431),
        (b"0\r\nA: " + b"b" * 5000, 400),
        (b"1001\r\n", 413),
        (b"1000\r\n" + b"x" * 4096 + b"\r\n1\r\n", 413),
    ],
)
def test_broken_chunks_are_refused(rest: bytes, status: int) -> None:
    assert refused(chunked(rest)) == status


def test_pipelined_requests_come_one_by_one() -> None:
    found = read(
        HEAD
        + b"\r\n"
        + HEAD
        + b"Content-Length: 2\r\n\r\nab"
        + chunked(b"1\r\nc\r\n0\r\n\r\n")
        + HEAD
        + b"\r\n"
    )
    assert [one["body"] for one in found] == [b"", b"ab", b"c", b""]


def test_a_client_that_waits_for_continue_is_seen() -> None:
    one = reader()
    one.feed(HEAD + b"Expect: 100-Continue\r\nContent-Length: 2\r\n\r\n")
    assert one.next() is None
    assert one.continue_wanted
    one.feed(b"a")
    assert one.next() is None
    assert not one.continue_wanted
    assert one.received == 1
    assert one.in_body


def test_bodies_share_a_budget() -> None:
    budget = Budget(10)
    first, second = reader(budget=budget), reader(budget=budget)
    for one in (first, second):
        one.feed(HEAD + b"Content-Length: 8\r\n\r\n123456")
    assert first.next() is None
    with pytest.raises(Refused) as caught:
        second.next()
    assert caught.value.status == 503
    first.feed(b"78")
    assert first.next() is not None
    first.release()
    third = reader(budget=budget)
    third.feed(chunked(b"8\r\n12345678\r\n0\r\n\r\n"))
    assert third.next() is not None
