"""Domain values as protobuf messages."""

from __future__ import annotations

from collections.abc import Sequence

from attendance_service.domain.records import Record
from attendance_service.service.batch import Result
from attendance_service.store.feed import Event, Head
from common.clock import rfc3339
from common.errors import WIRE
from common.pb import attendance_pb2 as pb


def record(item: Record) -> pb.AttendanceRecord:
    """A stored record."""
    return pb.AttendanceRecord(
        id=item.id,
        employee_id=item.employee_id,
        action=item.action,
        timestamp=rfc3339(item.at),
        status=item.status,
        place_id=item.place_id,
    )


def event(item: Event, cursor: str) -> pb.AttendanceRecord:
    """An event of the feed as the record it is about."""
    return pb.AttendanceRecord(
        id=item.record_id,
        employee_id=item.employee_id,
        action=item.action,
        timestamp=item.at,
        status=item.status,
        cursor=cursor,
        event_id=item.event_id,
        kind=item.kind,
        place_id=item.place_id,
    )


def batch(head: Head, events: Sequence[Event]) -> pb.FeedBatch:
    """Several events for one of the product's own services."""
    return pb.FeedBatch(
        epoch=head.epoch,
        head=head.seq,
        events=[
            pb.FeedEvent(
                sequence=item.feed_seq,
                event_id=item.event_id,
                kind=item.kind,
                id=item.record_id,
                employee_id=item.employee_id,
                action=item.action,
                timestamp=item.at,
                status=item.status,
                place_id=item.place_id,
            )
            for item in events
        ],
    )


def results(found: Sequence[Result]) -> pb.CheckInBatchReply:
    """What became of each punch of a batch."""
    return pb.CheckInBatchReply(
        results=[
            pb.PunchResult(
                id=item.key,
                status=WIRE[item.error.kind].http if item.error else 201,
                record=record(item.record) if item.record else None,
                error=item.error.code if item.error else "",
            )
            for item in found
        ]
    )
