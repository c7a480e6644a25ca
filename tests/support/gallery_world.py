"""A small installation for galleries: people, their templates, and the list of changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from common.errors import unavailable
from common.identity import Person, Role
from face_service.domain.matching import Embedding
from face_service.gallery import Galleries

HERE, THERE = 1, 2


def vectors(count: int, seed: int = 1) -> np.ndarray:
    """``count`` directions, of length 1."""
    made = np.random.default_rng(seed).standard_normal((count, 128)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


@dataclass
class World:
    """A small installation: who is where, whose template is what, and the list of changes."""

    persons: dict[int, Person] = field(default_factory=dict)
    held: dict[int, list[Embedding]] = field(default_factory=dict)
    log: list[int] = field(default_factory=list)
    reads: list[int] = field(default_factory=list)
    down: bool = False

    def add(self, employee_id: int, vector: Embedding, site_id: int | None = HERE) -> None:
        self.persons[employee_id] = Person(
            employee_id,
            f"p{employee_id}",
            "",
            frozenset({Role.STAFF}),
            site_id=site_id,
            biometrics=True,
        )
        self.enrol(employee_id, vector)

    def enrol(self, employee_id: int, *found: Embedding) -> None:
        self.held[employee_id] = list(found)
        self.log.append(employee_id)

    def change(self, employee_id: int, **values: object) -> None:
        self.persons[employee_id] = replace(self.persons[employee_id], **values)  # type: ignore[arg-type]

    def person(self, employee_id: int) -> Person | None:
        return self.persons.get(employee_id)

    def people(self) -> Iterable[Person]:
        return list(self.persons.values())

    def head(self) -> int:
        if self.down:
            raise unavailable("The database does not answer.")
        return len(self.log)

    def changes(self, after: int) -> tuple[int, frozenset[int]]:
        some = self.log[after : after + 3]
        return after + len(some), frozenset(some)

    def of(self, employee_ids: Sequence[int]) -> Mapping[int, Sequence[Embedding]]:
        self.reads.append(len(employee_ids))
        return {one: self.held[one] for one in employee_ids if self.held.get(one)}


def galleries(world: World, most: int = 1000) -> Galleries:
    return Galleries(world, world, most=most)


def known(found: Galleries, probe: Embedding, site_id: int = HERE) -> int | None:
    """Whose template ``probe`` is, and nobody's when none is nearly the same."""
    _, (matches,) = found.search(site_id, [probe])
    return matches[0].employee_id if matches and matches[0].similarity > 0.99 else None
