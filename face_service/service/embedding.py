"""From a picture to the numbers that stand for the face it means."""

from __future__ import annotations

from common.errors import DomainError, Kind
from face_service.domain.faces import dominant
from face_service.domain.matching import Embedding
from face_service.service.ports import Engine, Images, Picture


def embed_dominant(engine: Engine, picture: Picture, field: str) -> Embedding:
    """The face that ``picture`` means, as numbers; raises what `dominant` does."""
    faces = engine.detect(picture)
    face = dominant(faces, width=picture.width, height=picture.height, field=field)
    return engine.embed(picture, face)


def embed_kept(engine: Engine, images: Images, jpeg: bytes) -> Embedding | None:
    """The face on a kept photo as numbers; ``None`` when the engine makes nothing of it.

    Raises ``unavailable``, which says nothing about the photo.
    """
    try:
        return embed_dominant(engine, images.pixels(jpeg), "image")
    except DomainError as fault:
        if fault.kind is Kind.UNAVAILABLE:
            raise
        return None
