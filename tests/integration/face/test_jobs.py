"""Jobs over HTTP, and their life in the database: tried, given up, tried again, forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import procrastinate.schema
import pytest

from common.config import ROOT
from common.db import Database
from common.sql import dsn
from common.unsafe import key_bytes
from face_service.domain.jobs import Outcome, unfit
from face_service.service.working import Delivering, Judging
from face_service.store.deliveries import Deliveries
from face_service.store.jobs import Jobs, vault_of
from local import keys
from tests.support.cluster import TestDatabase
from tests.support.face import FaceClient
from tests.support.face_cast import A, B, Cast, problem, said
from tests.support.inward import URLS
from tests.support.people import Town

JOBS = "/api/v1/jobs"
TARGET = "http://127.0.0.1:8002/api/v1/webhooks/verification-result/1"
MATCH = Outcome("accept", "match", 0.7, 0.4)


@pytest.fixture(autouse=True)
def no_jobs(town: Town) -> None:
    town.sql("DELETE FROM face.job")
    town.sql("DELETE FROM face.procrastinate_jobs")


@pytest.fixture
def db(database: TestDatabase) -> Iterator[Database]:
    password = keys.read(database.secrets_dir, "db_face")
    opened = Database(dsn(database, "hazir_face", password), size=2)
    yield opened
    opened.close()


@pytest.fixture
def jobs(db: Database, database: TestDatabase) -> Jobs:
    return Jobs(db, vault_of(key_bytes(keys.read(database.secrets_dir, "face_key"))))


@pytest.fixture
def judging(jobs: Jobs) -> Judging:
    return Judging(jobs, (2, 20), 60)


def submit(
    face: FaceClient, town: Town, cast: Cast, name: str = "v-1", who: int = 0, **more: Any
) -> Any:
    """The answer to a job about ``staff``, as attendance_service hands it over."""
    form = {
        "employee_id": str(cast.staff),
        "webhook_url": TARGET,
        "verification_id": name,
        **more.pop("form", {}),
    }
    files = more.pop("files", [("image", A)])
    token = town.token(who or cast.attendance)
    return face.call("POST", f"{JOBS}/verify", token, form=form, files=files)


def pair(face: FaceClient, town: Town, cast: Cast, who: int = 0, **form: str) -> Any:
    """The answer to the older call."""
    fields = {
        "webhook_url": TARGET,
        "verification_id": "p-1",
        "student_school_number": "0401",
        **form,
    }
    files = [("picture", A), ("intended_picture", B)]
    token = town.token(who or cast.attendance)
    return face.call("POST", "/verify-face-async", token, form=fields, files=files)


def job(face: FaceClient, town: Town, cast: Cast, number: int) -> dict[str, Any]:
    """A job as an admin sees it."""
    return said(face.call("GET", f"{JOBS}/{number}", town.token(cast.admin)), 200)


def queued(town: Town, number: int) -> list[str]:
    """The messages in the queue about ``number``."""
    return [
        row[0]
        for row in town.sql(
            "SELECT task_name FROM face.procrastinate_jobs WHERE args ->> 'about' = %s ORDER BY id",
            str(number),
        )
    ]


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


def test_a_decision_is_kept_once_told_once_and_the_pictures_go(
    face: FaceClient, town: Town, cast: Cast, judging: Judging
) -> None:
    number = said(submit(face, town, cast), 202)["id"]
    turn = judging.begin(number)
    assert turn is not None
    assert judging.begin(number) is None
    assert judging.decided(turn, MATCH)
    assert not judging.decided(turn, unfit("no_face"))
    shown = job(face, town, cast, number)
    assert (shown["state"], shown["attempts"]) == ("done", 1)
    assert shown["result"]["decision"] == "accept"
    assert [one["state"] for one in shown["deliveries"]] == ["waiting"]
    assert town.sql("SELECT count(*) FROM face.job_picture") == [(0,)]
    assert town.sql("SELECT wrapped_key FROM face.job") == [(None,)]


def test_who_comes_back_after_the_lease_is_not_heard(
    face: FaceClient, town: Town, cast: Cast, judging: Judging
) -> None:
    number = said(submit(face, town, cast), 202)["id"]
    frozen = judging.begin(number)
    assert frozen is not None
    assert judging.reclaim() == 0
    town.sql("UPDATE face.job SET lease_until = now() - interval '1 second'")
    assert judging.reclaim() == 1
    successor = judging.begin(number)
    assert successor is not None
    assert successor.turn == frozen.turn + 1
    assert not judging.decided(frozen, unfit("no_face"))
    assert not judging.failed(frozen, "late")
    assert judging.decided(successor, MATCH)
    shown = job(face, town, cast, number)
    assert (shown["state"], shown["attempts"], len(shown["deliveries"])) == ("done", 2, 1)


def dead(judging: Judging, number: int) -> None:
    """Let every try of a job fail."""
    for _ in range(3):
        turn = judging.begin(number)
        assert turn is not None
        assert judging.failed(turn, "process_died")
    assert judging.begin(number) is None


def test_the_third_failure_is_the_last_and_a_person_is_told(
    face: FaceClient, town: Town, cast: Cast, judging: Judging
) -> None:
    number = said(submit(face, town, cast), 202)["id"]
    dead(judging, number)
    shown = job(face, town, cast, number)
    assert (shown["state"], shown["error"]) == ("dead", "could_not_be_compared")
    body = bytes(town.sql("SELECT body FROM face.delivery")[0][0])
    assert b'"decision":"review"' in body
    page = said(face.call("GET", f"{JOBS}?state=dead", town.token(cast.admin)), 200)
    assert [one["id"] for one in page["items"]] == [number]
    assert town.sql("SELECT count(*) FROM face.job_picture") == [(1,)]


def test_the_dead_are_tried_again_by_an_admin(
    face: FaceClient, town: Town, cast: Cast, judging: Judging
) -> None:
    number = said(submit(face, town, cast), 202)["id"]
    retry = f"{JOBS}/{number}/retry"
    token = town.token(cast.admin)
    problem(face.call("POST", retry, token), 409, "not_dead")
    dead(judging, number)
    again = said(face.call("POST", retry, token), 202)
    assert (again["state"], again["attempts"]) == ("queued", 0)
    audited = town.sql(
        "SELECT actor, before FROM face.audit WHERE action = 'retry_job' AND object = %s",
        f"job:{number}",
    )
    assert audited == [(cast.admin, {"state": "dead", "attempts": 3})]
    turn = judging.begin(number)
    assert turn is not None
    assert judging.decided(turn, MATCH)
    assert len(job(face, town, cast, number)["deliveries"]) == 2
    problem(face.call("POST", f"{JOBS}/999999/retry", token), 404, "not_found")


def test_a_worker_that_has_to_stop_gives_the_try_back(
    face: FaceClient, town: Town, cast: Cast, judging: Judging
) -> None:
    number = said(submit(face, town, cast), 202)["id"]
    for _ in range(5):
        turn = judging.begin(number)
        assert turn is not None
        assert judging.put_back(turn)
    shown = job(face, town, cast, number)
    assert (shown["state"], shown["attempts"]) == ("queued", 0)


def test_what_is_old_is_forgotten(
    face: FaceClient, town: Town, cast: Cast, judging: Judging, jobs: Jobs
) -> None:
    number = said(submit(face, town, cast), 202)["id"]
    dead(judging, number)
    assert jobs.purge(picture_days=7, days=30) == 0
    town.sql("UPDATE face.job SET updated_at = now() - interval '8 days'")
    assert jobs.purge(picture_days=7, days=30) == 1
    token = town.token(cast.admin)
    problem(face.call("POST", f"{JOBS}/{number}/retry", token), 409, "pictures_gone")
    town.sql("UPDATE face.job SET updated_at = now() - interval '31 days'")
    assert jobs.purge(picture_days=7, days=30) == 0  # its result is still on its way
    town.sql("UPDATE face.delivery SET state = 'dead'")
    assert jobs.purge(picture_days=7, days=30) == 1
    problem(face.call("GET", f"{JOBS}/{number}", token), 404, "not_found")


def test_a_person_s_jobs_are_erased(
    face: FaceClient, town: Town, cast: Cast, judging: Judging, jobs: Jobs, db: Database
) -> None:
    number = said(submit(face, town, cast), 202)["id"]
    running = judging.begin(number)
    assert running is not None
    with db.transaction() as tx:
        assert jobs.erase_of(tx, cast.staff) == 1
    assert town.sql("SELECT count(*) FROM face.job_picture") == [(0,)]
    assert jobs.work(running) is None
    assert not judging.decided(running, MATCH)
    shown = job(face, town, cast, number)
    assert (shown["state"], shown["error"], len(shown["deliveries"])) == ("failed", "erased", 1)


def test_a_delivery_has_tries_a_back_off_and_its_own_dead(
    face: FaceClient, town: Town, cast: Cast, judging: Judging, db: Database
) -> None:
    number = said(submit(face, town, cast), 202)["id"]
    turn = judging.begin(number)
    assert turn is not None
    judging.decided(turn, MATCH)
    delivery = town.sql("SELECT id FROM face.delivery")[0][0]
    delivering = Delivering(Deliveries(db), (5, 10), 30)
    ids = set()
    for tries in range(1, 4):
        message = delivering.begin(delivery)
        assert message is not None
        assert delivering.begin(delivery) is None
        ids.add(message.id)
        assert message.tries == tries
        assert delivering.failed(delivery, message, "answered 500", status=500)
    assert len(ids) == 1
    token = town.token(cast.admin)
    shown = job(face, town, cast, number)["deliveries"][0]
    assert (shown["state"], shown["attempts"], shown["last_status"]) == ("dead", 3, 500)
    page = said(face.call("GET", f"{JOBS}?undelivered=true", token), 200)
    assert [one["id"] for one in page["items"]] == [number]
    assert said(face.call("GET", f"{JOBS}?state=dead", token), 200)["items"] == []
    said(face.call("POST", f"{JOBS}/{number}/retry", token), 202)
    message = delivering.begin(delivery)
    assert message is not None
    assert message.id in ids
    town.sql("UPDATE face.delivery SET lease_until = now() - interval '1 second'")
    assert delivering.reclaim() == 1
    assert not delivering.delivered(delivery, message, 200)
    message = delivering.begin(delivery)
    assert message is not None
    assert delivering.delivered(delivery, message, 204)
    shown = job(face, town, cast, number)["deliveries"][0]
    assert (shown["state"], shown["last_status"]) == ("delivered", 204)


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
