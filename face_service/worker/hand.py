"""The process that looks at the pictures of a job: ``python -m face_service.worker.hand WORKER``.

A picture that brings OpenCV down, or never lets it finish, takes this process with it and nothing
else: the worker notices, ends it and counts the try. It has the models in memory, so it exists
only while there is work. One JSON line in names a try, one JSON line out says how it ended.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from dataclasses import dataclass
from typing import IO, Any

from common import logs
from common.config import environment, load
from common.db import Database
from common.errors import DomainError, Kind, not_found
from common.identity import Subject
from common.imaging.reader import ImageReader
from common.org import OrgView
from common.sql import dsn
from common.vault import Vault
from face_service import engine, weights
from face_service.domain.jobs import JobKind, Outcome, unfit
from face_service.domain.matching import Verdict
from face_service.service.access import Access
from face_service.service.comparing import Comparing
from face_service.service.enrolling import Current
from face_service.service.job_ports import Turn, Work
from face_service.settings import Settings
from face_service.store.audit import Audit
from face_service.store.faces import Faces
from face_service.store.jobs import Jobs, vault_of

_PR_SET_PDEATHSIG = 1
#: Refusals that looking again would not change.
_FINAL = frozenset(
    {Kind.UNPROCESSABLE, Kind.CONFLICT, Kind.FORBIDDEN, Kind.NOT_FOUND, Kind.TOO_LARGE}
)


@dataclass(frozen=True, slots=True)
class Judge:
    """Compares what a job holds."""

    comparing: Comparing
    org: OrgView
    jobs: Jobs

    def __call__(self, turn: Turn) -> dict[str, Any]:
        """How the try ends, as the worker is told: an outcome, or why there is none."""
        work = self.jobs.work(turn)
        if work is None:
            return {"failed": "pictures_gone"}
        try:
            return {"outcome": self._compare(work).as_json(), "compared": True}
        except DomainError as refusal:
            if refusal.kind in _FINAL:
                return {"outcome": unfit(refusal.code).as_json(), "compared": False}
            return {"failed": refusal.code}

    def _compare(self, work: Work) -> Outcome:
        caller = self._caller(work.submitted_by)
        if work.kind is JobKind.PAIR:
            one, other = work.pictures["picture"][0], work.pictures["intended_picture"][0]
            return _outcome(self.comparing.verify_pair(caller, one, other))
        assert work.employee_id is not None, "the table says so"
        image = work.pictures["image"][0]
        return _outcome(self.comparing.verify_person(caller, image, work.employee_id))

    def _caller(self, employee_id: int) -> Subject:
        """Whoever submitted the job, with the rights that they have now."""
        person = self.org.person(employee_id)
        if person is None:
            raise not_found()
        return Subject(person, "job", float("inf"))


def _outcome(verdict: Verdict) -> Outcome:
    word = verdict.decision.value
    return Outcome(word, _REASONS[word], round(verdict.similarity, 4), verdict.threshold)


_REASONS = {"accept": "match", "review": "doubtful", "reject": "face_mismatch"}


def judge_for(env: dict[str, str]) -> Judge:
    """Everything that comparing takes, without HTTP; the models load with the first picture."""
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
    images = ImageReader(size=1)
    faces = Faces(db, Vault(settings.face_key.key()))
    current = Current(images, faces, engine.engine_name())
    comparing = Comparing(Access(org), images, engines, faces, Audit(db), current)
    return Judge(comparing, org, Jobs(db, vault_of(settings.face_key.key())))


def end_with(parent: int) -> None:
    """Ask the kernel to end this process when the worker is gone, whatever it is doing then."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the signal was asked for
        sys.exit(1)


def answer_channel() -> IO[str]:
    """Where answers go; whatever else this process prints goes where its faults go."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return channel


def serve(judge: Judge, lines: IO[bytes], answers: IO[str]) -> None:
    """Answer each try that is asked for, until there are no more."""
    for line in lines:
        asked = json.loads(line)
        logs.enter_request(None)
        try:
            answers.write(json.dumps(judge(Turn(**asked))) + "\n")
            answers.flush()
        except BrokenPipeError:
            return  # the worker did not wait for it


def main(parent: int) -> int:
    """Look at pictures until the worker, whose process id is ``parent``, closes the pipe."""
    end_with(parent)
    answers = answer_channel()
    # The terminal's Ctrl-C is for the worker, which lets the try at hand end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(judge_for(environment()), sys.stdin.buffer, answers)
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
