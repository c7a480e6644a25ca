"""Movements that are asked for at random, and whether a row of frames shows one.

A turn is told by the nose: on the line between the eyes it moves sideways when a head turns, as it
stands out from the face. On a flat picture it stays where it is, however the picture is held.
Coming closer or going farther is told by the size of the face; a picture can be moved like that.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise
from math import log, sqrt

from face_service.domain.faces import Face

#: How many frames are asked for, and for how many seconds a challenge is good.
LEAST_FRAMES, MOST_FRAMES = 3, 6
SECONDS = 60

# The nose's way along the line between the eyes, in eye distances: about 25 degrees.
_TURN = 0.2
# How far from straight ahead the first frame may be.
_STRAIGHT = 0.2
# How much larger or smaller the face becomes.
_NEARER = 1.25
# Of the whole way: the farthest step back, and the longest step forward, between two frames.
_BACK = 0.15
_JUMP = 0.85


class Movement(StrEnum):
    """What is asked for, as the person sees it: left is the person's own left."""

    TURN_LEFT = "turn_left"
    TURN_RIGHT = "turn_right"
    CLOSER = "closer"
    FARTHER = "farther"


_WITHOUT_TURNING = (Movement.CLOSER, Movement.FARTHER)


def drawn(lot: int, *, alternative: bool) -> Movement:
    """The movement that the random number ``lot`` stands for.

    ``alternative`` leaves out turning the head: those that remain can be made with the camera.
    """
    movements = _WITHOUT_TURNING if alternative else tuple(Movement)
    return movements[lot % len(movements)]


def turn(face: Face) -> float:
    """How far the head is turned: 0 is straight ahead, positive is the person's left.

    The unit is the distance of the eyes; 0.2 are about 25 degrees. The image must not be mirrored.
    """
    (right_x, right_y), (left_x, left_y), (nose_x, nose_y) = face.landmarks[:3]
    along_x, along_y = left_x - right_x, left_y - right_y
    distance = along_x**2 + along_y**2
    if distance == 0:
        return 0.0
    from_x, from_y = nose_x - (left_x + right_x) / 2, nose_y - (left_y + right_y) / 2
    return (from_x * along_x + from_y * along_y) / distance


def met(movement: Movement, faces: Sequence[Face]) -> bool:
    """Whether ``faces``, in the order of their frames, make ``movement`` without a jump."""
    if len(faces) < LEAST_FRAMES:
        return False
    if movement in _WITHOUT_TURNING:
        forward = 1 if movement is Movement.CLOSER else -1
        return _goes([forward * log(sqrt(face.area)) for face in faces], log(_NEARER))
    forward = 1 if movement is Movement.TURN_LEFT else -1
    path = [forward * turn(face) for face in faces]
    return abs(path[0]) <= _STRAIGHT and _goes(path, _TURN)


def _goes(path: Sequence[float], least: float) -> bool:
    """Whether ``path`` rises by ``least`` or more, steadily: nobody was changed in between."""
    way = path[-1] - path[0]
    if way < least:
        return False
    return all(-_BACK * way <= after - before <= _JUMP * way for before, after in pairwise(path))
