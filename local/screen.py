"""What the person at the terminal reads. Colour only on a terminal that wants it."""

from __future__ import annotations

import os
import sys
from typing import TextIO

_RESET = "\033[0m"
_COLOURS = {"good": "\033[32m", "bad": "\033[31m", "quiet": "\033[2m", "strong": "\033[1m"}


class Screen:
    """Lines to one stream, each written whole and at once."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._colour = self._stream.isatty() and not os.environ.get("NO_COLOR")

    def say(self, text: str = "", tone: str = "") -> None:
        """One line."""
        self._stream.write(f"{self._toned(text, tone)}\n")
        self._stream.flush()

    def ready(self, name: str, address: str, seconds: float) -> None:
        """A process is ready, ``seconds`` after it was started."""
        lead = self._toned(f"{name:<12}", "strong")
        self.say(f"{lead} {address:<40} " + self._toned(f"ready in {seconds:.1f} s", "good"))

    def trouble(self, name: str, text: str) -> None:
        """Something is wrong with the process ``name``."""
        self.say(f"{name:<12} {text}", "bad")

    def _toned(self, text: str, tone: str) -> str:
        return f"{_COLOURS[tone]}{text}{_RESET}" if tone and self._colour else text
