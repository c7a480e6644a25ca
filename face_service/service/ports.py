"""What the use cases need from the outside, and the values that pass between them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from common.identity import Person
from face_service.domain.consent import ConsentText
from face_service.domain.faces import Face
from face_service.domain.identification import Identification, Match
from face_service.domain.matching import Embedding, Verdict
from face_service.domain.quality import CloseUp, Quality


@dataclass(frozen=True, slots=True)
class Consent:
    """The consent of one person: to which text, since when.

    ``sha256`` is the text's hash, unknown where the consent is older than hashes are.
    """

    version: str
    given_at: datetime
    language: str | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class EnrolledFace:
    """An enrolled photo as it is listed.

    ``score`` is the detector's, 0 to 1. Photos enrolled before it was measured have no ``quality``.
    """

    id: int
    engine: str
    score: float
    quality: Quality | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NewFace:
    """A photo about to be enrolled: the embedding, the JPEG it came from, what was measured."""

    embedding: Embedding
    jpeg: bytes
    quality: Quality


@dataclass(frozen=True, slots=True)
class Template:
    """An enrolled embedding and the engine that made it."""

    id: int
    engine: str
    embedding: Embedding


@dataclass(frozen=True, slots=True)
class Alike:
    """Other people of a site whom a new enrolment resembles."""

    site_id: int
    matches: Sequence[Match]


class Picture(Protocol):
    """A decoded image, the right way up; ``pixels`` is BGR, row by row."""

    @property
    def width(self) -> int:
        """Pixels in a row."""
        ...

    @property
    def height(self) -> int:
        """Rows."""
        ...

    @property
    def pixels(self) -> bytearray:
        """``height`` x ``width`` x 3 bytes."""
        ...

    @property
    def jpeg(self) -> bytes:
        """The image re-encoded, when that was asked for."""
        ...


class Images(Protocol):
    """Decodes what came from outside; raises ``not_an_image``, ``too_small``, ``too_large``."""

    def pixels(self, data: bytes, *, field: str = "image") -> Picture:
        """The pixels alone."""
        ...

    def both(
        self, data: bytes, *, field: str = "image", quality: int = 85, longest: int = 0
    ) -> Picture:
        """The pixels, and a JPEG of at most ``longest`` pixels a side."""
        ...


class Engine(Protocol):
    """Finds faces and turns them into embeddings."""

    def detect(self, picture: Picture) -> list[Face]:
        """The faces in ``picture``."""
        ...

    def embed(self, picture: Picture, face: Face) -> Embedding:
        """``face`` as numbers of length 1."""
        ...

    def close_up(self, picture: Picture, face: Face) -> CloseUp:
        """``face`` seen closely, for what an enrolment asks of it."""
        ...

    def real(self, picture: Picture, face: Face) -> float:
        """How surely ``face`` is one and not a picture of one, 0 to 1; raises ``unavailable``."""
        ...

    def fingerprint(self, picture: Picture) -> bytes:
        """What nearly the same picture has in common with it; see `face_service.domain.replays`."""
        ...


class Engines(Protocol):
    """A bounded supply of engines."""

    def borrow(self) -> AbstractContextManager[Engine]:
        """One for this thread alone; raises ``unavailable`` when too many wait."""
        ...


class People(Protocol):
    """The people of the installation."""

    def person(self, employee_id: int) -> Person | None:
        """The person with this number."""
        ...


class EnrolmentMoved(Exception):
    """Other photos are enrolled than those that the new ones were compared with."""


class ConsentStore(Protocol):
    """Consents and their history; each call is one transaction."""

    def consent(self, employee_id: int) -> Consent | None:
        """The consent in force."""
        ...

    def give(self, employee_id: int, text: ConsentText, *, actor: int) -> Consent:
        """Record that the person agrees to ``text``."""
        ...


class FaceStore(Protocol):
    """Enrolled faces, audited; each call is one transaction."""

    def add(
        self,
        employee_id: int,
        faces: Sequence[NewFace],
        *,
        beside: Sequence[int],
        engine: str,
        actor: int,
        alike: Alike | None = None,
    ) -> list[EnrolledFace]:
        """Enrol ``faces`` beside those numbered ``beside``, with an alarm for each of ``alike``.

        Raises ``consent_required`` or ``enrolment_full``, and `EnrolmentMoved` when the photos
        enrolled are not those any more.
        """
        ...

    def faces(self, employee_id: int) -> list[EnrolledFace]:
        """The enrolled photos."""
        ...

    def templates(self, employee_id: int) -> list[Template]:
        """The enrolled embeddings to be compared with, whatever engine made them.

        Raises ``consent_outdated``: what was agreed to under another text is not used.
        """
        ...

    def photo(self, employee_id: int, face_id: int) -> bytes | None:
        """The JPEG of one enrolled photo."""
        ...

    def newest(self, employee_id: int) -> int | None:
        """The number of the photo that was enrolled last."""
        ...

    def renew(self, employee_id: int, templates: Sequence[Template]) -> int:
        """Keep the embeddings that an engine made of photos that are still there; how many."""
        ...

    def erase(self, employee_id: int, face_id: int | None, *, actor: int) -> bool:
        """Erase one enrolled photo or all; whether there was anything to erase."""
        ...


@dataclass(frozen=True, slots=True)
class Alarm:
    """Two accounts whose enrolled faces are alike, and who has looked into it, if anybody."""

    id: int
    employee_ids: tuple[int, int]
    similarity: float
    site_id: int
    seen_at: datetime
    closed_at: datetime | None
    closed_by: int | None
    note: str


class Galleries(Protocol):
    """The templates of each site, searched."""

    def search(
        self, site_id: int, probes: Sequence[Embedding], *, without: int | None = None
    ) -> tuple[int, list[list[Match]]]:
        """How many people the site's gallery has (but ``without``), and each probe's matches.

        Raises ``unavailable`` when what is held may be out of date.
        """
        ...


class Sites(Protocol):
    """The sites of the installation."""

    def uses_faces(self, site_id: int) -> bool | None:
        """Whether a site does; ``None`` when there is no such site."""
        ...


class AlarmStore(Protocol):
    """Identifications and alarms, audited; each call is one transaction."""

    def note(
        self, found: Identification, *, actor: int, site_id: int, frames: int, engine: str
    ) -> None:
        """Keep an identification in the audit, and raise an alarm for `Identification.twins`."""
        ...

    def page(self, *, open_: bool | None, before: int | None, limit: int) -> list[Alarm]:
        """Alarms (open, closed, or both), the newest first, older than ``before``."""
        ...

    def close(self, alarm_id: int, note: str, *, actor: int) -> Alarm:
        """Somebody has looked; raises ``not_found`` or ``already_closed``."""
        ...


class Audit(Protocol):
    """Decisions that change nothing else; each call is one transaction."""

    def note(self, verdict: Verdict, *, actor: int, employee_id: int | None, engine: str) -> None:
        """Keep a decision in the audit; without a person it compared two images."""
        ...


class LookLog(Protocol):
    """Who looked at whose photo; `common.privacy.looks.Looks` fits."""

    def note(self, employee_id: int, what: str, target: str, *, actor: int) -> None:
        """Keep that ``actor`` looks at ``target``, a photo of ``employee_id``."""
        ...
