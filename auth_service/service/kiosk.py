"""Who stands at a kiosk, by PIN or badge; and setting these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from prometheus_client import Counter as Metric

from auth_service.domain import attempts, kiosk, usernames
from auth_service.domain.attempts import Counter
from auth_service.service.account_values import KioskCredential, KioskPerson
from auth_service.service.ports import PasswordThread, Store, Work
from auth_service.service.rights import still_may
from auth_service.service.throttle import Charge
from auth_service.service.values import Decider
from common.clock import Clock
from common.errors import forbidden, not_found
from common.identity import (
    SYSTEM,
    Action,
    Object,
    Role,
    Subject,
    authorize,
    require,
)

MOST_BADGES = 500
_KNOWN = Metric("hazir_kiosk_resolved", "People looked up at a kiosk.", ["way", "outcome"])
_NOT_PEOPLE = frozenset({Role.DEVICE, Role.SERVICE})


@dataclass(frozen=True, slots=True)
class KioskState:
    """Whether somebody has a PIN, and the end of their badge's code, if they have one."""

    pin: bool
    badge_hint: str | None


class Kiosk:
    """PINs and badges. ``factor`` multiplies how many attempts may fail."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        password_thread: PasswordThread,
        badge_key: bytes,
        factor: int = 1,
    ) -> None:
        self._store = store
        self._clock = clock
        self._passwords = password_thread
        self._badge_key = badge_key
        self._factor = factor

    def state(self, subject: Subject, employee_id: int) -> KioskState:
        """What somebody has; raises ``not_found`` for whom the caller may not ask about."""
        with self._store.begin() as work:
            account = work.people.by_id(employee_id)
            known = account is not None and not account.roles & _NOT_PEOPLE
            if not known or not authorize(subject, Action.SET_KIOSK, Object(employee_id)):
                raise not_found()
            return _shown(work.kiosk.get(employee_id))

    def set(
        self,
        subject: Subject,
        employee_id: int,
        wanted: Mapping[str, str | None],
        request_id: str,
    ) -> KioskState:
        """Set or (with ``None``) take away ``pin`` and ``badge``; one's own badge is an admin's.

        Raises ``weak_pin``, ``badge_taken``, ``not_found``.
        """
        require(subject, Action.SET_KIOSK, Object(employee_id))
        administers = employee_id != subject.employee_id or "badge" in wanted
        if administers:
            require(subject, Action.MANAGE_PEOPLE, SYSTEM)
        changes = self._changes(employee_id, wanted)
        with self._store.begin() as work:
            if administers:
                still_may(work, subject, Action.MANAGE_PEOPLE)
            account = work.people.hold(employee_id)
            if account is None or account.roles & _NOT_PEOPLE:
                raise not_found()
            before = work.kiosk.get(employee_id)
            after = replace(before, **changes)
            work.kiosk.put(employee_id, after)
            _note(
                work, Decider(subject.employee_id, request_id), employee_id, wanted, before, after
            )
        return _shown(after)

    def by_pin(self, subject: Subject, name: str, pin: str) -> KioskPerson:
        """The person of the device's site with this username or number, and this PIN.

        Raises ``invalid_credentials``, ``rate_limited``.
        """
        site_id = _site(subject)
        with self._passwords.turn() as turn:
            with self._store.begin() as work:
                found = work.kiosk.named(site_id, usernames.key_of(name), name.strip())
                tried = found.employee_id if found else None
                charge = self._charge(work, subject, tried)
            charge.check()
            text = kiosk.pin_text(tried or 0, pin)
            right = turn.verify(found.pin_hash if found else None, text).right
        if found is None or not right:
            _KNOWN.labels("pin", "refused").inc()
            raise kiosk.unknown()
        with self._store.begin() as work:
            work.sessions.refund(charge.counters)
        _KNOWN.labels("pin", "known").inc()
        return found

    def by_badge(self, subject: Subject, badge: str) -> KioskPerson:
        """The person of the device's site with this badge; raises ``invalid_credentials``."""
        (found,) = self.by_badges(subject, [badge])
        if found is None:
            raise kiosk.unknown()
        return found

    def by_badges(self, subject: Subject, badges: Sequence[str]) -> list[KioskPerson | None]:
        """The same for a queue of badges that a kiosk read while it had no network.

        Raises ``rate_limited``. However many of one call are unknown, one failure is counted.
        """
        site_id = _site(subject)
        marks = [kiosk.badge_mark(self._badge_key, kiosk.normal_badge(one)) for one in badges]
        with self._store.begin() as work:
            charge = self._charge(work, subject, None)
        charge.check()
        with self._store.begin() as work:
            people = work.kiosk.badged(site_id, marks)
            found = [people.get(mark) for mark in marks]
            if all(found):
                work.sessions.refund(charge.counters)
        for one in found:
            _KNOWN.labels("badge", "known" if one else "refused").inc()
        return found

    def _charge(self, work: Work, subject: Subject, employee_id: int | None) -> Charge:
        counters: list[Counter] = kiosk.counters(subject.employee_id, employee_id, self._factor)
        levels = work.sessions.charge(counters, self._clock.now())
        charged = [one for one in counters if one.kind in levels]
        wait, kind = max((attempts.wait(one, levels[one.kind]), one.kind) for one in charged)
        return Charge(charged, wait, kind)

    def _changes(self, employee_id: int, wanted: Mapping[str, str | None]) -> dict[str, Any]:
        """The columns to be set; the hash is made before anything is locked."""
        changes: dict[str, Any] = {}
        if "badge" in wanted:
            code = wanted["badge"]
            badge = None if code is None else kiosk.checked_badge(code)
            changes["badge_mark"] = badge and kiosk.badge_mark(self._badge_key, badge)
            changes["badge_hint"] = badge and kiosk.hint(badge)
        if "pin" in wanted:
            typed = wanted["pin"]
            changes["pin_hash"] = None if typed is None else self._hash(employee_id, typed)
        return changes

    def _hash(self, employee_id: int, typed: str) -> str:
        pin = kiosk.checked_pin(typed)
        with self._passwords.turn() as turn:
            return turn.hash(kiosk.pin_text(employee_id, pin))


def _site(subject: Subject) -> int:
    site_id = subject.person.site_id
    if site_id is None:
        raise forbidden()
    require(subject, Action.ATTEND_KIOSK, Object(site_id=site_id))
    return site_id


def _shown(held: KioskCredential) -> KioskState:
    return KioskState(held.pin_hash is not None, held.badge_hint)


def _note(
    work: Work,
    decider: Decider,
    employee_id: int,
    wanted: Mapping[str, str | None],
    before: KioskCredential,
    after: KioskCredential,
) -> None:
    """A line for each that changed; neither a PIN nor a whole badge is in it."""
    name = f"person:{employee_id}"
    if "pin" in wanted and (before.pin_hash or after.pin_hash):
        done = "kiosk.pin_set" if after.pin_hash else "kiosk.pin_removed"
        work.journal.write(decider.entry(done, name))
    if before.badge_mark != after.badge_mark:
        done = "kiosk.badge_set" if after.badge_mark else "kiosk.badge_removed"
        work.journal.write(
            decider.entry(
                done,
                name,
                before={"badge_hint": before.badge_hint},
                after={"badge_hint": after.badge_hint},
            )
        )
