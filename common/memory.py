"""What a process has loaded by the time it serves stays; its collector need not look at it again.

A full collection goes over every object that can hold others, and in an installation with tens of
thousands of people it stopped a process for some 70 ms, again and again as tokens were remembered.
Hardly anything here holds itself in a circle: counting references frees the rest at once.
"""

from __future__ import annotations

import gc

# How many young objects make it look (700 as Python comes), and how often it looks further.
_THRESHOLDS = (20_000, 20, 50)


def settle() -> None:
    """Call when everything is loaded, in each process that serves."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
