"""Types of input that several services take, and how a model shows an example of itself."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

LARGEST_ID = 2**53 - 1
Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]


def _plain(text: Any) -> Any:
    """Only digits make a number in an address: no blanks, signs, underscores or other scripts."""
    if isinstance(text, str) and not (text.isascii() and text.isdigit()):
        raise ValueError("must be a whole number")
    return text


#: An `Id` in a path or a query, where everything is text.
AddressId = Annotated[Id, BeforeValidator(_plain)]


def example(**members: Any) -> ConfigDict:
    """A model's configuration that shows one value of it in the OpenAPI document."""
    return ConfigDict(json_schema_extra={"examples": [members]})


class Strict(BaseModel):
    """JSON in: a number is a number and a text is a text; what is not known is ignored."""

    model_config = ConfigDict(strict=True)


class Exact(Strict):
    """As `Strict`, and what is not known is refused: nobody believes that it was done."""

    model_config = ConfigDict(extra="forbid")
