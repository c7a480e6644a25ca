"""What sign-in with a directory needs from the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Protocol

from auth_service.domain.directories import Lesson
from common.identity import Role


class DirectoryRows(Protocol):
    """What directories have told of people."""

    def hold(self, directory: str, subject: str) -> int | None:
        """The account of this subject; nobody else gets past this line for it meanwhile."""
        ...

    def roles(self, employee_id: int) -> Mapping[Role, bool]:
        """The roles somebody holds, and of each whether the directory gave it."""
        ...

    def given(self, employee_id: int) -> frozenset[Role]:
        """The roles that the directory gave somebody."""
        ...

    def all_given(self) -> Mapping[int, frozenset[Role]]:
        """The roles that directories gave, of everybody who has such."""
        ...

    def set_roles(self, employee_id: int, roles: AbstractSet[Role]) -> None:
        """Give exactly these in the name of the directory; those given here are not touched."""
        ...

    def set_lessons(self, employee_id: int, lessons: Sequence[Lesson]) -> None:
        """Replace somebody's schedule."""
        ...

    def lessons(self, employee_id: int) -> list[Lesson]:
        """Somebody's schedule, in the order of time."""
        ...

    def spend_state(self, fingerprint: bytes, now: datetime) -> bool:
        """Spend the state of a sign-in; whether it had not been spent before."""
        ...

    def purge(self, now: datetime) -> None:
        """Forget states that nobody's cookie holds any more."""
        ...
