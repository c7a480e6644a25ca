"""What the liveness model says of presentations, by what surrounds the face, at each threshold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import median

from bench.faces.presentation import BONA_FIDE, Answer, figures
from bench.faces.statistics import rate
from face_service.domain.liveness import CONTEXT

#: The frame's size in faces, from which to which: the first group is judged by the product.
_GROUPS = ((CONTEXT, 99.0), (1.8, CONTEXT), (0.0, 1.8))
_GRID = (0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)


def by_context(answers: Mapping[str, Sequence[Answer]]) -> list[str]:
    """The outcomes by kind and by what surrounds the face, also of what is not judged."""
    accept, review = figures()
    kinds: dict[tuple[int, bool, str], list[float]] = defaultdict(list)
    for kind, told in answers.items():
        for one in told:
            if one.score is not None:
                group = next(n for n, (low, _) in enumerate(_GROUPS) if one.context >= low)
                kinds[group, kind != BONA_FIDE, kind].append(one.score)
    if not kinds:
        return []
    lines = [
        f"| photos | frame, in faces | accepted (>= {accept:g}) | review"
        f" | rejected (< {review:g}) | lowest, median, highest score |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for (group, _, kind), scores in sorted(kinds.items()):
        low, high = _GROUPS[group]
        accepted = sum(score >= accept for score in scores)
        rejected = sum(score < review for score in scores)
        three = ", ".join(f"{one:.2f}" for one in (min(scores), median(scores), max(scores)))
        place = f"{low:g} and more" if high > CONTEXT else f"{low:g} to {high:g}"
        lines.append(
            f"| {kind} | {place} | {share(accepted, len(scores))}"
            f" | {len(scores) - accepted - rejected} | {share(rejected, len(scores))} | {three} |"
        )
    return lines


def thresholds(
    answers: Mapping[str, Sequence[Answer]], anew: Mapping[str, Sequence[Answer]]
) -> list[str]:
    """What other thresholds would do, to the photos as they are and to those saved anew."""
    lines = [
        "| a score of at least | pictures above it | people below it"
        " | pictures above it, saved anew | people below it, saved anew |",
        "| --- | --- | --- | --- | --- |",
    ]
    for needed in _GRID:
        cells = []
        for told in (answers, anew):
            pictures, people = _judged(told)
            cells.append(share(sum(one >= needed for one in pictures), len(pictures)))
            cells.append(share(sum(one < needed for one in people), len(people)))
        lines.append(f"| {needed:g} | {' | '.join(cells)} |")
    return lines


def _judged(answers: Mapping[str, Sequence[Answer]]) -> tuple[list[float], list[float]]:
    """The scores of pictures and of people with enough around the face."""
    sides: tuple[list[float], list[float]] = [], []
    for kind, told in answers.items():
        scores = [one.score for one in told if one.score is not None and one.context >= CONTEXT]
        sides[kind == BONA_FIDE].extend(scores)
    return sides


def share(hits: int, count: int) -> str:
    """A rate with its interval, by the rule of three at either end."""
    if not count:
        return "none"
    found = rate(hits, count)
    low, high = found.low, found.high
    if hits == count:
        low, high = max(0.0, 1 - 3 / count), 1.0
    return f"{hits} of {count} [{low:.0%}, {high:.0%}]"
