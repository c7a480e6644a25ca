"""An application that echoes, and clients that speak to the server byte by byte."""

from __future__ import annotations

import http.client
import socket
from typing import Any
from wsgiref.types import WSGIEnvironment

HOST = b"Host: x\r\n"
GET = b"GET / HTTP/1.1\r\n" + HOST + b"\r\n"


def echo(environ: WSGIEnvironment, start: Any) -> list[bytes]:
    """Answers with method, path and body."""
    body = environ["wsgi.input"].read()
    text = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} ".encode() + body
    start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(text)))])
    return [text]


def connected(address: tuple[str, int]) -> socket.socket:
    """A connection that sends each piece at once."""
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
    """Everything that comes back for ``wire``."""
    with connected(address) as sock:
        sock.sendall(wire)
        return until_end(sock)


def status_of(answer: bytes) -> int:
    """The status of an answer."""
    return int(answer[9:12])


def one_answer(sock: socket.socket, wire: bytes = GET) -> bytes:
    """Send a request and read one answer with a length; the connection stays open."""
    sock.sendall(wire)
    response = http.client.HTTPResponse(sock)
    response.begin()
    return response.read()


def closing(wire: bytes = GET) -> bytes:
    """The request ``wire``, asking to close after it."""
    return wire.replace(HOST, HOST + b"Connection: close\r\n")
