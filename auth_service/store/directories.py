"""What directories have told of people, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from pathlib import Path

from auth_service.domain.directories import Lesson
from common.db import Transaction
from common.identity import Role
from common.sql import Queries

_SQL = Queries(Path(__file__).with_name("directories.sql"))


class DirectoryRows:
    """Subjects, the roles and lessons that directories give, and spent states of sign-ins."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def hold(self, directory: str, subject: str) -> int | None:
        """The number of the account of this subject, if there is one.

        Until the transaction ends nobody else gets past this line for the same subject.
        """
        self._tx.execute(_SQL["hold_subject"], directory=directory, subject=subject)
        row = self._tx.one(_SQL["by_subject"], directory=directory, subject=subject)
        return int(row.employee_id) if row else None

    def roles(self, employee_id: int) -> Mapping[Role, bool]:
        """The roles somebody holds, and of each whether the directory gave it."""
        rows = self._tx.all(_SQL["roles_held"], employee_id=employee_id)
        return {Role(row.role): row.from_directory for row in rows}

    def given(self, employee_id: int) -> frozenset[Role]:
        """The roles that the directory gave somebody."""
        return frozenset(role for role, given in self.roles(employee_id).items() if given)

    def all_given(self) -> Mapping[int, frozenset[Role]]:
        """The roles that directories gave, of everybody who has such."""
        rows = self._tx.all(_SQL["roles_given"])
        return {row.employee_id: frozenset(map(Role, row.roles)) for row in rows}

    def set_roles(self, employee_id: int, roles: AbstractSet[Role]) -> None:
        """Give exactly these in the name of the directory; those given here are not touched."""
        words = sorted(roles)
        self._tx.execute(_SQL["withdraw_roles"], employee_id=employee_id, roles=words)
        self._tx.execute(_SQL["give_roles"], employee_id=employee_id, roles=words)

    def set_lessons(self, employee_id: int, lessons: Sequence[Lesson]) -> None:
        """Replace somebody's schedule."""
        self._tx.execute(_SQL["drop_lessons"], employee_id=employee_id)
        self._tx.execute(
            _SQL["add_lessons"],
            employee_id=employee_id,
            names=[lesson.name for lesson in lessons],
            teachers=[lesson.teacher for lesson in lessons],
            starts=[lesson.starts_at for lesson in lessons],
            ends=[lesson.ends_at for lesson in lessons],
        )

    def lessons(self, employee_id: int) -> list[Lesson]:
        """Somebody's schedule, in the order of time."""
        rows = self._tx.all(_SQL["lessons"], employee_id=employee_id)
        return [Lesson(**row._asdict()) for row in rows]

    def spend_state(self, fingerprint: bytes, now: datetime) -> bool:
        """Spend the state of a sign-in; whether it had not been spent before."""
        return self._tx.one(_SQL["spend_state"], state_hash=fingerprint, now=now) is not None

    def purge(self, now: datetime) -> None:
        """Forget states that nobody's cookie holds any more."""
        self._tx.execute(_SQL["purge_states"], now=now)
