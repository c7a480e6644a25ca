"""The audit of face_service: a line for each decision, within its transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from common import logs
from common.db import Database, Transaction
from common.sql import Queries

if TYPE_CHECKING:  # it brings numpy, which a process that compares nothing does without
    from face_service.domain.matching import Verdict

_SQL = Queries(Path(__file__).with_name("audit.sql"))


@dataclass(frozen=True, slots=True)
class Audit:
    """Decisions that change nothing else."""

    db: Database

    def note(self, verdict: Verdict, *, actor: int, employee_id: int | None, engine: str) -> None:
        """Keep a decision in the audit."""
        after = {
            "decision": verdict.decision.value,
            "similarity": round(verdict.similarity, 4),
            "threshold": verdict.threshold,
            "engine": engine,
        }
        target = "images" if employee_id is None else person(employee_id)
        self.db.execute(_SQL["note"], **_entry("verify_face", target, actor, after=after))


def note(
    tx: Transaction,
    action: str,
    target: str,
    actor: int | None,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write a line within ``tx``; ``target`` is what was acted upon, by nobody or by ``actor``."""
    tx.execute(_SQL["note"], **_entry(action, target, actor, before=before, after=after))


def person(employee_id: int) -> str:
    """The name of a person as what is acted upon."""
    return f"person:{employee_id}"


def _entry(
    action: str,
    target: str,
    actor: int | None,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "actor": actor,
        "action": action,
        "object": target,
        "before": json.dumps(before) if before else None,
        "after": json.dumps(after) if after else None,
        "request_id": logs.request_id() or None,
    }
