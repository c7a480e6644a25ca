"""The texts of the consent: in the folder ``texts``, one file for each version and language."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from face_service.domain.consent import (
    CONSENT_VERSION,
    LANGUAGES,
    VERSIONS,
    ConsentText,
    text_of,
)

_FOLDER = Path(__file__).with_name("texts")


@dataclass(frozen=True, slots=True)
class ConsentTexts:
    """Every text, with the terms of this installation in days; all are read at the start."""

    face_days: int
    photo_days: int
    _texts: dict[tuple[str, str], ConsentText] = field(init=False)

    def __post_init__(self) -> None:
        days = {"face_days": self.face_days, "photo_days": self.photo_days}
        texts = {
            (version, language): text_of(
                version,
                language,
                (_FOLDER / version / f"{language}.txt").read_text(encoding="utf-8"),
                days,
            )
            for version in VERSIONS
            for language in LANGUAGES
        }
        object.__setattr__(self, "_texts", texts)

    def text(self, language: str, version: str = CONSENT_VERSION) -> ConsentText:
        """The text of ``version`` in ``language``, both of which must exist."""
        return self._texts[version, language]
