"""Jobs of the face service as its tests submit and look at them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.cluster import TestDatabase
from tests.support.face import FaceClient
from tests.support.face_cast import Cast, said
from tests.support.jobs import Receiver, workers
from tests.support.people import Town
from tests.support.process import Process

#: A worker that dies, hangs or takes its time where a picture says so.
POISONED = "tests.support.poisoned_worker"


def submit(
    face: FaceClient, town: Town, cast: Cast, url: str, name: str, image: bytes, *frames: bytes
) -> int:
    """The number of a new job about ``staff``."""
    form = {
        "employee_id": str(cast.staff),
        "webhook_url": f"{url}/results/{name}",
        "verification_id": name,
    }
    answer = face.call(
        "POST",
        "/api/v1/jobs/verify",
        town.token(cast.attendance),
        form=form,
        files=[("image", image), *(("frame", frame) for frame in frames)],
    )
    return int(said(answer, 202)["id"])


def job(face: FaceClient, town: Town, cast: Cast, number: int) -> dict[str, Any]:
    """A job as an admin sees it."""
    return said(face.call("GET", f"/api/v1/jobs/{number}", town.token(cast.admin)), 200)


@dataclass(frozen=True)
class Line:
    """The whole way of a job: the service that takes it, workers, and who hears the result."""

    face: FaceClient
    town: Town
    cast: Cast
    receiver: Receiver
    database: TestDatabase
    folder: Path

    def submit(self, name: str, image: bytes, *frames: bytes) -> int:
        """The number of a new job about ``staff``, whose result the receiver is told."""
        return submit(self.face, self.town, self.cast, self.receiver.url, name, image, *frames)

    def job(self, number: int) -> dict[str, Any]:
        """A job as an admin sees it."""
        return job(self.face, self.town, self.cast, number)

    def workers(
        self, count: int = 1, module: str = "face_service.worker", **more: str
    ) -> AbstractContextManager[Sequence[Process]]:
        """So many workers, which may tell the receiver, until the block ends."""
        target = {"WEBHOOK_PRIVATE_TARGETS": self.receiver.url}
        return workers(self.database, self.folder, count, module, **(target | more))


def pid_of_hand(worker: int) -> int | None:
    """The process that looks at pictures for the worker, while there is one."""
    found = []
    for task in Path(f"/proc/{worker}/task").iterdir():
        with suppress(FileNotFoundError):  # a thread that has ended meanwhile
            found += [int(word) for word in (task / "children").read_text().split()]
    return found[0] if found else None
