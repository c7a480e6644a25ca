"""Spans leave for the collector that is configured, and only then."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from common.traces import traced

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def _app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("201 Created", [])
    return [b"made"]


def _call(app: Any) -> None:
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/attendance",
        "QUERY_STRING": "secret=1",
        "HTTP_TRACEPARENT": PARENT,
    }
    assert list(app(environ, lambda *_: None)) == [b"made"]


def test_without_an_endpoint_the_application_is_left_alone() -> None:
    assert traced(_app, "attendance", "") is _app


def test_a_request_becomes_a_span_of_the_callers_trace() -> None:
    bodies: list[bytes] = []
    told = threading.Event()

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()
            told.set()

        def log_message(self, *_: Any) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        _call(traced(_app, "attendance", f"http://127.0.0.1:{server.server_port}"))
        assert told.wait(15)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    message = ExportTraceServiceRequest.FromString(bodies[0])
    span = message.resource_spans[0].scope_spans[0].spans[0]
    assert span.trace_id.hex() == PARENT.split("-")[1]
    values = {item.key: item.value for item in span.attributes}
    assert values["http.response.status_code"].int_value == 201
    assert values["url.path"].string_value == "/attendance"
    assert b"secret" not in bodies[0]
