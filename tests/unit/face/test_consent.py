"""What is asked for before a face is kept."""

from __future__ import annotations

from face_service.domain import consent


def test_consent_is_asked_for_by_its_code() -> None:
    assert consent.consent_required().code == "consent_required"
