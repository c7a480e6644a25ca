"""A worker whose pictures may be poison: ``python -m tests.support.poisoned_worker``.

A picture with a mark in it kills the process that looks at it, hangs it, or holds it up; the rest
is the product's own code. ``POISON_SLOW`` are the seconds that every picture takes longer.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from face_service.worker.__main__ import main as worker

#: What is appended to a picture; a decoder stops before it.
KILLS, HANGS, SLOW = b"POISON-KILLS", b"POISON-HANGS", b"POISON-SLOW"
SLOW_SECONDS = 3.0
COMMAND = [sys.executable, "-m", "tests.support.poisoned_worker", "hand"]


class Poisoned:
    """The usual judge, but for the pictures with a mark."""

    def __init__(self, judge: Any) -> None:
        self._judge = judge

    def __call__(self, turn: Any) -> dict[str, Any]:
        """As `looking.Judge`."""
        work = self._judge.jobs.work(turn)
        picture = (
            b"".join(one for several in work.pictures.values() for one in several) if work else b""
        )
        if KILLS in picture:
            os._exit(139)
        if HANGS in picture:
            time.sleep(3600)
        if SLOW in picture:
            time.sleep(SLOW_SECONDS)
        time.sleep(float(os.environ.get("POISON_SLOW", "0")))
        return self._judge(turn)


if __name__ == "__main__":
    if sys.argv[1:2] == ["hand"]:
        # Only now: a worker's metrics decide on import where their counts go.
        from face_service.worker import hand, looking

        usual = looking.judge_for
        looking.judge_for = lambda env: Poisoned(usual(env))  # type: ignore[assignment, return-value]
        sys.exit(hand.main(int(sys.argv[2])))
    sys.exit(worker([], COMMAND))
