"""Tells one stream what its caller may hear, with the rights of that moment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from time import monotonic

from attendance_service.rpc import present
from attendance_service.rpc.access import Access
from attendance_service.store.feed import Event
from common.cursors import CursorSealer
from common.errors import unavailable
from common.identity import Subject, hears_of, object_of
from common.pb import attendance_pb2 as pb

# Long enough that deciding once for each person in it costs next to nothing, short enough that
# making its messages (half a millisecond) does not keep this process's other calls waiting.
_STRETCH = 100
# A slow reader can hold up a stretch for as long as it likes; what is left is then decided anew.
_RIGHTS_FOR = 0.5


class Teller:
    """Writes events to one caller; ``employee_id`` narrows them to one person's."""

    def __init__(
        self,
        access: Access,
        sealer: CursorSealer,
        token: str,
        subject: Subject,
        employee_id: int | None,
        write: Callable[[pb.AttendanceRecord], Awaitable[None]],
    ) -> None:
        self._access = access
        self._sealer = sealer
        self._token = token
        self._subject = subject
        self._employee_id = employee_id
        self._write = write

    async def tell(self, events: Sequence[Event]) -> bool:
        """Write what the caller may hear of ``events``; whether there was anything.

        Without events the rights are checked all the same. Raises ``unauthenticated`` once they
        have ended and ``unavailable`` while they cannot be checked.
        """
        told = False
        left = events
        while True:
            await self._check()
            until = monotonic() + _RIGHTS_FOR
            stretch = left[:_STRETCH]
            audible = await self._audible(stretch)
            seal = self._sealer.seal
            messages = [present.event(item, seal(item.feed_seq)) for item in audible]
            left = left[_STRETCH:]
            for item, message in zip(audible, messages, strict=True):
                await self._write(message)
                told = True
                if monotonic() > until:
                    left = events[item.feed_seq - events[0].feed_seq + 1 :]
                    break
            if not left:
                return told

    async def _check(self) -> None:
        current = await self._access.still(self._token, self._subject)
        if current is None:
            raise unavailable("Rights cannot be checked at the moment.", code="stale")
        self._subject = current

    async def _audible(self, events: Sequence[Event]) -> list[Event]:
        """Those of ``events`` that the caller may hear of."""
        whose = {(event.employee_id, event.status == "refused") for event in events}
        heard = {item for item in whose if await self._hears(*item)}
        return [
            event for event in events if (event.employee_id, event.status == "refused") in heard
        ]

    async def _hears(self, employee_id: int, refused: bool) -> bool:
        if self._employee_id is not None and employee_id != self._employee_id:
            return False
        own = employee_id == self._subject.employee_id
        person = self._subject.person if own else await self._access.person(employee_id)
        return person is not None and hears_of(self._subject, object_of(person), refused=refused)
