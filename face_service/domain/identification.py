"""Who of many it is (1:N): a threshold by the size of the gallery, a margin, several frames.

Whoever searches among many meets many strangers: the threshold that is right for "is this she?"
would accept half of them here. So the threshold grows with the gallery, the second best must be
clearly less alike, and several frames must agree. Every doubt ends as `Decision.REVIEW` or
`Decision.REJECT`, which is "unknown".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median_low

from face_service.domain.matching import Decision

MOST_FRAMES = 5
MOST_CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class Step:
    """In a gallery of at most ``people``, a similarity (cosine) of ``threshold`` accepts."""

    people: int
    threshold: float


@dataclass(frozen=True, slots=True)
class Rules:
    """The figures of identification, which come from the configuration.

    ``steps`` grow in both of their numbers. ``band`` below the threshold is left to a person.
    ``margin`` is by how much the best must exceed the second best, ``agreement`` the share of the
    frames that must agree, above a half.
    """

    steps: tuple[Step, ...]
    band: float
    margin: float
    agreement: float

    def threshold(self, people: int) -> float:
        """What accepts in a gallery of ``people``; beyond the table its last one."""
        return next(
            (s.threshold for s in self.steps if people <= s.people), self.steps[-1].threshold
        )

    def measured(self, people: int) -> bool:
        """Whether the table says how often strangers are accepted in a gallery of this size."""
        return people <= self.steps[-1].people

    def needed(self, frames: int) -> int:
        """How many of ``frames`` must agree."""
        return ceil(self.agreement * frames - 1e-9)


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody in the gallery, and how alike they are (cosine)."""

    employee_id: int
    similarity: float


#: The best matches of one frame, the best first; none for a frame without a face.
Frame = Sequence[Match]


@dataclass(frozen=True, slots=True)
class Identification:
    """What the frames come to.

    ``similarity`` and ``margin`` are those of the person whom most frames name, of the middle one
    of these frames; ``margin`` is ``None`` where the gallery has nobody else. ``twins`` are two
    people who are both alike enough: one face, perhaps, on two accounts.
    """

    decision: Decision
    threshold: float
    people: int
    employee_id: int | None = None
    similarity: float | None = None
    margin: float | None = None
    candidates: tuple[Match, ...] = ()
    twins: tuple[Match, Match] | None = None


def identify(frames: Sequence[Frame], *, people: int, rules: Rules) -> Identification:
    """Who the ``frames`` of one person show, compared with a gallery of ``people``."""
    threshold, needed = rules.threshold(people), rules.needed(len(frames))
    named = _leading(frames)
    if not named:
        return Identification(Decision.REJECT, threshold, people)
    sure = [frame for frame in named if _sure(frame, threshold, rules.margin)]
    likely = [frame for frame in named if frame[0].similarity >= threshold - rules.band]
    if len(sure) >= needed and rules.measured(people):
        decision = Decision.ACCEPT
    elif len(likely) >= needed:
        decision = Decision.REVIEW
    else:
        decision = Decision.REJECT
    margins = [_margin(frame) for frame in named if len(frame) > 1]
    return Identification(
        decision,
        threshold,
        people,
        employee_id=named[0][0].employee_id if decision is Decision.ACCEPT else None,
        similarity=median_low([frame[0].similarity for frame in named]),
        margin=median_low(margins) if margins else None,
        candidates=_candidates(frames),
        twins=_twins(named, threshold, needed),
    )


def alike(matches: Frame, *, people: int, rules: Rules) -> list[Match]:
    """Those in a gallery of ``people`` whom a new enrolment resembles enough to be one of them."""
    threshold = rules.threshold(people)
    return [match for match in matches if match.similarity >= threshold]


def _leading(frames: Sequence[Frame]) -> list[Frame]:
    """The frames that name the one person whom most of them name; the more alike, when equal."""
    votes: dict[int, list[Frame]] = defaultdict(list)
    for frame in frames:
        if frame:
            votes[frame[0].employee_id].append(frame)
    return max(
        votes.values(), key=lambda own: (len(own), sum(f[0].similarity for f in own)), default=[]
    )


def _sure(frame: Frame, threshold: float, margin: float) -> bool:
    alone = len(frame) == 1
    return frame[0].similarity >= threshold and (alone or _margin(frame) >= margin)


def _margin(frame: Frame) -> float:
    return frame[0].similarity - frame[1].similarity


def _candidates(frames: Sequence[Frame]) -> tuple[Match, ...]:
    best: dict[int, float] = {}
    for frame in frames:
        for match in frame:
            best[match.employee_id] = max(match.similarity, best.get(match.employee_id, -1.0))
    found = sorted((Match(*item) for item in best.items()), key=lambda one: -one.similarity)
    return tuple(found[:MOST_CANDIDATES])


def _twins(named: Sequence[Frame], threshold: float, needed: int) -> tuple[Match, Match] | None:
    """The leading person and a second one, when both would be accepted but for each other."""
    pairs: dict[int, list[Frame]] = defaultdict(list)
    for frame in named:
        if len(frame) > 1 and frame[1].similarity >= threshold:
            pairs[frame[1].employee_id].append(frame)
    agreeing = max(pairs.values(), key=len, default=[])
    return (agreeing[0][0], agreeing[0][1]) if agreeing and len(agreeing) >= needed else None
