"""Finding faces in images, and comparing them; no image is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from common.errors import conflict
from common.identity import Action, Subject
from face_service.domain.faces import Face
from face_service.domain.matching import Embedding, Thresholds, Verdict, compare
from face_service.service.access import Access, require_biometrics, require_permission
from face_service.service.embedding import embed_dominant
from face_service.service.enrolling import Current
from face_service.service.ports import Audit, Engines, FaceStore, Images


@dataclass(frozen=True, slots=True)
class Detection:
    """The faces of an image, and its size in pixels the right way up."""

    faces: Sequence[Face]
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Comparing:
    """Which faces an image shows, and whether they are somebody's."""

    access: Access
    images: Images
    engines: Engines
    store: FaceStore
    audit: Audit
    current: Current
    thresholds: Thresholds

    def detect(self, caller: Subject, image: bytes) -> Detection:
        """The faces in ``image``."""
        require_permission(caller, Action.DETECT_FACE)
        picture = self.images.pixels(image)
        with self.engines.borrow() as engine:
            faces = engine.detect(picture)
        return Detection(faces, picture.width, picture.height)

    def verify_pair(self, caller: Subject, image: bytes, reference: bytes) -> Verdict:
        """Whether two images show the same person; nothing of them is kept."""
        require_permission(caller, Action.VERIFY_FACE)
        probe = self._embedded(image, "image")
        known = self._embedded(reference, "reference")
        verdict = compare(probe, [known], self.thresholds)
        self._note(verdict, caller, None)
        return verdict

    def verify_person(self, caller: Subject, image: bytes, employee_id: int) -> Verdict:
        """Whether ``image`` shows the person who is enrolled under ``employee_id``.

        Raises ``biometrics_off`` or ``not_enrolled`` besides what is wrong with the image.
        """
        person = self.access.person(caller, Action.VERIFY_FACE, employee_id)
        require_biometrics(person)
        templates = self.store.templates(employee_id)
        if not templates:
            raise conflict("not_enrolled", "No face is enrolled for this person.")
        picture = self.images.pixels(image)
        with self.engines.borrow() as engine:
            enrolled = self.current.embeddings(engine, employee_id, templates)
            if not enrolled:
                raise conflict("not_enrolled", "The enrolled photos are unusable; enrol again.")
            probe = embed_dominant(engine, picture, "image")
        verdict = compare(probe, enrolled, self.thresholds)
        self._note(verdict, caller, employee_id)
        return verdict

    def _embedded(self, image: bytes, field: str) -> Embedding:
        """The face that ``image`` means; its pixels are not kept until the next one's are there."""
        picture = self.images.pixels(image, field=field)
        with self.engines.borrow() as engine:
            return embed_dominant(engine, picture, field)

    def _note(self, verdict: Verdict, caller: Subject, employee_id: int | None) -> None:
        self.audit.note(
            verdict,
            actor=caller.employee_id,
            employee_id=employee_id,
            engine=self.current.engine_name,
        )
