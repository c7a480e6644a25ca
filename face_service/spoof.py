"""MiniFASNetV2 on LiteRT: how much a face looks like one, and not like a print or a screen.

Minivision's model (Silent-Face-Anti-Spoofing, Apache-2.0). It takes 80 x 80 points, BGR, 0 to 255,
of the face with what surrounds it, and scores three classes, of which the second is "real".
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from face_service import weights
from face_service.domain.faces import Face
from face_service.domain.liveness import patch
from face_service.domain.replays import BANDS

_SIDE = 80
_REAL = 1


class SpoofModel:
    """One interpreter, loaded when it is first asked; never use one from two threads."""

    def __init__(self, folder: Path) -> None:
        """Nothing is read yet: most installations never ask."""
        self._folder = folder
        self._interpreter: Any = None

    def real(self, frame: NDArray[np.uint8], face: Face) -> float:
        """How surely ``face`` is a face and not a picture of one, 0 to 1.

        Raises `weights.WeightsMissing`.
        """
        interpreter = self._loaded()
        height, width = frame.shape[:2]
        left, top, right, bottom = patch(face, width=width, height=height)
        small = cv2.resize(frame[top:bottom, left:right], (_SIDE, _SIDE))
        interpreter.set_tensor(
            interpreter.get_input_details()[0]["index"], small.astype(np.float32)[np.newaxis]
        )
        interpreter.invoke()
        scores = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0]
        powers = np.exp(scores - scores.max())
        return float(powers[_REAL] / powers.sum())

    def _loaded(self) -> Any:
        if self._interpreter is None:
            # Imported here: it takes 10 MiB, and the model as much again, which few need.
            from ai_edge_litert.interpreter import Interpreter, OpResolverType

            made = Interpreter(
                model_content=weights.read(self._folder, weights.SPOOF),
                num_threads=1,
                # The default delegate saves 2 ms and writes a line of its own to standard error.
                experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
            )
            made.allocate_tensors()
            self._interpreter = made
        return self._interpreter


def fingerprint(frame: NDArray[np.uint8]) -> bytes:
    """The difference hash of ``frame``, row by row; see `face_service.domain.replays`."""
    grey = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
    small = cv2.resize(grey, (BANDS + 1, BANDS), interpolation=cv2.INTER_AREA)
    return np.packbits(small[:, 1:] > small[:, :-1]).tobytes()
