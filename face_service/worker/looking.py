"""Looking at the pictures of a job: the face service's own comparison, without HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from common import logs
from common.clock import SystemClock
from common.config import load
from common.db import Database
from common.errors import DomainError, Kind, not_found
from common.identity import Subject
from common.imaging.reader import ImageReader
from common.org import OrgView
from common.sql import dsn
from common.vault import Vault
from face_service import engine, weights
from face_service.domain.jobs import JobKind, Outcome, unfit
from face_service.domain.liveness import LivenessVerdict
from face_service.domain.matching import Verdict
from face_service.service.access import Access, require_biometrics
from face_service.service.comparing import Comparing
from face_service.service.enrolling import Current
from face_service.service.job_ports import Turn, Work
from face_service.service.liveness import Liveness, Proof
from face_service.settings import Settings
from face_service.store.audit import Audit
from face_service.store.faces import Faces
from face_service.store.jobs import Jobs, vault_of
from face_service.store.liveness import LivenessBook, key_of

#: Refusals that looking again would not change.
_FINAL = frozenset(
    {Kind.UNPROCESSABLE, Kind.CONFLICT, Kind.FORBIDDEN, Kind.NOT_FOUND, Kind.TOO_LARGE}
)


@dataclass(frozen=True, slots=True)
class Judge:
    """Compares what a job holds."""

    comparing: Comparing
    liveness: Liveness
    org: OrgView
    jobs: Jobs

    def __call__(self, turn: Turn) -> dict[str, Any]:
        """How the try ends, as the worker is told: an outcome, or why there is none."""
        work = self.jobs.work(turn)
        if work is None:
            return {"failed": "pictures_gone"}
        try:
            return {"outcome": self._compare(turn.job_id, work).as_json(), "compared": True}
        except DomainError as refusal:
            if refusal.kind in _FINAL:
                return {"outcome": unfit(refusal.code).as_json(), "compared": False}
            return {"failed": refusal.code}

    def _compare(self, job_id: int, work: Work) -> Outcome:
        caller = self._caller(work.submitted_by)
        if work.kind is JobKind.PAIR:
            self._require_biometrics(work.school_number)
            one, other = work.pictures["picture"][0], work.pictures["intended_picture"][0]
            return _outcome(self.comparing.verify_pair(caller, one, other))
        assert work.employee_id is not None, "the table says so"
        image, frames = work.pictures["image"][0], work.pictures.get("frame", ())
        outcome = _outcome(self.comparing.verify_person(caller, image, work.employee_id))
        if not frames:
            return outcome
        # Tried again, the frames are the same ones, and nobody has shown them twice.
        proof = Proof([image, *frames], occasion=f"job:{job_id}")
        live = self.liveness.check_person(caller, work.employee_id, proof)
        return replace(outcome, liveness=_told(live))

    def _require_biometrics(self, school_number: str | None) -> None:
        """Raise ``biometrics_off`` for somebody of this installation whose site uses no faces.

        Whose number is not known here is the submitter's to answer for, with both pictures.
        """
        for person in self.org.people():
            if person.school_number is not None and person.school_number == school_number:
                require_biometrics(person)

    def _caller(self, employee_id: int) -> Subject:
        """Whoever submitted the job, with the rights that they have now."""
        person = self.org.person(employee_id)
        if person is None:
            raise not_found()
        return Subject(person, "job", float("inf"))


def _told(live: LivenessVerdict) -> dict[str, Any]:
    score = None if live.score is None else round(live.score, 4)
    return {"decision": live.decision.value, "score": score, "reason": live.reason.value}


def _outcome(verdict: Verdict) -> Outcome:
    word = verdict.decision.value
    return Outcome(word, _REASONS[word], round(verdict.similarity, 4), verdict.threshold)


_REASONS = {"accept": "match", "review": "doubtful", "reject": "face_mismatch"}


def judge_for(env: Mapping[str, str]) -> Judge:
    """Everything that comparing takes, without HTTP; raises ``unavailable`` without the models."""
    settings = load(Settings, env)
    logs.configure("face-job", settings.log_level)
    engine.prepare()
    db = Database(
        dsn(settings, "hazir_face", settings.database_password.reveal()), size=2, name="face job"
    )
    org = OrgView(db)
    org.start()
    models = weights.model_dir(env)
    engines = engine.Engines(lambda: engine.FaceEngine(models), count=1, queue=0)
    with engines.borrow():
        pass  # the models are in memory from here on
    images = ImageReader(size=1)
    access, faces = Access(org), Faces(db, Vault(settings.face_key.key()))
    book = LivenessBook(db, key_of(settings.face_key.key()), settings.replay_days)
    liveness = Liveness(access, images, engines, book, settings.liveness(), SystemClock())
    current = Current(images, faces, engine.engine_name())
    comparing = Comparing(access, images, engines, faces, Audit(db), current, settings.thresholds)
    return Judge(comparing, liveness, org, Jobs(db, vault_of(settings.face_key.key())))
