"""What the use cases of signing and of services need from the store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol


class KeyRows(Protocol):
    """Public signing keys and services' secrets."""

    def add_key(self, kid: str, jwk: Mapping[str, str], now: datetime) -> bool:
        """Publish a key; whether it was new."""
        ...

    def published_at(self, kid: str) -> datetime | None:
        """When a key was published; ``None`` when it is not, or not any more."""
        ...

    def retire_keys(self, current: str, now: datetime, after: timedelta) -> list[str]:
        """Withdraw the keys that ``current`` replaced longer than ``after`` ago; their names."""
        ...

    def keys(self) -> list[Mapping[str, str]]:
        """The published keys, newest first."""
        ...

    def service(self, client_id: str) -> tuple[int, bytes] | None:
        """The account of a service and the fingerprint of its secret."""
        ...

    def set_service_secret(self, client_id: str, employee_id: int, fingerprint: bytes) -> bool:
        """Keep a service's secret; whether that changed anything."""
        ...
