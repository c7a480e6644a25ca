"""Who may act upon whom, and what those hear who may not."""

from __future__ import annotations

from dataclasses import dataclass

from common.errors import forbidden
from common.identity import Action, Person, Subject, authorize, object_of
from common.privacy.whose import whose
from face_service.service.ports import People


@dataclass(frozen=True, slots=True)
class Access:
    """Finds the people whom a caller acts upon."""

    people: People

    def person(self, caller: Subject, action: Action, employee_id: int) -> Person:
        """The person acted upon; whoever may not know of them hears that there is nobody."""
        return whose(self.people, caller, action, employee_id)


def require_permission(caller: Subject, action: Action) -> None:
    """Raise ``forbidden`` unless ``caller`` may do what concerns nobody in particular."""
    if not authorize(caller, action, object_of(caller.person)):
        raise forbidden()


def require_biometrics(person: Person) -> None:
    """Raise ``biometrics_off`` where the person's site uses no faces."""
    if not person.biometrics:
        raise forbidden("Faces are not used at this site.", code="biometrics_off")
