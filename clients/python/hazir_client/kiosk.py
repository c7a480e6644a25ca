"""Who stands at a kiosk, by what needs no face; for devices, about people of their own site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from . import reading
from .models import KioskPerson
from .transport import Transport

_BASE = "/api/v1/auth/kiosk"


@dataclass(frozen=True)
class KioskAccess:
    """Calls of ``/api/v1/auth/kiosk``; ``transport`` leads to the auth service or the gateway."""

    transport: Transport

    def by_badge(self, badge: str) -> KioskPerson:
        """Whose badge it is; the `Problem` is ``invalid_credentials`` for nobody's."""
        return self._resolve({"badge": badge})

    def by_pin(self, name: str, pin: str) -> KioskPerson:
        """Whose username or number and PIN these are; ``invalid_credentials`` for nobody's."""
        return self._resolve({"username_or_number": name, "pin": pin})

    def badges(self, badges: Sequence[str]) -> tuple[KioskPerson | None, ...]:
        """Whose badges these are, in their order; ``None`` for nobody's."""
        answer = self.transport.call("POST", f"{_BASE}/badges", body={"badges": list(badges)})
        return reading.read(lambda body: reading.kiosk_people(body, len(badges)), answer)

    def _resolve(self, sent: dict[str, str]) -> KioskPerson:
        answer = self.transport.call("POST", f"{_BASE}/resolve", body=sent)
        return reading.read(reading.kiosk_person, answer)
