from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ListRequest(_message.Message):
    __slots__ = ("employee_id", "jwt", "to", "status", "limit")
    EMPLOYEE_ID_FIELD_NUMBER: _ClassVar[int]
    JWT_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    employee_id: int
    jwt: str
    to: str
    status: str
    limit: int
    def __init__(self, employee_id: _Optional[int] = ..., jwt: _Optional[str] = ..., to: _Optional[str] = ..., status: _Optional[str] = ..., limit: _Optional[int] = ..., **kwargs) -> None: ...

class StreamRequest(_message.Message):
    __slots__ = ("employee_id", "jwt", "after", "heartbeats")
    EMPLOYEE_ID_FIELD_NUMBER: _ClassVar[int]
    JWT_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    HEARTBEATS_FIELD_NUMBER: _ClassVar[int]
    employee_id: int
    jwt: str
    after: str
    heartbeats: bool
    def __init__(self, employee_id: _Optional[int] = ..., jwt: _Optional[str] = ..., after: _Optional[str] = ..., heartbeats: _Optional[bool] = ...) -> None: ...

class AttendanceRecord(_message.Message):
    __slots__ = ("id", "employee_id", "action", "timestamp", "status", "cursor", "heartbeat", "event_id", "kind", "place_id")
    ID_FIELD_NUMBER: _ClassVar[int]
    EMPLOYEE_ID_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PLACE_ID_FIELD_NUMBER: _ClassVar[int]
    id: int
    employee_id: int
    action: str
    timestamp: str
    status: str
    cursor: str
    heartbeat: bool
    event_id: str
    kind: str
    place_id: int
    def __init__(self, id: _Optional[int] = ..., employee_id: _Optional[int] = ..., action: _Optional[str] = ..., timestamp: _Optional[str] = ..., status: _Optional[str] = ..., cursor: _Optional[str] = ..., heartbeat: _Optional[bool] = ..., event_id: _Optional[str] = ..., kind: _Optional[str] = ..., place_id: _Optional[int] = ...) -> None: ...

class CheckInRequest(_message.Message):
    __slots__ = ("action", "jwt", "idempotency_key", "timestamp", "place_id", "image", "frames", "challenge")
    ACTION_FIELD_NUMBER: _ClassVar[int]
    JWT_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    PLACE_ID_FIELD_NUMBER: _ClassVar[int]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    FRAMES_FIELD_NUMBER: _ClassVar[int]
    CHALLENGE_FIELD_NUMBER: _ClassVar[int]
    action: str
    jwt: str
    idempotency_key: str
    timestamp: str
    place_id: int
    image: bytes
    frames: _containers.RepeatedScalarFieldContainer[bytes]
    challenge: str
    def __init__(self, action: _Optional[str] = ..., jwt: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., timestamp: _Optional[str] = ..., place_id: _Optional[int] = ..., image: _Optional[bytes] = ..., frames: _Optional[_Iterable[bytes]] = ..., challenge: _Optional[str] = ...) -> None: ...

class CheckInBatchRequest(_message.Message):
    __slots__ = ("jwt", "punches", "sent_at")
    JWT_FIELD_NUMBER: _ClassVar[int]
    PUNCHES_FIELD_NUMBER: _ClassVar[int]
    SENT_AT_FIELD_NUMBER: _ClassVar[int]
    jwt: str
    punches: _containers.RepeatedCompositeFieldContainer[Punch]
    sent_at: str
    def __init__(self, jwt: _Optional[str] = ..., punches: _Optional[_Iterable[_Union[Punch, _Mapping]]] = ..., sent_at: _Optional[str] = ...) -> None: ...

class Punch(_message.Message):
    __slots__ = ("id", "employee_id", "action", "claimed_at", "place_id", "image")
    ID_FIELD_NUMBER: _ClassVar[int]
    EMPLOYEE_ID_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    CLAIMED_AT_FIELD_NUMBER: _ClassVar[int]
    PLACE_ID_FIELD_NUMBER: _ClassVar[int]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    id: str
    employee_id: int
    action: str
    claimed_at: str
    place_id: int
    image: bytes
    def __init__(self, id: _Optional[str] = ..., employee_id: _Optional[int] = ..., action: _Optional[str] = ..., claimed_at: _Optional[str] = ..., place_id: _Optional[int] = ..., image: _Optional[bytes] = ...) -> None: ...

class CheckInBatchReply(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[PunchResult]
    def __init__(self, results: _Optional[_Iterable[_Union[PunchResult, _Mapping]]] = ...) -> None: ...

class PunchResult(_message.Message):
    __slots__ = ("id", "status", "record", "error")
    ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    RECORD_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    id: str
    status: int
    record: AttendanceRecord
    error: str
    def __init__(self, id: _Optional[str] = ..., status: _Optional[int] = ..., record: _Optional[_Union[AttendanceRecord, _Mapping]] = ..., error: _Optional[str] = ...) -> None: ...

class FollowRequest(_message.Message):
    __slots__ = ("jwt", "after")
    JWT_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    jwt: str
    after: str
    def __init__(self, jwt: _Optional[str] = ..., after: _Optional[str] = ...) -> None: ...

class FeedBatch(_message.Message):
    __slots__ = ("epoch", "head", "events")
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    HEAD_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    epoch: str
    head: int
    events: _containers.RepeatedCompositeFieldContainer[FeedEvent]
    def __init__(self, epoch: _Optional[str] = ..., head: _Optional[int] = ..., events: _Optional[_Iterable[_Union[FeedEvent, _Mapping]]] = ...) -> None: ...

class FeedEvent(_message.Message):
    __slots__ = ("sequence", "event_id", "kind", "id", "employee_id", "action", "timestamp", "status", "place_id")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    EMPLOYEE_ID_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    PLACE_ID_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    event_id: str
    kind: str
    id: int
    employee_id: int
    action: str
    timestamp: str
    status: str
    place_id: int
    def __init__(self, sequence: _Optional[int] = ..., event_id: _Optional[str] = ..., kind: _Optional[str] = ..., id: _Optional[int] = ..., employee_id: _Optional[int] = ..., action: _Optional[str] = ..., timestamp: _Optional[str] = ..., status: _Optional[str] = ..., place_id: _Optional[int] = ...) -> None: ...
