"""How often the face service is right: ``python -m bench.face_accuracy FOLDER``.

FOLDER holds ``pairs.csv`` (a, b, same) and the photos under ``lfw/PERSON/``, as Labeled Faces in
the Wild names them. Everything goes through the product's own decoder, engine and rules. Prints
figures only, never a name.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

import numpy as np

from common.config import environment
from common.errors import DomainError
from common.imaging.reader import ImageReader
from face_service import engine, weights
from face_service.domain import matching
from face_service.domain.faces import dominant, foremost
from face_service.domain.matching import Embedding

_FOLDS = 10
_Z = 1.96


@dataclass(frozen=True, slots=True)
class Corpus:
    """Every photo's embedding by its path, and how many photos the rules would have refused."""

    embeddings: dict[str, Embedding]
    no_face: int
    several: int


def interval(hits: int, count: int) -> tuple[float, float]:
    """The 95 % confidence interval of a rate (Wilson 1927); with no hits, the rule of three."""
    if hits == 0:
        return 0.0, min(1.0, 3 / count)
    rate, z2 = hits / count, _Z**2
    centre = (rate + z2 / (2 * count)) / (1 + z2 / count)
    half = _Z * sqrt(rate * (1 - rate) / count + z2 / (4 * count**2)) / (1 + z2 / count)
    return max(0.0, centre - half), min(1.0, centre + half)


def embed_all(photos: Path, models: Path) -> Corpus:
    """Embed each photo below ``photos``."""
    reader, model = ImageReader(size=1), engine.FaceEngine(models)
    embeddings: dict[str, Embedding] = {}
    no_face = several = 0
    for path in sorted(photos.glob("*/*.jpg")):
        picture = reader.pixels(path.read_bytes())
        faces = model.detect(picture)
        width, height = picture.width, picture.height
        if not faces:
            no_face += 1
            continue
        try:
            dominant(faces, width=width, height=height)
        except DomainError:
            several += 1
        face = foremost(faces, width=width, height=height)
        embeddings[str(path.relative_to(photos))] = model.embed(picture, face)
    reader.close()
    return Corpus(embeddings, no_face, several)


def ten_fold(similarities: np.ndarray, same: np.ndarray) -> tuple[float, float]:
    """Mean accuracy and its standard error: the threshold is chosen on nine folds each time."""
    fold = np.empty(len(same), int)
    for kind in (0, 1):
        where = np.flatnonzero(same == kind)
        fold[where] = np.arange(len(where)) * _FOLDS // len(where)
    candidates = np.linspace(0, 1, 1001)
    scores = []
    for number in range(_FOLDS):
        train, test = fold != number, fold == number
        accuracy = [((similarities[train] >= t) == same[train]).mean() for t in candidates]
        best = candidates[int(np.argmax(accuracy))]
        scores.append(((similarities[test] >= best) == same[test]).mean())
    return float(np.mean(scores)), float(np.std(scores) / sqrt(_FOLDS))


def rates(name: str, genuine: np.ndarray, impostor: np.ndarray, threshold: float) -> None:
    """Print one line: false matches and false non-matches at ``threshold``."""
    matches, misses = int((impostor >= threshold).sum()), int((genuine < threshold).sum())
    low, high = interval(matches, len(impostor))
    under, over = interval(misses, len(genuine))
    print(
        f"| {name} | {threshold:.3f} | {matches} of {len(impostor)} = "
        f"{matches / len(impostor):.2e} [{low:.1e}, {high:.1e}] | {misses} of {len(genuine)} = "
        f"{misses / len(genuine):.2%} [{under:.2%}, {over:.2%}] |"
    )


def against_templates(
    people: dict[str, list[Embedding]], photos: int
) -> tuple[np.ndarray, np.ndarray]:
    """Similarities to templates of ``photos`` photos: of the same person's others, of strangers.

    A person with n photos gives n templates (each run of neighbours, around the end), so that
    every photo is a probe and no probe is in its own template.
    """
    genuine: list[float] = []
    impostor: list[np.ndarray] = []
    owners = np.array([name for name, faces in people.items() for _ in faces])
    every = np.stack([face for faces in people.values() for face in faces])
    for name, faces in people.items():
        if len(faces) <= photos:
            continue
        for start in range(len(faces)):
            chosen = [(start + step) % len(faces) for step in range(photos)]
            template = matching.template([faces[index] for index in chosen])
            rest = [face for index, face in enumerate(faces) if index not in chosen]
            genuine.extend(matching.similarity(face, template) for face in rest)
            impostor.append(every[owners != name] @ template)
    return np.array(genuine), np.concatenate(impostor)


def main(folder: Path) -> None:
    """Print the report."""
    engine.prepare()
    corpus = embed_all(folder / "lfw", weights.model_dir(environment()))
    found = corpus.embeddings
    with (folder / "pairs.csv").open() as file:
        pairs = [row for row in csv.DictReader(file) if row["a"] in found and row["b"] in found]
    similarities = np.array([float(found[p["a"]] @ found[p["b"]]) for p in pairs])
    same = np.array([int(p["same"]) for p in pairs])
    people: dict[str, list[Embedding]] = defaultdict(list)
    for path, embedding in found.items():
        people[path.split("/")[0]].append(embedding)

    print(f"engine {engine.engine_name()}")
    print(f"photos {len(found) + corpus.no_face}, people {len(people)}")
    print(f"no face found {corpus.no_face}, several faces {corpus.several}")
    accuracy, error = ten_fold(similarities, same)
    print(f"ten-fold accuracy {accuracy:.2%} (standard error {error:.2%}), pairs {len(pairs)}")
    print("\n| comparison | threshold | false match [95 %] | false non-match [95 %] |")
    print("| --- | --- | --- | --- |")
    for threshold in (matching.threshold(1) - matching.REVIEW_BAND, matching.threshold(1)):
        rates("pairs", similarities[same == 1], similarities[same == 0], threshold)
    for photos in (1, 2, 3):
        genuine, impostor = against_templates(people, photos)
        needed = matching.threshold(photos)
        for threshold in (needed - matching.REVIEW_BAND, needed, needed + 0.02):
            rates(f"{photos} photos, all cross pairs", genuine, impostor, threshold)
    recheck_related(people)


def recheck_related(people: dict[str, list[Embedding]]) -> None:
    """How often the photos of one person would be taken for different people, and the reverse."""
    genuine, impostor = against_templates(people, 1)
    rates("photos of one enrolment", genuine, impostor, matching.SAME_PERSON)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
