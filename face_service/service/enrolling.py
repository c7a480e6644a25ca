"""Enrolled faces: keeping photos, listing, showing and erasing them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from common.errors import DomainError, conflict, not_found
from common.identity import Action, Subject
from face_service.domain.consent import CONSENT_VERSION, consent_required
from face_service.domain.faces import dominant, enrollable
from face_service.domain.matching import Embedding, require_one_person
from face_service.service.access import Access, require_biometrics
from face_service.service.ports import (
    ConsentStore,
    Engine,
    Engines,
    EnrolledFace,
    FaceStore,
    Images,
    NewFace,
    Picture,
    Template,
)

_KEPT_PHOTO_SIDE = 640


@dataclass(frozen=True, slots=True)
class Current:
    """Enrolled embeddings by the engine in use. ``engine_name`` says its models and OpenCV."""

    images: Images
    store: FaceStore
    engine_name: str

    def embedding(self, engine: Engine, employee_id: int, template: Template) -> Embedding:
        """The template's embedding by the engine in use, made anew from the photo if need be."""
        if template.engine == self.engine_name:
            return template.embedding
        jpeg = self.store.photo(employee_id, template.id)
        if jpeg is None:
            raise conflict("not_enrolled", "The enrolled photo is gone; enrol again.")
        try:
            embedding = embed_dominant(engine, self.images.pixels(jpeg), "image")
        except DomainError as fault:
            raise conflict(
                "not_enrolled", "The enrolled photo is unusable; enrol again."
            ) from fault
        self.store.replace(employee_id, Template(template.id, self.engine_name, embedding))
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

    def enrol(
        self, caller: Subject, employee_id: int, images: Sequence[bytes]
    ) -> list[EnrolledFace]:
        """Keep one to five photos of a person, all or none of them."""
        person = self.access.person(caller, Action.ENROL_FACE, employee_id)
        require_biometrics(person)
        consent = self.consents.consent(employee_id)
        if consent is None or consent.version != CONSENT_VERSION:
            raise consent_required()
        pictures = [self.images.both(image, longest=_KEPT_PHOTO_SIDE) for image in images]
        with self.engines.borrow() as engine:
            faces = [_new_face(engine, picture) for picture in pictures]
            known = [
                self.current.embedding(engine, employee_id, one)
                for one in self.store.templates(employee_id)
            ]
        require_one_person([*known, *(face.embedding for face in faces)])
        return self.store.add(
            employee_id, faces, engine=self.current.engine_name, actor=caller.employee_id
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
        return jpeg

    def erase(self, caller: Subject, employee_id: int, face_id: int | None = None) -> None:
        """Erase one enrolled photo, or all; possible at any site, at any time."""
        self.access.person(caller, Action.ERASE_FACE, employee_id)
        erased = self.store.erase(employee_id, face_id, actor=caller.employee_id)
        if face_id is not None and not erased:
            raise not_found()


def embed_dominant(engine: Engine, picture: Picture, field: str) -> Embedding:
    """The face that ``picture`` means, as numbers; raises what `dominant` does."""
    faces = engine.detect(picture)
    face = dominant(faces, width=picture.width, height=picture.height, field=field)
    return engine.embed(picture, face)


def _new_face(engine: Engine, picture: Picture) -> NewFace:
    faces = engine.detect(picture)
    face = enrollable(faces, width=picture.width, height=picture.height)
    return NewFace(engine.embed(picture, face), picture.jpeg, face.score)
