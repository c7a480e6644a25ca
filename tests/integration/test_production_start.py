"""No service starts in production with settings made for a trial; it names every fault at once."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from tests.support.cluster import TestDatabase

#: What each process needs beyond what all do: module, words, its secrets.
PROCESSES = {
    "auth": (
        "auth_service",
        [],
        ["db_auth", "token_signing_key", "refresh_key", "service_attendance", "service_reporter"],
    ),
    "auth demo": (
        "auth_service",
        ["demo"],
        ["db_auth", "token_signing_key", "refresh_key"],
    ),
    "auth admin": ("auth_service", ["admin"], ["db_auth", "token_signing_key"]),
    "auth withdraw-keys": (
        "auth_service",
        ["withdraw-keys"],
        ["db_auth", "token_signing_key"],
    ),
    "attendance": (
        "attendance_service",
        ["rest"],
        ["db_attendance", "cursor_key", "photo_key", "service_attendance"],
    ),
    "attendance demo": ("attendance_service", ["demo"], ["db_attendance", "photo_key"]),
    "rpc": (
        "attendance_service",
        ["rpc"],
        ["db_attendance", "cursor_key", "db_sequencer"],
    ),
    "sequencer": ("attendance_service", ["sequencer"], ["db_sequencer"]),
    "verify-audit": ("attendance_service", ["verify-audit"], ["db_sequencer"]),
    "reporter": (
        "reporter_service",
        [],
        ["db_reporter", "cursor_key", "service_reporter"],
    ),
    "face": ("face_service", [], ["db_face", "face_key"]),
    "face re-embed": ("face_service", ["re-embed"], ["db_face", "face_key"]),
    "face worker": (
        "face_service.worker",
        [],
        ["db_face", "face_key", "webhook_others", "webhook_attendance"],
    ),
}
WITHOUT_WORDS = {"reporter_service"}
UNSAFE = {
    "APP_ENV": "production",
    "DEMO": "1",
    "BIND_HOSTS": "0.0.0.0",
    "CORS_ORIGINS": "http://192.168.1.7:8080",
    "TOKEN_ISSUER": "http://attend.example.org",
    "LOG_LEVEL": "shouting",
}
NAMES = ["DEMO", "BIND_HOSTS", "CORS_ORIGINS", "TOKEN_ISSUER", "LOG_LEVEL"]

Start = Callable[..., tuple[int, str]]


@pytest.fixture
def start(
    database: TestDatabase,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Start:
    """Run ``python -m MODULE WORDS`` in this process; its exit status, and what it said."""

    def start(module: str, words: list[str], **variables: str) -> tuple[int, str]:
        env = {"HAZIR_ENV_FILE": "/nonexistent", "HAZIR_DATA": str(tmp_path)}
        found = import_module(module)
        if not hasattr(found, "main"):
            found = import_module(f"{module}.__main__")
        main = found.main
        with monkeypatch.context() as patch:
            patch.setattr(os, "environ", env | database.environment() | variables)
            status = main(words) if module not in WITHOUT_WORDS else main()
        return status, capsys.readouterr().err

    return start


@pytest.mark.parametrize("name", PROCESSES)
def test_every_fault_of_a_production_start_is_named_at_once(
    start: Start, name: str, tmp_path: Path
) -> None:
    module, words, secrets = PROCESSES[name]
    poor = {f"HAZIR_SECRET_{one.upper()}": "changeme" for one in secrets[:1]}
    status, said = start(module, words, **UNSAFE, **poor, SECRETS_DIR=str(tmp_path / "none"))
    assert status == 78
    lines = [line.split(":")[0] for line in said.splitlines()]
    for fault in [*NAMES, *(f"secret {one}" for one in secrets)]:
        assert lines.count(fault) == 1, (fault, said)
    assert "changeme" not in said


@pytest.mark.parametrize("name", PROCESSES)
def test_a_known_secret_stops_a_production_start(start: Start, name: str) -> None:
    module, words, secrets = PROCESSES[name]
    for one in secrets:
        value = "change-this-secret-password-please"
        poor = {f"HAZIR_SECRET_{one.upper()}": value}
        status, said = start(module, words, APP_ENV="production", **poor)
        assert status == 78
        assert f"secret {one}: " in said
        assert value not in said


def test_short_passwords_are_refused_in_production(start: Start) -> None:
    status, said = start("auth_service", [], APP_ENV="production", PASSWORD_MIN_LENGTH="4")
    assert (status, "PASSWORD_MIN_LENGTH: must be at least 8" in said) == (78, True)


@pytest.mark.parametrize(
    ("name", "text"), [("token_signing_key", "x" * 64), ("refresh_key", "y" * 44)]
)
def test_a_key_of_the_wrong_form_stops_the_start(start: Start, name: str, text: str) -> None:
    status, said = start("auth_service", [], **{f"HAZIR_SECRET_{name.upper()}": text})
    assert (status, f"secret {name}: is not" in said) == (78, True)


def test_migrating_names_every_password_that_is_missing(start: Start, tmp_path: Path) -> None:
    status, said = start(
        "common.migrate", ["up"], DATABASE_URL="postgresql://x", SECRETS_DIR=str(tmp_path)
    )
    assert status == 78
    for role in ("auth", "attendance", "sequencer", "reporter", "face"):
        assert f"secret db_{role}: is missing" in said


def test_the_rpc_process_that_does_not_number_needs_no_sequencers_secret(
    start: Start, tmp_path: Path
) -> None:
    more = {"RPC_NUMBERS": "0", "SECRETS_DIR": str(tmp_path)}
    status, said = start("attendance_service", ["rpc"], **more)
    assert status == 78
    assert "db_attendance" in said
    assert "db_sequencer" not in said
    status, said = start("attendance_service", ["rpc"], **more | {"RPC_NUMBERS": "maybe"})
    assert "RPC_NUMBERS: must be 1 or 0" in said
