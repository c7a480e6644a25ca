"""A copy of one's own data has everything that is kept about a person, and nobody else's."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from tests.support import frames
from tests.support.face import FaceClient
from tests.support.face_cast import A2, A, Cast, enrol, said, verify
from tests.support.face_kiosk import identify
from tests.support.job_calls import pair, submit
from tests.support.people import Town


def copied(face: FaceClient, town: Town, person: int) -> dict[str, Any]:
    """The JSON files of the person's copy, by name."""
    answer = face.call("GET", f"/api/v1/people/{person}/export", town.token(person))
    packed = zipfile.ZipFile(io.BytesIO(answer.get_data()))
    return {
        name.removesuffix(".json"): json.loads(packed.read(name))
        for name in packed.namelist()
        if name.endswith(".json")
    }


def test_a_copy_has_identifications_jobs_alarms_and_when_pictures_were_shown(
    face: FaceClient, town: Town, cast: Cast, someone: int
) -> None:
    number = f"C{someone}"
    town.sql("UPDATE auth.person SET school_number = %s WHERE employee_id = %s", number, someone)
    enrol(face, town, someone, A)
    verify(face, town.token(someone), A2, someone)
    found = identify(face, town.token(cast.device), A2)
    assert (found["decision"], found["employee_id"]) == ("accept", someone)
    identify(face, town.token(cast.device), frames.still(name="biden.jpg")[0])
    mine = said(
        submit(face, town, cast, f"copy-{someone}", form={"employee_id": str(someone)}), 202
    )["id"]
    said(
        pair(face, town, cast, verification_id=f"pair-{someone}", student_school_number=number), 202
    )
    said(submit(face, town, cast, f"other-{someone}"), 202)
    files = [("image", one) for one in frames.still(aside=30)]
    said(face.call("POST", "/api/v1/faces/liveness", town.token(someone), files=files), 200)
    town.sql(
        "INSERT INTO face.alarm (one, other, similarity, site_id, note)"
        " VALUES (%s, %s, 0.6, 1, 'about both')",
        min(someone, cast.mate),
        max(someone, cast.mate),
    )
    kept = copied(face, town, someone)
    actions = {one["action"] for one in kept["decisions-001"]}
    assert {"consent_given", "enrol_faces", "verify_face", "check_liveness"} <= actions
    (seen,) = kept["identified-001"]
    assert (seen["action"], seen["after"]["decision"]) == ("identify_face", "accept")
    jobs = kept["jobs-001"]
    assert [(one["kind"], one["state"]) for one in jobs] == [
        ("verify_person", "queued"),
        ("verify_pair", "queued"),
    ]
    assert jobs[0]["id"] == mine
    (alarm,) = kept["alarms-001"]
    assert set(alarm) == {"id", "similarity", "site_id", "seen_at", "closed_at"}
    assert len(kept["shown-001"]) == 3
    assert "identified-001" not in copied(face, town, cast.mate)
