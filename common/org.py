"""Every process's knowledge of people, rights, revoked sessions and signing keys.

auth_service owns them and shows them as views, together with a gapless list of changes. Each
process holds a snapshot and tails the list; a Redis message makes it look sooner, nothing more.
Knowledge older than `STALE_AFTER` is not acted upon: revocations never fail open.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from time import monotonic
from typing import Protocol

from nacl.signing import VerifyKey

from common.bus import CHANGED, Bus
from common.db import Database, Row
from common.errors import DomainError, unauthenticated, unavailable
from common.identity import Person, Role, Subject
from common.sql import Queries
from common.tokens import LONGEST_LIFE, Claims, Verifier, key_id, public_from_jwk

STALE_AFTER = 2.0
POLL_EVERY = 0.4
# A revocation matters until the last token of its session has expired.
_REMEMBER_REVOKED = LONGEST_LIFE + 60
_SQL = Queries(Path(__file__).with_name("org.sql"))


class Hint(Protocol):
    """Something that may wake the tail early."""

    def wait(self, seconds: float) -> None:
        """Return after ``seconds``, or sooner when told of a change."""
        ...


class Sleep:
    """The hint of a process without Redis: none, only the time."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop

    def wait(self, seconds: float) -> None:
        """Return after ``seconds`` or when the process stops."""
        self._stop.wait(seconds)


class OrgView:
    """A snapshot of people that follows the list of changes.

    ``listeners`` are called, on the tailing thread, with the employee numbers and the session
    ids that a change touched.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._people: dict[int, Person] = {}
        self._revoked: set[str] = set()
        self._revoked_read_at = 0.0
        self._keys: dict[str, VerifyKey] = {}
        self._seq = 0
        self._known_at = -STALE_AFTER * 2
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        # Two refreshes at once could let the older one's reading of everybody win.
        self._refreshing = threading.Lock()
        # Held for the writing alone: whoever looks a person up waits for no refresh.
        self._writing = threading.Lock()
        self._turn = 0
        self.listeners: list[Callable[[frozenset[int], frozenset[str]], None]] = []

    def load(self) -> None:
        """Read everything; the head is read first, so a change meanwhile is only read twice."""
        started = monotonic()
        head = self._db.one(_SQL["head"])
        self._read_all()
        self._load_revoked(started)
        self._load_keys()
        self._seq = head.seq if head else 0
        self._known_at = started

    def start(self, bus: Bus | None = None) -> None:
        """Load, then follow the changes on a thread of its own until `stop`."""
        self.load()
        waiting: Hint = bus.listener(CHANGED, self._stop) if bus else Sleep(self._stop)
        self._thread = threading.Thread(
            target=self._follow, args=(waiting,), name="org", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        if self._thread:
            self._thread.join(timeout=2)

    @property
    def fresh(self) -> bool:
        """Whether the snapshot is young enough to be acted upon."""
        return monotonic() - self._known_at <= STALE_AFTER

    def key_for(self, kid: str) -> VerifyKey | None:
        """The public key named ``kid``, or ``None``."""
        return self._keys.get(kid)

    def person(self, employee_id: int) -> Person | None:
        """The person with this number; one not known yet is looked up."""
        known = self._people.get(employee_id)
        if known is None:
            self._look_up(employee_id)
            known = self._people.get(employee_id)
        return known

    def known(self, employee_id: int) -> Person | None:
        """The person with this number, when the snapshot has it; never reads the database."""
        return self._people.get(employee_id)

    def people(self) -> Iterable[Person]:
        """Everybody in the snapshot."""
        return list(self._people.values())

    def subject(self, claims: Claims) -> Subject:
        """The caller that ``claims`` speak of, with the rights of this moment.

        Raises ``unavailable`` when the snapshot is stale, ``unauthenticated`` when the session is
        revoked, the person is locked or unknown, or the token's roles are no longer theirs.
        """
        if not self.fresh:
            raise unavailable("The rights of the caller cannot be checked at the moment.")
        if claims.session_id in self._revoked:
            raise unauthenticated()
        person = self._people.get(claims.employee_id)
        if person is None or person.roles != claims.roles:
            self._look_up(claims.employee_id)
            person = self._people.get(claims.employee_id)
        if person is None or person.locked or person.roles != claims.roles:
            raise unauthenticated()
        return Subject(person, claims.session_id, claims.expires_at, claims.key_id)

    def refresh(self) -> None:
        """Read what has changed since the last look."""
        with self._refreshing:
            started = monotonic()
            while True:
                changes = self._db.all(_SQL["changes"], after=self._seq)
                if changes:
                    self._apply(changes)
                    self._seq = changes[-1].seq
                if len(changes) < 1000:
                    break
            if started - self._revoked_read_at > _REMEMBER_REVOKED:
                self._load_revoked(started)
            self._known_at = started

    def _apply(self, changes: list[Row]) -> None:
        kinds = {change.kind for change in changes}
        sids = frozenset(change.sid for change in changes if change.kind == "session")
        self._revoked |= sids
        touched = frozenset(c.employee_id for c in changes if c.employee_id is not None)
        if "site" in kinds:
            self._read_all()
            touched = frozenset(self._people)
        elif touched:
            self._read(touched)
        if "key" in kinds:
            self._load_keys()
        for listener in self.listeners:
            listener(touched, sids)

    def _read_all(self) -> None:
        found = {row.employee_id: person_of(row) for row in self._db.all(_SQL["people"])}
        with self._writing:
            self._people = found
            self._turn += 1

    def _read(self, ids: Iterable[int]) -> None:
        found = self._found(ids)
        with self._writing:
            self._people.update(found)
            self._turn += 1

    def _look_up(self, employee_id: int) -> None:
        """Read one person. What a refresh has overtaken may be the old one: it is read again."""
        while True:
            turn = self._turn
            found = self._found([employee_id])
            with self._writing:
                if turn == self._turn:
                    self._people.update(found)
                    return

    def _found(self, ids: Iterable[int]) -> dict[int, Person]:
        rows = self._db.all(_SQL["some_people"], ids=list(ids))
        return {row.employee_id: person_of(row) for row in rows}

    def _load_revoked(self, at: float) -> None:
        rows = self._db.all(_SQL["revoked"], life=_REMEMBER_REVOKED)
        self._revoked = {row.sid for row in rows}
        self._revoked_read_at = at

    def _load_keys(self) -> None:
        keys = [public_from_jwk(row.jwk) for row in self._db.all(_SQL["keys"])]
        self._keys = {key_id(key): key for key in keys}

    def _follow(self, hint: Hint) -> None:
        while not self._stop.is_set():
            hint.wait(POLL_EVERY)
            try:
                self.refresh()
            except DomainError:
                # Stale knowledge says so by itself; the next look may succeed.
                self._stop.wait(0.2)


def person_of(row: Row) -> Person:
    """A row of ``org.people`` as a `Person`."""
    return Person(
        employee_id=row.employee_id,
        username=row.username,
        full_name=row.full_name,
        roles=frozenset(Role(role) for role in row.roles),
        school_number=row.school_number,
        locked=row.locked,
        site_id=row.site_id,
        zone=row.zone,
        biometrics=row.biometrics,
        team_ids=frozenset(row.team_ids),
        manages=frozenset(row.manages),
    )


def identifier(org: OrgView, issuer: str) -> Callable[[str], Subject]:
    """The one way from a bearer token to a caller."""
    verifier = Verifier(issuer, org.key_for, time.time)

    def identify(token: str) -> Subject:
        return org.subject(verifier.verify(token))

    return identify
