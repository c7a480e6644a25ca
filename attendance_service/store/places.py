"""Places and the versions of their policies."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

from attendance_service.domain.policy import (
    Evidence,
    FaceCheck,
    OnFaceDown,
    Place,
    Policy,
    WithoutFace,
)
from attendance_service.domain.punches import Mode
from attendance_service.service.ports import PolicyVersion
from common import logs
from common.db import ConstraintViolated, Database, Row, Transaction
from common.errors import conflict, invalid, not_found
from common.sql import Queries

_SQL = Queries(Path(__file__).with_name("places.sql"))
_FRESH_FOR = 1.0


class PlaceBook:
    """The places of this moment, read again when the last reading is a second old.

    A policy may thus bind a second after it was saved; the record names the version it met.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._lock = threading.Lock()
        self._read_at = -_FRESH_FOR * 2
        self._by_id: dict[int, Place] = {}
        self._default: dict[int, Place] = {}

    def get(self, place_id: int) -> Place | None:
        """The place, unless it is unknown or archived."""
        return self._places().get(place_id)

    def default(self, site_id: int | None) -> Place | None:
        """Where a punch that names no place is recorded."""
        self._places()
        return self._default.get(site_id) if site_id is not None else None

    def at_site(self, site_id: int | None) -> Sequence[Place]:
        """Every place of a site; of all sites for ``None``."""
        places = self._places().values()
        return [place for place in places if site_id is None or place.site_id == site_id]

    def forget(self) -> None:
        """Read anew at the next question."""
        self._read_at = -_FRESH_FOR * 2

    def _places(self) -> Mapping[int, Place]:
        if monotonic() - self._read_at > _FRESH_FOR:
            with self._lock:
                if monotonic() - self._read_at > _FRESH_FOR:
                    began = monotonic()
                    places = [place_of(row) for row in self._db.all(_SQL["places"])]
                    self._by_id = {place.id: place for place in places}
                    self._default = {p.site_id: p for p in places if p.is_default}
                    self._read_at = began
        return self._by_id


@dataclass(frozen=True, slots=True)
class PlaceAdmin:
    """Changes to places, each with its audit entry in the same transaction."""

    db: Database
    book: PlaceBook

    def add(self, *, actor: int, site_id: int, name: str, is_default: bool, policy: Policy) -> int:
        """A new place with the first version of its policy; its number."""
        with _one_name(), self.db.transaction() as tx:
            site = tx.one(_SQL["site"], id=site_id)
            if site is None:
                raise invalid("site_id: there is no such site", field="site_id")
            if is_default:
                tx.execute(_SQL["no_default"], site_id=site_id)
            row = tx.one(
                _SQL["add_place"],
                site_id=site_id,
                name=name,
                zone=site.zone,
                is_default=is_default,
            )
            assert row is not None
            self._add_policy(tx, actor, row.id, policy)
            after = {"name": name, "site_id": site_id, "is_default": is_default}
            _audit(tx, actor, "place.add", f"place:{row.id}", None, after)
        self.book.forget()
        return int(row.id)

    def change(
        self,
        *,
        actor: int,
        place_id: int,
        name: str | None,
        is_default: bool | None,
        archived: bool,
    ) -> None:
        """Rename a place, make it the default, or archive it."""
        with _one_name(), self.db.transaction() as tx:
            row = _locked(tx, place_id)
            if is_default:
                tx.execute(_SQL["no_default"], site_id=row.site_id)
            tx.execute(
                _SQL["change_place"],
                id=place_id,
                name=name,
                is_default=is_default,
                archived=archived,
            )
            before = {"name": row.name, "is_default": row.is_default}
            after = {"name": name, "is_default": is_default, "archived": archived}
            _audit(tx, actor, "place.change", f"place:{place_id}", before, after)
        self.book.forget()

    def new_policy(self, *, actor: int, place_id: int, policy: Policy) -> int:
        """The next version of a place's policy; its version."""
        with self.db.transaction() as tx:
            _locked(tx, place_id)
            version = self._add_policy(tx, actor, place_id, policy)
        self.book.forget()
        return version

    def versions(self, place_id: int) -> list[PolicyVersion]:
        """Every version of a place's policy, the newest first."""
        return [version_of(row) for row in self.db.all(_SQL["versions"], place_id=place_id)]

    def _add_policy(self, tx: Transaction, actor: int, place_id: int, policy: Policy) -> int:
        described = {
            "evidence": sorted(policy.evidence),
            "mode": policy.mode,
            "on_face_down": policy.on_face_down,
            "skew_seconds": policy.skew_seconds,
            "without_face": policy.without_face,
            "face_check": policy.face_check,
        }
        row = tx.one(_SQL["add_policy"], place_id=place_id, created_by=actor, **described)
        assert row is not None
        after = described | {"version": row.version}
        _audit(tx, actor, "policy.version", f"place:{place_id}", None, after)
        return int(row.version)


@contextmanager
def _one_name() -> Iterator[None]:
    """Say in the product's words that a name is taken."""
    try:
        yield
    except ConstraintViolated as fault:
        if fault.constraint == "place_site_id_name_key":
            raise conflict("name_taken", "A place of this name exists at the site.") from fault
        raise


def _locked(tx: Transaction, place_id: int) -> Row:
    row = tx.one(_SQL["lock_place"], id=place_id)
    if row is None:
        raise not_found("There is no such place.")
    return row


def _audit(
    tx: Transaction,
    actor: int,
    action: str,
    target: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
) -> None:
    tx.execute(
        _SQL["audit"],
        actor=actor,
        action=action,
        object=target,
        before=json.dumps(before) if before else None,
        after=json.dumps(after),
        reason=None,
        request_id=logs.request_id() or None,
    )


def _policy_of(row: Row) -> Policy:
    return Policy(
        version=row.version,
        evidence=frozenset(Evidence(word) for word in row.evidence),
        mode=Mode(row.mode),
        on_face_down=OnFaceDown(row.on_face_down),
        skew_seconds=row.skew_seconds,
        without_face=WithoutFace(row.without_face),
        face_check=FaceCheck(row.face_check),
    )


def place_of(row: Row) -> Place:
    """A row of places with their newest policy as a `Place`."""
    return Place(row.id, row.site_id, row.name, row.zone, row.is_default, _policy_of(row))


def version_of(row: Row) -> PolicyVersion:
    """A row of ``policy`` as a `PolicyVersion`."""
    created: datetime = row.created_at
    return PolicyVersion(_policy_of(row), row.created_by, created)
