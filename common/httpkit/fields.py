"""Types of input that several services take."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

LARGEST_ID = 2**53 - 1
Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]


class Strict(BaseModel):
    """JSON in: a number is a number and a text is a text; what is not known is ignored."""

    model_config = ConfigDict(strict=True)
