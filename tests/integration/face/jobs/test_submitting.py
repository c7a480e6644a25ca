"""Jobs over HTTP: submitted once, sealed, shown to whom they concern."""

from __future__ import annotations

import procrastinate.schema
import pytest

from common.config import ROOT
from common.db import Database
from face_service.service.working import Judging
from face_service.store.jobs import Jobs, vault_of
from tests.support.face import FaceClient
from tests.support.face_cast import A, B, Cast, problem, said
from tests.support.inward import URLS
from tests.support.job_calls import JOBS, job, pair, queued, submit
from tests.support.people import Town


def test_a_job_is_kept_queued_and_shown(face: FaceClient, town: Town, cast: Cast) -> None:
    made = said(submit(face, town, cast, files=[("image", A), ("frame", A), ("frame", B)]), 202)
    assert made["verification_id"] == "v-1"
    assert queued(town, made["id"]) == ["judge"]
    shown = job(face, town, cast, made["id"])
    assert (shown["kind"], shown["state"], shown["attempts"]) == ("verify_person", "queued", 0)
    assert (shown["result"], shown["error"], shown["deliveries"]) == (None, None, [])
    mine = face.call("GET", f"{JOBS}/{made['id']}", town.token(cast.attendance))
    assert said(mine, 200) == shown


def test_the_older_call_is_accepted_as_it_was(face: FaceClient, town: Town, cast: Cast) -> None:
    assert said(pair(face, town, cast), 202) == {
        "status": "Job accepted",
        "verification_id": "p-1",
    }


def test_submitted_twice_it_is_one_job(face: FaceClient, town: Town, cast: Cast) -> None:
    first, again = said(submit(face, town, cast), 202), said(submit(face, town, cast), 202)
    assert first == again
    assert queued(town, first["id"]) == ["judge"]
    problem(submit(face, town, cast, files=[("image", B)]), 409, "verification_exists")


def test_pictures_are_sealed_and_no_table_holds_a_face(
    face: FaceClient, town: Town, cast: Cast, jobs: Jobs, judging: Judging
) -> None:
    number = said(submit(face, town, cast), 202)["id"]
    sealed = [bytes(row[0]) for row in town.sql("SELECT sealed FROM face.job_picture")]
    assert len(sealed) == 1
    assert b"JFIF" not in sealed[0]
    assert A[200:232] not in sealed[0]
    turn = judging.begin(number)
    assert turn is not None
    work = jobs.work(turn)
    assert work is not None
    assert work.pictures == {"image": [A]}


@pytest.mark.parametrize(
    ("form", "status", "code", "field"),
    [
        ({"webhook_url": ""}, 422, "invalid_request", "webhook_url"),
        ({"verification_id": "with blank"}, 422, "invalid_request", "verification_id"),
        ({"verification_id": "x" * 129}, 422, "invalid_request", "verification_id"),
        ({"employee_id": "0"}, 422, "invalid_request", "employee_id"),
    ],
)
def test_bad_input_makes_no_job(
    face: FaceClient,
    town: Town,
    cast: Cast,
    form: dict[str, str],
    status: int,
    code: str,
    field: str,
) -> None:
    problem(submit(face, town, cast, form=form), status, code, field)
    assert town.sql("SELECT count(*) FROM face.job") == [(0,)]


def test_what_tries_to_reach_inside_makes_no_job(face: FaceClient, town: Town, cast: Cast) -> None:
    for url in URLS:
        answer = pair(face, town, cast, webhook_url=url)
        assert answer.status_code == 422, url
        assert answer.get_json()["field"] == "webhook_url", url
    assert town.sql("SELECT count(*) FROM face.job") == [(0,)]


def test_seed_defect_D37_an_upload_is_bounded_and_looked_at_first(
    face: FaceClient, town: Town, cast: Cast
) -> None:
    for content, status, code in (
        (b"MZ not a picture", 422, "not_an_image"),
        (b"<svg/>", 422, "not_an_image"),
        (A[:3] + b"\0" * (6 << 20), 413, "too_large"),
    ):
        answer = submit(face, town, cast, files=[("image", content)])
        problem(answer, status, code, "image")
    problem(submit(face, town, cast, files=[("frame", A)]), 422, "invalid_request", "image")
    assert town.sql("SELECT count(*) FROM face.job") == [(0,)]


def test_only_services_submit_and_only_admins_look_at_all(
    face: FaceClient, town: Town, cast: Cast
) -> None:
    number = said(submit(face, town, cast), 202)["id"]
    for who in (cast.staff, cast.manager, cast.device, cast.admin):
        problem(submit(face, town, cast, who=who), 403, "forbidden")
        problem(pair(face, town, cast, who=who), 403, "forbidden")
    for who in (cast.staff, cast.manager, cast.device):
        token = town.token(who)
        problem(face.call("GET", f"{JOBS}/{number}", token), 404, "not_found")
        problem(face.call("GET", JOBS, token), 403, "forbidden")
        problem(face.call("POST", f"{JOBS}/{number}/retry", token), 403, "forbidden")
    token = town.token(cast.attendance)
    problem(face.call("GET", JOBS, token), 403, "forbidden")
    problem(face.call("POST", f"{JOBS}/{number}/retry", token), 403, "forbidden")


def test_pages_of_jobs(face: FaceClient, town: Town, cast: Cast) -> None:
    made = [said(submit(face, town, cast, f"v-{n}"), 202)["id"] for n in range(5)]
    token, seen, cursor = town.token(cast.admin), [], ""
    while True:
        body = said(face.call("GET", f"{JOBS}?limit=2{cursor}", token), 200)
        seen += [one["id"] for one in body["items"]]
        if body["next_cursor"] is None:
            break
        cursor = f"&cursor={body['next_cursor']}"
    assert seen == made[::-1]
    problem(face.call("GET", f"{JOBS}?cursor=x", token), 422, "invalid_request", "cursor")
    problem(face.call("GET", f"{JOBS}?state=sad", token), 422, "invalid_request", "state")


def test_the_queue_s_schema_is_the_library_s(town: Town) -> None:
    """A newer library with another schema needs a migration first."""
    ours = ROOT / "face_service/migrations/versions/0006_queue.up.sql"
    assert ours.read_text().endswith(procrastinate.schema.SchemaManager.get_schema())


def test_nothing_is_shown_of_a_job_that_a_key_does_not_open(
    face: FaceClient, town: Town, cast: Cast, db: Database, judging: Judging
) -> None:
    number = said(submit(face, town, cast), 202)["id"]
    turn = judging.begin(number)
    assert turn is not None
    assert Jobs(db, vault_of(bytes(32))).work(turn) is None
