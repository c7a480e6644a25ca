"""The templates that a face is searched among: one matrix for each site, kept in memory.

A template is stored under a key of its person's own, so no database can compare it: it is opened
once, when its site is first asked about, and held here as 128 float32 a person. Every search first
asks the database how far its list of changes goes, so that a consent withdrawn, an enrolment or an
erasure counts from its commit on, in every process; who is locked or has moved to another site is
looked up in the snapshot of people at each answer. What cannot be looked up is not answered.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from time import perf_counter
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from prometheus_client import Gauge, Histogram

from common.errors import unavailable
from common.identity import Person
from face_service.domain.identification import MOST_CANDIDATES, Match
from face_service.domain.matching import Embedding, template

DIMENSIONS = 128
_BLOCK = 256
_FEWEST = 64
_AT_ONCE = 1000
_NOBODY = np.float32(-2)
_SECONDS = Histogram(
    "hazir_face_search_seconds",
    "Seconds of one search among the templates of a site.",
    buckets=(0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5),
)
_PEOPLE = Gauge(
    "hazir_face_gallery_people",
    "People whose templates are held in memory.",
    multiprocess_mode="livesum",
)


class Templates(Protocol):
    """The enrolled templates, opened, and the list of their changes."""

    def head(self) -> int:
        """The number of the newest change."""
        ...

    def changes(self, after: int) -> tuple[int, frozenset[int]]:
        """Whose templates changed after a number, and the number of the last of these changes."""
        ...

    def of(self, employee_ids: Sequence[int]) -> Mapping[int, Sequence[Embedding]]:
        """The embeddings by the engine in use of those of these people who may be recognised."""
        ...


class People(Protocol):
    """What is known of people; `common.org.OrgView` fits."""

    def person(self, employee_id: int) -> Person | None:
        """The person with this number."""
        ...

    def people(self) -> Iterable[Person]:
        """Everybody."""
        ...


class Gallery:
    """The templates of one site: the rows of one matrix, never copied by a search; thread-safe."""

    def __init__(self, room: int = _FEWEST) -> None:
        self._lock = threading.Lock()
        self._ids = np.zeros(0, np.int64)
        self._rows: dict[int, int] = {}
        self._matrix = np.zeros((0, DIMENSIONS), np.float32)
        self._scores = np.zeros((0, 0), np.float32)
        self._grow(room)

    def __len__(self) -> int:
        """How many people are in it."""
        return len(self._rows)

    def __contains__(self, employee_id: int) -> bool:
        """Whether somebody is in it."""
        return employee_id in self._rows

    def members(self) -> list[int]:
        """Everybody in it."""
        with self._lock:
            return list(self._rows)

    def put(self, employee_id: int, vector: Embedding) -> None:
        """Add somebody, or replace their template; ``vector`` has length 1."""
        with self._lock:
            row = self._rows.get(employee_id)
            if row is None:
                row = len(self._rows)
                if row == len(self._matrix):
                    self._grow(row + max(row // 4, _FEWEST))
                self._rows[employee_id] = row
                self._ids[row] = employee_id
            self._matrix[row] = vector

    def drop(self, employee_id: int) -> None:
        """Take somebody out; nothing of the template stays."""
        with self._lock:
            row = self._rows.pop(employee_id, None)
            if row is None:
                return
            last = len(self._rows)
            if row != last:
                moved = int(self._ids[last])
                self._matrix[row] = self._matrix[last]
                self._ids[row] = moved
                self._rows[moved] = row
            self._matrix[last] = 0

    def best(self, probes: Sequence[Embedding], count: int = MOST_CANDIDATES) -> list[list[Match]]:
        """The ``count`` most alike of each probe (length 1), the best first."""
        with self._lock:
            people = len(self._rows)
            if not people:
                return [[] for _ in probes]
            return [self._best_of(self._scored(probe, people), people, count) for probe in probes]

    def _scored(self, probe: Embedding, people: int) -> NDArray[np.float32]:
        """The similarities in blocks of `_BLOCK`, the last one filled up with nobody."""
        blocks = -(-people // _BLOCK)
        flat = self._scores.reshape(-1)
        np.dot(self._matrix[:people], probe, out=flat[:people])
        flat[people : blocks * _BLOCK] = _NOBODY
        return self._scores[:blocks]

    def _best_of(self, scores: NDArray[np.float32], people: int, count: int) -> list[Match]:
        """The best ``count`` are in the ``count`` blocks with the greatest maxima: one pass."""
        blocks = np.arange(len(scores))
        if len(scores) > count:
            blocks = np.argpartition(scores.max(axis=1), -count)[-count:]
        chosen = scores[blocks].reshape(-1)
        places = np.argsort(chosen)[::-1][: min(count, people)]
        rows = blocks[places // _BLOCK] * _BLOCK + places % _BLOCK
        return [
            Match(int(self._ids[row]), float(np.clip(chosen[place], -1.0, 1.0)))
            for row, place in zip(rows, places, strict=True)
        ]

    def _grow(self, room: int) -> None:
        old, people = self._matrix, len(self._rows)
        matrix = np.zeros((room, DIMENSIONS), np.float32)
        matrix[:people] = old[:people]
        ids = np.zeros(room, np.int64)
        ids[:people] = self._ids[:people]
        old.fill(0)
        self._matrix, self._ids = matrix, ids
        self._scores = np.zeros((-(-room // _BLOCK), _BLOCK), np.float32)


class Galleries:
    """The galleries of all sites that were asked about, at most ``most`` people together.

    A site is loaded when it is first asked about; the one that was not asked about for longest goes
    when there is no room. Fits `OrgView.listeners` with `moved`.
    """

    def __init__(self, templates: Templates, people: People, *, most: int) -> None:
        self._templates = templates
        self._people = people
        self._most = most
        self._sites: dict[int, Gallery] = {}
        self._seq = -1
        self._moved: set[int] = set()
        self._lock = threading.Lock()
        self._loading = threading.Lock()
        self._marking = threading.Lock()

    def search(
        self, site_id: int, probes: Sequence[Embedding], *, without: int | None = None
    ) -> tuple[int, list[list[Match]]]:
        """How many people the site's gallery has, and the best matches of each probe.

        ``without`` leaves one person out. Raises ``unavailable`` when what is held may be out of
        date, and ``gallery_too_large``.
        """
        gallery = self._current(site_id)
        began = perf_counter()
        found = gallery.best(probes, MOST_CANDIDATES + (without is not None))
        _SECONDS.observe(perf_counter() - began)
        people = len(gallery) - (without is not None and without in gallery)
        return people, [
            [
                match
                for match in matches
                if match.employee_id != without and self._site_of(match.employee_id) == site_id
            ][:MOST_CANDIDATES]
            for matches in found
        ]

    def moved(self, touched: frozenset[int], _: frozenset[str] = frozenset()) -> None:
        """People's accounts or sites changed: those whose place is another one are looked at."""
        with self._marking:
            self._moved |= {one for one in touched if self._misplaced(one)}

    def _current(self, site_id: int) -> Gallery:
        """The site's gallery with every change that is committed."""
        with self._lock:
            self._catch_up()
            gallery = self._sites.pop(site_id, None)
            if gallery is not None:
                self._sites[site_id] = gallery  # the last one asked about stands last
        if gallery is None:
            gallery = self._load(site_id)
        if len(gallery) > self._most:
            raise unavailable("The site has more faces than fit.", code="gallery_too_large")
        return gallery

    def _load(self, site_id: int) -> Gallery:
        """Read a site's templates, then what has changed during the reading."""
        with self._loading:
            with self._lock:
                known = self._sites.get(site_id)
            if known is not None:
                return known
            since = self._templates.head()
            ids = [one.employee_id for one in self._people.people() if _place(one) == site_id]
            made = Gallery(min(len(ids), self._most) or _FEWEST)
            for start in range(0, len(ids), _AT_ONCE):
                for one, vectors in self._templates.of(ids[start : start + _AT_ONCE]).items():
                    made.put(one, template(vectors))
                if len(made) > self._most:
                    return made
            with self._lock:
                self._make_room(len(made))
                self._sites[site_id] = made
                self._seq = since if self._seq < 0 else min(self._seq, since)
                gone = {one for one in made.members() if self._site_of(one) != site_id}
                come = {one.employee_id for one in self._people.people() if _place(one) == site_id}
                self._apply(gone | (come - set(ids)))
                self._catch_up()
            return made

    def _make_room(self, people: int) -> None:
        while self._sites and sum(map(len, self._sites.values())) + people > self._most:
            self._sites.pop(next(iter(self._sites)))

    def _catch_up(self) -> None:
        """Bring what is held up to the database's last change; the caller holds the lock."""
        head = self._templates.head()
        if head < self._seq:
            # Another database, or an older state of this one: what is held says nothing of it.
            self._sites.clear()
        touched: set[int] = set()
        while self._sites and self._seq < head:
            self._seq, some = self._templates.changes(self._seq)
            touched |= some
        self._seq = head
        with self._marking:
            touched |= self._moved
            self._moved = set()
        try:
            self._apply(touched)
        except BaseException:
            # Nothing of it is known to have been done: everything is read anew.
            self._sites.clear()
            raise
        _PEOPLE.set(sum(map(len, self._sites.values())))

    def _apply(self, touched: set[int]) -> None:
        ids = sorted(touched) if self._sites else []
        for start in range(0, len(ids), _AT_ONCE):
            some = ids[start : start + _AT_ONCE]
            found = self._templates.of(some)
            for one in some:
                vectors, place = found.get(one), self._site_of(one)
                for site_id, gallery in self._sites.items():
                    if vectors and site_id == place:
                        gallery.put(one, template(vectors))
                    else:
                        gallery.drop(one)

    def _misplaced(self, employee_id: int) -> bool:
        place = self._site_of(employee_id)
        return any((employee_id in held) != (place == site) for site, held in _items(self._sites))

    def _site_of(self, employee_id: int) -> int | None:
        """The site in whose gallery somebody belongs, by what is known of people now."""
        person = self._people.person(employee_id)
        return _place(person) if person else None


def _place(person: Person) -> int | None:
    return person.site_id if person.biometrics and not person.locked else None


def _items(sites: Mapping[int, Gallery]) -> list[tuple[int, Gallery]]:
    return list(sites.items())
