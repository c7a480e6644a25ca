"""Images that were shown before: the same picture, or nearly the same.

The fingerprint of a picture is its difference hash, 16 rows of 16 bits: whether each of 17 points
of a row is darker than the next. It is kept as 16 sealed bands, so what is compared is how many
bands are equal, not how many bits. docs/accuracy.md has the figures behind the limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

BANDS = 16
#: Bytes of a fingerprint, two for each band.
FINGERPRINT = 2 * BANDS

# A copy that was saved anew keeps 12 bands or more; somebody who sits still before a fixed camera
# may keep as many in one frame, and not in most of them.
_COPY = 12


class Replay(Enum):
    """What of the images was shown before."""

    NO = "no"
    COPIES = "copies"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Print:
    """What is known of an image without it: a digest of its pixels, and its fingerprint's bands."""

    digest: bytes
    bands: Sequence[bytes]


def bands(fingerprint: bytes, *, size: int = 2) -> list[bytes]:
    """The 16 bands of a fingerprint, each of ``size`` bytes."""
    return [fingerprint[start : start + size] for start in range(0, BANDS * size, size)]


def equal_bands(one: Sequence[bytes], other: Sequence[bytes]) -> int:
    """How many bands are equal in the same place."""
    return sum(mine == yours for mine, yours in zip(one, other, strict=True))


def copied(equal: int) -> bool:
    """Whether two pictures that have so many bands in common are taken for one."""
    return equal >= _COPY


def replay(shown: Sequence[Print], before: Sequence[Print]) -> Replay:
    """What of ``shown`` was there ``before``: one same picture, or copies for the most part."""
    known = {one.digest for one in before}
    if not known.isdisjoint(one.digest for one in shown):
        return Replay.SAME
    copies = sum(_is_copy(one, before) for one in shown)
    return Replay.COPIES if 2 * copies > len(shown) else Replay.NO


def _is_copy(shown: Print, before: Sequence[Print]) -> bool:
    return any(copied(equal_bands(shown.bands, one.bands)) for one in before)
