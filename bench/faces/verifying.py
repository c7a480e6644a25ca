"""Is this the person? False matches and false non-matches at each threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.faces.statistics import (
    Numbers,
    Rate,
    accuracy,
    equal_error,
    folds_of,
    rate,
    rate_of_groups,
)
from face_service.domain.matching import Embedding, Thresholds, template

#: Every two hundredths, and the product's own thresholds among them.
GRID = tuple(round(0.30 + 0.02 * step, 2) for step in range(16))
MOST_ENROLLED = 3

People = dict[str, list[Embedding]]


@dataclass(frozen=True, slots=True)
class Compared:
    """Similarities, and for those of all against all the person whom each belongs to."""

    genuine: Numbers
    impostor: Numbers
    genuine_of: Numbers | None = None
    impostor_of: Numbers | None = None

    def false_matches(self, threshold: float) -> Rate:
        """How many strangers reach ``threshold``."""
        return _rate(self.impostor >= threshold, self.impostor_of)

    def false_non_matches(self, threshold: float) -> Rate:
        """How many right people do not."""
        return _rate(self.genuine < threshold, self.genuine_of)


def _rate(hits: Numbers, of: Numbers | None) -> Rate:
    if of is None:
        return rate(int(hits.sum()), len(hits))
    counts = np.bincount(of)
    return rate_of_groups(np.bincount(of, hits)[counts > 0], counts[counts > 0])


def against_templates(people: People, photos: int) -> Compared | None:
    """Everybody against templates of ``photos`` photos; ``None`` when nobody has one more.

    A person with n photos gives n templates (each run of neighbours, around the end), so that
    every photo is a probe and no probe is in its own template.
    """
    owners = np.array([number for number, faces in enumerate(people.values()) for _ in faces])
    every = np.stack([face for faces in people.values() for face in faces])
    genuine: list[Numbers] = []
    impostor: list[Numbers] = []
    genuine_of: list[int] = []
    impostor_of: list[int] = []
    for number, faces in enumerate(people.values()):
        if len(faces) <= photos:
            continue
        for start in range(len(faces)):
            chosen = [(start + step) % len(faces) for step in range(photos)]
            against = template([faces[index] for index in chosen])
            rest = [face for index, face in enumerate(faces) if index not in chosen]
            genuine.append(np.stack(rest) @ against)
            genuine_of += [number] * len(rest)
            strangers = every[owners != number] @ against
            impostor.append(strangers)
            impostor_of += [number] * len(strangers)
    if not genuine or not len(impostor[0]):
        return None
    return Compared(
        np.concatenate(genuine),
        np.concatenate(impostor),
        np.array(genuine_of),
        np.array(impostor_of),
    )


def of_pairs(similarities: Numbers, same: Numbers, named: list[str | None]) -> list[str]:
    """The lines about labelled pairs: accuracy and equal error rate."""
    genuine, impostor = similarities[same], similarities[~same]
    lines = []
    fold = folds_of(same, named)
    if fold is None or not len(genuine) or not len(impostor):
        lines.append("| accuracy | too few pairs of a kind for folds |")
    else:
        mean, error = accuracy(similarities, same, fold)
        lines.append(
            f"| accuracy, {len(np.unique(fold))} folds | {mean:.2%}, standard error {error:.2%} |"
        )
    if len(genuine) and len(impostor):
        error, at = equal_error(genuine, impostor)
        lines.append(f"| equal error rate | {error:.2%}, at {at:.3f} |")
    return lines


def table(compared: Compared, own: Sequence[tuple[float, str]]) -> list[str]:
    """Both error rates at each threshold of `GRID` and of ``own``, which has names for some."""
    names = dict(own)
    lines = [
        "| threshold | strangers accepted [95 %] | right person not accepted [95 %] |",
        "| --- | --- | --- |",
    ]
    for threshold in sorted({*GRID, *names}):
        said = f"**{threshold:.2f}** {names[threshold]}" if threshold in names else f"{threshold}"
        lines.append(
            f"| {said} | {compared.false_matches(threshold).one_in()}"
            f" | {compared.false_non_matches(threshold).percent()} |"
        )
    return lines


def own_thresholds(thresholds: Thresholds, photos: int) -> list[tuple[float, str]]:
    """The product's thresholds for a template of ``photos`` photos, by name."""
    accept = thresholds.accepting(photos)
    return [
        (round(accept - thresholds.review_band, 4), "review from here"),
        (accept, "accept"),
    ]
