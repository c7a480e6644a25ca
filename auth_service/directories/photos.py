"""A portal's photo as an enrolment: only after the sign-in, and only where the person agreed to it.

The face service is asked first whether the site uses faces, whether the person's consent is in
force, and whether a photo is enrolled already. Only then is the picture fetched; it is handed over
and kept nowhere.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from contextlib import suppress

from auth_service.service.proving import Photo
from clients.python.hazir_client import Enrolment, Token, Transport
from common import logs

_WAITING = 32
#: Seconds that each call may take; nobody waits for it.
_SECONDS = 5.0
_LONGEST_ANSWER = 1 << 16


class Photos:
    """One thread that hands photos over, with a short queue before it: beyond, they are let go."""

    def __init__(self, face_url: str, token: Callable[[], str]) -> None:
        self._url = face_url
        self._token = token
        self._waiting: queue.Queue[tuple[int, Photo] | None] = queue.Queue(_WAITING)
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def offer(self, employee_id: int, photo: Photo) -> None:
        """Hand somebody's photo over later; returns at once."""
        with suppress(queue.Full):
            self._waiting.put_nowait((employee_id, photo))
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="photos", daemon=True)
                self._thread.start()

    @property
    def busy(self) -> bool:
        """Whether a photo waits or is being handed over."""
        return self._waiting.unfinished_tasks > 0

    def close(self) -> None:
        """End the thread; what waits is let go."""
        with suppress(queue.Empty):
            while True:
                self._waiting.get_nowait()
        if self._thread is not None:
            self._waiting.put_nowait(None)
            self._thread.join(2 * _SECONDS)

    def _run(self) -> None:
        while (given := self._waiting.get()) is not None:
            try:
                told = self._hand_over(*given)
            except Exception as fault:  # noqa: BLE001  no photo is worth the thread
                told = type(fault).__name__
            logs.log().info("photo of a directory", outcome=told)
            self._waiting.task_done()

    def _hand_over(self, employee_id: int, photo: Photo) -> str:
        faces = Enrolment(
            Transport(self._url, Token(self._token()), _SECONDS, longest=_LONGEST_ANSWER)
        )
        consent = faces.consent(employee_id)
        if not consent.biometrics:
            return "biometrics_off"
        if not consent.in_force:
            return "consent_required"
        if faces.photos(employee_id):
            return "enrolled_before"
        image = photo()
        if not image:
            return "no_photo"
        faces.enrol(employee_id, [image])
        return "enrolled"
