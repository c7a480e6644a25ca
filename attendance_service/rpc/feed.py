"""``proto.FeedService``: the whole feed, for the product's own services."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

from attendance_service.rpc import present
from attendance_service.rpc.access import Access
from attendance_service.rpc.tail import FeedTail
from common.cursors import CursorSealer
from common.errors import forbidden, unavailable
from common.grpckit import bearer
from common.identity import SYSTEM, Action, Role, require
from common.pb import attendance_pb2 as pb
from common.pb import attendance_pb2_grpc as pb_grpc


class FeedServicer(pb_grpc.FeedServiceServicer):
    """Every event, several to a message; an empty message a second says how far it was read."""

    def __init__(
        self, access: Access, tail: FeedTail, sealer: Callable[[str], CursorSealer]
    ) -> None:
        self._access = access
        self._tail = tail
        self._sealer = sealer

    async def Follow(  # noqa: N802  the RPC's name
        self, request: pb.FollowRequest, context: Any
    ) -> AsyncIterator[pb.FeedBatch]:
        """The feed after a cursor, or from its head on."""
        token = bearer(context, request.jwt)
        subject = await asyncio.to_thread(self._access.subject, token)
        require(subject, Action.FOLLOW_FEED, SYSTEM)
        if Role.SERVICE not in subject.person.roles:
            raise forbidden()
        sealer = self._sealer(self._tail.head.epoch)
        after = sealer.open(request.after) if request.after else self._tail.head.seq
        yield present.batch(self._tail.head._replace(seq=after), ())
        async for events in self._tail.follow(after):
            current = await self._access.still(token, subject)
            if current is None:
                raise unavailable("Rights cannot be checked at the moment.")
            subject = current
            if events:
                after = events[-1].feed_seq
            # Silence while there is more that could not be read: this is no sign of life then.
            if events or (self._tail.fresh and after >= self._tail.head.seq):
                # Never the tail's own head: it may have moved on since this was read.
                yield present.batch(self._tail.head._replace(seq=after), events)
