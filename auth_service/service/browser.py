"""Signing in by way of a provider's own page: out with a sealed cookie, back with a code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from typing import Protocol

from auth_service.domain import journeys, sessions
from auth_service.domain.journeys import Journey
from auth_service.domain.sessions import SHORT_ACCESS
from auth_service.service.ports import Store
from auth_service.service.proving import (
    RedirectDirectory,
    identity_unproved,
    sign_in_cancelled,
)
from auth_service.service.sessions import Device, Grant, Sessions
from common.clock import Clock
from common.errors import DomainError, Kind, not_found


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """What the provider sent back, as its query says it."""

    state: str | None = None
    code: str | None = None
    issuer: str | None = None
    error: str | None = None


class Seal(Protocol):
    """Makes a journey unreadable and unforgeable for the browser that carries it."""

    def close(self, journey: Journey, now: float) -> str:
        """The journey, sealed."""
        ...

    def open(self, sealed: str, now: float) -> Journey | None:
        """The journey, or ``None`` when it was not sealed here, or too long ago."""
        ...


def state_invalid() -> DomainError:
    """This return belongs to no sign-in that this browser began, or to one that is over."""
    return DomainError(
        Kind.UNAUTHENTICATED, "state_invalid", "This sign-in took too long; please begin again."
    )


class Browser:
    """The two ends of a journey. ``directories`` are those that the browser is sent to."""

    def __init__(
        self,
        store: Store,
        sessions_: Sessions,
        directories: Mapping[str, RedirectDirectory],
        seal: Seal,
        clock: Clock,
    ) -> None:
        self._store = store
        self._sessions = sessions_
        self._directories = directories
        self._seal = seal
        self._clock = clock

    def start(self, name: str, return_to: str) -> tuple[str, str]:
        """The provider's address, and the sealed journey for the browser to keep."""
        journey = journeys.new_journey(name, return_to)
        where = self._named(name).way(journey)
        return where, self._seal.close(journey, self._clock.now().timestamp())

    def journey(self, sealed: str | None) -> Journey | None:
        """What the browser has kept, if it holds."""
        return self._seal.open(sealed, self._clock.now().timestamp()) if sealed else None

    def finish(self, name: str, journey: Journey | None, back: Return, device: Device) -> Grant:
        """A session for whoever the provider says has come back.

        Raises ``state_invalid``, ``sign_in_cancelled``, ``identity_unproved``,
        ``directory_unavailable``, and what `Sessions.enter` raises. A journey ends once, whatever
        it comes to.
        """
        directory = self._named(name)
        if journey is None or journey.directory != name or back.state is None:
            raise state_invalid()
        if not compare_digest(journey.state.encode(), back.state.encode()):
            raise state_invalid()
        with self._store.begin() as work:
            mark = sessions.fingerprint(journey.state)
            if not work.directories.spend_state(mark, self._clock.now()):
                raise state_invalid()
        if back.error == "access_denied":
            raise sign_in_cancelled()
        if back.error is not None or back.code is None:
            raise identity_unproved()
        proved = directory.prove(journey, back.code, back.issuer)
        return self._sessions.enter(proved, device, SHORT_ACCESS)

    def _named(self, name: str) -> RedirectDirectory:
        found = self._directories.get(name)
        if found is None:
            raise not_found()
        return found
