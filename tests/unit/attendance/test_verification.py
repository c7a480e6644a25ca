"""What a face that was compared later makes of a record that waits for it."""

from __future__ import annotations

import pytest

from attendance_service.domain.verification import Result, status_after


@pytest.mark.parametrize(
    ("result", "status"),
    [
        (Result(True, "match", "accept", 0.7, 0.4), "accepted"),
        (Result(True, ""), "accepted"),
        (Result(False, "doubtful", "review", 0.39, 0.4), "review"),
        (Result(False, "face_mismatch", "reject", 0.1, 0.4), "voided"),
        (Result(False, "no_face", "reject"), "voided"),
        (Result(False, "whatever"), "voided"),
        # Whose face cannot be asked for has another way: a person looks.
        (Result(False, "not_enrolled", "reject"), "review"),
        (Result(False, "consent_required", "reject"), "review"),
        (Result(False, "consent_outdated", "reject"), "review"),
        (Result(False, "biometrics_off", "reject"), "review"),
        (Result(False, "erased", "reject"), "review"),
        # What contradicts itself is looked at by a person.
        (Result(False, "", "accept", 0.7, 0.4), "review"),
        (Result(True, "could_not_be_compared", "review"), "review"),
        (Result(True, "match", "accept", 0.7, 0.4, {"decision": "accept"}), "accepted"),
        (Result(False, "match", "accept", 0.7, 0.4, {"decision": "review"}), "review"),
        (Result(False, "match", "accept", 0.7, 0.4, {"decision": "reject"}), "voided"),
        (Result(True, "match", "accept", 0.7, 0.4, {"score": 1}), "review"),
    ],
)
def test_only_a_clear_yes_accepts(result: Result, status: str) -> None:
    assert status_after(result) == status


def test_what_is_kept_has_the_names_of_a_record_s_evidence() -> None:
    result = Result(True, "match", "accept", 0.71239, 0.4, {"decision": "accept", "score": 0.9})
    assert result.evidence() == {
        "face": "accept",
        "face_reason": "match",
        "similarity": 0.7124,
        "threshold": 0.4,
        "liveness": {"decision": "accept", "score": 0.9},
    }
    erased = Result(False, "erased", "reject")
    assert erased.evidence() == {"face": "not_enrolled", "face_reason": "erased"}
    assert Result(False, "").evidence() == {"face": "reject"}
    assert Result(True, "").evidence() == {"face": "accept"}
