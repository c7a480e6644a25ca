"""The models' weight files, each pinned by its hash; `fetch_weights` brings them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from common.config import ROOT


@dataclass(frozen=True, slots=True)
class Weights:
    """One file: its name in MODEL_DIR, its length in bytes and its SHA-256."""

    name: str
    size: int
    sha256: str

    def holds(self, raw: bytes) -> bool:
        """Whether ``raw`` is exactly this file."""
        return len(raw) == self.size and hashlib.sha256(raw).hexdigest() == self.sha256


# Shiqi Yu's YuNet, MIT; the same bytes as in opencv/opencv_zoo.
DETECTOR = Weights(
    "face_detection_yunet_2023mar.onnx",
    232_589,
    "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
)
# Zhong et al., SFace, Apache-2.0; the same bytes as in opencv/opencv_zoo.
RECOGNISER = Weights(
    "face_recognition_sface_2021dec.onnx",
    38_696_353,
    "0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79",
)
# Minivision's MiniFASNetV2 (2.7_80x80), Apache-2.0, as TensorFlow Lite.
SPOOF = Weights(
    "anti_spoof.tflite",
    5_979_004,
    "5d573d20b795a19d7b2a0f67cc4c1130ce8ec30d5f6aa06b2c788a344a49d4dd",
)
ALL = (DETECTOR, RECOGNISER, SPOOF)


class WeightsMissing(Exception):
    """A weight file is absent or is not the bytes it should be; the text is one line."""


def model_dir(env: Mapping[str, str]) -> Path:
    """Where the files are: MODEL_DIR, else ``models`` in the installation's data."""
    return Path(env.get("MODEL_DIR") or Path(env.get("HAZIR_DATA") or ROOT / "var") / "models")


def read(folder: Path, weights: Weights) -> bytes:
    """The bytes of ``weights``; raises `WeightsMissing` unless they are the expected ones."""
    try:
        raw = (folder / weights.name).read_bytes()
    except OSError as fault:
        raise WeightsMissing(f"{weights.name} is not in the model folder") from fault
    if not weights.holds(raw):
        raise WeightsMissing(f"{weights.name} is not the pinned file (size or SHA-256 differ)")
    return raw


def missing(folder: Path, wanted: Sequence[Weights]) -> list[Weights]:
    """Those of ``wanted`` that are not there as they should be."""
    absent = []
    for weights in wanted:
        try:
            read(folder, weights)
        except WeightsMissing:
            absent.append(weights)
    return absent
