"""What a start makes sure of, and what is tidied up while the service runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from auth_service.domain import sessions, usernames
from auth_service.service.accounts import add
from auth_service.service.ports import Store, Work
from auth_service.service.values import Decider, NewAccount
from common.clock import Clock
from common.identity import Role

_COMMAND_LINE = Decider(None)


class Keeping:
    """Keys, service accounts and leftovers. ``changed`` hastens the news of a change."""

    def __init__(self, store: Store, clock: Clock, changed: Callable[[], None]) -> None:
        self._store = store
        self._clock = clock
        self._changed = changed

    def publish_key(self, kid: str, jwk: Mapping[str, str]) -> None:
        """Let every service verify what the key named ``kid`` has signed."""
        with self._store.begin() as work:
            if work.keys.add_key(kid, jwk, self._clock.now()):
                work.journal.write(_COMMAND_LINE.entry("key.published", f"key:{kid}"))
                work.journal.announce_key()
        self._changed()

    def keys(self) -> list[Mapping[str, str]]:
        """The published keys, newest first."""
        with self._store.begin() as work:
            return work.keys.keys()

    def ensure_services(self, secrets: Mapping[str, str]) -> None:
        """Give each service its account, and its secret as it is now."""
        for client_id, secret in secrets.items():
            with self._store.begin() as work:
                employee_id = _service_account(work, client_id)
                mark = sessions.fingerprint(secret)
                if work.keys.set_service_secret(client_id, employee_id, mark):
                    work.journal.write(
                        _COMMAND_LINE.entry("service.secret", f"person:{employee_id}")
                    )

    def tidy(self, current_kid: str) -> None:
        """Withdraw replaced keys; forget sessions and counters that are over."""
        now = self._clock.now()
        with self._store.begin() as work:
            work.sessions.purge(now)
            work.directories.purge(now)
            retired = work.keys.retire_keys(current_kid, now)
            if retired:
                work.journal.announce_key()
        if retired:
            self._changed()


def _service_account(work: Work, client_id: str) -> int:
    key = usernames.key_of(client_id)
    known = work.people.by_name(key)
    if known is not None:
        return known.employee_id
    new = NewAccount(username=client_id, username_key=key, roles=frozenset({Role.SERVICE}))
    return add(work, new, _COMMAND_LINE, "account.created").employee_id
