"""Small programs that behave as a supervised process may: good, slow, dying, deaf."""

from __future__ import annotations

import sys
import textwrap

_NOTIFY = """
import os, signal, socket, subprocess, sys, time
def notify(text):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    s.sendto(text.encode(), os.environ["NOTIFY_SOCKET"])
"""


def program(body: str) -> list[str]:
    """The command line of a Python program with ``notify(text)`` at hand."""
    return [sys.executable, "-S", "-c", _NOTIFY + textwrap.dedent(body)]


def good(trace: str = "/dev/null") -> list[str]:
    """Becomes ready, notes its start and its end in the file ``trace``, and ends when asked."""
    return program(f"""
        name = os.path.basename(os.environ["NOTIFY_SOCKET"]).removesuffix(".sock")
        def note(what):
            with open({trace!r}, "a") as file:
                file.write(what + " " + name + chr(10))
        def end(*_):
            note("stop")
            sys.exit(0)
        signal.signal(signal.SIGTERM, end)
        note("start")
        notify("READY=1")
        while True:
            time.sleep(60)
    """)
