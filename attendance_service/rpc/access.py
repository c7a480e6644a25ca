"""Who a stream belongs to, now and for as long as it lasts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from common.errors import unauthenticated
from common.httpkit.limits import RateLimit
from common.identity import Person, Subject
from common.org import OrgView


@dataclass(frozen=True, slots=True)
class Access:
    """Identifies callers and looks people up without blocking the loop."""

    identify: Callable[[str], Subject]
    org: OrgView
    limit: RateLimit

    def subject(self, token: str) -> Subject:
        """The caller; may read the database, so not on the loop."""
        if not token:
            raise unauthenticated()
        subject = self.identify(token)
        self.limit.spend(subject.employee_id)
        return subject

    async def still(self, token: str, subject: Subject) -> Subject | None:
        """The caller with the rights of this moment; ``None`` while they cannot be checked.

        Raises ``unauthenticated`` once the token has expired, its session was revoked, or the
        person's roles are no longer those of the token.
        """
        if not self.org.fresh:
            return None
        known = await self.person(subject.employee_id)
        if known is subject.person:
            return self.identify(token)
        return await asyncio.to_thread(self.identify, token)

    async def person(self, employee_id: int) -> Person | None:
        """The person with this number; one not known yet is read on a thread."""
        known = self.org.known(employee_id)
        if known is not None:
            return known
        return await asyncio.to_thread(self.org.person, employee_id)
