"""How often identification is right: ``python -m bench.identify_accuracy FOLDER``.

FOLDER is that of `bench.faces`. People are put into galleries of several sizes, again and
again at random; those left out are strangers. Whoever has enough photos is enrolled with some and
looks with others. The photos were taken on different days, so several of them agree less than the
frames of one look would: what is printed of several frames is on the safe side for the person.
Prints figures only, never a name.
"""

from __future__ import annotations

import random
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bench.faces.seeing import see_all
from bench.faces.statistics import rate
from face_service import engine
from face_service.domain.identification import Match, Rules, identify
from face_service.domain.matching import Decision, Embedding, template
from face_service.identification_settings import read_rules

SIZES = (100, 250, 500, 750)
ROUNDS = 40
_ENROLLED = (1, 3)
_FRAMES = (1, 3)

People = dict[str, list[Embedding]]


@dataclass
class Count:
    """What came of probes: of strangers, and of people who are in the gallery."""

    strangers: int = 0
    accepted: int = 0
    review: int = 0
    known: int = 0
    right: int = 0
    wrong: int = 0
    doubt: int = 0


def rounds(people: People, size: int, photos: int) -> Iterator[tuple[list[str], np.ndarray]]:
    """Galleries of ``size`` people drawn at random, each with ``photos`` photos where there are."""
    for number in range(ROUNDS):
        chosen = random.Random(number).sample(sorted(people), size)
        yield chosen, np.stack([template(people[name][:photos]) for name in chosen])


def frames_of(gallery: np.ndarray, probes: Sequence[Embedding]) -> list[list[Match]]:
    """The best five of each probe."""
    found = []
    for probe in probes:
        scores = gallery @ probe
        best = np.argsort(scores)[::-1][:5]
        found.append([Match(int(row), float(scores[row])) for row in best])
    return found


def measure(people: People, size: int, photos: int, looks: int, rules: Rules) -> Count:
    """All rounds of one size."""
    count = Count()
    for chosen, gallery in rounds(people, size, photos):
        inside = {name: row for row, name in enumerate(chosen)}
        for name, faces in people.items():
            probes = faces[photos : photos + looks] if name in inside else faces[:looks]
            if len(probes) < looks:
                continue
            frames = frames_of(gallery, probes)
            found = identify(frames, people=size, rules=rules)
            accepted = found.decision is Decision.ACCEPT
            if name not in inside:
                count.strangers += 1
                count.accepted += accepted
                count.review += found.decision is Decision.REVIEW
            else:
                count.known += 1
                count.right += accepted and found.employee_id == inside[name]
                count.wrong += accepted and found.employee_id != inside[name]
                count.doubt += found.decision is Decision.REVIEW
    return count


def told(hits: int, of: int) -> str:
    """A rate with its interval."""
    if not of:
        return "not measured"
    found = rate(hits, of)
    return f"{hits / of:.2%} [{found.low:.2%}, {found.high:.2%}] of {of}"


def main(folder: Path) -> None:
    """Print the table."""
    engine.prepare()
    people: People = defaultdict(list)
    for path, seen in see_all(sorted((folder / "lfw").glob("*/*.jpg"))).items():
        if seen.embedding is not None:
            people[path.parent.name].append(seen.embedding)
    chosen = read_rules({})
    print(f"engine {engine.engine_name()}, {len(people)} people")
    print(
        "\n| gallery | photos enrolled | frames | margin | strangers accepted | left to review |"
        " right person not accepted | wrong person accepted |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for size in SIZES:
        for photos in _ENROLLED:
            for looks in _FRAMES:
                for rules in (replace(chosen, margin=0.0), chosen):
                    c = measure(people, size, photos, looks, rules)
                    print(
                        f"| {size} | {photos} | {looks} | {rules.margin} | "
                        f"{told(c.accepted, c.strangers)} | {told(c.review, c.strangers)} | "
                        f"{told(c.known - c.right, c.known)} | {told(c.wrong, c.known)} |",
                        flush=True,
                    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
