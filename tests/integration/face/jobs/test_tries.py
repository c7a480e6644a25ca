"""The life of a job in the database: tried, given up, tried again, forgotten."""

from __future__ import annotations

from common.db import Database
from face_service.domain.jobs import unfit
from face_service.service.working import Delivering, Judging
from face_service.store.deliveries import Deliveries
from face_service.store.jobs import Jobs
from tests.support.face import FaceClient
from tests.support.face_cast import Cast, problem, said
from tests.support.job_calls import JOBS, MATCH, dead, job, submit
from tests.support.people import Town


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


def test_a_heap_of_what_is_old_goes_in_portions(
    face: FaceClient, town: Town, cast: Cast, judging: Judging, jobs: Jobs
) -> None:
    """A statement about all of them would be cancelled for its time, and so at every try."""
    number = said(submit(face, town, cast), 202)["id"]
    dead(judging, number)
    town.sql(
        "WITH made AS (INSERT INTO face.job (kind, submitted_by, verification_id, body_hash,"
        " employee_id, webhook_url, state, wrapped_key)"
        " SELECT kind, submitted_by, 'heap-' || n, body_hash, employee_id, webhook_url, state,"
        " wrapped_key FROM face.job, generate_series(1, 250) AS n RETURNING id)"
        " INSERT INTO face.job_picture (job_id, name, position, sealed)"
        " SELECT made.id, 'image', 0, 'x' FROM made"
    )
    town.sql("UPDATE face.job SET updated_at = now() - interval '8 days'")
    assert jobs.purge(picture_days=7, days=30) == 251
    assert town.sql("SELECT count(*) FROM face.job_picture") == [(0,)]
    town.sql("UPDATE face.job SET updated_at = now() - interval '31 days'")
    town.sql("UPDATE face.delivery SET state = 'dead'")
    assert jobs.purge(picture_days=7, days=30) == 251
    assert town.sql("SELECT count(*) FROM face.job") == [(0,)]


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
