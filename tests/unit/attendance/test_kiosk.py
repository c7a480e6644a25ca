"""The rules of the kiosk."""

from __future__ import annotations

from dataclasses import replace

import pytest

from attendance_service.domain.evidence import Outcome
from attendance_service.domain.kiosk import (
    Known,
    Way,
    kiosk_place,
    needs_photo,
    outcome,
    photo_missing,
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


@pytest.mark.parametrize("way", list(Way))
def test_no_way_counts_for_less(way: Way) -> None:
    gate = replace(GATE, policy=replace(TOGGLE, evidence=frozenset({Evidence.FACE})))
    assert outcome(gate, way) is outcome(GATE, way) is Outcome.ACCEPTED


def test_what_a_kiosk_does_not_judge_is_looked_at() -> None:
    more = frozenset({Evidence.FACE, "something_new"})
    gate = replace(GATE, policy=replace(TOGGLE, evidence=more))  # type: ignore[arg-type]
    assert outcome(gate, Way.FACE) is Outcome.REVIEW
    assert outcome(gate, Way.PIN) is Outcome.ACCEPTED


def test_photos_and_refusals() -> None:
    kept = replace(GATE, policy=replace(TOGGLE, evidence=frozenset({Evidence.PHOTO})))
    assert (needs_photo(GATE), needs_photo(kept)) == (False, True)
    assert (unknown_face().code, photo_missing().code) == ("unknown_face", "photo_missing")
