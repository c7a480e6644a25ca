"""What a start makes sure of, and what is tidied up while the service runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from auth_service.domain import sessions, usernames
from auth_service.service.accounts import add
from auth_service.service.ports import Store, Work
from auth_service.service.values import Decider, NewAccount
from common.clock import Clock
from common.errors import conflict
from common.identity import Role
from common.tokens import LONGEST_LIFE

#: How long a key is published before it signs. A process does not act upon knowledge of keys that
#: is older than two seconds, so by then whoever answers at all has seen it.
SETTLE = timedelta(seconds=5)
_COMMAND_LINE = Decider(None)
# A key signs until its successor is known everywhere, which is a little after that one's birth.
_LAST_TOKEN_OVER = timedelta(seconds=LONGEST_LIFE + 60)


@dataclass(frozen=True, slots=True)
class Published:
    """Since when a key is published, and whether it is the only one."""

    at: datetime
    alone: bool


class Keeping:
    """Keys, service accounts and leftovers. ``changed`` hastens the news of a change."""

    def __init__(self, store: Store, clock: Clock, changed: Callable[[], None]) -> None:
        self._store = store
        self._clock = clock
        self._changed = changed

    def publish_key(self, kid: str, jwk: Mapping[str, str]) -> Published:
        """Let every service verify what the key named ``kid`` signs.

        Raises ``key_withdrawn`` for one that was withdrawn: nobody would take its tokens.
        """
        with self._store.begin() as work:
            if work.keys.add_key(kid, jwk, self._clock.now()):
                work.journal.write(_COMMAND_LINE.entry("key.published", f"key:{kid}"))
                work.journal.announce_key()
            at = work.keys.published_at(kid)
            if at is None:
                raise conflict("key_withdrawn", _WITHDRAWN)
            alone = len(work.keys.keys()) == 1
        self._changed()
        return Published(at, alone)

    def note_signs(self, kid: str) -> None:
        """Write down that the key named ``kid`` signs from now on."""
        with self._store.begin() as work:
            work.journal.write(_COMMAND_LINE.entry("key.signs", f"key:{kid}"))

    def withdraw_others(self, current_kid: str, reason: str) -> list[str]:
        """Withdraw every key but ``current_kid`` at once; their names.

        Raises ``key_unknown`` while that one is not published, and ``key_settling`` while it does
        not sign yet: nobody could sign in any more.
        """
        with self._store.begin() as work:
            now, at = self._clock.now(), work.keys.published_at(current_kid)
            if at is None:
                raise conflict("key_unknown", "The key that is to stay is not published.")
            if now - at < SETTLE:
                raise conflict("key_settling", "The key that is to stay does not sign yet; wait.")
            gone = work.keys.retire_keys(current_kid, now, timedelta())
            _note_withdrawn(work, gone, reason)
        self._changed()
        return gone

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
            retired = work.keys.retire_keys(current_kid, now, _LAST_TOKEN_OVER)
            _note_withdrawn(work, retired, "its last token is over")
        if retired:
            self._changed()


_WITHDRAWN = "This signing key was withdrawn; make another one (make rotate-key)."


def _note_withdrawn(work: Work, kids: Sequence[str], reason: str) -> None:
    for kid in kids:
        work.journal.write(_COMMAND_LINE.entry("key.withdrawn", f"key:{kid}", reason=reason))
    if kids:
        work.journal.announce_key()


def _service_account(work: Work, client_id: str) -> int:
    key = usernames.key_of(client_id)
    known = work.people.by_name(key)
    if known is not None:
        return known.employee_id
    new = NewAccount(username=client_id, username_key=key, roles=frozenset({Role.SERVICE}))
    return add(work, new, _COMMAND_LINE, "account.created").employee_id
