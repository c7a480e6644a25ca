"""Which keys sign a webhook to which target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from common import webhooks
from face_service.domain.targets import Target


@dataclass(frozen=True, slots=True)
class Keys:
    """Which keys sign what goes where: every target has its own, so that none can forge others'.

    ``given`` are keys agreed on beforehand, by origin; those of the others follow from ``master``.
    """

    master: tuple[bytes, ...]
    given: Mapping[str, tuple[bytes, ...]] = field(default_factory=dict)

    def of(self, target: Target) -> tuple[bytes, ...]:
        """The keys for ``target``, the newest first."""
        return self.given.get(target.origin) or webhooks.derived(self.master, target.origin)
