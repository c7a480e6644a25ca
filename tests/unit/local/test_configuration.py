"""`.env`, docker-compose.yml and the gateway say the same as the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from common.config import ROOT, ConfigError, environment, load
from local import keys
from local.settings import LocalSettings

_CODE = (
    "common",
    "auth_service",
    "attendance_service",
    "reporter_service",
    "face_service",
    "local",
)
_SETTING = re.compile(r'setting\(\s*"([A-Z_]+)"')
# Set by whoever starts a process, never by the person who installs.
_INTERNAL = {"SECRETS_DIR", "NOTIFY_SOCKET", "HAZIR_ENV_FILE"}


def _named() -> dict[str, str]:
    lines = (ROOT / ".env").read_text().splitlines()
    pairs = (line.split("#")[0].partition("=") for line in lines if re.match(r"[A-Z]", line))
    return {name: value.strip() for name, _, value in pairs}


def _read_by_the_code() -> set[str]:
    files = (path for folder in _CODE for path in (ROOT / folder).rglob("*.py"))
    return {name for path in files for name in _SETTING.findall(path.read_text())}


def test_every_setting_of_the_code_is_named_in_the_file() -> None:
    assert _read_by_the_code() - _INTERNAL - set(_named()) == set()


def test_every_name_in_the_file_is_read_by_something() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    compose = set(re.findall(r"\$\{([A-Z_]+)", text))
    assert set(_named()) - _read_by_the_code() - compose == {"HAZIR_DATA"}


def test_the_file_holds_no_secret() -> None:
    for name, value in _named().items():
        assert not re.search(r"secret|password$|token$|_key$", name, re.IGNORECASE), name
        assert "@" not in value
        assert len(value) < 40


def test_it_is_a_working_configuration() -> None:
    settings = load(LocalSettings, environment(ROOT / ".env"))
    assert settings.client_port == 5500
    assert settings.demo


def test_neighbours_follow_the_ports() -> None:
    settings = load(LocalSettings, {"AUTH_PORT": "9001", "GRPC_PORT": "9051"})
    assert settings.neighbours()["AUTH_URL"] == "http://127.0.0.1:9001"
    assert settings.neighbours()["ATTENDANCE_GRPC"] == "127.0.0.1:9051"
    assert settings.health_urls()["auth"] == "http://127.0.0.1:9001/health/ready"
    assert settings.public_ports()["auth"] == 9001


def test_a_wrong_port_is_named() -> None:
    with pytest.raises(ConfigError, match="CLIENT_PORT"):
        load(LocalSettings, {"CLIENT_PORT": "70000"})


def _compose() -> str:
    return (ROOT / "docker-compose.yml").read_text()


def test_containers_publish_on_loopback_alone_unless_the_gateway_is_told_otherwise() -> None:
    published = re.findall(r'"([^"\s]+:\d+)"', _compose())
    ports = [entry for entry in published if re.search(r":\d+$", entry) and "$" in entry]
    assert len(ports) == 8
    assert all(entry.startswith(("127.0.0.1:", "${GATEWAY_BIND:-127.0.0.1}:")) for entry in ports)


def test_the_signing_key_is_mounted_into_auth_alone() -> None:
    mounts = re.findall(r"secrets-auth:(\S+?)[\],\s]", _compose())
    assert sorted(mounts) == ["/dealt/auth", "/secrets:ro"]
    assert "secrets-master:/master" in _compose()
    assert _compose().count("secrets-master:/") == 1


def test_every_reader_has_a_volume_of_its_own() -> None:
    for reader in keys.READERS:
        assert f"secrets-{reader}:/dealt/{reader}" in _compose()
        assert f"  secrets-{reader}:\n" in _compose()


def test_containers_run_as_production_without_demo_people() -> None:
    assert "APP_ENV: production" in _compose()
    assert 'DEMO: "0"' in _compose()


def test_the_image_holds_neither_data_nor_secrets() -> None:
    wanted = (ROOT / ".dockerignore").read_text().split()
    assert "*" in wanted
    assert "!var" not in wanted


def _places() -> str:
    return (ROOT / "gateway" / "places.conf").read_text()


def _route(path: str) -> str:
    """The service the gateway sends ``path`` to: nginx takes the first expression that fits."""
    for pattern, body in re.findall(r"location ~ (\S+) \{(.*?)\n\}", _places(), re.DOTALL):
        if re.search(pattern, path):
            found = re.search(r"proxy_pass (?:http://)?\$?(\w+)", body)
            return found.group(1) if found else "none"
    return "page"


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/register", "auth"),
        ("/login/", "auth"),
        ("/employees", "auth"),
        ("/api/register", "auth"),
        ("/api/token", "auth"),
        ("/api/token/refresh", "auth"),
        ("/api/v1/auth/login", "auth"),
        ("/api/v1/users", "auth"),
        ("/api/v1/teams/3/members", "auth"),
        ("/.well-known/jwks.json", "auth"),
        ("/attendance", "attendance"),
        ("/attendance/7", "attendance"),
        ("/attendance/batch", "attendance"),
        ("/api/attendance", "attendance"),
        ("/api/staff", "attendance"),
        ("/api/shifts/4", "attendance"),
        ("/api/v1/attendance/records", "attendance"),
        ("/api/v1/teacher/attendances/live", "attendance"),
        ("/api/v1/student/history", "attendance"),
        ("/api/v1/swaps", "attendance"),
        ("/api/v1/webhooks/verification-result/x", "attendance"),
        ("/verify-face-async", "face"),
        ("/api/v1/faces/verify", "face"),
        ("/api/v1/people/3/consent", "face"),
        ("/api/v1/jobs/9", "face"),
        ("/ws", "reporter"),
        ("/hook/new-record", "reporter"),
        ("/metrics", "none"),
        ("/health/ready", "none"),
        ("/.env", "none"),
        ("/index.html", "page"),
    ],
)
def test_the_gateway_sends_every_path_to_its_service(path: str, service: str) -> None:
    assert _route(path) == service


def test_the_gateway_logs_no_query() -> None:
    text = (ROOT / "gateway" / "nginx.conf").read_text()
    line = text[text.index("log_format") : text.index("access_log")]
    assert "$uri" in line
    assert not re.search(r"\$(request_uri|request|args|query_string|http_)\b", line)


def test_scripts_are_plain_shell() -> None:
    for script in ("gateway/container.sh", "gateway/start.sh", "local/choose-python.sh", ".ci/run"):
        assert Path(ROOT / script).read_text().startswith("#!/bin/sh\n")
