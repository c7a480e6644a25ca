"""Detection and embedding with OpenCV: YuNet and SFace, each instance for one thread at a time.

Detection runs on a reduced copy of the frame, since YuNet was trained on faces of 10 to 300
pixels; the crop that is embedded is taken from the full frame.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from prometheus_client import Histogram

from common.errors import DomainError, unavailable
from face_service import spoof, weights
from face_service.domain.faces import Face
from face_service.domain.matching import Embedding, normalised
from face_service.domain.quality import LEAN, CloseUp
from face_service.service.ports import Engine, Picture

Frame = NDArray[np.uint8]

# The longer side of the frame that is searched, and of a second look when nothing was found.
SEARCH_SIDE = 320
SECOND_LOOK_SIDE = 640
LEAST_SCORE = 0.6
# A face seen closely: the side of the piece around it, and how many times its box that is.
_CLOSE_SIDE = 160
_CLOSE_MARGIN = 2.2
_OVERLAP = 0.3
_MOST_FACES = 50
_STAGE = Histogram(
    "hazir_face_seconds",
    "Seconds of one stage for one image.",
    ["stage"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1),
)


def frame_of(picture: Picture) -> Frame:
    """The pixels of ``picture`` as OpenCV takes them: height x width x 3, BGR."""
    flat = np.frombuffer(picture.pixels, np.uint8)
    return flat.reshape(picture.height, picture.width, 3)


@contextmanager
def timed(stage: str) -> Iterator[None]:
    """Count the seconds of the block under ``stage``."""
    began = perf_counter()
    yield
    _STAGE.labels(stage).observe(perf_counter() - began)


class FaceEngine:
    """One detector and one recogniser; they keep state, so never use one from two threads."""

    def __init__(self, folder: Path) -> None:
        """Load the models from ``folder``; raises `weights.WeightsMissing`."""
        detector = np.frombuffer(weights.read(folder, weights.DETECTOR), np.uint8)
        recogniser = np.frombuffer(weights.read(folder, weights.RECOGNISER), np.uint8)
        nothing = np.empty(0, np.uint8)
        self._detector = cv2.FaceDetectorYN.create(
            "onnx",
            detector,
            nothing,
            (SEARCH_SIDE, SEARCH_SIDE),
            LEAST_SCORE,
            _OVERLAP,
            _MOST_FACES,
        )
        self._recogniser = cv2.FaceRecognizerSF.create("onnx", recogniser, nothing)
        self._spoof = spoof.SpoofModel(folder)

    def detect(self, picture: Picture) -> list[Face]:
        """The faces in ``picture``."""
        frame = frame_of(picture)
        longest = max(frame.shape[:2])
        faces = self._search(frame, SEARCH_SIDE)
        if not faces and longest > SEARCH_SIDE:
            faces = self._search(frame, SECOND_LOOK_SIDE)
        return faces

    def embed(self, picture: Picture, face: Face) -> Embedding:
        """``face`` as 128 numbers of length 1 that are alike for the same person."""
        with timed("embed"):
            crop = self._recogniser.alignCrop(frame_of(picture), _row(face))
            feature = self._recogniser.feature(crop)
            return normalised(np.asarray(feature, np.float32).reshape(-1))

    def close_up(self, picture: Picture, face: Face) -> CloseUp:
        """``face`` seen closely: 112 points a side, grey, and its scores when it is turned."""
        with timed("close_up"):
            frame = frame_of(picture)
            crop = cv2.cvtColor(self._recogniser.alignCrop(frame, _row(face)), cv2.COLOR_BGR2GRAY)
            less, straight, more = (self._score(frame, face, by) for by in (-LEAN, 0, LEAN))
            return CloseUp(np.asarray(crop, np.uint8), (less, straight, more))

    def _score(self, frame: Frame, face: Face, angle: float) -> float:
        """How surely ``face`` is one when the picture is turned about it, anticlockwise."""
        middle = (face.x + face.width / 2, face.y + face.height / 2)
        scale = _CLOSE_SIDE / (_CLOSE_MARGIN * max(face.width, face.height))
        turn: Any = cv2.getRotationMatrix2D(middle, angle, scale)
        turn[:, 2] += _CLOSE_SIDE / 2 - np.array(middle)
        size = (_CLOSE_SIDE, _CLOSE_SIDE)
        near = cv2.warpAffine(
            frame, turn, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
        )
        faces = self._search(np.asarray(near, np.uint8), _CLOSE_SIDE)
        return max((one.score for one in faces), default=LEAST_SCORE)

    def real(self, picture: Picture, face: Face) -> float:
        """How surely ``face`` is one and not a picture of one, 0 to 1."""
        try:
            with timed("liveness"):
                return self._spoof.real(frame_of(picture), face)
        except weights.WeightsMissing as fault:
            raise unavailable("The liveness model is not installed.", code="no_models") from fault

    def fingerprint(self, picture: Picture) -> bytes:
        """What nearly the same picture has in common with it."""
        return spoof.fingerprint(frame_of(picture))

    def _search(self, frame: Frame, side: int) -> list[Face]:
        with timed("detect"):
            height, width = frame.shape[:2]
            scale = min(1.0, side / max(height, width))
            size = (max(1, round(width * scale)), max(1, round(height * scale)))
            small: Any = frame
            if scale < 1:
                small = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
            self._detector.setInputSize(size)
            found: Any = self._detector.detect(small)[1]
            if found is None:
                return []
            rows = np.asarray(found, np.float64)
            rows[:, 0:14:2] *= width / size[0]
            rows[:, 1:14:2] *= height / size[1]
            return [_face(row) for row in rows]


class Engines:
    """A few engines shared by the threads of a process, with a bounded queue before them.

    ``make`` loads one. The first is loaded by `start` in the background, the others when they are
    first wanted. At most ``queue`` callers wait, for ``patience`` seconds each.
    """

    def __init__(
        self,
        make: Callable[[], Engine],
        *,
        count: int = 2,
        queue: int = 8,
        patience: float = 2.0,
    ) -> None:
        self._make = make
        self._patience = patience
        self._free = threading.Semaphore(count)
        self._places = threading.Semaphore(count + queue)
        self._lock = threading.Lock()
        self._idle: list[Engine] = []
        self._loaded = threading.Event()

    def start(self, failed: Callable[[weights.WeightsMissing], None]) -> None:
        """Load the first engine in the background; ``failed`` is told when it cannot be."""

        def load() -> None:
            try:
                self._put_back(self._make())
            except weights.WeightsMissing as fault:
                failed(fault)

        threading.Thread(target=load, name="engine", daemon=True).start()

    @property
    def ready(self) -> bool:
        """Whether an engine has been loaded."""
        return self._loaded.is_set()

    @contextmanager
    def borrow(self) -> Iterator[Engine]:
        """An engine for this thread alone; raises ``unavailable`` when too many wait."""
        if not self._places.acquire(blocking=False):
            raise unavailable("Too many faces are being compared at the moment.")
        try:
            if not self._free.acquire(timeout=self._patience):
                raise unavailable("Too many faces are being compared at the moment.")
            try:
                yield from self._lent()
            finally:
                self._free.release()
        finally:
            self._places.release()

    def _lent(self) -> Iterator[Engine]:
        """An engine, taken back unless it failed: that a picture does not serve is no failure."""
        engine = self._take()
        try:
            yield engine
        except DomainError:
            self._put_back(engine)
            raise
        self._put_back(engine)

    def _take(self) -> Engine:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        try:
            return self._make()
        except weights.WeightsMissing as fault:
            raise unavailable("The face models are not installed.", code="no_models") from fault

    def _put_back(self, engine: Engine) -> None:
        with self._lock:
            self._idle.append(engine)
        self._loaded.set()


def engine_name() -> str:
    """What made an embedding: models by the start of their SHA-256, and OpenCV's version.

    Embeddings of different names must not be compared.
    """
    detector, recogniser = weights.DETECTOR.sha256[:8], weights.RECOGNISER.sha256[:8]
    return f"yunet:{detector}/sface:{recogniser}/opencv:{cv2.__version__}"


def prepare() -> None:
    """Make OpenCV use one thread for each call, as several calls run at once, and stay silent."""
    cv2.setNumThreads(1)
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)


def _row(face: Face) -> NDArray[np.float32]:
    flat = [face.x, face.y, face.width, face.height]
    flat += [number for point in face.landmarks for number in point]
    return np.array([[*flat, face.score]], np.float32)


def _face(row: NDArray[np.float64]) -> Face:
    x, y, width, height = (float(number) for number in row[:4])
    points = [float(number) for number in row[4:14]]
    landmarks = tuple(zip(points[::2], points[1::2], strict=True))
    return Face(x, y, width, height, landmarks, float(row[14]))
