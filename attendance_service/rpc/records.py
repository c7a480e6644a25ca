"""``proto.AttendanceService``: parse, call, present."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor
from dataclasses import replace
from time import monotonic
from typing import Any

from attendance_service.domain.evidence import CHALLENGE, MOST_FRAMES
from attendance_service.domain.punches import Move
from attendance_service.domain.times import parse_time
from attendance_service.rpc import batch, present
from attendance_service.rpc.access import Access
from attendance_service.rpc.tail import TICK, FeedTail
from attendance_service.rpc.teller import Teller
from attendance_service.service.batch import BatchCheckIn
from attendance_service.service.check_in import CheckIn, Punch
from attendance_service.service.records import RecordService, Window
from common.cursors import CursorSealer
from common.errors import invalid, not_found
from common.grpckit import bearer
from common.httpkit.parse import idempotency_key
from common.identity import Action, Object, Subject, object_of, require
from common.pb import attendance_pb2 as pb
from common.pb import attendance_pb2_grpc as pb_grpc

_PAGE = 500
_LARGEST_ID = 2**53 - 1
_STATUSES = frozenset({"accepted", "review", "pending", "refused", "voided", "all"})


class AttendanceServicer(pb_grpc.AttendanceServiceServicer):
    """Records and the feed, for people and programs."""

    def __init__(
        self,
        access: Access,
        check_in: CheckIn,
        batch_check_in: BatchCheckIn,
        records: RecordService,
        tail: FeedTail,
        sealer: Callable[[str], CursorSealer],
        executor: Executor,
    ) -> None:
        self._access = access
        self._check_in = check_in
        self._batch = batch_check_in
        self._records = records
        self._tail = tail
        self._sealer = sealer
        self._executor = executor

    async def CheckIn(  # noqa: N802  the RPC's name
        self, request: pb.CheckInRequest, context: Any
    ) -> pb.AttendanceRecord:
        """Check in or out; the record is durable before the answer."""
        subject = await self._subject(bearer(context, request.jwt))
        punch = _punch(request, subject)
        made = await self._run(self._check_in, subject, punch)
        return present.record(made)

    async def CheckInBatch(  # noqa: N802  the RPC's name
        self, request: pb.CheckInBatchRequest, context: Any
    ) -> pb.CheckInBatchReply:
        """Record punches that were made offline or by a device, each once."""
        subject = await self._subject(bearer(context, request.jwt))
        punches = batch.punches(request, subject)
        sent_at = parse_time(request.sent_at, field="sent_at") if request.sent_at else None
        keys = [punch.id for punch in request.punches]
        found = await self._run(self._batch, subject, punches, keys, sent_at)
        return present.results(found)

    async def List(  # noqa: N802  the RPC's name
        self, request: pb.ListRequest, context: Any
    ) -> AsyncIterator[pb.AttendanceRecord]:
        """Stored records, newest first."""
        subject = await self._subject(bearer(context, request.jwt))
        employee_id = _wanted(request)
        window, left = _window(request)
        while left > 0:
            page = replace(window, limit=min(left, _PAGE))
            found = await self._run(self._records.visible, subject, employee_id, page)
            for item in found:
                yield present.record(item)
            if len(found) < page.limit:
                return
            left -= len(found)
            window = replace(window, before=(found[-1].at, found[-1].id))

    async def StreamNew(  # noqa: N802  the RPC's name
        self, request: pb.StreamRequest, context: Any
    ) -> None:
        """Records as they commit, once and in order."""
        token = bearer(context, request.jwt)
        subject = await self._subject(token)
        employee_id = _wanted(request)
        if employee_id is not None:
            await self._may_follow(subject, employee_id)
        sealer = self._sealer(self._tail.head.epoch)
        after = sealer.open(request.after) if request.after else self._tail.head.seq
        teller = Teller(self._access, sealer, token, subject, employee_id, context.write)
        scanned, told_at = after, monotonic()
        async for events in self._tail.follow(after):
            if await teller.tell(events):
                told_at = monotonic()
            if events:
                scanned = events[-1].feed_seq
            silent = not events or monotonic() - told_at >= TICK
            if request.heartbeats and silent and self._tail.fresh:
                await context.write(
                    pb.AttendanceRecord(heartbeat=True, cursor=sealer.seal(scanned))
                )
                told_at = monotonic()

    async def _may_follow(self, subject: Subject, employee_id: int) -> None:
        person = await self._access.person(employee_id)
        target = object_of(person) if person else Object(employee_id=employee_id)
        require(subject, Action.FOLLOW_FEED, target)
        if person is None:
            raise not_found("There is no such person.")

    async def _subject(self, token: str) -> Subject:
        subject: Subject = await self._run(self._access.subject, token)
        return subject

    async def _run(self, call: Callable[..., Any], *arguments: Any) -> Any:
        """Run a synchronous use case on the threads that are there for it."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, call, *arguments)


def _wanted(request: pb.ListRequest | pb.StreamRequest) -> int | None:
    if not request.HasField("employee_id"):
        return None
    return _id(request.employee_id, "employee_id")


def _id(value: int, field: str) -> int:
    if not 1 <= value <= _LARGEST_ID:
        raise invalid(f"{field}: out of range", field=field)
    return value


def _window(request: pb.ListRequest) -> tuple[Window, int]:
    start = getattr(request, "from")
    status = request.status or "accepted"
    if status not in _STATUSES:
        raise invalid("status: no such status", field="status")
    if request.limit < 0:
        raise invalid("limit: out of range", field="limit")
    window = Window(
        start=parse_time(start, field="from") if start else None,
        end=parse_time(request.to, field="to") if request.to else None,
        status=None if status == "all" else status,
    )
    return window, request.limit or 1000


def _punch(request: pb.CheckInRequest, subject: Subject) -> Punch:
    if request.action not in ("in", "out"):
        raise invalid("action: must be in or out", field="action")
    if len(request.frames) > MOST_FRAMES:
        raise invalid(f"frames: at most {MOST_FRAMES} are taken", field="frames")
    if request.challenge and not re.fullmatch(CHALLENGE, request.challenge):
        raise invalid("challenge: not one of ours", field="challenge")
    zone = subject.person.zone
    try:
        key = idempotency_key(request.idempotency_key or None)
    except ValueError as fault:
        raise invalid(str(fault), field="idempotency_key") from fault
    claimed = request.timestamp
    return Punch(
        action=Move(request.action),
        claimed_at=parse_time(claimed, field="timestamp", zone=zone) if claimed else None,
        place_id=_id(request.place_id, "place_id") if request.HasField("place_id") else None,
        image=request.image or None,
        key=key,
        source="grpc",
        frames=tuple(request.frames),
        challenge=request.challenge or None,
    )
