"""Who of a site's people it is, and one face on two accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from common import logs
from common.errors import DomainError, forbidden, not_found
from common.identity import SYSTEM, Action, Object, Person, Subject, authorize, require
from face_service.domain.faces import refused
from face_service.domain.identification import Identification, Rules, alike, identify
from face_service.domain.matching import Embedding, template
from face_service.service.embedding import embed_dominant
from face_service.service.ports import (
    Alarm,
    AlarmStore,
    Alike,
    Engines,
    Galleries,
    Images,
    Sites,
)


@dataclass(frozen=True, slots=True)
class Identifying:
    """Identification among the people of one site; no image is kept."""

    images: Images
    engines: Engines
    galleries: Galleries
    sites: Sites
    alarms: AlarmStore
    engine_name: str
    rules: Rules

    def identify(
        self, caller: Subject, frames: Sequence[bytes], site_id: int | None = None
    ) -> Identification:
        """Who the ``frames`` of one person show, at ``site_id`` or else at the caller's own site.

        Raises ``biometrics_off``, and what is wrong with the images; a frame without a face agrees
        with nobody, and is a fault only where no frame has one.
        """
        place = self._site(caller, site_id)
        probes = self._probes(frames)
        people, matches = self.galleries.search(place, probes)
        matches += [[] for _ in range(len(frames) - len(probes))]
        found = identify(matches, people=people, rules=self.rules)
        self.alarms.note(
            found,
            actor=caller.employee_id,
            site_id=place,
            frames=len(frames),
            engine=self.engine_name,
        )
        return found

    def _probes(self, frames: Sequence[bytes]) -> list[Embedding]:
        """The faces of those frames that show one; raises the first fault when none does.

        Of each frame the pixels are let go before the next one is decoded.
        """
        probes: list[Embedding] = []
        faults: list[DomainError] = []
        for frame in frames:
            probe = self._probe(frame)
            if isinstance(probe, DomainError):
                faults.append(probe)
            else:
                probes.append(probe)
        if faults and not probes:
            raise faults[0]
        return probes

    def _probe(self, frame: bytes) -> Embedding | DomainError:
        """The face in ``frame``, or why there is none to search for."""
        picture = self.images.pixels(frame)
        with self.engines.borrow() as engine:
            try:
                return embed_dominant(engine, picture, "image")
            except DomainError as fault:
                return fault

    def _site(self, caller: Subject, site_id: int | None) -> int:
        place = caller.person.site_id if site_id is None else site_id
        if place is None:
            require(caller, Action.IDENTIFY_FACE, SYSTEM)
            raise refused("invalid_request", "Say at which site.", "site")
        require(caller, Action.IDENTIFY_FACE, Object(site_id=place))
        uses_faces = self.sites.uses_faces(place)
        if uses_faces is None:
            raise not_found("There is no such site.")
        if not uses_faces:
            raise forbidden("Faces are not used at this site.", code="biometrics_off")
        return place


@dataclass(frozen=True, slots=True)
class Watch:
    """Looks whether somebody who enrols is enrolled already under another account."""

    galleries: Galleries
    rules: Rules

    def alike(self, person: Person, embeddings: Sequence[Embedding]) -> Alike | None:
        """The others of the person's site whom these photos resemble.

        Who enrols is never told. That the site cannot be searched at the moment refuses nobody an
        enrolment: two alike are found at the next identification as well.
        """
        if person.site_id is None:
            return None
        try:
            people, (matches,) = self.galleries.search(
                person.site_id, [template(embeddings)], without=person.employee_id
            )
        except DomainError as fault:
            logs.log().warning("enrolment not compared with others", code=fault.code)
            return None
        return Alike(person.site_id, alike(matches, people=people, rules=self.rules))


@dataclass(frozen=True, slots=True)
class Alarming:
    """Looking into alarms."""

    alarms: AlarmStore

    def page(
        self, caller: Subject, *, open_: bool | None, before: int | None, limit: int
    ) -> list[Alarm]:
        """Alarms, the newest first."""
        require(caller, Action.HANDLE_ALARMS, SYSTEM)
        return self.alarms.page(open_=open_, before=before, limit=limit)

    def close(self, caller: Subject, alarm_id: int, note: str) -> Alarm:
        """Close an alarm; raises ``not_found`` or ``already_closed``."""
        require(caller, Action.HANDLE_ALARMS, SYSTEM)
        return self.alarms.close(alarm_id, note, actor=caller.employee_id)


def may_see_candidates(caller: Subject) -> bool:
    """Whether the caller may know who else it might have been."""
    return authorize(caller, Action.HANDLE_ALARMS, SYSTEM)
