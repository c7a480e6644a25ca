"""However many images a call has, the pixels of one are in memory: 12 megapixels take 36 MB."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from common.identity import Person, Role, Subject
from face_service.domain.consent import CONSENT_VERSION
from face_service.domain.faces import Face
from face_service.domain.identification import Rules, Step
from face_service.domain.liveness import Thresholds as LiveThresholds
from face_service.domain.matching import Thresholds
from face_service.domain.quality import CloseUp, Limits
from face_service.service.access import Access
from face_service.service.comparing import Comparing
from face_service.service.enrolling import Enrolling
from face_service.service.identifying import Identifying
from face_service.service.liveness import Liveness, Proof

ADMIN = Person(1, "a", "A", frozenset({Role.ADMIN}), site_id=1, biometrics=True)
CALLER = Subject(ADMIN, "s", float("inf"))
IMAGES = [bytes([number]) for number in range(5)]


class Decoded:
    """A decoded picture that can be watched."""

    width = height = 400
    pixels = bytearray(b"bgr")
    jpeg = b"jpeg"


@dataclass
class Decoder:
    """Counts how many of the pictures it made are still there when it makes the next."""

    made: list[weakref.ref[Decoded]] = field(default_factory=list)
    most: int = 0

    def pixels(self, data: bytes, **_: Any) -> Decoded:
        gc.collect()
        picture = Decoded()
        self.made.append(weakref.ref(picture))
        self.most = max(self.most, sum(one() is not None for one in self.made))
        return picture

    both = pixels


class Model:
    """Sees the same face in everything."""

    def detect(self, _: Any) -> list[Face]:
        eyes = ((160.0, 180.0), (240.0, 180.0), (200.0, 225.0), (168.0, 270.0), (232.0, 270.0))
        return [Face(120, 120, 160, 200, eyes, 0.95)]

    def embed(self, _: Any, __: Face) -> Any:
        return np.eye(1, 128, dtype=np.float32)[0]

    def close_up(self, _: Any, __: Face) -> CloseUp:
        noise = np.random.default_rng(1).integers(0, 255, (112, 112), np.uint8)
        return CloseUp(noise, (0.6, 0.95, 0.6))

    def real(self, _: Any, __: Face) -> float:
        return 1.0

    def fingerprint(self, _: Any) -> bytes:
        return bytes(32)


class Supply:
    """Lends the model."""

    @contextmanager
    def borrow(self) -> Iterator[Model]:
        yield Model()


class Anything:
    """Whatever else a use case asks."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *_, **__: None


def identify(images: Decoder) -> None:
    galleries = SimpleNamespace(search=lambda _, probes: (1, [[] for _ in probes]))
    sites = SimpleNamespace(uses_faces=lambda _: True)
    rules = Rules((Step(100, 0.45),), 0.04, 0.05, 0.6)
    made: Any = Identifying
    use = made(images, Supply(), galleries, sites, Anything(), "e", rules)
    use.identify(CALLER, IMAGES, 1)


def liveness(images: Decoder) -> None:
    access = Access(SimpleNamespace(person=lambda _: ADMIN))
    made: Any = Liveness
    use = made(
        access,
        images,
        Supply(),
        Anything(),
        LiveThresholds(0.8, 0.5),
        Anything(),
    )
    use.check(CALLER, Proof(IMAGES))


def pair(images: Decoder) -> None:
    access = Access(SimpleNamespace(person=lambda _: ADMIN))
    current = SimpleNamespace(engine_name="e")
    made: Any = Comparing
    use = made(
        access,
        images,
        Supply(),
        Anything(),
        Anything(),
        current,
        Thresholds(),
    )
    use.verify_pair(CALLER, *IMAGES[:2])


def enrol(images: Decoder) -> None:
    access = Access(SimpleNamespace(person=lambda _: ADMIN))
    store = SimpleNamespace(
        faces=lambda _: [], templates=lambda _: [], add=lambda *_, **__: ["kept"]
    )
    consents = SimpleNamespace(consent=lambda _: SimpleNamespace(version=CONSENT_VERSION))
    made: Any = Enrolling
    use = made(
        access=access,
        images=images,
        engines=Supply(),
        store=store,
        consents=consents,
        current=SimpleNamespace(engine_name="e"),
        watch=Anything(),
        thresholds=Thresholds(),
        limits=Limits(least_sharpness=0, most_pitch=90, most_yaw=90, most_roll=180),
        looks=Anything(),
    )
    use.enrol(CALLER, 1, IMAGES)


@pytest.mark.parametrize(("call", "count"), [(identify, 5), (liveness, 5), (pair, 2), (enrol, 5)])
def test_the_pixels_of_one_image_are_let_go_before_the_next_is_decoded(
    call: Callable[[Decoder], None], count: int
) -> None:
    images = Decoder()
    call(images)
    assert (len(images.made), images.most) == (count, 1)
