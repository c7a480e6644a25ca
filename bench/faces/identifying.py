"""Who is this? Errors of a search among many, by the size of the gallery."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.faces.statistics import Rate, rate
from bench.faces.verifying import People
from face_service.domain.matching import template

SIZES = (10, 25, 50, 100, 250, 500, 1000, 2500, 5000)
THRESHOLDS = (0.41, 0.45, 0.48, 0.50, 0.52, 0.55, 0.60)
_ROUNDS = 20
# Of the people at hand at least this share stays outside the gallery, to be strangers to it.
_STRANGERS = 0.2


@dataclass(frozen=True, slots=True)
class Searched:
    """Searches in galleries of one size: errors by threshold, and rank 1 of those enrolled."""

    size: int
    strangers: dict[float, Rate]
    missed: dict[float, Rate]
    first: Rate


def search(people: People, size: int, photos: int) -> Searched | None:
    """Search galleries of ``size`` people with ``photos`` photos each, drawn again and again.

    Strangers are everybody outside the gallery. The enrolled are sought by all their photos that
    are not in their template. ``None`` when the people do not suffice.
    """
    able = [name for name, faces in people.items() if len(faces) >= photos]
    if size > len(able) or size > (1 - _STRANGERS) * len(people):
        return None
    luck = np.random.default_rng(size * 10 + photos)
    unknown: list[np.ndarray] = []
    known: list[np.ndarray] = []
    right: list[np.ndarray] = []
    for _ in range(_ROUNDS):
        enrolled = [able[int(number)] for number in luck.permutation(len(able))[:size]]
        gallery, probes, owners = [], [], []
        for place, name in enumerate(enrolled):
            faces = [people[name][int(number)] for number in luck.permutation(len(people[name]))]
            gallery.append(template(faces[:photos]))
            probes += faces[photos:]
            owners += [place] * (len(faces) - photos)
        against = np.stack(gallery).T
        inside = set(enrolled)
        outside = np.stack(
            [face for name, faces in people.items() if name not in inside for face in faces]
        )
        unknown.append((outside @ against).max(axis=1))
        if probes:
            found = np.stack(probes) @ against
            known.append(found.max(axis=1))
            right.append(found.argmax(axis=1) == np.array(owners))
    if not known:
        return None
    strange, best, correct = (np.concatenate(parts) for parts in (unknown, known, right))
    return Searched(
        size,
        {at: rate(int((strange >= at).sum()), len(strange)) for at in THRESHOLDS},
        {at: rate(int((~correct | (best < at)).sum()), len(best)) for at in THRESHOLDS},
        rate(int(correct.sum()), len(correct)),
    )


def table(people: People, photos: int) -> list[str]:
    """The errors of a search by size of the gallery; empty when no size can be had."""
    rows = [found for size in SIZES if (found := search(people, size, photos)) is not None]
    if not rows:
        return []
    lines = [
        "| people in the gallery | " + " | ".join(f"{at:.2f}" for at in THRESHOLDS) + " | rank 1 |",
        "| --- |" + " --- |" * (len(THRESHOLDS) + 1),
    ]
    for one in rows:
        cells = [f"{one.strangers[at].value:.2%} / {one.missed[at].value:.2%}" for at in THRESHOLDS]
        lines.append(f"| {one.size:,} | {' | '.join(cells)} | {one.first.value:.2%} |")
    return lines
