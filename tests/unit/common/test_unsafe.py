"""Settings made for a trial: which a start refuses, and that it names all of them at once."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from common.config import (
    CommonSettings,
    ConfigError,
    Secret,
    between,
    key_secret,
    load,
    read_secret,
    secret,
    setting,
)

ELSEWHERE = {"APP_ENV": "production", "BIND_HOSTS": "0.0.0.0"}


@pytest.mark.parametrize(
    ("env", "faults"),
    [
        ({}, []),
        ({"DEMO": "1"}, []),
        ({"APP_ENV": "production"}, []),
        ({"APP_ENV": "production", "DEMO": "1"}, ["DEMO"]),
        ({"DEMO": "1", "BIND_HOSTS": "127.0.0.1,0.0.0.0"}, ["BIND_HOSTS"]),
        (
            {"APP_ENV": "production", "DEMO": "1", "BIND_HOSTS": "0.0.0.0"},
            ["DEMO", "BIND_HOSTS", "TOKEN_ISSUER"],
        ),
        ({"BIND_HOSTS": "0.0.0.0"}, []),
    ],
)
def test_seed_defect_D28_demo_people_stay_at_home(env: dict[str, str], faults: list[str]) -> None:
    assert named(env) == faults


def named(env: dict[str, str]) -> list[str]:
    """The names of the settings that a start with ``env`` finds fault with."""
    try:
        load(CommonSettings, env)
    except ConfigError as refusal:
        return [fault.split(":")[0] for fault in refusal.faults]
    return []


@pytest.mark.parametrize(
    ("env", "faults"),
    [
        (ELSEWHERE, ["TOKEN_ISSUER"]),
        (ELSEWHERE | {"TOKEN_ISSUER": "http://attend.example.org"}, ["TOKEN_ISSUER"]),
        (ELSEWHERE | {"TOKEN_ISSUER": "https://attend.example.org"}, []),
        # In a container, with a gateway before it that only this machine reaches.
        (ELSEWHERE | {"TRUSTED_PROXIES": "1", "TOKEN_ISSUER": "http://127.0.0.1:8080"}, []),
        (ELSEWHERE | {"TRUSTED_PROXIES": "1", "GATEWAY_BIND": "0.0.0.0"}, ["TOKEN_ISSUER"]),
        ({"APP_ENV": "production", "TOKEN_ISSUER": "http://attend.example"}, ["TOKEN_ISSUER"]),
        ({"APP_ENV": "production", "TOKEN_ISSUER": "http://[::1]:8080"}, []),
        ({"APP_ENV": "production", "TOKEN_ISSUER": "http://localhost"}, []),
        ({"TOKEN_ISSUER": "http://attend.example"}, []),
    ],
)
def test_tokens_are_issued_over_https_where_others_come_in(
    env: dict[str, str], faults: list[str]
) -> None:
    assert named(env) == faults


@pytest.mark.parametrize(
    ("origins", "always", "in_production"),
    [
        ("https://a.example,https://b.example:8443", False, False),
        ("http://localhost:9000", False, False),
        ("http://192.168.1.7:8080", False, True),
        ("*", True, True),
        ("https://*.example", True, True),
        ("null", True, True),
        ("https://a.example/", True, True),
        ("https://me@a.example", True, True),
        ("a.example", True, True),
        ("ftp://a.example", True, True),
    ],
)
def test_origins_are_named_one_by_one(origins: str, always: bool, in_production: bool) -> None:
    for env, refused in (("local", always), ("production", in_production)):
        found = named({"APP_ENV": env, "CORS_ORIGINS": origins})
        assert found == (["CORS_ORIGINS"] if refused else []), env


GOOD = "tJ3vQ9xLm2Zr8KpW5yBn7CdF4hGs6EuA"


@pytest.mark.parametrize(
    "value",
    [
        "dev-secret",
        "changemechangemechangeme",
        "password-password-password-1234",
        "SuperSecretProductionKey2026!",
        "please-change-this-secret-key",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "12345678901234567890123456789012",
        GOOD[:21],
    ],
)
def test_production_refuses_secrets_that_are_guessed(value: str) -> None:
    env = {"APP_ENV": "production", "HAZIR_SECRET_SAMPLE": value}
    with pytest.raises(ValueError, match=r"short|guessed") as refusal:
        read_secret("sample", env)
    assert value not in str(refusal.value)


def test_production_takes_good_secrets() -> None:
    for value in (GOOD, GOOD[:22], "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a6978"):
        env = {"APP_ENV": "production", "HAZIR_SECRET_SAMPLE": value}
        assert read_secret("sample", env).reveal() == value


@dataclass(frozen=True, slots=True, kw_only=True)
class Careful(CommonSettings):
    workers: int = setting("WORKERS", between(1, 9), 2)
    required: int = setting("REQUIRED", between(1, 9))
    password: Secret = secret("password")
    key: Secret = key_secret("sample_key")


WRONG = {
    "APP_ENV": "production",
    "DEMO": "1",
    "BIND_HOSTS": "0.0.0.0",
    "CORS_ORIGINS": "http://192.168.1.7",
    "WORKERS": "none",
    "HAZIR_SECRET_PASSWORD": "1234",
    "HAZIR_SECRET_SAMPLE_KEY": GOOD,
}


def test_unsafe_settings_and_faulty_ones_are_one_list() -> None:
    with pytest.raises(ConfigError) as refusal:
        load(Careful, WRONG)
    names = [fault.split(":")[0] for fault in refusal.value.faults]
    assert sorted(names) == sorted(
        {
            *("WORKERS", "REQUIRED", "secret password", "secret sample_key"),
            *("DEMO", "BIND_HOSTS", "CORS_ORIGINS", "TOKEN_ISSUER"),
        }
    )
    assert "1234" not in str(refusal.value)
    assert GOOD not in str(refusal.value)


def test_a_setting_that_cannot_be_read_is_named_once() -> None:
    assert named({"APP_ENV": "production", "CORS_ORIGINS": "*"}) == ["CORS_ORIGINS"]
    assert named({"APP_ENV": "paradise", "DEMO": "1"}) == ["APP_ENV"]
