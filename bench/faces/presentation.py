"""Live, or a picture of somebody? Errors by kind of attack, as ISO/IEC 30107-3 counts them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Protocol

from bench.faces.data import PHOTOS, PRESENTATION
from bench.faces.seeing import in_processes, tools
from bench.faces.statistics import rate
from common.config import environment
from common.errors import DomainError
from common.imaging.process import Picture
from face_service.domain.faces import dominant

_LIVE = frozenset({"real", "live", "bonafide", "bona_fide", "genuine"})
BONA_FIDE = "live"
_FRAMES = 3
# Reasons that ask for another picture instead of judging this one.
_ASKED_AGAIN = frozenset({"too_close_to_judge", "no_face", "several_faces"})


class Judge(Protocol):
    """The product's liveness engine, asked about one frame."""

    def __call__(self, picture: Picture) -> tuple[str, str]:
        """The decision (``accept``, ``review``, ``reject``) and the reason's code."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What one presentation was answered."""

    decision: str
    reason: str

    @property
    def judged(self) -> bool:
        """Whether the picture served to be judged at all."""
        return self.decision != "refused" and self.reason not in _ASKED_AGAIN


def presentations(folder: Path) -> dict[str, list[Path]]:
    """The photos below ``presentation`` by kind: `BONA_FIDE`, and one for each kind of attack.

    A folder called ``real`` (or ``live``, ``bonafide``) holds live people. Any other is a kind of
    attack, and so is each folder in it. What lies beside the folders is not labelled.
    """
    top = folder / PRESENTATION
    kinds: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(top.rglob("*")):
        inside = path.relative_to(top).parent.parts
        if path.suffix.lower() in PHOTOS and path.is_file() and inside:
            kinds[BONA_FIDE if inside[0].lower() in _LIVE else "/".join(inside)].append(path)
    return dict(kinds)


@cache
def judge() -> Judge | None:
    """The liveness engine of this process; ``None`` in a product that has none.

    Of each presentation there is one photo. It is judged as if three frames had looked like it,
    the fewest that are ever accepted: a single frame never is.
    """
    try:
        from face_service.domain import liveness
        from face_service.settings import Settings
    except ImportError:
        return None
    given = {one.name: one for one in fields(Settings)}
    env, own = environment(), tools().engine

    def figure(name: str) -> float:
        meant = given[name]
        text = env.get(meant.metadata["name"], "")
        return float(meant.metadata["parse"](text) if text else meant.default)

    thresholds = liveness.Thresholds(figure("liveness_accept"), figure("liveness_review"))

    def one_frame(picture: Picture) -> tuple[str, str]:
        size = {"width": picture.width, "height": picture.height}
        face = dominant(own.detect(picture), **size)
        near = liveness.context(face, **size) < liveness.CONTEXT
        real = None if near else own.real(picture, face)
        embedding = own.embed(picture, face)
        looks = [
            liveness.Look(bytes([n]), bytes([n]), face, real=real, embedding=embedding)
            for n in range(_FRAMES)
        ]
        verdict = liveness.judge(looks, thresholds)
        return verdict.decision.value, verdict.reason.value

    return one_frame


def answer(path: Path) -> Answer | None:
    """What the product says of one photo; ``None`` without a liveness engine."""
    told = judge()
    if told is None:
        return None
    try:
        decision, reason = told(tools().read(path))
    except DomainError as fault:
        return Answer("refused", fault.code)
    return Answer(decision, reason)


def report(folder: Path) -> list[str]:
    """The lines about presentations; empty when there are none to judge."""
    kinds = presentations(folder)
    if not kinds:
        return []
    tasks = [(kind, path) for kind, paths in kinds.items() for path in paths]
    found = list(in_processes(answer, [path for _, path in tasks], "presentations"))
    if None in found:
        return ["This product has no liveness engine, so presentations were not judged."]
    answers: dict[str, list[Answer]] = defaultdict(list)
    for (kind, _), one in zip(tasks, found, strict=True):
        assert one is not None
        answers[kind].append(one)
    return table(answers)


def table(answers: Mapping[str, Sequence[Answer]]) -> list[str]:
    """The errors by kind: of what was judged at all, and of everything presented."""
    lines = [
        "| presented | judged | accepted | left to a person | rejected"
        " | error of those judged [95 %] | of all |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for kind, told in sorted(answers.items(), key=lambda item: item[0] != BONA_FIDE):
        judged = [one for one in told if one.judged]
        counts = Counter(one.decision for one in judged)
        accepted = counts["accept"]
        live = kind == BONA_FIDE
        name = "BPCER" if live else "APCER"
        of_judged = len(judged) - accepted if live else accepted
        of_all = len(told) - accepted if live else accepted
        error = rate(of_judged, len(judged)).percent() if judged else "nothing was judged"
        lines.append(
            f"| {kind}, {len(told)} | {len(judged)} | {accepted} | {counts['review']}"
            f" | {counts['reject']} | {name} {error} | {of_all / len(told):.2%} |"
        )
        why = Counter(one.reason for one in told if one.decision != "accept")
        if why:
            lines.append(f"| … not accepted because | {_said(why)} | | | | | |")
    lines += [
        "",
        "BPCER: live people who are not accepted; APCER: attacks that are. Not judged are those who"
        " are asked for another picture.",
    ]
    return lines


def _said(why: Counter[str]) -> str:
    return ", ".join(f"{reason} {count}" for reason, count in why.most_common())
