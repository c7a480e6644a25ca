"""What a face that was compared later makes of a record that waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from attendance_service.domain.evidence import REASONS, WITHOUT_FACE, Outcome, Verdict

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

    @property
    def without_face(self) -> Verdict | None:
        """Why the person's face could not be asked for, if that is what kept it from an answer."""
        verdict = None if self.passed else REASONS.get(self.reason)
        return verdict if verdict in WITHOUT_FACE else None

    def evidence(self) -> dict[str, Any]:
        """What is kept of it, under the names that a record's evidence uses."""
        word = self.decision or ("accept" if self.passed else "reject")
        kept: dict[str, Any] = {"face": self.without_face or word}
        if self.reason:
            kept["face_reason"] = self.reason
        if self.similarity is not None:
            kept["similarity"] = round(self.similarity, 4)
            kept["threshold"] = self.threshold
        if self.liveness is not None:
            kept["liveness"] = dict(self.liveness)
        return kept


def status_after(result: Result, *, liveness: bool = False) -> str:
    """What a pending record becomes by ``result``; ``liveness`` says that its place asks for it.

    Only a clear yes accepts. What nobody could decide goes to a person: it is never silently
    present or absent. So do those whose face cannot be asked for, and whoever was not seen live at
    the door: whose face it is does not say that they were there. A check for a living person that
    failed voids as a wrong face does.
    """
    if result.without_face is not None:
        return Outcome.REVIEW.value
    words = {result.decision or ("accept" if result.passed else "reject")}
    if result.liveness is not None:
        words.add(str(result.liveness.get("decision")))
    if "reject" in words:
        return VOIDED
    if words == {"accept"} and result.passed and not liveness:
        return Outcome.ACCEPTED.value
    return Outcome.REVIEW.value
