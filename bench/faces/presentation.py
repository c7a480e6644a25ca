"""Live, or a picture of somebody? Errors by kind of attack, as ISO/IEC 30107-3 counts them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from bench.faces.data import PHOTOS, PRESENTATION
from bench.faces.seeing import in_processes, tools
from bench.faces.statistics import rate
from common.config import environment
from common.errors import DomainError
from common.imaging.process import Picture
from face_service.domain import liveness
from face_service.domain.faces import dominant
from face_service.settings import Settings

_LIVE = frozenset({"real", "live", "bonafide", "bona_fide", "genuine"})
BONA_FIDE = "live"
_FRAMES = 3
# Reasons that ask for another picture instead of judging this one.
_ASKED_AGAIN = frozenset({"too_close_to_judge", "no_face", "several_faces"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What one presentation was answered, how much surrounds the face, and the model's score.

    ``context`` is the frame's size in faces; without a face there is no score.
    """

    decision: str
    reason: str
    context: float = 0.0
    score: float | None = None

    @property
    def judged(self) -> bool:
        """Whether the picture served to be judged at all."""
        return self.decision != "refused" and self.reason not in _ASKED_AGAIN


Answers = dict[str, list[Answer]]


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
def figures() -> tuple[float, float]:
    """The configured scores that accept, and below which is rejected."""
    given, env = {one.name: one for one in fields(Settings)}, environment()

    def figure(name: str) -> float:
        meant = given[name]
        text = env.get(meant.metadata["name"], "")
        return float(meant.metadata["parse"](text) if text else meant.default)

    return figure("liveness_accept"), figure("liveness_review")


def judged(picture: Picture) -> Answer:
    """What the product says of one frame; raises what it refuses.

    Of each presentation there is one photo. It is judged as if three frames had looked like it,
    the fewest that are ever accepted: a single frame never is.
    """
    own = tools().engine
    size = {"width": picture.width, "height": picture.height}
    face = dominant(own.detect(picture), **size)
    around, score = liveness.context(face, **size), own.real(picture, face)
    real = None if around < liveness.CONTEXT else score
    embedding = own.embed(picture, face)
    looks = [
        liveness.Look(bytes([n]), bytes([n]), face, real=real, embedding=embedding)
        for n in range(_FRAMES)
    ]
    verdict = liveness.judge(looks, liveness.Thresholds(*figures()))
    return Answer(verdict.decision.value, verdict.reason.value, around, score)


def answer(task: tuple[Path, bool]) -> Answer:
    """What the product says of one photo, as it is or saved anew as attendance_service does."""
    path, anew = task
    try:
        given = path.read_bytes()
        return judged(tools().reader.pixels(tools().reader.jpeg(given) if anew else given))
    except DomainError as fault:
        return Answer("refused", fault.code)
    except OSError:
        return Answer("refused", "unreadable")


def answered(kinds: Mapping[str, Sequence[Path]], *, anew: bool = False) -> Answers:
    """The answers to every presentation, by kind."""
    tasks = [(kind, (path, anew)) for kind, paths in kinds.items() for path in paths]
    answers: Answers = defaultdict(list)
    said = "presentations, saved anew" if anew else "presentations"
    for (kind, _), one in zip(
        tasks, in_processes(answer, [task for _, task in tasks], said), strict=True
    ):
        answers[kind].append(one)
    return answers


def table(answers: Mapping[str, Sequence[Answer]]) -> list[str]:
    """The errors by kind: of what was judged at all, and of everything presented."""
    if not answers:
        return []
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
