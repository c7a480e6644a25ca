"""The real models, and the engines' queue."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from common.errors import DomainError, Kind
from common.imaging.process import Picture
from common.imaging.reader import ImageReader
from face_service import engine, weights
from face_service.domain import matching, replays
from face_service.domain.faces import dominant, refused
from face_service.engine import Engines, FaceEngine
from tests.support import frames
from tests.support.face import models
from tests.support.portraits import OTHER, SAME, portrait


@pytest.fixture(scope="module")
def model() -> FaceEngine:
    engine.prepare()
    return FaceEngine(models())


@pytest.fixture(scope="module")
def reader() -> Iterator[ImageReader]:
    made = ImageReader(size=1)
    yield made
    made.close()


def picture(pixels: Any) -> Picture:
    height, width = pixels.shape[:2]
    return Picture(width, height, bytearray(np.ascontiguousarray(pixels).tobytes()), b"")


def embedding(model: FaceEngine, reader: ImageReader, name: str) -> matching.Embedding:
    seen = reader.pixels(portrait(name))
    faces = model.detect(seen)
    face = dominant(faces, width=seen.width, height=seen.height)
    return model.embed(seen, face)


def test_the_same_person_is_alike_and_another_is_not(
    model: FaceEngine, reader: ImageReader
) -> None:
    first, second, third = (embedding(model, reader, name) for name in SAME)
    other = embedding(model, reader, OTHER)
    assert float(np.linalg.norm(first)) == pytest.approx(1, abs=1e-5)
    assert first.shape == (128,)
    assert matching.similarity(first, second) > 0.6
    assert matching.similarity(first, third) > 0.6
    assert matching.similarity(first, other) < 0.3


def test_boxes_are_in_the_pixels_of_the_full_frame(model: FaceEngine, reader: ImageReader) -> None:
    seen = reader.pixels(portrait(SAME[0]))
    frame = engine.frame_of(seen)
    half = cv2.resize(frame, (seen.width // 2, seen.height // 2), interpolation=cv2.INTER_AREA)
    (full,), (reduced,) = model.detect(seen), model.detect(picture(half))
    assert full.width == pytest.approx(2 * reduced.width, rel=0.05)
    assert full.x == pytest.approx(2 * reduced.x, rel=0.1)
    for x, y in full.landmarks:
        assert full.x < x < full.x + full.width
        assert full.y < y < full.y + full.height


def test_a_small_face_is_found_at_the_second_look(model: FaceEngine, reader: ImageReader) -> None:
    frame = engine.frame_of(reader.pixels(portrait(SAME[1])))
    tiny = cv2.resize(frame, (26, 26 * frame.shape[0] // frame.shape[1]))
    wide = np.full((1200, 1600, 3), 90, np.uint8)
    wide[600 : 600 + tiny.shape[0], 800:826] = tiny
    assert model._search(wide, engine.SEARCH_SIDE) == []
    small = cv2.resize(frame, (60, 60 * frame.shape[0] // frame.shape[1]))
    wide[600 : 600 + small.shape[0], 800:860] = small
    assert len(model.detect(picture(wide))) == 1


def test_an_empty_frame_has_no_face(model: FaceEngine) -> None:
    assert model.detect(picture(np.zeros((48, 64, 3), np.uint8))) == []
    assert model.detect(picture(np.zeros((16, 3000, 3), np.uint8))) == []


def test_models_must_be_the_pinned_ones(tmp_path: Path) -> None:
    with pytest.raises(weights.WeightsMissing, match="not in the model folder"):
        FaceEngine(tmp_path)
    (tmp_path / weights.DETECTOR.name).write_bytes(b"version https://git-lfs.github.com/spec/v1")
    with pytest.raises(weights.WeightsMissing, match="not the pinned file"):
        FaceEngine(tmp_path)


def test_the_engine_has_a_name_that_changes_with_it() -> None:
    assert engine.engine_name() == "yunet:8f2383e4/sface:0ba9fbfa/opencv:" + cv2.__version__


def busy(engines: Engines) -> DomainError:
    with pytest.raises(DomainError) as caught, engines.borrow():
        pass
    assert caught.value.kind is Kind.UNAVAILABLE
    assert caught.value.retry_after
    return caught.value


def test_the_queue_before_the_engines_is_bounded(model: FaceEngine) -> None:
    engines = Engines(lambda: model, count=1, queue=1, patience=0.3)
    with ExitStack() as stack:
        stack.enter_context(engines.borrow())
        began = time.monotonic()
        waiting = threading.Thread(target=busy, args=(engines,))
        waiting.start()
        time.sleep(0.1)
        busy(engines)
        assert time.monotonic() - began < 0.29
        waiting.join()
    with engines.borrow() as one:
        assert one is model


def test_an_engine_that_failed_is_not_used_again() -> None:
    made: list[Any] = []
    engines = Engines(lambda: made.append(object()) or made[-1], count=1)  # type: ignore[func-returns-value]
    with pytest.raises(ZeroDivisionError), engines.borrow():
        raise ZeroDivisionError
    with engines.borrow() as second:
        assert second is made[1]
    with engines.borrow() as again:
        assert again is second


def test_a_picture_that_does_not_serve_costs_no_engine() -> None:
    """Loading one takes as long as ten comparisons: whoever sends no face must not cause it."""
    made: list[Any] = []
    engines = Engines(lambda: made.append(object()) or made[-1], count=1)  # type: ignore[func-returns-value]
    for _ in range(3):
        with pytest.raises(DomainError), engines.borrow():
            raise refused("no_face", "There is no face in the image.", "image")
    with engines.borrow() as again:
        assert again is made[0]
    assert len(made) == 1


def test_missing_models_are_told_and_tried_again(tmp_path: Path) -> None:
    told: list[weights.WeightsMissing] = []
    engines = Engines(lambda: FaceEngine(tmp_path), count=1)
    engines.start(told.append)
    deadline = time.monotonic() + 5
    while not told and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(told) == 1
    assert not engines.ready
    assert busy(engines).code == "no_models"


def test_loading_in_the_background_makes_ready(model: FaceEngine) -> None:
    engines = Engines(lambda: model)
    assert not engines.ready
    engines.start(pytest.fail)
    deadline = time.monotonic() + 5
    while not engines.ready and time.monotonic() < deadline:
        time.sleep(0.01)
    assert engines.ready


def test_the_liveness_model_is_loaded_when_it_is_first_asked(
    model: FaceEngine, reader: ImageReader
) -> None:
    fresh = FaceEngine(models())
    assert fresh._spoof._interpreter is None
    seen = reader.pixels(frames.frame())
    (face,) = fresh.detect(seen)
    assert fresh.real(seen, face) > 0.85
    assert fresh.real(seen, face) == fresh.real(seen, face)
    picture = reader.pixels(frames.of_a_picture()[0])
    (face,) = fresh.detect(picture)
    assert fresh.real(picture, face) < 0.5


def test_without_its_weights_liveness_is_unavailable_and_the_rest_works(
    reader: ImageReader, tmp_path: Path
) -> None:
    for weight in (weights.DETECTOR, weights.RECOGNISER):
        (tmp_path / weight.name).symlink_to(models() / weight.name)
    half = FaceEngine(tmp_path)
    seen = reader.pixels(frames.frame())
    (face,) = half.detect(seen)
    assert half.embed(seen, face).shape == (128,)
    with pytest.raises(DomainError) as caught:
        half.real(seen, face)
    assert (caught.value.kind, caught.value.code) == (Kind.UNAVAILABLE, "no_models")


def test_copies_of_a_picture_keep_its_fingerprint_and_other_pictures_do_not(
    model: FaceEngine, reader: ImageReader
) -> None:
    def bands_of(jpeg: bytes) -> list[bytes]:
        return replays.bands(model.fingerprint(reader.pixels(jpeg)))

    one = frames.frame()
    assert replays.equal_bands(bands_of(one), bands_of(frames.saved_anew(one, 70))) >= 12
    assert replays.equal_bands(bands_of(one), bands_of(frames.frame(aside=60))) < 12
    assert model.fingerprint(picture(np.zeros((16, 16, 3), np.uint8))) == bytes(32)
