"""The cookie that carries a journey: encrypted and authenticated, with its age in it."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict

from cryptography.fernet import Fernet, InvalidToken

from auth_service.domain.journeys import LIFE, Journey


class JourneySeal:
    """Fernet under a key of 32 bytes that only this service holds."""

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def close(self, journey: Journey, now: float) -> str:
        """The journey, sealed."""
        text = json.dumps(asdict(journey)).encode()
        return self._fernet.encrypt_at_time(text, int(now)).decode()

    def open(self, sealed: str, now: float) -> Journey | None:
        """The journey, or ``None`` when it was not sealed here, or more than `LIFE` ago."""
        try:
            text = self._fernet.decrypt_at_time(sealed.encode(), LIFE, int(now))
        except (InvalidToken, UnicodeEncodeError):
            return None
        return Journey(**json.loads(text))
