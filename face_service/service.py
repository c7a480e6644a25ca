"""The use cases: detect, verify, consent, enrol, list and erase; each asks for permission first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from common.errors import DomainError, conflict, forbidden, not_found
from common.identity import Action, Person, Subject, authorize, object_of
from face_service import domain
from face_service.domain import CONSENT_VERSION, Embedding, Face, Verdict
from face_service.ports import (
    Consent,
    Engine,
    Engines,
    EnrolledFace,
    FaceStore,
    Images,
    NewFace,
    People,
    Picture,
    Template,
)

_KEPT_PHOTO_SIDE = 640


@dataclass(frozen=True, slots=True)
class Detection:
    """The faces of an image, and its size in pixels the right way up."""

    faces: Sequence[Face]
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class ConsentState:
    """The consent of a person, if any, and whether their site uses faces at all."""

    employee_id: int
    consent: Consent | None
    biometrics: bool


@dataclass(frozen=True, slots=True)
class FaceService:
    """What the face service does. ``engine_name`` says which models and OpenCV are in use."""

    images: Images
    engines: Engines
    store: FaceStore
    people: People
    engine_name: str

    def detect(self, caller: Subject, image: bytes) -> Detection:
        """The faces in ``image``."""
        if not authorize(caller, Action.DETECT_FACE, object_of(caller.person)):
            raise forbidden()
        picture = self.images.pixels(image)
        with self.engines.borrow() as engine:
            faces = engine.detect(picture)
        return Detection(faces, picture.width, picture.height)

    def verify_pair(self, caller: Subject, image: bytes, reference: bytes) -> Verdict:
        """Whether two images show the same person; nothing of them is kept."""
        if not authorize(caller, Action.VERIFY_FACE, object_of(caller.person)):
            raise forbidden()
        one = self.images.pixels(image, field="image")
        other = self.images.pixels(reference, field="reference")
        with self.engines.borrow() as engine:
            probe = _embed_dominant(engine, one, "image")
            known = _embed_dominant(engine, other, "reference")
        verdict = domain.compare(probe, [known])
        self._note(verdict, caller, None)
        return verdict

    def verify_person(self, caller: Subject, image: bytes, employee_id: int) -> Verdict:
        """Whether ``image`` shows the person who is enrolled under ``employee_id``.

        Raises ``biometrics_off`` or ``not_enrolled`` besides what is wrong with the image.
        """
        person = self._person(caller, Action.VERIFY_FACE, employee_id)
        _require_biometrics(person)
        templates = self.store.templates(employee_id)
        if not templates:
            raise conflict("not_enrolled", "No face is enrolled for this person.")
        picture = self.images.pixels(image)
        with self.engines.borrow() as engine:
            enrolled = [self._current(engine, employee_id, one) for one in templates]
            probe = _embed_dominant(engine, picture, "image")
        verdict = domain.compare(probe, enrolled)
        self._note(verdict, caller, employee_id)
        return verdict

    def consent(self, caller: Subject, employee_id: int) -> ConsentState:
        """The consent in force."""
        person = self._person(caller, Action.READ_FACES, employee_id)
        return ConsentState(employee_id, self.store.consent(employee_id), person.biometrics)

    def give_consent(self, caller: Subject, employee_id: int, version: str) -> ConsentState:
        """Agree to the text now in force; nobody can do so for another."""
        person = self._person(caller, Action.GIVE_CONSENT, employee_id)
        _require_biometrics(person)
        if version != CONSENT_VERSION:
            raise conflict(
                "consent_outdated",
                "This is not the text now in force.",
                current_version=CONSENT_VERSION,
            )
        given = self.store.give(employee_id, version, actor=caller.employee_id)
        return ConsentState(employee_id, given, person.biometrics)

    def withdraw_consent(self, caller: Subject, employee_id: int) -> None:
        """Take the consent back, which erases every face; possible at any site, at any time."""
        self._person(caller, Action.ERASE_FACE, employee_id)
        self.store.withdraw(employee_id, actor=caller.employee_id)

    def enrol(
        self, caller: Subject, employee_id: int, images: Sequence[bytes]
    ) -> list[EnrolledFace]:
        """Keep one to five photos of a person, all or none of them."""
        person = self._person(caller, Action.ENROL_FACE, employee_id)
        _require_biometrics(person)
        consent = self.store.consent(employee_id)
        if consent is None or consent.version != CONSENT_VERSION:
            raise domain.consent_required()
        pictures = [self.images.both(image, longest=_KEPT_PHOTO_SIDE) for image in images]
        with self.engines.borrow() as engine:
            faces = [_new_face(engine, picture) for picture in pictures]
            known = [
                self._current(engine, employee_id, one) for one in self.store.templates(employee_id)
            ]
        domain.require_one_person([*known, *(face.embedding for face in faces)])
        return self.store.add(employee_id, faces, engine=self.engine_name, actor=caller.employee_id)

    def faces(self, caller: Subject, employee_id: int) -> list[EnrolledFace]:
        """The enrolled photos."""
        self._person(caller, Action.READ_FACES, employee_id)
        return self.store.faces(employee_id)

    def photo(self, caller: Subject, employee_id: int, face_id: int) -> bytes:
        """The JPEG of one enrolled photo."""
        self._person(caller, Action.READ_FACES, employee_id)
        jpeg = self.store.photo(employee_id, face_id)
        if jpeg is None:
            raise not_found()
        return jpeg

    def erase(self, caller: Subject, employee_id: int, face_id: int | None = None) -> None:
        """Erase one enrolled photo, or all; possible at any site, at any time."""
        self._person(caller, Action.ERASE_FACE, employee_id)
        erased = self.store.erase(employee_id, face_id, actor=caller.employee_id)
        if face_id is not None and not erased:
            raise not_found()

    def _person(self, caller: Subject, action: Action, employee_id: int) -> Person:
        """The person acted upon; whoever may not know of them hears that there is nobody."""
        person = self.people.person(employee_id)
        if person is None:
            raise not_found()
        target = object_of(person)
        if authorize(caller, action, target):
            return person
        if authorize(caller, Action.READ_PEOPLE, target):
            raise forbidden()
        raise not_found()

    def _current(self, engine: Engine, employee_id: int, template: Template) -> Embedding:
        """The template's embedding by the engine in use, made anew from the photo if need be."""
        if template.engine == self.engine_name:
            return template.embedding
        jpeg = self.store.photo(employee_id, template.id)
        if jpeg is None:
            raise conflict("not_enrolled", "The enrolled photo is gone; enrol again.")
        try:
            embedding = _embed_dominant(engine, self.images.pixels(jpeg), "image")
        except DomainError as fault:
            raise conflict(
                "not_enrolled", "The enrolled photo is unusable; enrol again."
            ) from fault
        self.store.replace(employee_id, Template(template.id, self.engine_name, embedding))
        return embedding

    def _note(self, verdict: Verdict, caller: Subject, employee_id: int | None) -> None:
        self.store.note(
            verdict,
            actor=caller.employee_id,
            employee_id=employee_id,
            engine=self.engine_name,
        )


def _embed_dominant(engine: Engine, picture: Picture, field: str) -> Embedding:
    faces = engine.detect(picture)
    face = domain.dominant(faces, width=picture.width, height=picture.height, field=field)
    return engine.embed(picture, face)


def _new_face(engine: Engine, picture: Picture) -> NewFace:
    faces = engine.detect(picture)
    face = domain.enrollable(faces, width=picture.width, height=picture.height)
    return NewFace(engine.embed(picture, face), picture.jpeg, face.score)


def _require_biometrics(person: Person) -> None:
    if not person.biometrics:
        raise forbidden("Faces are not used at this site.", code="biometrics_off")
