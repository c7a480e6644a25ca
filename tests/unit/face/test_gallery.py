"""The galleries: exact, current, divided by site, bounded, and safe between threads."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from common.errors import DomainError
from face_service.domain.matching import Embedding, normalised
from face_service.gallery import Gallery
from tests.support.gallery_world import HERE, THERE, World, galleries, known, vectors


class TestOneGallery:
    @pytest.mark.parametrize("count", [1, 2, 255, 256, 257, 1300, 5000])
    def test_finds_what_a_full_sort_finds(self, count: int) -> None:
        people, probes = vectors(count), vectors(3, seed=2)
        gallery = Gallery()
        for number, one in enumerate(people):
            gallery.put(number + 10, one)
        for probe, matches in zip(probes, gallery.best(probes), strict=True):
            scores = people @ probe
            order = np.argsort(scores)[::-1][:5]
            assert [match.employee_id - 10 for match in matches] == list(order)
            assert [match.similarity for match in matches] == pytest.approx(scores[order], abs=1e-5)

    def test_takes_out_replaces_and_leaves_nothing_behind(self) -> None:
        people = vectors(300)
        gallery = Gallery()
        for number, one in enumerate(people):
            gallery.put(number, one)
        gone = [0, 17, 150, 299]
        for number in [*gone, 17, 12345]:
            gallery.drop(number)
        gallery.put(5, people[0])
        assert len(gallery) == 296
        assert sorted(gallery.members()) == [n for n in range(300) if n not in gone]
        for number in gone[1:]:
            (matches,) = gallery.best([people[number]])
            assert matches[0].similarity < 0.9
        assert gallery.best([people[0]])[0][0].employee_id == 5
        assert not gallery._matrix[296:].any()
        for number in list(gallery.members()):
            gallery.drop(number)
        assert gallery.best([people[0]]) == [[]]
        assert not gallery._matrix.any()

    def test_two_that_are_equal_are_both_there(self) -> None:
        gallery, twin = Gallery(), vectors(1)[0]
        gallery.put(1, twin)
        gallery.put(2, twin)
        assert {match.employee_id for match in gallery.best([twin])[0]} == {1, 2}


class TestCurrent:
    def test_each_site_has_its_own(self) -> None:
        world, (a, b) = World(), vectors(2)
        world.add(1, a, HERE)
        world.add(2, b, THERE)
        found = galleries(world)
        assert (known(found, a), known(found, b)) == (1, None)
        assert (known(found, a, THERE), known(found, b, THERE)) == (None, 2)
        assert found.search(3, [a]) == (0, [[]])

    def test_the_template_is_the_mean_of_the_photos(self) -> None:
        world, (a, b) = World(), vectors(2)
        world.add(1, a)
        world.enrol(1, a, b)
        _, (matches,) = galleries(world).search(HERE, [a])
        assert matches[0].similarity == pytest.approx(float(a @ normalised(a + b)), abs=1e-5)

    def test_enrolment_and_erasure_count_at_the_next_search(self) -> None:
        world, people = World(), vectors(9)
        for number, one in enumerate(people[:8]):
            world.add(number, one)
        found = galleries(world)
        assert known(found, people[3]) == 3
        world.enrol(3)
        assert known(found, people[3]) is None
        world.enrol(4)
        world.enrol(5)
        world.enrol(6)
        world.enrol(7, people[8])
        assert [known(found, one) for one in people] == [0, 1, 2, *[None] * 5, 7]
        world.add(20, people[3])
        assert known(found, people[3]) == 20

    def test_only_what_has_changed_is_read(self) -> None:
        world, people = World(), vectors(50)
        for number, one in enumerate(people):
            world.add(number, one)
        found = galleries(world)
        known(found, people[0])
        world.reads.clear()
        known(found, people[1])
        assert world.reads == []
        world.enrol(9, people[10])
        known(found, people[1])
        assert world.reads == [1]

    def test_who_is_locked_or_moves_is_out_at_once_and_comes_back(self) -> None:
        world, (a, b) = World(), vectors(2)
        world.add(1, a)
        world.add(2, b)
        found = galleries(world)
        assert known(found, a) == 1
        world.change(1, locked=True)
        assert known(found, a) is None  # before anybody has told the galleries
        found.moved(frozenset({1, 2, 99}))
        assert found.search(HERE, [a])[0] == 1
        world.change(1, locked=False, site_id=THERE)
        found.moved(frozenset({1}))
        assert (known(found, a), known(found, a, THERE)) == (None, 1)
        world.change(1, biometrics=False)
        assert known(found, a, THERE) is None
        found.moved(frozenset({1}))
        world.change(1, biometrics=True, site_id=HERE)
        found.moved(frozenset({1}))
        assert (known(found, a), known(found, a, THERE)) == (1, None)

    def test_without_the_database_nothing_is_answered(self) -> None:
        world, (a,) = World(), vectors(1)
        world.add(1, a)
        found = galleries(world)
        assert known(found, a) == 1
        world.down = True
        with pytest.raises(DomainError, match="does not answer"):
            found.search(HERE, [a])
        world.down = False
        assert known(found, a) == 1

    def test_an_older_database_is_read_anew(self) -> None:
        world, (a, b) = World(), vectors(2)
        world.add(1, a)
        world.add(2, b)
        found = galleries(world)
        assert known(found, b) == 2
        del world.log[1], world.held[2], world.persons[2]
        assert (known(found, a), known(found, b)) == (1, None)

    def test_a_change_that_cannot_be_read_is_not_forgotten(self) -> None:
        world, (a,) = World(), vectors(1)
        world.add(1, a)
        found = galleries(world)
        assert known(found, a) == 1
        world.enrol(1)
        read, world.of = world.of, lambda _: 1 / 0  # type: ignore[assignment,method-assign]
        with pytest.raises(ZeroDivisionError):
            found.search(HERE, [a])
        world.of = read  # type: ignore[method-assign]
        assert known(found, a) is None

    def test_somebody_can_be_left_out(self) -> None:
        world, (a, b) = World(), vectors(2)
        world.add(1, a)
        world.add(2, b)
        people, (matches,) = galleries(world).search(HERE, [a], without=1)
        assert (people, [match.employee_id for match in matches]) == (1, [2])

    def test_what_changes_while_a_site_is_read_is_not_missed(self) -> None:
        world, (a, b, c) = World(), vectors(3)
        world.add(1, a)
        world.add(2, b)
        read = world.of

        def meanwhile(ids: Sequence[int]) -> Mapping[int, Sequence[Embedding]]:
            found = read(ids)
            world.of = read  # type: ignore[method-assign]
            world.enrol(1)
            world.add(3, c)
            world.change(2, site_id=THERE)
            return found

        world.of = meanwhile  # type: ignore[method-assign]
        found = galleries(world)
        assert [known(found, one) for one in (a, b, c)] == [None, None, 3]


class TestBounds:
    def test_the_site_not_asked_about_for_longest_goes(self) -> None:
        world, people = World(), vectors(30)
        for number, one in enumerate(people):
            world.add(number, one, 1 + number % 3)
        found = galleries(world, most=20)
        for site_id in (1, 2, 1, 3):
            found.search(site_id, [people[0]])
        assert sorted(found._sites) == [1, 3]
        assert known(found, people[1], 2) == 1

    def test_a_site_that_is_too_large_is_refused(self) -> None:
        world, people = World(), vectors(12)
        for number, one in enumerate(people[:11]):
            world.add(number, one)
        found = galleries(world, most=11)
        assert known(found, people[0]) == 0
        world.add(11, people[11])
        for _ in range(2):
            with pytest.raises(DomainError) as fault:
                found.search(HERE, [people[0]])
            assert fault.value.code == "gallery_too_large"
        with pytest.raises(DomainError):
            galleries(world, most=11).search(HERE, [people[0]])


def test_searches_and_changes_at_the_same_time() -> None:
    """Whoever is found is somebody whose template was there; the stable are found every time."""
    world, people = World(), vectors(600)
    for number, one in enumerate(people[:400]):
        world.add(number, one)
    found, stop = galleries(world), threading.Event()

    def churn() -> None:
        step = 0
        while not stop.is_set():
            number = 400 + step % 200
            if world.held.get(number):
                world.enrol(number)
            else:
                world.add(number, people[number])
            step += 1

    def look(seed: int) -> int:
        wrong = 0
        for number in np.random.default_rng(seed).integers(0, 400, 300):
            wrong += known(found, people[number]) != number
        return wrong

    thread = threading.Thread(target=churn)
    thread.start()
    try:
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(look, range(4))) == [0, 0, 0, 0]
    finally:
        stop.set()
        thread.join()
