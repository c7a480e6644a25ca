"""The page's own server: what it serves, how it says so, and what it never gives away."""

from __future__ import annotations

import gzip
import http.client
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from common.config import ROOT, load
from local.files import Files
from local.overview import Overview
from local.page import PageServer, configuration, handler, policy
from local.ports import free_port
from local.settings import LocalSettings


@pytest.fixture(scope="module")
def settings() -> LocalSettings:
    return load(LocalSettings, {"CLIENT_PORT": str(free_port()), "AUTH_PORT": "18001"})


@pytest.fixture(scope="module")
def port(settings: LocalSettings) -> Iterator[int]:
    server = PageServer("127.0.0.1", settings.client_port, handler(settings))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield settings.client_port
    server.shutdown()
    server.server_close()
    thread.join()


def _ask(
    port: int, path: str, method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers=named)
        answer = connection.getresponse()
        return answer.status, {n.lower(): v for n, v in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def test_the_page_is_at_the_root_and_at_its_name(port: int) -> None:
    expected = (ROOT / "client" / "index.html").read_bytes()
    for path in ("/", "/index.html", "/index.html?from=home"):
        status, headers, body = _ask(port, path)
        assert (status, body) == (200, expected)
        assert headers["content-type"] == "text/html; charset=utf-8"


def test_every_answer_carries_the_policy(port: int, settings: LocalSettings) -> None:
    for path in ("/", "/app.js", "/no-such-file"):
        _, headers, _ = _ask(port, path)
        assert headers["content-security-policy"] == policy(settings)
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "server" not in headers


def test_the_policy_lets_the_page_reach_the_services_and_nothing_else(
    settings: LocalSettings,
) -> None:
    rules = dict(rule.strip().split(" ", 1) for rule in policy(settings).split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'self'"
    assert rules["media-src"] == "blob:"
    assert rules["img-src"] == "'self' blob: data:"
    assert rules["font-src"] == "'self'"
    assert set(rules["connect-src"].split()) == {
        "'self'",
        *(f"http://{h}:{p}" for h in ("127.0.0.1", "localhost") for p in (18001, 8002, 8004)),
        *(f"ws://{h}:8103" for h in ("127.0.0.1", "localhost")),
    }
    assert "unsafe" not in policy(settings)


def test_the_configuration_names_the_ports_in_force(port: int, settings: LocalSettings) -> None:
    status, headers, body = _ask(port, "/config.js")
    assert status == 200
    assert headers["content-type"].startswith("text/javascript")
    assert body.decode() == configuration(settings)
    assert "at(18001)" in body.decode()


def test_a_browser_asks_again_and_is_told_nothing_changed(port: int) -> None:
    _, headers, body = _ask(port, "/app.js")
    assert headers["cache-control"] == "no-cache"
    status, _, nothing = _ask(port, "/app.js", If_None_Match=headers["etag"])
    assert (status, nothing) == (304, b"")
    status, _, again = _ask(port, "/app.js", If_None_Match='"another"')
    assert (status, again) == (200, body)


def test_text_is_compressed_for_those_who_take_it_under_a_tag_of_its_own(port: int) -> None:
    _, plain, body = _ask(port, "/base.css")
    _, squeezed, packed = _ask(port, "/base.css", Accept_Encoding="br, gzip")
    assert squeezed["content-encoding"] == "gzip"
    assert gzip.decompress(packed) == body
    assert len(packed) < len(body) / 2
    assert squeezed["etag"] != plain["etag"]
    assert squeezed["vary"] == "Accept-Encoding"


def test_head_says_the_same_without_the_body(port: int) -> None:
    _, _, body = _ask(port, "/app.js")
    status, headers, nothing = _ask(port, "/app.js", "HEAD")
    assert (status, nothing, headers["content-length"]) == (200, b"", str(len(body)))


def test_other_methods_are_refused(port: int) -> None:
    status, _, _ = _ask(port, "/", "POST")
    assert status == 501


@pytest.mark.parametrize(
    "path",
    [
        "/../.env",
        "/..%2f.env",
        "/%2e%2e/.env",
        "/components/../../.env",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/.git/config",
        "/app.js%00.html",
        "/components",
        "/components/",
        "/app.js/",
        "/nothing",
        "/%ff",
    ],
)
def test_nothing_outside_is_served_and_no_folder_is_listed(port: int, path: str) -> None:
    status, _, body = _ask(port, path)
    assert (status, body) == (404, b"Not found")


def test_a_link_out_of_the_folder_leads_nowhere(tmp_path: Path) -> None:
    inside = tmp_path / "client"
    inside.mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (inside / "link.txt").symlink_to(tmp_path / "secret.txt")
    assert Files(inside, {}).answer("/link.txt", gzip=False, known="").status == 404


def test_a_changed_file_is_served_anew(tmp_path: Path) -> None:
    files = Files(tmp_path, {})
    (tmp_path / "a.txt").write_text("one")
    first = files.answer("/a.txt", gzip=False, known="")
    (tmp_path / "a.txt").write_text("three")
    second = files.answer("/a.txt", gzip=False, known="")
    assert (first.body, second.body) == (b"one", b"three")


def test_localhost_by_its_six_byte_name_leads_to_one_the_policy_can_name(port: int) -> None:
    status, headers, _ = _ask(port, "/index.html", Host=f"[::1]:{port}")
    assert (status, headers["location"]) == (302, f"http://localhost:{port}/index.html")


class _Service(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


class _Unready(_Service):
    status = 503


@pytest.fixture
def services() -> Iterator[dict[str, str]]:
    servers = {"well": HTTPServer(("127.0.0.1", 0), _Service)}
    servers["ill"] = HTTPServer(("127.0.0.1", 0), _Unready)
    threads = [threading.Thread(target=s.serve_forever, args=(0.05,)) for s in servers.values()]
    for thread in threads:
        thread.start()
    yield {n: f"http://127.0.0.1:{s.server_port}/health/ready" for n, s in servers.items()}
    for server in servers.values():
        server.shutdown()
        server.server_close()
    for thread in threads:
        thread.join()


def test_one_health_for_all(services: dict[str, str]) -> None:
    good = Overview({"well": services["well"]}).answer()
    assert (good.status, json.loads(good.body)) == (200, {"status": "ok", "well": "ok"})
    bad = Overview({**services, "gone": f"http://127.0.0.1:{free_port()}/"}).answer()
    assert bad.status == 503
    assert json.loads(bad.body) == {
        "status": "unavailable",
        "well": "ok",
        "ill": "unavailable",
        "gone": "down",
    }
