"""A start with directories that cannot work is refused, with every fault at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from auth_service.directories.settings import read_directories, web_address
from common.config import ConfigError

LDAP = {
    "DIRECTORIES": "local,ldap",
    "LDAP_URL": "ldaps://ldap.uni.example",
    "LDAP_BASE": "dc=uni",
    "LDAP_ROLES": "*:staff",
}
OIDC = {
    "DIRECTORIES": "oidc,local",
    "OIDC_ISSUER": "https://id.uni.example",
    "OIDC_CLIENT_ID": "hazir",
    "OIDC_ROLES": "*:student",
    "OIDC_CONFIDENTIAL": "0",
}
PORTAL = {
    "DIRECTORIES": "local,portal",
    "AKSIS_LOGIN_URL": "https://aksis.example/Account/LogOn",
    "AKSIS_OBS_URL": "https://aksis.example/Obs",
    "AKSIS_LESSON_SCHEDULE_URL": "https://aksis.example/Obs/Program",
}


def faults(env: dict[str, str]) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        read_directories({"SECRETS_DIR": "/nonexistent", **env})
    return refused.value.faults


def test_without_a_word_there_is_only_the_local_one() -> None:
    found = read_directories({})
    assert (found.order, found.ldap, found.oidc, found.portal) == (("local",), None, None, None)


def test_each_is_read() -> None:
    ldap = read_directories(LDAP).ldap
    assert ldap is not None
    assert (ldap.host, ldap.port, ldap.secure, ldap.bind_password()) == (
        "ldap.uni.example",
        636,
        True,
        None,
    )
    plain = read_directories(LDAP | {"LDAP_URL": "ldap://127.0.0.1:10389"}).ldap
    assert plain is not None
    assert (plain.port, plain.secure) == (10389, False)
    upgraded = read_directories(
        LDAP | {"LDAP_URL": "ldap://ldap.uni.example", "LDAP_START_TLS": "1"}
    ).ldap
    assert upgraded is not None
    assert (upgraded.port, upgraded.secure) == (389, True)
    oidc = read_directories(OIDC)
    assert oidc.order == ("oidc", "local")
    assert oidc.oidc is not None
    assert oidc.oidc.client_secret is None
    portal = read_directories(PORTAL | {"DIRECTORY_SITE": "Campus"})
    assert portal.site == "Campus"
    assert portal.portal is not None
    assert portal.portal.obs_url == "https://aksis.example/Obs/"


def test_every_fault_of_every_directory_is_told_at_once(tmp_path: Path) -> None:
    told = faults(
        {
            "DIRECTORIES": "ldap,oidc,portal,kerberos,ldap",
            "LDAP_URL": "http://x",
            "LDAP_CA_FILE": str(tmp_path / "none.pem"),
            "LDAP_FILTER": "(a=b",
            "LDAP_LOGIN": "u)(id",
            "LDAP_ROLES": "*:admin",
            "LDAP_BIND_DN": "cn=reader",
            "OIDC_ISSUER": "http://id.uni.example",
            "OIDC_ROLES": "x",
            "AKSIS_LOGIN_URL": "http://aksis.example/",
            "AKSIS_OBS_URL": "https://user:word@aksis.example/",
        }
    )
    assert told == [
        "DIRECTORIES: there is no kerberos",
        "DIRECTORIES: names one twice",
        "DIRECTORIES: must contain local, where the administrators are",
        "LDAP_URL: must be ldaps://host or ldap://host",
        "LDAP_CA_FILE: is no file",
        "LDAP_BASE: is missing",
        "LDAP_FILTER: must be an LDAP filter in parentheses",
        "LDAP_LOGIN: must be the name of an attribute",
        "LDAP_ROLES: admin is given to a group by name only",
        "secret ldap_bind: is missing (looked for ldap_bind in SECRETS_DIR)",
        "OIDC_ISSUER: must be an https address (http on this machine only)",
        "OIDC_CLIENT_ID: is missing",
        "OIDC_ROLES: must be group:role, separated by semicolons",
        "secret oidc_client_secret: is missing (looked for oidc_client_secret in SECRETS_DIR)",
        "AKSIS_LOGIN_URL: must be an https address (http on this machine only)",
        "AKSIS_OBS_URL: must be an address without user, query and fragment",
        "AKSIS_LESSON_SCHEDULE_URL: is missing",
    ]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"LDAP_URL": "ldap://ldap.uni.example"}, "LDAP_URL"),
        ({"LDAP_URL": "ldap://127.0.0.1.evil.example"}, "LDAP_URL"),
        ({"LDAP_URL": "ldaps://u:p@x"}, "LDAP_URL"),
        ({"LDAP_URL": "ldaps://x/dc=y"}, "LDAP_URL"),
        ({"LDAP_START_TLS": "1"}, "LDAP_START_TLS"),
        ({"LDAP_ROLES": ";"}, "LDAP_ROLES"),
        ({"LDAP_FILTER": "(a=b))("}, "LDAP_FILTER"),
    ],
)
def test_what_an_ldap_server_may_not_be(changes: dict[str, str], fault: str) -> None:
    assert [one.split(":")[0] for one in faults(LDAP | changes)] == [fault]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"OIDC_SCOPES": "profile"}, "OIDC_SCOPES"),
        ({"OIDC_ROLES": ";"}, "OIDC_ROLES"),
        ({"OIDC_ISSUER": "https://id.uni.example?x=y"}, "OIDC_ISSUER"),
        ({"OIDC_CONFIDENTIAL": "1"}, "secret oidc_client_secret"),
        (
            {"OIDC_CONFIDENTIAL": "1", "HAZIR_SECRET_OIDC_CLIENT_SECRET": "short"},
            "secret oidc_client_secret",
        ),
    ],
)
def test_what_a_provider_may_not_be(changes: dict[str, str], fault: str) -> None:
    assert [one.split(":")[0] for one in faults(OIDC | changes)] == [fault]


@pytest.mark.parametrize("text", ["http://127.0.0.1:1/x", "http://[::1]/", "https://x.example"])
def test_addresses_that_are_taken(text: str) -> None:
    assert web_address(text) == text


@pytest.mark.parametrize("text", ["", "x", "ftp://127.0.0.1", "https://", "http://10.0.0.1/"])
def test_addresses_that_are_not(text: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        web_address(text)
