"""Consents and their texts, as they come in and go out over HTTP."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from common.httpkit.fields import example

Language = Literal["en", "tr", "fa", "ar"]
Version = Literal["2026-11", "2026-11-26"]


class ConsentIn(BaseModel):
    """The text agreed to."""

    model_config = example(version="2026-11-26", language="tr")

    version: str = Field(min_length=1, max_length=64, strict=True)
    language: Language = "en"


class ConsentTextQuery(BaseModel):
    """Which text: in which language, and an older one by its version."""

    language: Language = "en"
    version: Version | None = None


class ConsentTextOut(BaseModel):
    """A text to agree to. ``sha256`` is that of the JSON array [version, language, title,
    [paragraphs]] in UTF-8 without blanks, and is kept with the consent."""

    model_config = example(
        version="2026-11-26",
        language="en",
        title="Your face: what you agree to",
        paragraphs=["What is kept: …", "Why: …", "How to take it back: …"],
        sha256="9f2c…64 hexadecimal digits…11ab",
    )

    version: str
    language: Language
    title: str
    paragraphs: list[str]
    sha256: str


class ConsentOut(BaseModel):
    """The consent given, the version of the text now offered, and whether the site uses faces.

    One to another version than ``current_version`` is out of date: faces are not compared until it
    is renewed. ``sha256`` and ``language`` say which text was shown, where that is known.
    """

    model_config = example(
        employee_id=7,
        version="2026-11-26",
        given_at="2026-11-26T08:00:00.000000Z",
        language="tr",
        sha256="9f2c…64 hexadecimal digits…11ab",
        current_version="2026-11-26",
        biometrics=True,
    )

    employee_id: int
    version: str | None
    given_at: str | None
    language: str | None
    sha256: str | None
    current_version: str
    biometrics: bool
