"""What the use cases need from the outside, and the values that pass between them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from common.identity import Person
from face_service.domain.faces import Face
from face_service.domain.matching import Embedding, Verdict
from face_service.domain.quality import CloseUp, Quality


@dataclass(frozen=True, slots=True)
class Consent:
    """The consent in force of one person: to which text, since when."""

    version: str
    given_at: datetime


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


class ConsentStore(Protocol):
    """Consents and their history; each call is one transaction."""

    def consent(self, employee_id: int) -> Consent | None:
        """The consent in force."""
        ...

    def give(self, employee_id: int, version: str, *, actor: int) -> Consent:
        """Record that the person agrees to ``version``."""
        ...

    def withdraw(self, employee_id: int, *, actor: int) -> None:
        """Record that they no longer do, and erase every face and the key."""
        ...


class FaceStore(Protocol):
    """Enrolled faces, audited; each call is one transaction."""

    def add(
        self, employee_id: int, faces: Sequence[NewFace], *, engine: str, actor: int
    ) -> list[EnrolledFace]:
        """Enrol ``faces``; raises ``consent_required`` or ``enrolment_full``."""
        ...

    def faces(self, employee_id: int) -> list[EnrolledFace]:
        """The enrolled photos."""
        ...

    def templates(self, employee_id: int) -> list[Template]:
        """The enrolled embeddings, whatever engine made them."""
        ...

    def photo(self, employee_id: int, face_id: int) -> bytes | None:
        """The JPEG of one enrolled photo."""
        ...

    def renew(self, employee_id: int, templates: Sequence[Template]) -> int:
        """Keep the embeddings that an engine made of photos that are still there; how many."""
        ...

    def erase(self, employee_id: int, face_id: int | None, *, actor: int) -> bool:
        """Erase one enrolled photo or all; whether there was anything to erase."""
        ...


class Audit(Protocol):
    """Decisions that change nothing else; each call is one transaction."""

    def note(self, verdict: Verdict, *, actor: int, employee_id: int | None, engine: str) -> None:
        """Keep a decision in the audit; without a person it compared two images."""
        ...
