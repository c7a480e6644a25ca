"""Addresses that try to make a service call what lies inside, in every spelling known."""

from __future__ import annotations

from ipaddress import IPv4Address

_HOSTS = (
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "0",
    "0.0.0.0",
    "2130706433",
    "017700000001",
    "0177.0.0.1",
    "0x7f.1",
    "0x7f000001",
    "0x7f.0x0.0x0.0x1",
    "127.0.0.1.",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "127.0.0.1.nip.io",
    "169.254.169.254",
    "2852039166",
    "metadata.google.internal",
    "10.0.0.1",
    "192.168.0.1",
    "172.16.0.1",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[fe80::1%25eth0]",
    "[fd00::1]",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "ⓛocalhost",
    "school.example.org.evil.example",
    "evil.example",
    "school.example.orgg",
    "xschool.example.org",
)

#: Addresses of webhooks; none of them may be accepted where only school.example.org is listed.
URLS = (
    *(
        f"{scheme}://{host}{rest}"
        for scheme in ("http", "https")
        for host in _HOSTS
        for rest in ("/", ":8004/x")
    ),
    "http://school.example.org/",
    "https://school.example.org:8443/",
    "https://school.example.org@127.0.0.1/",
    "https://school.example.org:443@127.0.0.1/",
    "https://127.0.0.1@school.example.org/",
    "https://user:pass@school.example.org/",
    "https://school.example.org%40127.0.0.1/",
    "https://127.0.0.1#@school.example.org/",
    "https://127.0.0.1?@school.example.org/",
    "https://127.0.0.1/@school.example.org/",
    "https://127.0.0.1\\@school.example.org/",
    "https://school.example.org\\@127.0.0.1/",
    "https:\\\\school.example.org/",
    "https:/school.example.org/",
    "https:school.example.org/",
    "//school.example.org/",
    "school.example.org",
    "/api",
    "",
    " https://school.example.org/",
    "https://school.example.org /",
    "https://school.example.org/\r\nHost: inside",
    "https://school.example.org/%0d%0a\n",
    "https://school.example.org/#fragment",
    "https://school.example.org/\x00",
    "https://school.example.org:0x1bb/",
    "https://school.example.org:443443/",
    "https://school.example.org:/",
    "https://school.example.org:-1/",
    "https://school.example.org:80/",
    "https://school。example。org/",
    "https://ѕchool.example.org/",
    "HTTPS://school.example.org/",
    "file:///etc/passwd",
    "gopher://school.example.org/",
    "ftp://school.example.org/",
    "dict://127.0.0.1:6379/",
    "jar:https://school.example.org/",
    "https://school.example.org/" + "a" * 2000,
)


def _mapped(inner: str) -> tuple[str, ...]:
    number = int(IPv4Address(inner))
    high, low = number >> 16, number & 0xFFFF
    return (
        inner,
        f"::ffff:{inner}",
        f"::{inner}",
        f"64:ff9b::{high:x}:{low:x}",
        f"2002:{high:x}:{low:x}::1",
    )


#: What a name may turn out to resolve to: every one of them lies inside, or nowhere.
ADDRESSES = (
    *(
        spelt
        for inner in (
            "127.0.0.1",
            "127.255.255.254",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.1",
            "192.0.0.8",
            "192.88.99.1",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
        )
        for spelt in _mapped(inner)
    ),
    "0.0.0.0",
    "::",
    "::1",
    "fe80::1",
    "fc00::1",
    "fd12:3456::1",
    "fec0::1",
    "feff::1",
    "ff02::1",
    "2001:db8::1",
    "3fff::1",
    "64:ff9b:1::1",
    "100::1",
    # Teredo, leading to 127.0.0.1.
    "2001:0:4136:e378:8000:63bf:80ff:fffe",
)
