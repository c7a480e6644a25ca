"""Sends a webhook to the one address that was looked at, and nowhere that it is pointed to next.

The name is resolved once; the connection goes to that very address, with the name kept for TLS and
for the Host header. No redirect is followed, no proxy of the environment is used, and nothing of
the answer is read but its status.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import httpx

from common import webhooks
from common.clock import Clock, SystemClock
from common.errors import DomainError
from face_service.domain.signing import Keys
from face_service.domain.targets import Address, AllowList, Target, chosen

#: Seconds that a receiver has for everything, from the name to the status of its answer.
TIME_OUT = 15.0
_GONE = 410

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class NotTaken(Exception):
    """The message was not taken. ``final``: there is no use in trying again."""

    def __init__(self, reason: str, *, status: int | None = None, final: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.final = final


async def resolved(host: str, port: int) -> Sequence[str]:
    """The addresses of ``host``, as the system resolves it."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends messages to the targets of an installation."""

    allowed: AllowList
    keys: Keys
    resolve: Resolve = resolved
    clock: Clock = field(default_factory=SystemClock)
    time_out: float = TIME_OUT

    async def __call__(self, message_id: str, url: str, body: bytes) -> int:
        """The status with which the receiver took the message; raises `NotTaken`."""
        try:
            destination = self.allowed.destination(url)
        except DomainError as fault:
            raise NotTaken("target_refused", final=True) from fault
        target = destination.target
        headers = webhooks.signed(
            self.keys.of(target), message_id, int(self.clock.now().timestamp()), body
        )
        try:
            async with asyncio.timeout(self.time_out):
                address = await self._address(target)
                status = await _post(target, address, destination.path, headers, body)
        except TimeoutError as fault:
            raise NotTaken("timed_out") from fault
        except (httpx.HTTPError, OSError, UnicodeError, ValueError) as fault:
            raise NotTaken(f"unreachable: {type(fault).__name__}") from fault
        if 200 <= status < 300:
            return status
        raise NotTaken(f"answered {status}", status=status, final=status == _GONE)

    async def _address(self, target: Target) -> Address:
        addresses = await self.resolve(target.host.strip("[]"), target.port)
        address = chosen(target, addresses)
        if address is None:
            raise NotTaken("address_refused")
        return address


async def _post(
    target: Target, address: Address, path: str, headers: Mapping[str, str], body: bytes
) -> int:
    literal = f"[{address}]" if address.version == 6 else str(address)
    name = target.host.strip("[]")
    sent = {**headers, "Host": target.authority, "Content-Type": "application/json"}
    async with (
        # The whole exchange has one limit, so its parts need none.
        httpx.AsyncClient(verify=_trust(), timeout=None, trust_env=False) as client,  # noqa: S113
        client.stream(
            "POST",
            f"{target.scheme}://{literal}:{target.port}{path}",
            content=body,
            headers=sent,
            extensions={"sni_hostname": name},
        ) as answer,
    ):
        return answer.status_code


@cache
def _trust() -> ssl.SSLContext:
    """Whom the system trusts; read once, as it takes a while."""
    return ssl.create_default_context()
