"""The kiosk: who stands there, and what they confirm."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from prometheus_client import Counter

from attendance_service.domain.kiosk import (
    TICKET_LIFE,
    Known,
    Way,
    kiosk_place,
    needs_photo,
    outcome,
    photo_missing,
    unknown_face,
)
from attendance_service.domain.policy import Place
from attendance_service.domain.punches import OPEN_FOR, Move, decide
from attendance_service.domain.records import Record
from attendance_service.domain.times import offset_minutes
from attendance_service.service.check_in import CheckIn
from attendance_service.service.ports import Entry, Images, People, Places, StateStore
from common.clock import Clock
from common.errors import forbidden
from common.identity import Action, Object, Person, Role, Subject, authorize, object_of, require

_LOOKS = Counter("hazir_kiosk_looks", "People known at a kiosk.", ["way"])
_NOT_PEOPLE = frozenset({Role.DEVICE, Role.SERVICE})


@dataclass(frozen=True, slots=True)
class Held:
    """What a ticket stands for: whose punch it would be, where, which way, on which evidence."""

    employee_id: int
    place_id: int
    action: str
    evidence: Mapping[str, Any]
    photo: bytes | None


@dataclass(frozen=True, slots=True)
class Offer:
    """Somebody is known and may confirm. ``photo``: with a picture, which is not there yet."""

    ticket: str
    person: Person
    action: Move
    place: Place
    expires_at: datetime
    photo: bool


class Peers(Protocol):
    """The services that know faces, badges and PINs, asked with the device's own token."""

    def identify(self, bearer: str, frames: Sequence[bytes]) -> Known:
        """Whom the frames show; raises ``unknown_face``, ``biometrics_off``, ``no_face`` …"""
        ...

    def by_badge(self, bearer: str, badge: str) -> Known:
        """Whose badge it is; raises ``invalid_credentials``."""
        ...

    def by_pin(self, bearer: str, name: str, pin: str) -> Known:
        """Whose username or number and PIN these are; raises ``invalid_credentials``."""
        ...

    def badges(self, bearer: str, badges: Sequence[str]) -> Sequence[int | None]:
        """Whose badges these are, in their order; ``None`` for nobody's at the device's site."""
        ...


class TicketStore(Protocol):
    """Tickets, each good once."""

    def issue(self, device_id: int, held: Held, expires_at: datetime) -> str:
        """A new ticket."""
        ...

    def held(self, device_id: int, ticket: str, key: str, now: datetime) -> Held:
        """What it stands for; raises ``unknown_ticket``, ``ticket_used``, ``ticket_expired``."""
        ...

    def take(self, device_id: int, ticket: str, key: str, now: datetime) -> None:
        """From now on only ``key`` may take it; raises ``ticket_used``."""
        ...


@dataclass(frozen=True, slots=True)
class Kiosk:
    """The use cases of a device that stands where people come and go."""

    peers: Peers
    tickets: TicketStore
    places: Places
    states: StateStore
    people: People
    images: Images
    check_in: CheckIn
    clock: Clock

    def by_face(
        self, device: Subject, bearer: str, frames: Sequence[bytes], place_id: int | None
    ) -> Offer:
        """Know somebody by their face; where the place keeps pictures, the first frame is kept."""
        place = self._place(device, place_id)
        known = self.peers.identify(bearer, frames)
        photo = self.images.clean(frames[0]) if needs_photo(place) else None
        return self._offer(device, place, known, photo)

    def by_badge(self, device: Subject, bearer: str, badge: str, place_id: int | None) -> Offer:
        """Know somebody by their badge."""
        place = self._place(device, place_id)
        return self._offer(device, place, self.peers.by_badge(bearer, badge), None)

    def by_pin(
        self, device: Subject, bearer: str, name: str, pin: str, place_id: int | None
    ) -> Offer:
        """Know somebody by their username or number, and PIN."""
        place = self._place(device, place_id)
        return self._offer(device, place, self.peers.by_pin(bearer, name, pin), None)

    def confirm(self, device: Subject, ticket: str, key: str | None, image: bytes | None) -> Record:
        """The record that the ticket offers, in the direction that the person was shown.

        Raises what a check-in raises, and ``photo_missing``, ``unknown_ticket``, ``ticket_used``,
        ``ticket_expired``.
        """
        arrived = self.clock.now()
        _require_device(device)
        key = key or str(uuid.uuid4())
        body_hash = _body_hash(ticket, image)
        answered = self.check_in.answered(device.employee_id, key, body_hash)
        if answered is not None:
            return answered
        picture = self.images.clean(image) if image is not None else None
        held = self.tickets.held(device.employee_id, ticket, key, arrived)
        place = self._place(device, held.place_id)
        person = self._person(device, held.employee_id)
        photo = picture if picture is not None else held.photo
        if needs_photo(place) and photo is None:
            raise photo_missing()
        if person is None:
            raise forbidden()
        self.tickets.take(device.employee_id, ticket, key, arrived)
        return self.check_in.known(
            Entry(
                employee_id=person.employee_id,
                action=held.action,
                arrived=arrived,
                open_until=arrived + OPEN_FOR,
                claimed_at=None,
                outcome=outcome(place, Way(held.evidence["known_by"])).value,
                place_id=place.id,
                policy_version=place.policy.version,
                site_id=person.site_id,
                zone=place.zone,
                offset_minutes=offset_minutes(arrived, place.zone),
                source="kiosk",
                evidence={**held.evidence, "photo": photo is not None},
                subject_id=device.employee_id,
                key=key,
                body_hash=body_hash,
                photo=photo,
            )
        )

    def _place(self, device: Subject, place_id: int | None) -> Place:
        _require_device(device)
        return kiosk_place(self.places.at_site(device.person.site_id), place_id)

    def _offer(self, device: Subject, place: Place, known: Known, photo: bytes | None) -> Offer:
        person = self._person(device, known.employee_id)
        if person is None:
            # Whoever was known a moment ago and is locked or moved by now: nobody, either way.
            raise unknown_face() if known.way is Way.FACE else forbidden()
        now = self.clock.now()
        state = next(iter(self.states.states([person.employee_id])), None)
        action = decide(state, None, now).action if state else Move.IN
        held = Held(
            person.employee_id, place.id, action.value, known.evidence(device.employee_id), photo
        )
        until = now + TICKET_LIFE
        ticket = self.tickets.issue(device.employee_id, held, until)
        _LOOKS.labels(known.way.value).inc()
        missing = needs_photo(place) and photo is None
        return Offer(ticket, person, action, place, until, missing)

    def _person(self, device: Subject, employee_id: int) -> Person | None:
        """Somebody of the device's own site who may punch there."""
        person = self.people.person(employee_id)
        if person is None or person.locked or person.roles & _NOT_PEOPLE:
            return None
        at_site = person.site_id == device.person.site_id
        return person if at_site and authorize(device, Action.PUNCH, object_of(person)) else None


def _require_device(device: Subject) -> None:
    site_id = device.person.site_id
    if site_id is None:
        raise forbidden()
    require(device, Action.ATTEND_KIOSK, Object(site_id=site_id))


def _body_hash(ticket: str, image: bytes | None) -> bytes:
    picture = hashlib.sha256(image).hexdigest() if image is not None else None
    return hashlib.sha256(json.dumps(["kiosk", ticket, picture]).encode()).digest()
