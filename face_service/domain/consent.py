"""What a person agrees to before a face of theirs is kept."""

from __future__ import annotations

from common.errors import DomainError, forbidden

CONSENT_VERSION = "2026-11"
#: How many photos of one person are kept.
MOST_PHOTOS = 5


def consent_required() -> DomainError:
    """The refusal of an enrolment without a consent in force."""
    return forbidden("Agree to the use of your face first.", code="consent_required")
