"""Every body in the face service's OpenAPI document has an example, which it would take itself."""

from __future__ import annotations

import inspect
from importlib import import_module
from pkgutil import iter_modules

import pytest
from pydantic import BaseModel

import common.privacy.rest
from face_service import rest

_MODULES = [
    common.privacy.rest,
    *(import_module(f"{rest.__name__}.{found.name}") for found in iter_modules(rest.__path__)),
]
#: Addresses and queries are shown by their fields, a page by its items.
_SHOWN_BY_THEIR_PARTS = ("Path", "Query", "Page", "FrameCount")
BODIES = [
    model
    for module in _MODULES
    for _, model in inspect.getmembers(module, inspect.isclass)
    if issubclass(model, BaseModel)
    and model.__module__ == module.__name__
    and not model.__name__.endswith(_SHOWN_BY_THEIR_PARTS)
]


def test_the_bodies_are_found() -> None:
    assert {"VerdictOut", "ConsentIn", "JobOut", "IdentificationOut", "RemainsOut"} <= {
        model.__name__ for model in BODIES
    }


@pytest.mark.parametrize("model", BODIES, ids=lambda model: model.__name__)
def test_an_example_is_what_it_shows(model: type[BaseModel]) -> None:
    [shown] = model.model_json_schema()["examples"]
    read = model.model_validate(shown)
    assert read.model_dump(mode="json", exclude_unset=True) == shown
    assert set(shown) >= {name for name, one in model.model_fields.items() if one.is_required()}
