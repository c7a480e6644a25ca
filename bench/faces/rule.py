"""Who is this, by the whole rule: threshold by size, margin, and several frames that must agree.

People are put into galleries of several sizes, again and again at random; those left out are
strangers. Whoever has enough photos is enrolled with some and looks with others. Photos of one
person were rarely taken in one look, so several of them agree less than frames would: what is said
of several frames is on the safe side for the person.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bench.faces.statistics import Numbers, rate
from bench.faces.verifying import People
from face_service.domain.identification import MOST_CANDIDATES, Match, Rules, identify
from face_service.domain.matching import Decision, Embedding, template

SIZES = (100, 250, 500, 750)
_ROUNDS = 40
_ENROLLED = (1, 3)
_FRAMES = (1, 3)
# Of the people at hand at least this share stays outside the gallery, to be strangers to it.
_STRANGERS = 0.1


@dataclass
class Count:
    """What came of probes: of strangers, and of people who are in the gallery."""

    strangers: int = 0
    accepted: int = 0
    review: int = 0
    known: int = 0
    right: int = 0
    wrong: int = 0


def _rounds(people: People, size: int, photos: int) -> Iterator[tuple[dict[str, int], Numbers]]:
    """Galleries of ``size`` people drawn at random, each with ``photos`` photos where there are."""
    for number in range(_ROUNDS):
        chosen = random.Random(number).sample(sorted(people), size)
        gallery = np.stack([template(people[name][:photos]) for name in chosen])
        yield {name: row for row, name in enumerate(chosen)}, gallery


def _frames(gallery: Numbers, probes: Sequence[Embedding]) -> list[list[Match]]:
    """The best few of each probe."""
    found = []
    for scores in (gallery @ np.stack(probes).T).T:
        best = np.argsort(scores)[::-1][:MOST_CANDIDATES]
        found.append([Match(int(row), float(scores[row])) for row in best])
    return found


def measure(people: People, size: int, photos: int, looks: int, rules: Rules) -> Count:
    """All rounds of one size: templates of ``photos`` photos, ``looks`` frames a probe."""
    count = Count()
    for inside, gallery in _rounds(people, size, photos):
        for name, faces in people.items():
            probes = faces[photos : photos + looks] if name in inside else faces[:looks]
            if len(probes) < looks:
                continue
            found = identify(_frames(gallery, probes), people=size, rules=rules)
            accepted = found.decision is Decision.ACCEPT
            if name not in inside:
                count.strangers += 1
                count.accepted += accepted
                count.review += found.decision is Decision.REVIEW
            else:
                count.known += 1
                count.right += accepted and found.employee_id == inside[name]
                count.wrong += accepted and found.employee_id != inside[name]
    return count


def table(people: People, rules: Rules) -> list[str]:
    """The errors of the whole rule by size of the gallery; empty when no size can be had."""
    sizes = [size for size in SIZES if size <= (1 - _STRANGERS) * len(people)]
    if not sizes:
        return []
    lines = [
        "| people | threshold | photos enrolled | frames | strangers accepted"
        " | strangers left to a person | right person not accepted | another person accepted |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for size in sizes:
        for photos in _ENROLLED:
            for looks in _FRAMES:
                c = measure(people, size, photos, looks, rules)
                cells = [
                    _told(c.accepted, c.strangers),
                    _told(c.review, c.strangers),
                    _told(c.known - c.right, c.known),
                    _told(c.wrong, c.known),
                ]
                threshold = rules.threshold(size)
                lines.append(
                    f"| {size} | {threshold:.2f} | {photos} | {looks} | {' | '.join(cells)} |"
                )
    return lines


def _told(hits: int, of: int) -> str:
    return rate(hits, of).percent() if of else "not measured"
