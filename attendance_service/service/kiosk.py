"""The kiosk: who stands there, and what they confirm."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from prometheus_client import Counter

from attendance_service.domain.evidence import LivenessResult, Outcome
from attendance_service.domain.kiosk import (
    TICKET_LIFE,
    Known,
    Way,
    judge,
    kiosk_place,
    needs_photo,
    photo_missing,
    seen,
    unknown_face,
)
from attendance_service.domain.policy import Place
from attendance_service.domain.punches import OPEN_FOR, Move, decide
from attendance_service.domain.records import Record
from attendance_service.domain.times import offset_minutes
from attendance_service.service.kiosk_ports import Held, Offer, Peers, Shown, TicketStore
from attendance_service.service.ledger import Ledger
from attendance_service.service.ports import Entry, Images, LiveProof, People, Places, StateStore
from common.clock import Clock
from common.errors import forbidden
from common.identity import Action, Object, Person, Role, Subject, authorize, object_of, require

_LOOKS = Counter("hazir_kiosk_looks", "People known at a kiosk.", ["way"])
_NOT_PEOPLE = frozenset({Role.DEVICE, Role.SERVICE})


@dataclass(frozen=True, slots=True)
class Kiosk:
    """The use cases of a device that stands where people come and go."""

    peers: Peers
    tickets: TicketStore
    places: Places
    states: StateStore
    people: People
    images: Images
    ledger: Ledger
    clock: Clock

    def by_face(self, device: Subject, token: str, shown: Shown, place_id: int | None) -> Offer:
        """Know somebody by their face, and whether they are there where the place asks for that.

        The first picture is kept where the place keeps pictures, and where somebody has to look.
        Who is surely not there is refused as at a check-in: ``not_live`` is raised, and kept as a
        refused record of the person whose face was shown.
        """
        arrived = self.clock.now()
        place = self._place(device, place_id)
        known = self.peers.identify(token, shown.images)
        person = self._known(device, known)
        if place.policy.needs_liveness:
            known = replace(known, live=self._live(token, person, shown))
        judged = judge(place, known.evidence(device.employee_id))
        surely = judged.outcome is Outcome.ACCEPTED
        photo = self.images.clean(shown.images[0]) if needs_photo(place) or not surely else None
        held = self._held(device, person, place, known, photo)
        if judged.outcome is not Outcome.REFUSED:
            return self._offer(device, person, place, held)
        key = str(uuid.uuid4())
        entry = _entry(device, person, place, held, arrived, key, _body_hash(key, None))
        self.ledger.refuse(entry, judged)
        raise unknown_face()  # not reached, as nobody else has this key; never an offer

    def by_badge(self, device: Subject, token: str, badge: str, place_id: int | None) -> Offer:
        """Know somebody by their badge."""
        place = self._place(device, place_id)
        return self._offer_known(device, place, self.peers.by_badge(token, badge))

    def by_pin(
        self, device: Subject, token: str, name: str, pin: str, place_id: int | None
    ) -> Offer:
        """Know somebody by their username or number, and PIN."""
        place = self._place(device, place_id)
        return self._offer_known(device, place, self.peers.by_pin(token, name, pin))

    def confirm(self, device: Subject, ticket: str, key: str | None, image: bytes | None) -> Record:
        """The record that the ticket offers, in the direction that the person was shown.

        Raises what a check-in raises, and ``photo_missing``, ``unknown_ticket``, ``ticket_used``,
        ``ticket_expired``.
        """
        arrived = self.clock.now()
        _require_device(device)
        key = key or str(uuid.uuid4())
        body_hash = _body_hash(ticket, image)
        answered = self.ledger.answered(device.employee_id, key, body_hash)
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
        held = replace(held, photo=photo)
        judged = judge(place, held.evidence)
        entry = _entry(device, person, place, held, arrived, key, body_hash)
        if judged.outcome is Outcome.REFUSED:
            # Nobody gets a ticket for that; were it so all the same, it would be no punch.
            return self.ledger.refuse(entry, judged)
        return self.ledger.write(replace(entry, outcome=judged.outcome.value))

    def _place(self, device: Subject, place_id: int | None) -> Place:
        _require_device(device)
        return kiosk_place(self.places.at_site(device.person.site_id), place_id)

    def _live(self, token: str, person: Person, shown: Shown) -> LivenessResult:
        """Whether ``person`` is there, by all pictures in their order."""
        further = [self.images.clean(frame, field="frame") for frame in shown.frames]
        proof = LiveProof([*shown.images[1:], *further], shown.challenge)
        said = self.peers.compare(token, person.employee_id, shown.images[0], proof)
        return seen(said)

    def _offer_known(self, device: Subject, place: Place, known: Known) -> Offer:
        person = self._known(device, known)
        return self._offer(device, person, place, self._held(device, person, place, known, None))

    def _offer(self, device: Subject, person: Person, place: Place, held: Held) -> Offer:
        until = self.clock.now() + TICKET_LIFE
        ticket = self.tickets.issue(device.employee_id, held, until)
        _LOOKS.labels(held.evidence["known_by"]).inc()
        missing = needs_photo(place) and held.photo is None
        return Offer(ticket, person, Move(held.action), place, until, missing)

    def _held(
        self, device: Subject, person: Person, place: Place, known: Known, photo: bytes | None
    ) -> Held:
        """Whose punch it would be, the way that they would go now."""
        state = next(iter(self.states.states([person.employee_id])), None)
        action = decide(state, None, self.clock.now()).action if state else Move.IN
        evidence = known.evidence(device.employee_id)
        return Held(person.employee_id, place.id, action.value, evidence, photo)

    def _known(self, device: Subject, known: Known) -> Person:
        person = self._person(device, known.employee_id)
        if person is None:
            # Whoever was known a moment ago and is locked or moved by now: nobody, either way.
            raise unknown_face() if known.way is Way.FACE else forbidden()
        return person

    def _person(self, device: Subject, employee_id: int) -> Person | None:
        """Somebody of the device's own site who may punch there."""
        person = self.people.person(employee_id)
        if person is None or person.locked or person.roles & _NOT_PEOPLE:
            return None
        at_site = person.site_id == device.person.site_id
        return person if at_site and authorize(device, Action.PUNCH, object_of(person)) else None


def _entry(
    device: Subject,
    person: Person,
    place: Place,
    held: Held,
    arrived: datetime,
    key: str,
    body_hash: bytes,
) -> Entry:
    return Entry(
        employee_id=person.employee_id,
        action=held.action,
        arrived=arrived,
        open_until=arrived + OPEN_FOR,
        claimed_at=None,
        outcome=Outcome.REFUSED.value,
        place_id=place.id,
        policy_version=place.policy.version,
        site_id=person.site_id,
        zone=place.zone,
        offset_minutes=offset_minutes(arrived, place.zone),
        source="kiosk",
        evidence={**held.evidence, "photo": held.photo is not None},
        subject_id=device.employee_id,
        key=key,
        body_hash=body_hash,
        photo=held.photo,
    )


def _require_device(device: Subject) -> None:
    site_id = device.person.site_id
    if site_id is None:
        raise forbidden()
    require(device, Action.ATTEND_KIOSK, Object(site_id=site_id))


def _body_hash(ticket: str, image: bytes | None) -> bytes:
    picture = hashlib.sha256(image).hexdigest() if image is not None else None
    return hashlib.sha256(json.dumps(["kiosk", ticket, picture]).encode()).digest()
