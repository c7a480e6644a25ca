"""The process that looks at the pictures of a job: ``python -m face_service.worker.hand WORKER``.

A picture that brings OpenCV down, or never lets it finish, takes this process with it and nothing
else: the worker notices, ends it and counts the try. It has the models in memory, so it exists
only while there is work. A first line says that it is ready; then one JSON line in names
a try, one JSON line out says how it ended.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from collections.abc import Callable
from typing import IO, Any

from common import logs
from common.config import environment
from face_service.service.job_ports import Turn

_PR_SET_PDEATHSIG = 1
Look = Callable[[Turn], dict[str, Any]]


def end_with(parent: int) -> None:
    """Ask the kernel to end this process when the worker is gone, whatever it is doing then."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the signal was asked for
        sys.exit(1)


def answer_channel() -> IO[str]:
    """Where answers go; whatever else this process prints goes where its faults go."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return channel


def serve(look: Look, lines: IO[bytes], answers: IO[str]) -> None:
    """Answer each try that is asked for, until there are no more."""
    for line in lines:
        asked = json.loads(line)
        logs.enter_request(None)
        try:
            answers.write(json.dumps(look(Turn(**asked))) + "\n")
            answers.flush()
        except BrokenPipeError:
            return  # the worker did not wait for it


def main(parent: int) -> int:
    """Look at pictures until the worker, whose process id is ``parent``, closes the pipe."""
    end_with(parent)
    # Only now: it brings OpenCV, and whose worker has died meanwhile need not load it.
    from face_service.worker.looking import judge_for

    answers = answer_channel()
    # The terminal's Ctrl-C is for the worker, which lets the try at hand end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    look = judge_for(environment())
    answers.write("{}\n")  # ready
    answers.flush()
    serve(look, sys.stdin.buffer, answers)
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
