"""Enrolled faces: keeping photos, listing, showing and erasing them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from common.errors import DomainError, Kind, conflict, not_found
from common.identity import Action, Person, Subject
from face_service.domain.consent import CONSENT_VERSION, consent_required
from face_service.domain.faces import Face, foremost
from face_service.domain.matching import Embedding, Thresholds, require_one_person
from face_service.domain.quality import Assessment, Limits, assess, refusal
from face_service.service.access import Access, require_biometrics, require_permission
from face_service.service.embedding import embed_kept
from face_service.service.identifying import Watch
from face_service.service.ports import (
    ConsentStore,
    Engine,
    Engines,
    EnrolledFace,
    EnrolmentMoved,
    FaceStore,
    Images,
    LookLog,
    NewFace,
    Picture,
    Template,
)

_KEPT_PHOTO_SIDE = 640
# How often an enrolment is compared anew because another one was quicker.
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Current:
    """Enrolled embeddings by the engine in use. ``engine_name`` says its models and OpenCV."""

    images: Images
    store: FaceStore
    engine_name: str

    def embeddings(
        self, engine: Engine, employee_id: int, templates: Sequence[Template]
    ) -> list[Embedding]:
        """The templates' embeddings by the engine in use, made anew from their photos if need be.

        A photo that is gone, or of which the engine makes nothing, has none.
        """
        found = (self._embedding(engine, employee_id, one) for one in templates)
        return [embedding for embedding in found if embedding is not None]

    def _embedding(self, engine: Engine, employee_id: int, template: Template) -> Embedding | None:
        if template.engine == self.engine_name:
            return template.embedding
        jpeg = self.store.photo(employee_id, template.id)
        embedding = None if jpeg is None else embed_kept(engine, self.images, jpeg)
        if embedding is not None:
            self.store.renew(employee_id, [Template(template.id, self.engine_name, embedding)])
        return embedding


@dataclass(frozen=True, slots=True)
class Enrolling:
    """The enrolled photos of a person."""

    access: Access
    images: Images
    engines: Engines
    store: FaceStore
    consents: ConsentStore
    current: Current
    watch: Watch
    thresholds: Thresholds
    limits: Limits
    looks: LookLog

    def assess(self, caller: Subject, image: bytes) -> Assessment:
        """Whether a photo would be taken, and what was measured of it; nothing of it is kept."""
        require_permission(caller, Action.DETECT_FACE)
        picture = self.images.pixels(image)
        with self.engines.borrow() as engine:
            return _assess(engine, picture, self.limits)[0]

    def enrol(
        self, caller: Subject, employee_id: int, images: Sequence[bytes]
    ) -> list[EnrolledFace]:
        """Keep one to five photos of a person, all or none of them."""
        person = self.access.person(caller, Action.ENROL_FACE, employee_id)
        require_biometrics(person)
        consent = self.consents.consent(employee_id)
        if consent is None or consent.version != CONSENT_VERSION:
            raise consent_required()
        faces = [self._face(number, image) for number, image in enumerate(images)]
        for _ in range(_TRIES):
            try:
                return self._keep(person, faces, actor=caller.employee_id)
            except EnrolmentMoved:
                continue
        raise conflict("enrolment_changed", "Other photos were enrolled just now; try again.")

    def _face(self, number: int, image: bytes) -> NewFace:
        """What is kept of one photo; its pixels are let go before the next one is decoded."""
        with _of_photo(number):
            picture = self.images.both(image, longest=_KEPT_PHOTO_SIDE)
            with self.engines.borrow() as engine:
                return _new_face(engine, picture, self.limits)

    def _keep(self, person: Person, faces: Sequence[NewFace], *, actor: int) -> list[EnrolledFace]:
        """Keep ``faces`` if they and those enrolled before show one person.

        Raises `EnrolmentMoved` when the ones before are others by then: two photos of two people
        that came at the same time would each have been compared with nobody.
        """
        before = [face.id for face in self.store.faces(person.employee_id)]
        templates = self.store.templates(person.employee_id)
        known: list[Embedding] = []
        if templates:
            with self.engines.borrow() as engine:
                known = self.current.embeddings(engine, person.employee_id, templates)
        whole = [*known, *(face.embedding for face in faces)]
        require_one_person(whole, self.thresholds)
        return self.store.add(
            person.employee_id,
            faces,
            beside=before,
            engine=self.current.engine_name,
            actor=actor,
            alike=self.watch.alike(person, whole),
        )

    def faces(self, caller: Subject, employee_id: int) -> list[EnrolledFace]:
        """The enrolled photos."""
        self.access.person(caller, Action.READ_FACES, employee_id)
        return self.store.faces(employee_id)

    def photo(self, caller: Subject, employee_id: int, face_id: int) -> bytes:
        """The JPEG of one enrolled photo."""
        self.access.person(caller, Action.READ_FACES, employee_id)
        jpeg = self.store.photo(employee_id, face_id)
        if jpeg is None:
            raise not_found()
        # Before it is shown: a look that cannot be kept must not happen.
        self.looks.note(employee_id, "enrolled_photo", f"face:{face_id}", actor=caller.employee_id)
        return jpeg

    def portrait(self, caller: Subject, employee_id: int) -> bytes:
        """The photo that was enrolled last, to hold another one beside."""
        self.access.person(caller, Action.READ_FACES, employee_id)
        face_id = self.store.newest(employee_id)
        if face_id is None:
            raise not_found()
        return self.photo(caller, employee_id, face_id)

    def erase(self, caller: Subject, employee_id: int, face_id: int | None = None) -> None:
        """Erase one enrolled photo, or all; possible at any site, at any time."""
        self.access.person(caller, Action.ERASE_FACE, employee_id)
        erased = self.store.erase(employee_id, face_id, actor=caller.employee_id)
        if face_id is not None and not erased:
            raise not_found()


def _new_face(engine: Engine, picture: Picture, limits: Limits) -> NewFace:
    assessment, face = _assess(engine, picture, limits)
    if face is None or assessment.quality is None or not assessment.acceptable:
        raise refusal(assessment)
    return NewFace(engine.embed(picture, face), picture.jpeg, assessment.quality)


def _assess(engine: Engine, picture: Picture, limits: Limits) -> tuple[Assessment, Face | None]:
    faces = engine.detect(picture)
    size = {"width": picture.width, "height": picture.height}
    face = foremost(faces, **size) if faces else None
    close_up = engine.close_up(picture, face) if face else None
    return assess(faces, close_up, limits, **size), face


@contextmanager
def _of_photo(number: int) -> Iterator[None]:
    """Say in a refusal which of several photos it is about, from 0."""
    try:
        yield
    except DomainError as fault:
        if fault.kind is Kind.UNAVAILABLE:
            raise
        raise DomainError(
            fault.kind,
            fault.code,
            fault.message,
            field=fault.field,
            extra={**fault.extra, "index": number},
        ) from fault
