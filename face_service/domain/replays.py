"""Images that were seen before: the same bytes, or nearly the same picture.

The fingerprint of a picture is its difference hash, 16 rows of 16 bits: whether each of 17 points
of a row is darker than the next. It is kept as 16 sealed bands, so what is compared is how many
bands are equal, not how many bits. docs/accuracy.md has the figures behind the two limits.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

BANDS = 16
#: Bytes of a fingerprint, two for each band.
FINGERPRINT = 2 * BANDS

# A copy that was saved anew keeps 10 bands or more; the next frame of a burst kept 7 at most.
_COPY = 10
# Within one call people may sit still, so only what is as good as equal counts.
_SAME = 14


def bands(fingerprint: bytes, *, size: int = 2) -> list[bytes]:
    """The 16 bands of a fingerprint, each of ``size`` bytes."""
    return [fingerprint[start : start + size] for start in range(0, BANDS * size, size)]


def equal_bands(one: Sequence[bytes], other: Sequence[bytes]) -> int:
    """How many bands are equal in the same place."""
    return sum(mine == yours for mine, yours in zip(one, other, strict=True))


def is_copy(one: Sequence[bytes], other: Sequence[bytes]) -> bool:
    """Whether a picture is nearly the same as one of an earlier call."""
    return equal_bands(one, other) >= _COPY


def repeated(fingerprints: Sequence[bytes]) -> bool:
    """Whether two frames of one call are the same picture."""
    split = [bands(one) for one in fingerprints]
    return any(equal_bands(one, other) >= _SAME for one, other in combinations(split, 2))
