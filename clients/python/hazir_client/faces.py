"""The face service: detection, comparison and identification."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from . import reading
from .models import Detection, Identification, Live, Verdict
from .transport import Transport


@dataclass(frozen=True)
class Faces:
    """Calls of ``/api/v1/faces``; ``transport`` leads to the face service or to the gateway."""

    transport: Transport

    def detect(self, image: bytes) -> Detection:
        """The faces in ``image`` (JPEG, PNG or WebP)."""
        answer = self.transport.call("POST", "/api/v1/faces/detect", files=[("image", image)])
        return reading.read(reading.detection, answer)

    def verify(self, image: bytes, *, reference: bytes) -> Verdict:
        """Whether two images show the same person."""
        files = [("image", image), ("reference", reference)]
        answer = self.transport.call("POST", "/api/v1/faces/verify", files=files)
        return reading.read(reading.verdict, answer)

    def verify_person(self, image: bytes, *, employee_id: int, live: Live | None = None) -> Verdict:
        """Whether ``image`` shows the person enrolled under ``employee_id``.

        With ``live``, also whether they were there: the verdict then has its ``liveness``.
        """
        form = {"employee_id": str(employee_id)}
        files = [("image", image)]
        if live is not None:
            form |= {"liveness": "1"}
            given = {"challenge": live.challenge, "occasion": live.occasion}
            form |= {name: text for name, text in given.items() if text is not None}
            files += [("frame", frame) for frame in live.frames]
        answer = self.transport.call("POST", "/api/v1/faces/verify", form=form, files=files)
        return reading.read(reading.verdict, answer)

    def identify(self, frames: Sequence[bytes], *, site_id: int | None = None) -> Identification:
        """Who of a site's people, the caller's own unless named, these frames of one person show.

        For devices at their own site, and admins.
        """
        form = {} if site_id is None else {"site": str(site_id)}
        files = [("image", frame) for frame in frames]
        answer = self.transport.call("POST", "/api/v1/faces/identify", form=form, files=files)
        return reading.read(reading.identification, answer)
