"""Under ``/api/v1/auth`` input that a rule refuses is 422, as input of a wrong type is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from common.errors import DomainError, Kind


@contextmanager
def unprocessable(fields: Mapping[str, str] | None = None) -> Iterator[None]:
    """Say 422 for 400 within the block; ``fields`` gives the field at fault its name here."""
    try:
        yield
    except DomainError as fault:
        if fault.kind is not Kind.INVALID:
            raise
        field = (fields or {}).get(fault.field or "", fault.field)
        raise DomainError(Kind.UNPROCESSABLE, fault.code, fault.message, field=field) from fault
