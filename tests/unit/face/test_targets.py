"""Where webhooks may go: the corpus of addresses that try to reach inside."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from common.errors import DomainError
from face_service.domain.signing import Keys
from face_service.domain.targets import AllowList, Target, chosen, targets
from tests.support.inward import ADDRESSES, URLS

OUTER = targets("https://school.example.org, https://other.example.org:8443", private=False)
INNER = targets("http://127.0.0.1:8002,http://attendance:8002,https://[::1]:9", private=True)
LIST = AllowList((*INNER, *OUTER))


@pytest.mark.parametrize(
    ("url", "origin", "path"),
    [
        ("https://school.example.org", "https://school.example.org:443", "/"),
        ("https://SCHOOL.example.org:443/a/b?c=d", "https://school.example.org:443", "/a/b?c=d"),
        ("https://other.example.org:8443/x", "https://other.example.org:8443", "/x"),
        ("http://127.0.0.1:8002/api/1", "http://127.0.0.1:8002", "/api/1"),
        ("http://attendance:8002/?q", "http://attendance:8002", "/?q"),
        ("https://[::1]:9/", "https://[::1]:9", "/"),
    ],
)
def test_what_is_listed_is_found(url: str, origin: str, path: str) -> None:
    found = LIST.destination(url)
    assert (found.target.origin, found.path) == (origin, path)


@pytest.mark.parametrize("url", URLS)
def test_what_tries_to_reach_inside_is_refused(url: str) -> None:
    with pytest.raises(DomainError) as refusal:
        LIST.destination(url)
    assert (refusal.value.code, refusal.value.field) == ("webhook_target_refused", "webhook_url")


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_name_may_lead_inside(address: str) -> None:
    outer = OUTER[0]
    assert chosen(outer, [address]) is None
    assert chosen(outer, ["93.184.216.34", address]) is None


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]
)
def test_the_open_network_may_be_reached(address: str) -> None:
    assert chosen(OUTER[0], [address]) == ip_address(address)


def test_a_private_target_may_be_inside_but_not_anywhere() -> None:
    inner = INNER[0]
    for address in ("127.0.0.1", "::1", "10.0.0.7", "192.168.3.4", "fd00::1", "::ffff:10.1.2.3"):
        assert chosen(inner, [address]) == ip_address(address)
    for address in ("169.254.169.254", "fe80::1", "0.0.0.0", "::", "224.0.0.1", "255.255.255.255"):
        assert chosen(inner, [address]) is None


def test_a_private_target_may_be_outside_too() -> None:
    assert chosen(INNER[0], ["93.184.216.34"]) == ip_address("93.184.216.34")


def test_each_target_has_keys_of_its_own_and_an_agreed_one_its_agreed_ones() -> None:
    agreed = (b"a" * 32,)
    keys = Keys((b"m" * 32,), {INNER[0].origin: agreed})
    assert keys.of(INNER[0]) == agreed
    assert len({keys.of(target) for target in (*INNER, *OUTER)}) == 5


def test_nothing_resolved_is_nothing_to_connect_to() -> None:
    assert chosen(OUTER[0], []) is None


@pytest.mark.parametrize(
    "text",
    [
        "http://school.example.org",
        "https://school.example.org/path",
        "https://user@school.example.org",
        "ftp://school.example.org",
        "https://2130706433",
        "https://0x7f.1",
        "https://127.1",
        "https://[::ffff:127.0.0.1%25]",
        "https://-bad-.example",
        "https://exa_mple.org",
        "*",
        "school.example.org",
    ],
)
def test_a_faulty_target_is_said_at_the_start(text: str) -> None:
    with pytest.raises(ValueError):
        targets(text, private=False)


def test_the_host_is_named_with_its_port_where_it_is_unusual() -> None:
    assert Target("https", "a.example", 443, False).authority == "a.example"
    assert Target("http", "a.example", 80, True).authority == "a.example"
    assert Target("https", "a.example", 8443, False).authority == "a.example:8443"
