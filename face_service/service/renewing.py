"""Making every enrolled embedding anew when the engine has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from common.vault import Unreadable
from face_service.service.embedding import embed_kept
from face_service.service.ports import Engines, Images, Template

#: So many people are looked up at a time.
BATCH = 100


class RenewalStore(Protocol):
    """Enrolled photos as a renewal goes through them; each call is one transaction."""

    def outdated(self, engine: str) -> tuple[int, int]:
        """How many people whose faces may be used have photos that another engine saw last.

        And how many photos these are.
        """
        ...

    def left_alone(self, engine: str) -> int:
        """How many people have such photos, and a face that must not be used now."""
        ...

    def outdated_people(self, engine: str, *, after: int, limit: int) -> list[int]:
        """The next of those people, by their numbers, beyond ``after``."""
        ...

    def claim(self, employee_id: int) -> AbstractContextManager[bool]:
        """Keep other renewals from this person meanwhile; whether none had them already."""
        ...

    def outdated_photos(self, employee_id: int, engine: str) -> list[int]:
        """The numbers of the person's photos that another engine saw last."""
        ...

    def photo(self, employee_id: int, face_id: int) -> bytes | None:
        """The JPEG of one enrolled photo; raises `Unreadable`."""
        ...

    def renew(self, employee_id: int, templates: Sequence[Template]) -> int:
        """Keep the embeddings that the engine made of photos that are still there; how many."""
        ...


@dataclass(frozen=True, slots=True)
class Renewed:
    """What became of one person's photos.

    ``busy`` says that another renewal had them, ``unusable`` how many the engine made nothing of.
    """

    employee_id: int
    photos: int = 0
    unusable: int = 0
    busy: bool = False


@dataclass(slots=True)
class Progress:
    """How far a renewal is: ``people`` and ``photos`` as there were to do at its beginning.

    ``left_alone`` are people whose faces must not be used now.
    """

    people: int
    photos: int
    left_alone: int = 0
    done_people: int = 0
    done_photos: int = 0
    busy: int = 0
    unusable: list[int] = field(default_factory=list)

    def add(self, one: Renewed) -> None:
        """Count one person."""
        self.done_people += 1
        self.done_photos += one.photos
        self.busy += one.busy
        if one.unusable:
            self.unusable.append(one.employee_id)


@dataclass(frozen=True, slots=True)
class Renewing:
    """Brings every template that may be compared with to the engine in use.

    To make an embedding is to use a face: it is done of nobody who has not agreed to the present
    text, whose site uses no faces or whose account is locked, and no consent is renewed by it.

    What is done is in the database person by person, so a renewal that was ended anywhere goes on
    where it was, and several at once share the work. The service may run meanwhile.
    """

    images: Images
    engines: Engines
    store: RenewalStore
    engine_name: str
    workers: int

    def run(self, tell: Callable[[Progress], None]) -> Progress:
        """Renew all there is; ``tell`` hears of it after each person.

        Raises ``unavailable`` when the database or the decoder cannot be had: run it again then.
        """
        name = self.engine_name
        progress = Progress(*self.store.outdated(name), self.store.left_alone(name))
        tell(progress)
        with ThreadPoolExecutor(self.workers, "renewing") as pool:
            for batch in self._batches():
                for one in pool.map(self._person, batch):
                    progress.add(one)
                    tell(progress)
        return progress

    def _batches(self) -> Iterator[list[int]]:
        after = 0
        while batch := self.store.outdated_people(self.engine_name, after=after, limit=BATCH):
            yield batch
            after = batch[-1]

    def _person(self, employee_id: int) -> Renewed:
        with self.store.claim(employee_id) as alone:
            if not alone:
                return Renewed(employee_id, busy=True)
            made, unusable = [], 0
            for face_id in self.store.outdated_photos(employee_id, self.engine_name):
                try:
                    jpeg = self.store.photo(employee_id, face_id)
                except Unreadable:
                    unusable += 1
                    continue
                if jpeg is None:
                    continue  # erased meanwhile
                with self.engines.borrow() as engine:
                    embedding = embed_kept(engine, self.images, jpeg)
                if embedding is None:
                    unusable += 1
                else:
                    made.append(Template(face_id, self.engine_name, embedding))
            kept = self.store.renew(employee_id, made) if made else 0
            return Renewed(employee_id, kept, unusable)
