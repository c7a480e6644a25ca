"""Become another program that ends when its parent does.

``python tether.py SIGNAL PARENT UID GID ARGV…``

Run as a script with no imports of ours, so that it costs one small interpreter start and so that
the parent needs no code between fork and exec (which deadlocks where threads are about). The order
matters: changing the user clears the parent-death signal, so it is asked for last.
"""

from __future__ import annotations

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Drop to UID and GID (``-1``: stay), ask for SIGNAL at the death of PARENT, become ARGV."""
    signal, parent, uid, gid = (int(word) for word in arguments[:4])
    argv = arguments[4:]
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal)
    if os.getppid() != parent:  # it died before the signal was asked for
        sys.exit(1)
    os.execvp(argv[0], argv)  # noqa: S606 - the supervisor's own command line


if __name__ == "__main__":
    main(sys.argv[1:])
