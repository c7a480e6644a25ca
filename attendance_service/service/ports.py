"""What the use cases need from the outside, as they see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from attendance_service.domain.evidence import FaceResult
from attendance_service.domain.policy import Place, Policy
from attendance_service.domain.punches import State
from attendance_service.domain.records import Record
from common.identity import Person


@dataclass(frozen=True, slots=True)
class Entry:
    """A punch ready to be written. ``action`` is ``None`` where the server picks it."""

    employee_id: int
    action: str | None
    arrived: datetime
    open_until: datetime
    claimed_at: datetime | None
    outcome: str
    place_id: int | None
    policy_version: int | None
    site_id: int | None
    zone: str
    offset_minutes: int
    source: str
    evidence: Mapping[str, Any] | None
    subject_id: int
    key: str
    body_hash: bytes
    photo: bytes | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What an idempotency key answered: a record, or a refusal as it was given."""

    body_hash: bytes
    status: int
    record: Record | None
    refusal: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A version of a policy, by whom and when it was made."""

    policy: Policy
    created_by: int | None
    created_at: datetime


class KeyUsed(Exception):
    """The key has been answered already, by a call that ran at the same time or before."""


class PunchStore(Protocol):
    """The ledger as the check-in sees it."""

    def punch(self, entry: Entry) -> Record | None:
        """Write ``entry`` when its move is legal, or nothing; raises `KeyUsed`."""
        ...

    def punch_with_evidence(self, entry: Entry, *, check_until: datetime | None) -> Record | None:
        """The same with its photo, and a face check to be made later when there is a time."""
        ...

    def refuse_by_evidence(self, entry: Entry, refusal: Mapping[str, Any]) -> Record:
        """Keep a refused punch; raises `KeyUsed`."""
        ...

    def keep_refusal(self, entry: Entry, status: int, refusal: Mapping[str, Any]) -> bool:
        """Remember a refusal by rule under its key; false when the key has an answer already."""
        ...

    def find_key(self, subject_id: int, key: str) -> Kept | None:
        """What this key answered, if anything."""
        ...

    def ensure_state(self, employee_id: int) -> bool:
        """Make the person's state row; whether it was missing."""
        ...

    def state(self, employee_id: int) -> State:
        """The person's state."""
        ...

    def claim(self, subject_id: int, key: str) -> bool:
        """Mark a slow call as running; false when another one with this key runs."""
        ...

    def release(self, subject_id: int, key: str) -> None:
        """The slow call has ended."""
        ...


class Places(Protocol):
    """The places and their policies of this moment."""

    def get(self, place_id: int) -> Place | None:
        """The place, unless it is unknown or archived."""
        ...

    def default(self, site_id: int | None) -> Place | None:
        """Where a punch that names no place is recorded."""
        ...

    def at_site(self, site_id: int | None) -> Sequence[Place]:
        """Every place of a site; of all sites for ``None``."""
        ...


@dataclass(frozen=True, slots=True)
class LiveProof:
    """The frames after the first one, in their order, and the challenge that they answer.

    ``occasion`` is the same for each time that the same thing is asked, where it may be again.
    """

    frames: Sequence[bytes]
    challenge: str | None
    occasion: str | None = None


class Faces(Protocol):
    """Comparison of a picture with a person, within a deadline."""

    def compare(self, employee_id: int, image: bytes, proof: LiveProof | None = None) -> FaceResult:
        """What the face service says; `Verdict.DOWN` when it does not, never an exception.

        With ``proof`` also whether the person was there.
        """
        ...


class Images(Protocol):
    """Untrusted picture bytes made harmless."""

    def clean(self, image: bytes, *, field: str = "image") -> bytes:
        """A re-encoded JPEG; raises ``not_an_image`` or ``too_large`` naming ``field``."""
        ...


class StateStore(Protocol):
    """Where people stand."""

    def states(self, employee_ids: Sequence[int]) -> list[State]:
        """The states of those who have ever punched."""
        ...


class RecordStore(Protocol):
    """The ledger as its readers see it."""

    def get(self, record_id: int) -> Record | None:
        """One record."""
        ...

    def person_day(
        self, employee_id: int, start: datetime, end: datetime, limit: int
    ) -> list[Record]:
        """A person's accepted records between two instants, newest first."""
        ...

    def of_people(
        self,
        employee_ids: Sequence[int] | None,
        *,
        start: datetime | None,
        end: datetime | None,
        status: str | None,
        before: tuple[datetime, int] | None,
        limit: int,
    ) -> list[Record]:
        """Records of these people (everybody's for ``None``), newest first, older than ``before``
        = (time, id)."""
        ...

    def last_records(self, employee_ids: Sequence[int]) -> list[Record]:
        """The newest accepted, pending or doubtful record of each person."""
        ...


class PhotoStore(Protocol):
    """Photos kept as evidence."""

    def get(self, photo_id: UUID) -> bytes | None:
        """A record's picture as JPEG, or ``None`` when it has expired or was erased."""
        ...


class LookLog(Protocol):
    """Who looked at whose photo; `common.privacy.looks.Looks` fits."""

    def note(self, employee_id: int, what: str, target: str, *, actor: int) -> None:
        """Keep that ``actor`` looks at ``target``, a photo of ``employee_id``."""
        ...


class PlaceAdmin(Protocol):
    """Changes to places and policies, audited."""

    def add(self, *, actor: int, site_id: int, name: str, is_default: bool, policy: Policy) -> int:
        """A new place with the first version of its policy; its number."""
        ...

    def change(
        self,
        *,
        actor: int,
        place_id: int,
        name: str | None,
        is_default: bool | None,
        archived: bool,
    ) -> None:
        """Rename a place, make it the default, or archive it."""
        ...

    def new_policy(self, *, actor: int, place_id: int, policy: Policy) -> int:
        """The next version of a place's policy; its version."""
        ...

    def versions(self, place_id: int) -> list[PolicyVersion]:
        """Every version of a place's policy, the newest first."""
        ...


class Feed(Protocol):
    """The feed's present end."""

    def head_cursor(self) -> str:
        """A sealed cursor after which everything not yet numbered will come."""
        ...


class People(Protocol):
    """What is known of people; `common.org.OrgView` fits."""

    def person(self, employee_id: int) -> Person | None:
        """The person with this number."""
        ...

    def people(self) -> Iterable[Person]:
        """Everybody."""
        ...
