"""Jobs of the face service as its tests submit and look at them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.support.face import FaceClient
from tests.support.face_cast import Cast, said
from tests.support.people import Town


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


def pid_of_hand(worker: int) -> int | None:
    """The process that looks at pictures for the worker, while there is one."""
    found = []
    for task in Path(f"/proc/{worker}/task").iterdir():
        with suppress(FileNotFoundError):  # a thread that has ended meanwhile
            found += [int(word) for word in (task / "children").read_text().split()]
    return found[0] if found else None
