"""What a person agrees to before a face of theirs is kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from common.errors import DomainError, conflict, forbidden

#: Every text there has been, the newest last. A text is never edited: a change is a new version.
VERSIONS = ("2026-11", "2026-11-26")
CONSENT_VERSION = VERSIONS[-1]
LANGUAGES = ("en", "tr", "fa", "ar")
#: How many photos of one person are kept.
MOST_PHOTOS = 5

_DIGITS = {"fa": "۰۱۲۳۴۵۶۷۸۹", "ar": "٠١٢٣٤٥٦٧٨٩"}


@dataclass(frozen=True, slots=True)
class ConsentText:
    """A text as it is shown; ``face_days`` is the term it promises, if it names one."""

    version: str
    language: str
    title: str
    paragraphs: tuple[str, ...]
    face_days: int | None = None

    @property
    def sha256(self) -> str:
        """The hash of exactly what was shown, in hexadecimal.

        Of the JSON array [version, language, title, [paragraphs]], in UTF-8 and without blanks.
        """
        shown = [self.version, self.language, self.title, list(self.paragraphs)]
        plain = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(plain.encode()).hexdigest()


def text_of(version: str, language: str, source: str, days: Mapping[str, int]) -> ConsentText:
    """The text whose ``source`` is a title and paragraphs, with the ``days`` put into it."""
    digits = str.maketrans("0123456789", _DIGITS.get(language, "0123456789"))
    shown = {name: str(count).translate(digits) for name, count in days.items()}
    title, *paragraphs = [part.strip().format(**shown) for part in source.strip().split("\n\n")]
    promised = days["face_days"] if "{face_days}" in source else None
    return ConsentText(version, language, title, tuple(paragraphs), promised)


def consent_required() -> DomainError:
    """The refusal of an enrolment without a consent in force."""
    return forbidden("Agree to the use of your face first.", code="consent_required")


def consent_outdated() -> DomainError:
    """The refusal of whatever rests on a consent to an older text."""
    return conflict(
        "consent_outdated",
        "This is not the text now in force.",
        current_version=CONSENT_VERSION,
    )
