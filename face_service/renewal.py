"""``python -m face_service re-embed``: what ``make re-embed`` hands over to."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from time import monotonic

from common.config import load
from common.db import Database
from common.imaging.reader import ImageReader
from common.sql import dsn
from common.vault import Vault
from face_service import engine, weights
from face_service.service.renewing import Progress, Renewing
from face_service.settings import Settings
from face_service.store.renewals import Renewals

_TOLD_EVERY = 2.0


def renew(env: Mapping[str, str]) -> int:
    """Bring every template to the engine in use; 1 when some photos are of no use to it."""
    settings = load(Settings, env)
    engine.prepare()
    models = weights.model_dir(env)
    # One connection holds the claim of a person while others read and write for it.
    connections = 2 * settings.engines + 1
    password = settings.database_password.reveal()
    db = Database(dsn(settings, "hazir_face", password), size=connections, name="face renewal")
    images = ImageReader(size=settings.engines)
    engines = engine.Engines(
        lambda: engine.FaceEngine(models), count=settings.engines, queue=settings.engines
    )
    store = Renewals(db, Vault(settings.face_key.key()))
    renewing = Renewing(images, engines, store, engine.engine_name(), settings.engines)
    try:
        done = renewing.run(teller())
    finally:
        images.close()
        db.close()
    return _conclude(done)


def teller(clock: Callable[[], float] = monotonic) -> Callable[[Progress], None]:
    """Says how far it is: at the beginning, then every two seconds."""
    began = clock()
    said = began - _TOLD_EVERY

    def tell(progress: Progress) -> None:
        nonlocal said
        now = clock()
        if now - said < _TOLD_EVERY:
            return
        said = now
        text = f"re-embed: {progress.done_people} of {progress.people} people"
        if progress.done_people:
            left = (progress.people - progress.done_people) * (now - began) / progress.done_people
            text += f", {progress.done_photos} photos, about {max(0, left):.0f} s left"
        _say(text)

    return tell


def _conclude(done: Progress) -> int:
    people = done.done_people - done.busy
    _say(f"re-embed: {done.done_photos} photos of {people} people, by {engine.engine_name()} now")
    if done.busy:
        _say(f"re-embed: {done.busy} people were left to another run")
    if done.left_alone:
        _say(
            f"re-embed: {done.left_alone} people were left as they are: their consent is to an"
            " older text, their site uses no faces, or their account is locked"
        )
    if not done.unusable:
        return 0
    named = ", ".join(map(str, sorted(done.unusable)))
    _say(f"re-embed: it makes nothing of photos of these people, who must enrol again: {named}")
    return 1


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
