"""The key that signs, changed while the service runs: published first, used when all know it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from auth_service.service.keeping import SETTLE, Keeping
from common import logs
from common.clock import Clock
from common.errors import DomainError
from common.tokens import Signer, jwk, key_id


class Signing:
    """Signs with the key of the moment, and takes over another one that comes into its place.

    ``read`` gives the private key as it is kept now, in PEM. Several processes may do this at once:
    each reads the same key, and counts from the moment at which it was published first.
    """

    def __init__(
        self,
        read: Callable[[], str],
        issuer: str,
        keeping: Keeping,
        clock: Clock,
        *,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        self._read = read
        self._issuer = issuer
        self._keeping = keeping
        self._clock = clock
        self._wait = wait
        self._pem = read()
        self._signer = Signer(self._pem, issuer)
        self._next: tuple[Signer, datetime] | None = None

    @property
    def signer(self) -> Signer:
        """What signs now."""
        return self._signer

    @property
    def kid(self) -> str:
        """The name of the key that signs now."""
        return key_id(self._signer.public)

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A signed token with ``claims``."""
        return self._signer.sign(claims)

    def start(self) -> None:
        """Publish the key; when it comes in the place of others, wait until everybody knows it.

        Raises ``key_withdrawn`` for a key that was withdrawn before.
        """
        published = self._keeping.publish_key(self.kid, jwk(self._signer.public))
        if not published.alone:
            left = published.at + SETTLE - self._clock.now()
            self._wait(max(0.0, left.total_seconds()))

    def look(self) -> None:
        """Publish a key that has come, or sign with it once it is known; to be called often."""
        if self._next is None:
            self._next = self._come()
        if self._next and self._clock.now() >= self._next[1]:
            self._signer, self._next = self._next[0], None
            self._keeping.note_signs(self.kid)
            logs.log().info("signing key changed", kid=self.kid)

    def _come(self) -> tuple[Signer, datetime] | None:
        """The key that has come into the place of ours, and when it may sign."""
        try:
            pem = self._read()
            if pem == self._pem:
                return None
            signer = Signer(pem, self._issuer)
            public = signer.public
            published = self._keeping.publish_key(key_id(public), jwk(public))
        except (OSError, ValueError) as fault:
            logs.log().error("new signing key unfit", reason=str(fault))
            return None
        except DomainError as fault:
            logs.log().error("new signing key not published", code=fault.code)
            return None
        self._pem = pem
        logs.log().info("signing key published", kid=key_id(public))
        return signer, published.at + SETTLE
