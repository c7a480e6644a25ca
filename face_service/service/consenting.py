"""Consent to the use of a face: reading, giving and withdrawing it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from common.identity import Action, Subject
from face_service.domain.consent import CONSENT_VERSION, ConsentText, consent_outdated
from face_service.service.access import Access, require_biometrics
from face_service.service.consent_texts import ConsentTexts
from face_service.service.ports import Consent, ConsentStore


@dataclass(frozen=True, slots=True)
class ConsentState:
    """The consent of a person, if any, and whether their site uses faces at all."""

    employee_id: int
    consent: Consent | None
    biometrics: bool


class Ends(Protocol):
    """Whoever ends consents."""

    def withdraw(self, employee_id: int, *, actor: int) -> None:
        """Record that the person does not agree any more, and erase whatever shows their face."""
        ...


@dataclass(frozen=True, slots=True)
class Consenting:
    """What a person agrees to, or does no longer."""

    access: Access
    store: ConsentStore
    ends: Ends
    texts: ConsentTexts

    def consent(self, caller: Subject, employee_id: int) -> ConsentState:
        """The consent in force."""
        person = self.access.person(caller, Action.READ_FACES, employee_id)
        return ConsentState(employee_id, self.store.consent(employee_id), person.biometrics)

    def text(self, language: str, version: str | None) -> ConsentText:
        """The text now in force, or an older one, for everybody to read."""
        return self.texts.text(language, version or CONSENT_VERSION)

    def give(self, caller: Subject, employee_id: int, version: str, language: str) -> ConsentState:
        """Agree to the text now in force; nobody can do so for another."""
        person = self.access.person(caller, Action.GIVE_CONSENT, employee_id)
        require_biometrics(person)
        if version != CONSENT_VERSION:
            raise consent_outdated()
        text = self.texts.text(language)
        given = self.store.give(employee_id, text, actor=caller.employee_id)
        return ConsentState(employee_id, given, person.biometrics)

    def withdraw(self, caller: Subject, employee_id: int) -> None:
        """Take the consent back, which erases every face; possible at any site, at any time."""
        self.access.person(caller, Action.ERASE_FACE, employee_id)
        self.ends.withdraw(employee_id, actor=caller.employee_id)
