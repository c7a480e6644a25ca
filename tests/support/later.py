"""The whole way of a face that is compared later: attendance_service, face_service, workers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from attendance_service.faces import FaceJobs
from attendance_service.rest.results import PATH
from attendance_service.service.verification import HandOver
from attendance_service.store.decisions import Purge
from attendance_service.upkeep import Upkeep
from clients.python.hazir_client import Token
from common.identity import Role
from common.wsgi import Limits, running
from face_service.app import limit_for
from tests.support.attendance import NO_LIMITS, Cast, Rest, base64_of, serving
from tests.support.attendance_faces import gate
from tests.support.face import FaceClient, serving_faces
from tests.support.face_cast import A, enrol
from tests.support.jobs import a_worker, worker_environment
from tests.support.people import Town
from tests.support.process import Process


@dataclass
class Later:
    """Everything that takes part. ``rest`` is attendance_service, ``face`` the face service."""

    town: Town
    cast: Cast
    rest: Rest
    face: FaceClient
    workers: Sequence[Process]
    upkeep: Upkeep
    place: int
    door: Door
    face_url: str
    people: list[int] = field(default_factory=list)

    def someone(self) -> int:
        """Another member of the team, with one enrolled photo."""
        who = self.cast.someone()
        self.face.app.org.refresh()
        enrol(self.face, self.town, who, A)
        self.people.append(who)
        return who

    def punch(self, who: int, image: bytes, key: str) -> int:
        """A check-in whose face is compared later; its record's number."""
        answer = self.rest.punch(who, key=key, place_id=self.place, image=base64_of(image))
        assert (answer.status_code, answer.json()["status"]) == (201, "pending"), answer.text
        return int(answer.json()["id"])

    def statuses(self) -> dict[int, str]:
        """How every record stands."""
        return dict(self.town.sql("SELECT id, status FROM attendance.record"))

    @property
    def waiting(self) -> int:
        """How many records are not decided yet."""
        rows = self.town.sql("SELECT count(*) FROM attendance.record WHERE status = 'pending'")
        return int(rows[0][0])

    def events(self, record: int) -> list[tuple[str, str]]:
        """(kind, status) of what was told of a record."""
        return self.town.sql(
            "SELECT kind, status FROM attendance.event WHERE record_id = %s ORDER BY id", record
        )


class Door:
    """Stands before the face service; closed, it answers nobody but with 503."""

    def __init__(self, wsgi: Any) -> None:
        self._wsgi = wsgi
        self.open = True

    def __call__(self, environ: Any, start: Any) -> Any:
        """Let the request in, or not."""
        if self.open:
            return self._wsgi(environ, start)
        environ["wsgi.input"].read()
        start("503 Service Unavailable", [("Content-Type", "text/plain")])
        return [b"away"]


@contextmanager
def comparing_later(
    town: Town, folder: Path, *, count: int = 2, module: str = "face_service.worker", **more: str
) -> Iterator[Later]:
    """All of it, until the block ends."""
    cast = Cast(town)
    service = town.person(Role.SERVICE, username="service:attendance")
    with ExitStack() as stack:
        rest = stack.enter_context(serving(town))
        address = str(rest.client.base_url)
        face = stack.enter_context(
            serving_faces(town.database, ATTENDANCE_URL=address, **NO_LIMITS)
        )
        door = Door(face.app.wsgi)
        host, port = stack.enter_context(
            running(door, threads=4, limits=Limits(limit_for=limit_for))
        )
        token: Any = Token(town.token(service, life=3600))
        jobs = FaceJobs(f"http://{host}:{port}", f"{address}{PATH}", token)
        assert rest.parts is not None
        upkeep = Upkeep(HandOver(rest.parts.results.store, jobs), Purge(rest.parts.db))
        upkeep.start()
        stack.callback(upkeep.stop)
        workers = []
        for number in range(count):
            env = worker_environment(town.database, folder, **{"ATTENDANCE_URL": address, **more})
            worker = a_worker(env, folder / f"worker_{number}.log", module)
            worker.start()
            stack.callback(worker.stop)
            workers.append(worker)
        place = gate(rest, cast, face_check="later", mode="toggle")
        yield Later(town, cast, rest, face, workers, upkeep, place, door, jobs.url)
