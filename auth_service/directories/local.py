"""The passwords kept here."""

from __future__ import annotations

from dataclasses import dataclass

from auth_service.domain import passwords
from auth_service.domain.directories import LOCAL, Refusal
from auth_service.service.demo import PASSWORD as PUBLIC_PASSWORD
from auth_service.service.proving import Attempt, DirectoryKind, Proved


@dataclass(frozen=True, slots=True)
class LocalDirectory:
    """Checks against the hash of the account.

    Outside demo mode the demo people's public password opens nothing, also where a demo has left
    its people in the database.
    """

    label: str = "Hazir"
    demo: bool = False
    name: str = LOCAL
    kind: DirectoryKind = "local"

    def verify(self, attempt: Attempt) -> Proved | Refusal:
        """Whether the password is right; as slow for nobody as for somebody."""
        assert attempt.turn is not None, "a local password is checked in turn"
        account = attempt.account
        text = passwords.normal(attempt.password)
        mine = account is not None and account.directory == LOCAL
        checked = attempt.turn.verify(account.password_hash if account and mine else None, text)
        public = text == PUBLIC_PASSWORD and not self.demo
        if account is None or not checked.right or public:
            return Refusal.WRONG
        return Proved(directory=LOCAL, account=account, renewed=checked.renewed)
