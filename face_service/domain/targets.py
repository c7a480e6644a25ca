"""Where webhooks may go: an allow-list of origins, and which network addresses may stand behind.

An address is read by one strict grammar and compared with the list as text; what a browser or a
resolver would kindly understand (``0x7f.1``, ``user@host``, a backslash) is refused. What a name
resolves to is judged apart, when it is connected to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from common.errors import DomainError, Kind

LONGEST_URL = 2000
_PORTS = {"http": 80, "https": 443}
_ORIGIN = r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])"
_PORT = r"(?::(?P<port>[0-9]{1,5}))?"
_URL = re.compile(
    _ORIGIN + _PORT + r"(?P<path>(?:/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?"
    r"(?:\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?)"
)
_WHOLE_ORIGIN = re.compile(_ORIGIN + _PORT)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
# A last label that begins with a digit makes resolvers read the name as a number.
_NUMERIC = re.compile(r"[0-9]")
#: For protocols between routers, for nobody yet, for examples: some Pythons call them public.
_NOBODYS = (
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv4Network("240.0.0.0/4"),
    IPv6Network("3fff::/20"),
)
#: IPv6 prefixes whose last 32 bits are an IPv4 address that a gateway leads on to.
_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Target:
    """An origin that webhooks may go to; ``private``: also where it is inside one's own network."""

    scheme: str
    host: str
    port: int
    private: bool

    @property
    def origin(self) -> str:
        """``scheme://host:port``, always with the port."""
        return f"{self.scheme}://{self.host}:{self.port}"

    @property
    def authority(self) -> str:
        """The host as a request names it: with the port where it is not the usual one."""
        usual = self.port == _PORTS[self.scheme]
        return self.host if usual else f"{self.host}:{self.port}"

    def permits(self, address: Address) -> bool:
        """Whether a webhook for this target may be sent to ``address``."""
        inner = _unwrapped(address)
        if inner.is_multicast or inner.is_unspecified or inner.is_link_local:
            return False
        if any(inner in network for network in _NOBODYS):
            return False
        # The older way to number one's own network in IPv6, which Python counts as public.
        own = isinstance(inner, IPv6Address) and inner.is_site_local
        if inner.is_private or inner.is_loopback or own:
            return self.private
        return inner.is_global and not inner.is_reserved


@dataclass(frozen=True, slots=True)
class Destination:
    """A target with the path and query of one webhook's address."""

    target: Target
    path: str


def targets(text: str, *, private: bool) -> tuple[Target, ...]:
    """A parser of comma-separated origins; raises ``ValueError``.

    Only what stays inside one's own network may be told without TLS.
    """
    return tuple(_target(word.strip(), private) for word in text.split(",") if word.strip())


def _target(text: str, private: bool) -> Target:
    found = _WHOLE_ORIGIN.fullmatch(text.rstrip("/"))
    if found is None:
        raise ValueError(f"{text} is not an origin such as https://school.example.org")
    scheme, host, port = _parts(found)
    if not _is_host(host):
        raise ValueError(f"{text} has a host that is neither a name nor a plain address")
    if scheme != "https" and not private:
        raise ValueError(f"{text} is not https, so what it is told can be read")
    return Target(scheme, host, port, private)


@dataclass(frozen=True, slots=True)
class AllowList:
    """The targets of an installation."""

    targets: tuple[Target, ...]

    def destination(self, url: str) -> Destination:
        """Where ``url`` leads; raises ``webhook_target_refused`` (422) unless it is listed."""
        found = _URL.fullmatch(url) if len(url) <= LONGEST_URL else None
        if found is not None:
            wanted = _parts(found)
            for target in self.targets:
                if (target.scheme, target.host, target.port) == wanted:
                    return Destination(target, found["path"] or "/")
        raise DomainError(
            Kind.UNPROCESSABLE,
            "webhook_target_refused",
            "Results are sent to listed addresses only.",
            field="webhook_url",
        )


def chosen(target: Target, resolved: Iterable[str]) -> Address | None:
    """The one of the addresses ``resolved`` to connect to.

    ``None`` when there is none, or any of them is not permitted: a name that answers with an
    inner address beside an outer one is trying something.
    """
    addresses = [ip_address(one) for one in resolved]
    if not addresses or not all(target.permits(one) for one in addresses):
        return None
    return addresses[0]


def _parts(found: re.Match[str]) -> tuple[str, str, int]:
    scheme, host = found["scheme"], found["host"].lower()
    return scheme, host, int(found["port"] or _PORTS[scheme])


def _is_host(host: str) -> bool:
    if host.startswith("["):
        return _canonical(host[1:-1])
    labels = host.split(".")
    if _NUMERIC.match(labels[-1]):
        return _canonical(host)
    return all(_LABEL.fullmatch(label) for label in labels)


def _canonical(text: str) -> bool:
    try:
        return str(ip_address(text)) == text.lower()
    except ValueError:
        return False


def _unwrapped(address: Address) -> Address:
    """The IPv4 address that an IPv6 one carries or leads to, or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in network for network in _TRANSLATED) and int(address) > 1:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address
