"""What a face that was compared later makes of a record that waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from attendance_service.domain.evidence import Outcome

#: What becomes of a record that turns out not to hold.
VOIDED = "voided"


@dataclass(frozen=True, slots=True)
class Result:
    """What was said of a picture. ``decision`` is empty where only passed or not was said."""

    passed: bool
    reason: str
    decision: str = ""
    similarity: float | None = None
    threshold: float | None = None
    liveness: Mapping[str, Any] | None = None

    def evidence(self) -> dict[str, Any]:
        """What is kept of it, under the names that a record's evidence uses."""
        kept: dict[str, Any] = {"face": self.decision or ("accept" if self.passed else "reject")}
        if self.reason:
            kept["face_reason"] = self.reason
        if self.similarity is not None:
            kept["similarity"] = round(self.similarity, 4)
            kept["threshold"] = self.threshold
        if self.liveness is not None:
            kept["liveness"] = dict(self.liveness)
        return kept


def status_after(result: Result) -> str:
    """What a pending record becomes by ``result``.

    Only a clear yes accepts. What nobody could decide goes to a person: it is never silently
    present or absent. A check for a living person that failed voids as a wrong face does.
    """
    words = {result.decision or ("accept" if result.passed else "reject")}
    if result.liveness is not None:
        words.add(str(result.liveness.get("decision")))
    if "reject" in words:
        return VOIDED
    if words == {"accept"} and result.passed:
        return Outcome.ACCEPTED.value
    return Outcome.REVIEW.value
