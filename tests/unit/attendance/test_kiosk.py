"""The rules of the kiosk."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from attendance_service.domain.evidence import (
    FaceResult,
    LivenessResult,
    Outcome,
    Verdict,
    kept_of,
    liveness_of,
)
from attendance_service.domain.kiosk import (
    Known,
    Way,
    judge,
    kiosk_place,
    needs_photo,
    photo_missing,
    seen,
    unknown_face,
)
from attendance_service.domain.policy import Evidence, Place, Policy
from attendance_service.domain.punches import Mode
from common.errors import DomainError

TOGGLE = Policy(1, frozenset(), Mode.TOGGLE)
GATE = Place(7, 1, "Gate", "UTC", is_default=False, policy=TOGGLE)
DOOR = replace(GATE, id=9, is_default=True)
OFFICE = replace(GATE, id=3, policy=replace(TOGGLE, mode=Mode.STRICT))


@pytest.mark.parametrize(
    ("places", "wanted", "found"),
    [
        ([GATE, DOOR, OFFICE], None, 9),
        ([GATE, OFFICE], None, 7),
        ([DOOR, GATE], 7, 7),
        ([replace(GATE, id=8), GATE], None, 7),
        ([OFFICE], None, None),
        ([GATE, OFFICE], 3, None),
        ([GATE], 99, None),
        ([], None, None),
    ],
)
def test_where(places: list[Place], wanted: int | None, found: int | None) -> None:
    if found is None:
        with pytest.raises(DomainError) as fault:
            kiosk_place(places, wanted)
        assert fault.value.code == "no_kiosk_place"
    else:
        assert kiosk_place(places, wanted).id == found


def test_what_is_kept_of_how_somebody_was_known() -> None:
    assert Known(5, Way.BADGE).evidence(2) == {"known_by": "badge", "device": 2}
    face = Known(5, Way.FACE, 0.7, 0.4, 0.45)
    assert face.evidence(2) == {
        "known_by": "face",
        "device": 2,
        "face": "accept",
        "similarity": 0.7,
        "threshold": 0.45,
        "margin": 0.4,
    }
    assert "margin" not in replace(face, margin=None).evidence(2)


def asking(*evidence: Evidence) -> Place:
    return replace(GATE, policy=replace(TOGGLE, evidence=frozenset(evidence)))


def live(verdict: Verdict, *, challenged: bool = True) -> LivenessResult:
    return LivenessResult(verdict, 0.91234, "some reason", challenged)


@pytest.mark.parametrize("way", list(Way))
def test_no_way_counts_for_less(way: Way) -> None:
    gate, kept = asking(Evidence.FACE), Known(5, way).evidence(2)
    assert judge(gate, kept).outcome is judge(GATE, kept).outcome is Outcome.ACCEPTED


def expected(way: Way, said: LivenessResult | None) -> Outcome:
    """What a place that asks whether somebody is there makes of it, written down a second time."""
    if way is not Way.FACE:
        return Outcome.ACCEPTED
    if said is None or said.verdict is Verdict.REVIEW:
        return Outcome.REVIEW
    if said.verdict is Verdict.REJECT:
        return Outcome.REFUSED
    return Outcome.ACCEPTED if said.challenged else Outcome.REVIEW


ANSWERS = [
    None,
    *(
        live(verdict, challenged=challenged)
        for verdict in (Verdict.ACCEPT, Verdict.REVIEW, Verdict.REJECT)
        for challenged in (True, False)
    ),
]


@pytest.mark.parametrize(("way", "said"), list(itertools.product(Way, ANSWERS)))
def test_being_there_is_asked_of_a_face_alone(way: Way, said: LivenessResult | None) -> None:
    gate = asking(Evidence.FACE, Evidence.LIVENESS)
    judged = judge(gate, Known(5, way, live=said).evidence(2))
    assert judged.outcome is expected(way, said)
    refused = judged.outcome is Outcome.REFUSED
    assert (judged.code, judged.reason) == (("not_live", "some reason") if refused else ("", ""))


def test_what_a_kiosk_does_not_judge_is_looked_at() -> None:
    strange = "something_new"
    gate = asking(Evidence.FACE, strange)  # type: ignore[arg-type]
    assert judge(gate, Known(5, Way.FACE).evidence(2)).outcome is Outcome.REVIEW
    assert judge(gate, Known(5, Way.PIN).evidence(2)).outcome is Outcome.ACCEPTED
    both = asking(Evidence.FACE, Evidence.LIVENESS, strange)  # type: ignore[arg-type]
    known = Known(5, Way.FACE, live=live(Verdict.ACCEPT))
    assert judge(both, known.evidence(2)).outcome is Outcome.REVIEW
    refused = replace(known, live=live(Verdict.REJECT))
    assert judge(both, refused.evidence(2)).outcome is Outcome.REFUSED


def test_whether_they_were_there_is_kept_and_read_again() -> None:
    said = live(Verdict.ACCEPT)
    kept = Known(5, Way.FACE, live=said).evidence(2)["liveness"]
    assert kept == kept_of(said)
    assert kept == {
        "decision": "accept",
        "score": 0.9123,
        "reason": "some reason",
        "challenge": True,
    }
    assert liveness_of(kept) == replace(said, score=0.9123)
    assert liveness_of(kept_of(replace(said, score=None))).score is None
    assert "liveness" not in Known(5, Way.FACE).evidence(2)


@pytest.mark.parametrize("verdict", list(Verdict))
@pytest.mark.parametrize("said", [None, live(Verdict.REJECT)])
def test_what_is_said_of_whom_was_recognised(verdict: Verdict, said: LivenessResult | None) -> None:
    face = FaceResult(verdict, 0.7, 0.4, said)
    if verdict is Verdict.ACCEPT and said is not None:
        assert seen(face) is said
        return
    silent = verdict is Verdict.DOWN or verdict is Verdict.ACCEPT
    with pytest.raises(DomainError) as fault:
        seen(face)
    assert fault.value.code == ("unavailable" if silent else "unknown_face")


def test_photos_and_refusals() -> None:
    kept = replace(GATE, policy=replace(TOGGLE, evidence=frozenset({Evidence.PHOTO})))
    assert (needs_photo(GATE), needs_photo(kept)) == (False, True)
    assert (unknown_face().code, photo_missing().code) == ("unknown_face", "photo_missing")
