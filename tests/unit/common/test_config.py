"""Configuration: every fault at once, secrets that do not show."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from common.config import (
    CommonSettings,
    ConfigError,
    Secret,
    address,
    between,
    environment,
    flag,
    load,
    load_all,
    one_of,
    port,
    read_secret,
    read_secrets,
    secret,
    setting,
    words,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    number: int = setting("NUMBER", between(1, 9))
    word: str = setting("WORD", one_of("a", "b"), "a")
    key: Secret = secret("sample_key")


def test_values_come_typed_with_their_defaults() -> None:
    env = {"NUMBER": "5", "WORD": "", "HAZIR_SECRET_SAMPLE_KEY": "k" * 16}
    found = load(Sample, env)
    assert (found.number, found.word, found.key.reveal()) == (5, "a", "k" * 16)


def test_every_fault_is_reported_at_once() -> None:
    with pytest.raises(ConfigError) as refusal:
        load(Sample, {"NUMBER": "12", "WORD": "c", "SECRETS_DIR": "/nonexistent"})
    assert [fault.split(":")[0] for fault in refusal.value.faults] == [
        "NUMBER",
        "WORD",
        "secret sample_key",
    ]
    with pytest.raises(ConfigError) as missing:
        load(Sample, {"HAZIR_SECRET_SAMPLE_KEY": "k" * 16})
    assert missing.value.faults == ["NUMBER: is missing"]


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (flag, "1", True),
        (flag, "Yes", True),
        (flag, " off ", False),
        (flag, "0", False),
        (words, "a, b,,c ", ("a", "b", "c")),
        (address, "localhost:80", ("localhost", 80)),
        (address, "[::1]:8001", ("::1", 8001)),
        (port, "65535", 65535),
    ],
)
def test_parsers_take(parse: Callable[[str], Any], text: str, value: Any) -> None:
    assert parse(text) == value


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (flag, "maybe"),
        (port, "0"),
        (port, "65536"),
        (port, "http"),
        (address, "localhost"),
        (address, ":80"),
        (address, "host:x"),
        (between(1, 2), "1.5"),
        (one_of("a"), "A"),
    ],
)
def test_parsers_refuse(parse: Callable[[str], Any], text: str) -> None:
    with pytest.raises(ValueError, match=r"must|invalid"):
        parse(text)


@pytest.mark.parametrize("value", ["", "hunter2", "x" * 15, "dev-secret", "changeme"])
def test_seed_defect_D13_poor_secrets_are_refused(value: str, tmp_path: Path) -> None:
    (tmp_path / "jwt").write_text(value)
    with pytest.raises(ValueError, match=r"missing|too short") as refusal:
        read_secret("jwt", {"SECRETS_DIR": str(tmp_path)})
    assert not value or value not in str(refusal.value)


def test_a_secret_comes_from_its_file_or_the_environment(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "jwt").write_text("f" * 20 + "\n")
    assert read_secret("jwt", {"HAZIR_DATA": str(tmp_path)}).reveal() == "f" * 20
    both = {"SECRETS_DIR": str(folder), "HAZIR_SECRET_JWT": "e" * 20}
    assert read_secret("jwt", both).reveal() == "e" * 20


def test_a_secret_does_not_show_itself() -> None:
    key = base64.b64encode(bytes(32)).decode()
    hidden = Secret(key)
    assert key not in f"{hidden!r} {hidden} {[hidden]}"
    assert hidden.key() == bytes(32)
    for bad in ("not base64!", base64.b64encode(bytes(31)).decode()):
        with pytest.raises(ValueError, match=r"base64|32 bytes"):
            Secret(bad).key()


def test_the_environment_overrides_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / ".env"
    file.write_text("# a comment\nONE=1   # said why\nTWO='2'\nTHREE=\n\nnonsense\nFOUR=a=b\n")
    monkeypatch.setenv("TWO", "22")
    found = environment(file)
    assert {name: found.get(name) for name in ("ONE", "TWO", "THREE", "FOUR", "nonsense")} == {
        "ONE": "1",
        "TWO": "22",
        "THREE": "",
        "FOUR": "a=b",
        "nonsense": None,
    }
    monkeypatch.setenv("HAZIR_ENV_FILE", str(tmp_path / "missing"))
    assert "ONE" not in environment()


def test_several_classes_are_one_list() -> None:
    with pytest.raises(ConfigError) as refusal:
        load_all({"NUMBER": "0", "CLIENT_PORT": "x", "DEMO": "1"}, Sample, CommonSettings, Sample)
    assert [fault.split(":")[0] for fault in refusal.value.faults] == [
        "NUMBER",
        "secret sample_key",
        "CLIENT_PORT",
    ]
    made = load_all({"NUMBER": "1", "HAZIR_SECRET_SAMPLE_KEY": "k" * 16}, Sample, CommonSettings)
    assert [type(one) for one in made] == [Sample, CommonSettings]


def test_every_unfit_secret_is_named() -> None:
    with pytest.raises(ConfigError) as refusal:
        read_secrets(["one", "two", "three"], {"HAZIR_SECRET_TWO": "t" * 20, "SECRETS_DIR": "/x"})
    assert [fault.split(":")[0] for fault in refusal.value.faults] == ["secret one", "secret three"]
    found = read_secrets(["two"], {"HAZIR_SECRET_TWO": "t" * 20})
    assert found["two"].reveal() == "t" * 20


def test_a_secret_can_be_read_again(tmp_path: Path) -> None:
    (tmp_path / "jwt").write_text("f" * 20)
    kept = read_secret("jwt", {"SECRETS_DIR": str(tmp_path)})
    (tmp_path / "jwt").write_text("g" * 20)
    assert (kept.reveal(), kept.again()) == ("f" * 20, "g" * 20)
    given = read_secret("jwt", {"HAZIR_SECRET_JWT": "e" * 20, "SECRETS_DIR": str(tmp_path)})
    assert given.again() == "e" * 20


def test_pages_that_may_call() -> None:
    settings = load(CommonSettings, {"CORS_ORIGINS": "https://a.example", "CLIENT_PORT": "5501"})
    assert {
        "http://127.0.0.1:5501",
        "http://localhost:5501",
        "http://localhost:8080",
        "https://127.0.0.1:8443",
        "https://a.example",
    } <= settings.allowed_origins()
    assert "https://localhost:5501" not in settings.allowed_origins()
    assert "*" not in settings.allowed_origins()
