"""One face on two accounts of a site: the alarm, and who hears of it."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest

from common.identity import Role
from common.vault import Vault
from local import keys
from tests.support.cluster import TestDatabase
from tests.support.face import FaceClient
from tests.support.face_cast import A2, A3, A, B, enrol, problem, said
from tests.support.face_kiosk import ALARMS, Place, identify, made_up


def opened(database: TestDatabase, person: int, sealed: Any, key: Any) -> np.ndarray:
    """An embedding as it was before it was sealed."""
    vault = Vault(base64.b64decode(keys.read(database.secrets_dir, "face_key")))
    return np.frombuffer(vault.open(bytes(key), person, bytes(sealed)), "<f4")


class TestAlarms:
    def test_one_face_enrolled_twice(self, face: FaceClient, place: Place) -> None:
        her, again, him = place.add(A, A2), place.add(A3), place.add(B)
        (alarm,) = place.alarms(state="open")
        assert alarm["employee_ids"] == [her, again]
        assert alarm["similarity"] > 0.45
        assert him not in alarm["employee_ids"]
        # It is either account's: neither is accepted.
        assert identify(face, place.device, A3, A2)["decision"] != "accept"
        assert len(place.alarms()) == 1

    def test_the_enrolling_person_is_not_told(self, face: FaceClient, place: Place) -> None:
        place.add(A)
        person = place.town.person(site_id=place.site)
        page = enrol(face, place.town, person, A2)
        assert page.keys() == {"items", "next_cursor"}
        assert len(place.alarms(state="open")) == 1
        for role in (Role.STAFF, Role.MANAGER, Role.DEVICE):
            token = place.town.token(place.town.person(role, site_id=place.site))
            problem(face.call("GET", ALARMS, token), 403, "forbidden")

    def test_closing_it(self, face: FaceClient, place: Place) -> None:
        place.add(A)
        again = place.add(A2)
        (alarm,) = place.alarms()
        path = f"{ALARMS}/{alarm['id']}"
        closed = said(
            face.call("PATCH", path, place.admin, json={"state": "closed", "note": "Sisters."}), 200
        )
        assert (closed["state"], closed["note"]) == ("closed", "Sisters.")
        assert (place.alarms(state="open"), len(place.alarms(state="closed"))) == ([], 1)
        twice = face.call("PATCH", path, place.admin, json={"state": "closed"})
        problem(twice, 409, "already_closed")
        problem(
            face.call("PATCH", path, place.admin, json={"state": "open"}),
            422,
            "invalid_request",
            "state",
        )
        unknown = face.call("PATCH", f"{ALARMS}/987654", place.admin, json={"state": "closed"})
        problem(unknown, 404, "not_found")
        # Looked at once, the pair is left alone, until one of the two is enrolled anew.
        identify(face, place.device, A3, A2)
        assert place.alarms(state="open") == []
        token = place.town.token(again)
        said(face.call("DELETE", f"/api/v1/people/{again}/faces", token), 204)
        enrol(face, place.town, again, A3)
        assert len(place.alarms(state="open")) == 1
        lines = place.town.sql(
            "SELECT action FROM face.audit WHERE object = %s ORDER BY id", f"alarm:{alarm['id']}"
        )
        assert lines == [("raise_alarm",), ("close_alarm",)]

    def test_two_that_enrolled_at_the_same_time_are_found_by_the_next_look(
        self, database: TestDatabase, face: FaceClient, place: Place
    ) -> None:
        her = place.add(A2)
        copy = place.town.sql(
            "SELECT embedding, wrapped_key FROM face.template JOIN face.subject USING (employee_id)"
            " WHERE employee_id = %s",
            her,
        )
        vector = opened(database, her, *copy[0])
        (twin,) = made_up(database, place.town, place.site, vector[None])
        face.app.org.refresh()
        assert place.alarms() == []
        found = identify(face, place.device, A2)
        assert (found["decision"], found["employee_id"]) == ("review", None)
        (alarm,) = place.alarms(state="open")
        assert (alarm["employee_ids"], alarm["similarity"]) == (
            [her, twin],
            pytest.approx(1, abs=0.01),
        )

    def test_pages(self, face: FaceClient, place: Place) -> None:
        for photo in (A, A2, A3):
            place.add(photo)
        first = said(face.call("GET", ALARMS, place.admin, query_string={"limit": 2}), 200)
        rest = said(
            face.call(
                "GET",
                ALARMS,
                place.admin,
                query_string={"cursor": first["next_cursor"], "limit": 500},
            ),
            200,
        )
        ids = [one["id"] for one in first["items"] + rest["items"]]
        assert ids == sorted(ids, reverse=True)
        assert len(place.alarms()) == 3
        assert rest["next_cursor"] is None
