"""The demo site's places: an ordinary one, one that keeps a picture, one that asks for a face."""

from __future__ import annotations

from attendance_service.domain.policy import Evidence, Policy, WithoutFace
from attendance_service.store.places import PlaceAdmin, PlaceBook
from common.db import Database

SITE = "Demo Office"
_PLACES: tuple[tuple[str, frozenset[Evidence]], ...] = (
    ("Office", frozenset()),
    ("Reception", frozenset({Evidence.PHOTO})),
    ("Main gate", frozenset({Evidence.PHOTO, Evidence.FACE})),
)


def seed(db: Database) -> None:
    """Make the places that are missing; the first one is where a punch goes by default."""
    site = db.one("SELECT id FROM org.sites WHERE name = %(name)s", name=SITE)
    admin = db.one("SELECT employee_id FROM org.people WHERE username = 'demo_admin'")
    if site is None or admin is None:
        return
    book = PlaceBook(db)
    there = {place.name for place in book.at_site(site.id)}
    for name, evidence in _PLACES:
        if name not in there:
            PlaceAdmin(db, book).add(
                actor=admin.employee_id,
                site_id=site.id,
                name=name,
                is_default=name == _PLACES[0][0],
                # There are other places beside the one that asks for a face.
                policy=Policy(version=0, evidence=evidence, without_face=WithoutFace.REFUSE),
            )
