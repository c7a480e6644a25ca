"""The manual of a service, whatever serves it."""

from __future__ import annotations

import re

import pytest

from common.httpkit.manual import Manual

DOCUMENT = {"openapi": "3.1.0", "info": {"title": "Hazir <test>"}, "paths": {}}


@pytest.fixture(scope="module")
def manual() -> Manual:
    return Manual(DOCUMENT)


def body(manual: Manual, path: str) -> str:
    sheet = manual.get(path)
    assert sheet is not None
    return sheet.body.decode()


def test_the_page_loads_only_what_is_served_here(manual: Manual) -> None:
    page = manual.get("/docs")
    assert page is not None
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assets = re.findall(r'(?:src|href)="([^"]+)"', page.body.decode())
    assert len(assets) == 3
    assert all(body(manual, asset) for asset in assets)


def test_the_title_cannot_break_the_page(manual: Manual) -> None:
    assert "<title>Hazir &lt;test&gt;</title>" in body(manual, "/docs")


def test_the_older_addresses_lead_to_it(manual: Manual) -> None:
    for path in ("/apidocs", "/redoc"):
        sheet = manual.get(path)
        assert sheet is not None
        assert (sheet.status, sheet.headers["Location"]) == (302, "/docs")


def test_files_have_their_media_type(manual: Manual) -> None:
    for path, kind in (
        ("/docs/assets/css/swagger-ui.css", "text/css"),
        ("/docs/assets/js/swagger-ui-bundle.js", "text/javascript"),
        ("/docs/start.js", "text/javascript; charset=utf-8"),
        ("/openapi.json", "application/json"),
    ):
        sheet = manual.get(path)
        assert sheet is not None
        assert sheet.media_type == kind


@pytest.mark.parametrize(
    "path",
    [
        "/docs/assets/",
        "/docs/assets/css",
        "/docs/assets/../../__init__.py",
        "/docs/assets//etc/passwd",
        "/docs/assets/%2e%2e/x",
        "/docs/",
        "/",
    ],
)
def test_nothing_else_is_served(manual: Manual, path: str) -> None:
    assert manual.get(path) is None
