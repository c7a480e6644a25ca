"""The figures that decide about faces, as the configuration has them.

docs/accuracy.md says what each was measured to do; what is not given is as it was measured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

from common.config import load, setting
from face_service.domain.matching import Thresholds
from face_service.domain.quality import Limits


def _number(low: float, high: float) -> Callable[[str], float]:
    """A parser of numbers from ``low`` to ``high``."""

    def parse(text: str) -> float:
        value = float(text)
        if not low <= value <= high:
            raise ValueError(f"must be a number from {low:g} to {high:g}")
        return value

    return parse


_MATCH, _PHOTO = Thresholds(), Limits()
# Below 0.3 strangers pass by the hundred: whoever wants that needs no faces.
_accepting = _number(0.3, 0.95)
_share = _number(0, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Matching:
    """The fields of `Thresholds`, by the same names."""

    accept_one: float = setting("FACE_ACCEPT_ONE", _accepting, _MATCH.accept_one)
    accept_two: float = setting("FACE_ACCEPT_TWO", _accepting, _MATCH.accept_two)
    accept_three: float = setting("FACE_ACCEPT_THREE", _accepting, _MATCH.accept_three)
    review_band: float = setting("FACE_REVIEW_BAND", _number(0, 0.2), _MATCH.review_band)
    same_person: float = setting("FACE_SAME_PERSON", _number(0, 0.95), _MATCH.same_person)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Quality:
    """The fields of `Limits`, by the same names."""

    least_score: float = setting("FACE_LEAST_SCORE", _number(0.6, 1), _PHOTO.least_score)
    least_size: float = setting("FACE_LEAST_SIZE", _number(16, 4000), _PHOTO.least_size)
    most_share: float = setting("FACE_MOST_SHARE", _number(0.2, 2), _PHOTO.most_share)
    least_visible: float = setting("FACE_LEAST_VISIBLE", _share, _PHOTO.least_visible)
    least_sharpness: float = setting("FACE_LEAST_SHARPNESS", _share, _PHOTO.least_sharpness)
    least_brightness: float = setting("FACE_LEAST_BRIGHTNESS", _share, _PHOTO.least_brightness)
    most_brightness: float = setting("FACE_MOST_BRIGHTNESS", _share, _PHOTO.most_brightness)
    least_contrast: float = setting("FACE_LEAST_CONTRAST", _share, _PHOTO.least_contrast)
    most_yaw: float = setting("FACE_MOST_YAW", _number(5, 90), _PHOTO.most_yaw)
    most_pitch: float = setting("FACE_MOST_PITCH", _number(5, 90), _PHOTO.most_pitch)
    most_roll: float = setting("FACE_MOST_ROLL", _number(5, 180), _PHOTO.most_roll)


def thresholds(env: Mapping[str, str]) -> Thresholds:
    """What similarity accepts; raises `common.config.ConfigError` with every fault."""
    return Thresholds(**asdict(load(_Matching, env)))


def limits(env: Mapping[str, str]) -> Limits:
    """What an enrolled photo must be like; raises as `thresholds` does."""
    return Limits(**asdict(load(_Quality, env)))
