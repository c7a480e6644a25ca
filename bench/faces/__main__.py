"""``python -m bench.faces DATA``: everything that DATA lets one say of the face service.

DATA is a folder with a list of labelled pairs (``pairs.csv`` with ``left``, ``right``, ``same`` or
columns called alike), or one with a folder for each person; and, where there is one, its folder
``presentation`` with ``real`` and ``spoof``. Everything goes through the product's own decoder,
engine and rules. Prints Markdown with figures only, never a name; files that are missing are named
beside it, on the error output.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from bench.faces import copies, enrolment, identifying, presentation, rule, scores, verifying
from bench.faces.data import Data, read
from bench.faces.pairs import NotPairs
from bench.faces.seeing import Seen, see_all
from common.config import ConfigError, environment
from face_service import engine
from face_service.domain.identification import Rules
from face_service.domain.matching import Embedding, Thresholds
from face_service.identification_settings import read_rules
from face_service.tuning import thresholds

_NAMED = 20

SeenAll = Mapping[Path, Seen]


def main(arguments: list[str]) -> int:
    """Print the report; 64 without a folder, 66 when it holds nothing to compare."""
    if len(arguments) != 1 or not arguments[0]:
        print("usage: make bench-faces DATA=folder", file=sys.stderr)
        return 64
    try:
        data = read(Path(arguments[0]))
        own, rules = thresholds(environment()), read_rules(environment())
    except NotPairs as fault:
        print(f"bench-faces: {fault}", file=sys.stderr)
        return 66
    except ConfigError as fault:
        print(f"bench-faces: {fault}", file=sys.stderr)
        return 78
    seen = see_all(data.photos)
    people = _people(data, seen)
    for title, lines in (
        ("What was looked at", [*_inventory(data, seen), *data.said]),
        ("Labelled pairs", _pairs(data, seen, own)),
        *_all_against_all(people, own),
        *_searches(people, rules),
        ("Enrolment: ordinary photos", enrolment.refusals(seen.values())),
        ("Enrolment: photos made worse", enrolment.degraded(data.photos)),
        *_presented(data.folder),
    ):
        if lines:
            print(f"\n## {title}\n", *lines, sep="\n", flush=True)
    return 0


def _inventory(data: Data, seen: SeenAll) -> list[str]:
    faults = Counter(one.fault for one in seen.values() if one.fault)
    if data.missing:
        print(f"missing, {len(data.missing)} in all:", file=sys.stderr)
        for name in data.missing[:_NAMED]:
            print(f"  {name}", file=sys.stderr)
    rows = {
        "engine": engine.engine_name(),
        "photos": f"{len(seen):,}",
        "people": f"{len(data.people):,}" if data.people else "not known",
        "pairs whose files are there": f"{len(data.pairs):,}",
        "files named and missing": f"{len(data.missing):,}",
        **{f"photos without an embedding: {fault}": str(n) for fault, n in faults.items()},
        "photos that a check-in refuses for several faces": str(
            sum(one.several for one in seen.values())
        ),
    }
    return ["| what | |", "| --- | --- |", *(f"| {key} | {value} |" for key, value in rows.items())]


def _people(data: Data, seen: SeenAll) -> verifying.People:
    people: verifying.People = defaultdict(list)
    for name, photos in data.people.items():
        for path in photos:
            embedding = seen[path].embedding
            if embedding is not None:
                people[name].append(embedding)
    return dict(people)


def _pairs(data: Data, seen: SeenAll, own: Thresholds) -> list[str]:
    values: list[float] = []
    same: list[bool] = []
    folds: list[str | None] = []
    for pair in data.pairs:
        left, right = (seen[path].embedding for path in (pair.left, pair.right))
        if left is not None and right is not None:
            values.append(_alike(left, right))
            same.append(pair.same)
            folds.append(pair.fold)
    lost = len(data.pairs) - len(values)
    if not values:
        return []
    similarities, labels = np.array(values), np.array(same)
    lines = [
        "| what | result |",
        "| --- | --- |",
        f"| pairs | {len(values):,} ({sum(same):,} of one person) |",
        f"| pairs not compared: a photo without an embedding | {lost} |",
        *verifying.of_pairs(similarities, labels, folds),
    ]
    if labels.any() and not labels.all():
        compared = verifying.Compared(similarities[labels], similarities[~labels])
        lines += ["", *verifying.table(compared, verifying.own_thresholds(own, 1))]
    return lines


def _alike(one: Embedding, other: Embedding) -> float:
    return float(one @ other)


def _all_against_all(people: verifying.People, own: Thresholds) -> list[tuple[str, list[str]]]:
    parts = []
    for photos in range(1, verifying.MOST_ENROLLED + 1):
        compared = verifying.against_templates(people, photos) if len(people) > 1 else None
        if compared is None:
            continue
        names = verifying.own_thresholds(own, photos)
        if photos == 1:
            names.append((own.same_person, "photos of one enrolment"))
        title = f"All against all, {photos} enrolled photo{'s' if photos > 1 else ''}"
        parts.append((title, verifying.table(compared, names)))
    return parts


def _searches(people: verifying.People, rules: Rules) -> list[tuple[str, list[str]]]:
    said = "In each cell: strangers named as somebody (FPIR) / enrolled not named rightly (FNIR)."
    parts = []
    for photos in (1, verifying.MOST_ENROLLED):
        lines = identifying.table(people, photos) if len(people) > 1 else []
        if lines:
            parts.append((f"Searches, {photos} enrolled photo(s)", [said, "", *lines]))
    parts.append(("Searches, by the whole rule", rule.table(people, rules)))
    return parts


def _presented(folder: Path) -> list[tuple[str, list[str]]]:
    kinds = presentation.presentations(folder)
    if not kinds:
        return []
    plain = presentation.answered(kinds)
    anew = presentation.answered(kinds, anew=True)
    return [
        ("Presentations", presentation.table(plain)),
        ("Presentations: what surrounds the face", scores.by_context(plain)),
        ("Presentations: other thresholds", scores.thresholds(plain, anew)),
        ("Images shown before", copies.report(kinds.get(presentation.BONA_FIDE, []))),
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
