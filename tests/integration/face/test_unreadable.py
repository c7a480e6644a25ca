"""Sealed bytes that no key opens any more: said in the log, in nobody's way, and never a 500."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from tests.support.face import FaceClient
from tests.support.face_cast import A2, A3, A, enrol, problem, said, verify
from tests.support.people import Town

JUNK = bytes(64)


def test_a_photo_that_cannot_be_opened_stands_in_nobody_s_way(
    face: FaceClient, town: Town, someone: int
) -> None:
    broken, whole = enrol(face, town, someone, A, A2)["items"]
    spoil = "UPDATE face.template SET embedding = %s, photo = %s WHERE id = %s"
    town.sql(spoil, JUNK, JUNK, broken["id"])
    token, path = town.token(someone), f"/api/v1/people/{someone}"
    good = said(verify(face, token, A3, someone), 200)
    # One photo can be compared with, so what accepts is what accepts for one.
    assert (good["decision"], good["threshold"]) == ("accept", 0.41)
    problem(face.call("GET", broken["photo_url"], token), 404, "not_found")
    assert face.call("GET", whole["photo_url"], token).status_code == 200
    said(face.call("POST", f"{path}/faces", token, files=[("image", A)]), 201)
    packed = zipfile.ZipFile(io.BytesIO(face.call("GET", f"{path}/export", token).get_data()))
    assert packed.testzip() is None
    kept = {one["id"]: one["template"] for one in json.loads(packed.read("faces.json"))}
    assert kept[broken["id"]] is None
    assert len(kept[whole["id"]]) == 128
    photos = {name for name in packed.namelist() if name.startswith("photos/")}
    assert f"photos/face-{whole['id']}.jpg" in photos
    assert f"photos/face-{broken['id']}.jpg" not in photos
    said(face.call("DELETE", f"{path}/faces/{broken['id']}", token), 204)


def test_a_key_that_cannot_be_unwrapped_is_as_good_as_none(
    face: FaceClient, town: Town, someone: int
) -> None:
    """As after a database was restored without its master key."""
    enrol(face, town, someone, A)
    town.sql("UPDATE face.subject SET wrapped_key = %s WHERE employee_id = %s", JUNK, someone)
    problem(verify(face, town.token(someone), A2, someone), 409, "not_enrolled")
    portrait = face.call("GET", f"/api/v1/people/{someone}/photo", town.token(someone))
    problem(portrait, 404, "not_found")
    path, token = f"/api/v1/people/{someone}/faces", town.token(someone)
    upload: dict[str, Any] = {"files": [("image", A)]}
    problem(face.call("POST", path, token, **upload), 409, "enrolment_unreadable")
    said(face.call("DELETE", path, token), 204)
    said(face.call("POST", path, token, **upload), 201)
