"""What is asked for before a face is kept, and the texts that ask for it."""

from __future__ import annotations

import hashlib
import json

import pytest

from face_service.domain import consent
from face_service.domain.consent import CONSENT_VERSION, LANGUAGES, VERSIONS, text_of
from face_service.rest.consent_models import Language, Version
from face_service.service.consent_texts import ConsentTexts

TEXTS = ConsentTexts(face_days=45, photo_days=12)
DAYS = {"face_days": 45, "photo_days": 12}


def test_consent_is_asked_for_by_its_code() -> None:
    assert consent.consent_required().code == "consent_required"
    outdated = consent.consent_outdated()
    assert (outdated.code, outdated.extra) == (
        "consent_outdated",
        {"current_version": CONSENT_VERSION},
    )


def test_the_interface_names_every_text() -> None:
    assert Version.__args__ == VERSIONS  # type: ignore[attr-defined]
    assert Language.__args__ == LANGUAGES  # type: ignore[attr-defined]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_whole(version: str, language: str) -> None:
    text = TEXTS.text(language, version)
    assert (text.version, text.language) == (version, language)
    assert text.title
    assert len(text.paragraphs) >= 7
    for part in (text.title, *text.paragraphs):
        assert part == part.strip()
        assert "{" not in part
        assert "\n" not in part


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_present_text_says_how_long_and_promises_it(language: str) -> None:
    text = TEXTS.text(language)
    assert text.version == CONSENT_VERSION
    days = {"fa": "۴۵", "ar": "٤٥"}.get(language, "45")
    photos = {"fa": "۱۲", "ar": "١٢"}.get(language, "12")
    assert any(days in part and photos in part for part in text.paragraphs)
    assert text.face_days == 45


def test_older_texts_promised_no_number_of_days() -> None:
    assert TEXTS.text("en", VERSIONS[0]).face_days is None


# Whoever changes a text makes a new version: people agreed to these. The hashes are with 30 days.
HASHES = {
    ("2026-11", "en"): "b04622f10d3e90b02c18c701091e40ad9124bc0567bd6cd7425b341517ce74b0",
    ("2026-11", "tr"): "c2618026425917160dba66c254cbc72e7f9bdcadb62a98c6e37524476aac87f1",
    ("2026-11", "fa"): "94bd0640417e0b6ac9a3f3ad46650642e4f547a6b3685f339c5ddd9299cc247f",
    ("2026-11", "ar"): "a45e8474dee6254202ae94a9f6b2501c5a26a654914bf7140366c2f34e1d6899",
    ("2026-11-26", "en"): "99df467ed2c5b90c11966f5d10e8a45ba89590cf85138ebee39eaaa22aee6067",
    ("2026-11-26", "tr"): "83ddfe69fca9e5e7a49f265ba2052eb72b11a6f38eabe067100d806835009b6c",
    ("2026-11-26", "fa"): "704bbb5e626fb97c1c5bfa66e3c82580215174e9316ed8846c065c9d9bb48e6b",
    ("2026-11-26", "ar"): "d7f86615e847737d324022adbf964d532a79e07232205836061de768efb11fa3",
}


@pytest.mark.parametrize(("version", "language"), HASHES)
def test_a_text_is_never_edited(version: str, language: str) -> None:
    text = ConsentTexts(face_days=30, photo_days=30).text(language, version)
    assert text.sha256 == HASHES[version, language]


def test_every_text_has_its_hash_here() -> None:
    assert HASHES.keys() == {(one, other) for one in VERSIONS for other in LANGUAGES}


def test_the_hash_is_of_what_was_shown() -> None:
    text = text_of("1", "tr", "Başlık\n\nBir {face_days}.\n\nİki.\n", DAYS)
    assert text.paragraphs == ("Bir 45.", "İki.")
    shown = json.dumps(
        ["1", "tr", "Başlık", ["Bir 45.", "İki."]], ensure_ascii=False, separators=(",", ":")
    )
    assert text.sha256 == hashlib.sha256(shown.encode()).hexdigest()
    assert text.sha256 != text_of("1", "tr", "Başlık\n\nBir {face_days}.\n\nÜç.", DAYS).sha256
