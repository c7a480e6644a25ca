"""The bodies that a service's OpenAPI document shows, and whether each shows itself rightly."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from pydantic import BaseModel

#: Addresses and queries are shown by their fields, a page by its items.
_SHOWN_BY_THEIR_PARTS = ("Path", "Query", "Page", "Versions")


def bodies(package: ModuleType, *more: ModuleType) -> Iterable[type[BaseModel]]:
    """The models of requests and answers in the modules of ``package`` and in ``more``."""
    names = (f"{package.__name__}.{found.name}" for found in iter_modules(package.__path__))
    for module in (*map(import_module, names), *more):
        for _, model in inspect.getmembers(module, inspect.isclass):
            own = issubclass(model, BaseModel) and model.__module__ == module.__name__
            if own and not model.__name__.endswith(_SHOWN_BY_THEIR_PARTS):
                yield model


def assert_shows_itself(model: type[BaseModel]) -> None:
    """Its one example is read as it stands, and leaves nothing out that has to be there."""
    [shown] = model.model_json_schema()["examples"]
    read = model.model_validate(shown)
    assert read.model_dump(mode="json", exclude_unset=True) == shown
    assert set(shown) >= {name for name, one in model.model_fields.items() if one.is_required()}
