"""Identification as the tests ask for it, and people whose templates are made up."""

from __future__ import annotations

from typing import Any

import numpy as np

from common.identity import Role
from common.vault import Vault
from face_service import engine
from face_service.domain.consent import CONSENT_VERSION
from local import keys
from tests.support.cluster import TestDatabase
from tests.support.face import FaceClient
from tests.support.face_cast import enrol, said
from tests.support.people import Town

ALARMS = "/api/v1/faces/alarms"


class Place:
    """A site of its own with a tablet, an admin, and two people who are enrolled."""

    def __init__(self, face: FaceClient, town: Town, *, biometrics: bool = True) -> None:
        number = town.sql("SELECT count(*) FROM auth.site")[0][0]
        self.face, self.town = face, town
        self.site = town.site(f"gate {number}", biometrics=biometrics)
        self.device = town.token(town.person(Role.DEVICE, site_id=self.site))
        self.admin = town.token(town.person(Role.ADMIN, site_id=self.site))

    def add(self, *photos: bytes) -> int:
        """A new person of the site, enrolled."""
        person = self.town.person(site_id=self.site)
        enrol(self.face, self.town, person, *photos)
        return person

    def alarms(self, **query: Any) -> list[dict[str, Any]]:
        """The alarms of this site, the newest first."""
        found = said(self.face.call("GET", ALARMS, self.admin, query_string=query), 200)
        return [one for one in found["items"] if one["site_id"] == self.site]


def identify(
    face: FaceClient, token: str, *frames: bytes, site: int | None = None, status: int = 200
) -> dict[str, Any]:
    """The answer to who ``frames`` show."""
    return said(asked(face, token, *frames, site=site), status)


def asked(face: FaceClient, token: str, *frames: bytes, site: int | None = None) -> Any:
    """The same as it comes."""
    form = {"site": str(site)} if site is not None else None
    files = [("image", frame) for frame in frames]
    return face.call("POST", "/api/v1/faces/identify", token, files=files, form=form)


def made_up(database: TestDatabase, town: Town, site_id: int, vectors: np.ndarray) -> list[int]:
    """New people of a site, each enrolled with one of ``vectors``; their numbers."""
    import base64

    vault = Vault(base64.b64decode(keys.read(database.secrets_dir, "face_key")))
    ids = [town.person(site_id=site_id) for _ in vectors]
    for one, vector in zip(ids, vectors, strict=True):
        key = vault.new_key(one)
        town.sql(
            "INSERT INTO face.subject (employee_id, consent_version, consent_given_at, wrapped_key)"
            " VALUES (%s, %s, now(), %s)",
            one,
            CONSENT_VERSION,
            key,
        )
        town.sql(
            "INSERT INTO face.template (employee_id, engine, embedding, photo, score)"
            " VALUES (%s, %s, %s, 'none', 1)",
            one,
            engine.engine_name(),
            vault.seal(key, one, vector.astype("<f4").tobytes()),
        )
    return ids
