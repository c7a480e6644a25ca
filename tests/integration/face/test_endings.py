"""However a consent ends, nothing that shows a face outlives it, whatever runs at that moment."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from common.config import load
from common.db import Database
from common.sql import dsn
from common.vault import Unreadable, Vault
from face_service.domain.consent import CONSENT_VERSION
from face_service.domain.jobs import JobKind
from face_service.domain.liveness import LivenessVerdict, Reason
from face_service.domain.matching import Decision
from face_service.service.job_ports import NewJob
from face_service.service.liveness_ports import Showing
from face_service.settings import Settings
from face_service.store.jobs import Jobs, vault_of
from face_service.store.liveness import LivenessBook, key_of
from tests.support import frames
from tests.support.cluster import TestDatabase
from tests.support.face import FaceClient
from tests.support.face_cast import A2, A3, A, Cast, enrol, said, verify
from tests.support.job_calls import TARGET, pair, submit
from tests.support.people import Town


@pytest.fixture
def settings(database: TestDatabase) -> Settings:
    return load(Settings, database.environment())


@pytest.fixture
def db(settings: Settings) -> Iterator[Database]:
    opened = Database(dsn(settings, "hazir_face", settings.database_password.reveal()), size=2)
    yield opened
    opened.close()


def withdraw(face: FaceClient, town: Town, person: int) -> None:
    answer = face.call("DELETE", f"/api/v1/people/{person}/consent", town.token(person))
    said(answer, 204)


def expire(face: FaceClient, town: Town, person: int) -> None:
    town.sql("UPDATE auth.person SET locked_at = now() WHERE employee_id = %s", person)
    face.app.retention()
    town.sql("UPDATE face.leaving SET since = now() - interval '400 days'")
    face.app.retention()


def erase(face: FaceClient, town: Town, person: int) -> None:
    report = face.call("POST", f"/api/v1/people/{person}/erasure", town.token(person))
    assert said(report, 200)["jobs"] == 2


@pytest.mark.parametrize("end", [withdraw, erase, expire])
def test_pictures_that_wait_prints_and_alarms_go_with_the_consent(
    face: FaceClient, town: Town, cast: Cast, someone: int, end: Any
) -> None:
    enrol(face, town, someone, A)
    town.sql(
        "UPDATE auth.person SET school_number = 'S' || employee_id WHERE employee_id = %s", someone
    )
    name = f"of {someone}".replace(" ", "-")
    said(submit(face, town, cast, name, form={"employee_id": str(someone)}), 202)
    said(
        pair(face, town, cast, verification_id=f"{name}-pair", student_school_number=f"S{someone}"),
        202,
    )
    said(submit(face, town, cast, f"{name}-other"), 202)
    token = town.token(someone)
    said(face.call("POST", "/api/v1/faces/challenges", token), 201)
    files = [("image", one) for one in frames.still()]
    said(face.call("POST", "/api/v1/faces/liveness", token, files=files), 200)
    town.sql(
        "INSERT INTO face.alarm (one, other, similarity, site_id) VALUES (%s, %s, 0.6, 1)",
        min(someone, cast.mate),
        max(someone, cast.mate),
    )
    end(face, town, someone)
    left = town.sql(
        "SELECT verification_id, state, error, wrapped_key IS NULL, (SELECT count(*) FROM"
        " face.job_picture WHERE job_id = job.id), (SELECT count(*) FROM face.delivery"
        " WHERE job_id = job.id) FROM face.job WHERE verification_id LIKE %s ORDER BY id",
        f"{name}%",
    )
    assert left == [
        (name, "failed", "erased", True, 0, 1),
        (f"{name}-pair", "failed", "erased", True, 0, 1),
        (f"{name}-other", "queued", None, False, 1, 0),
    ]
    for table in ("seen", "challenge"):
        rows = town.sql(f"SELECT count(*) FROM face.{table} WHERE employee_id = %s", someone)
        assert rows == [(0,)], table
    assert town.sql("SELECT 1 FROM face.alarm WHERE %s IN (one, other)", someone) == []


def test_what_came_of_jobs_before_is_forgotten_once_it_was_told(
    face: FaceClient, town: Town, cast: Cast, someone: int
) -> None:
    enrol(face, town, someone, A)
    names = [f"{state}-{someone}" for state in ("delivered", "waiting")]
    for name in names:
        said(submit(face, town, cast, name, form={"employee_id": str(someone)}), 202)
        number = town.sql("SELECT id FROM face.job WHERE verification_id = %s", name)[0][0]
        town.sql(
            "UPDATE face.job SET state = 'done', wrapped_key = NULL,"
            " result = '{\"similarity\": 0.7}' WHERE id = %s",
            number,
        )
        town.sql(
            "INSERT INTO face.delivery (job_id, url, body, state) VALUES (%s, '', '', %s)",
            number,
            name.partition("-")[0],
        )
    withdraw(face, town, someone)
    left = town.sql("SELECT verification_id FROM face.job WHERE employee_id = %s", someone)
    assert left == [(names[1],)]


def test_a_job_that_is_being_kept_while_the_consent_ends_leaves_no_picture(
    face: FaceClient, town: Town, cast: Cast, someone: int, db: Database, settings: Settings
) -> None:
    enrol(face, town, someone, A)
    vault = vault_of(settings.face_key.key())
    keeping, go_on = threading.Event(), threading.Event()

    class Slow:
        """The vault, where the transaction that keeps the job is held up."""

        def new_key(self, number: int) -> bytes:
            keeping.set()
            assert go_on.wait(5)
            return vault.new_key(number)

        seal = staticmethod(vault.seal)

    job = NewJob(
        JobKind.PERSON,
        cast.attendance,
        f"slow-{someone}",
        TARGET,
        {"image": [A]},
        employee_id=someone,
    )
    with ThreadPoolExecutor(2) as pool:
        kept = pool.submit(Jobs(db, Slow()).add, job)  # type: ignore[arg-type]
        assert keeping.wait(5)
        ended = pool.submit(withdraw, face, town, someone)
        with pytest.raises(TimeoutError):
            ended.result(timeout=0.3)
        go_on.set()
        number = kept.result().id
        ended.result()
    rows = town.sql("SELECT state, wrapped_key FROM face.job WHERE id = %s", number)
    assert rows == [("failed", None)]
    assert town.sql("SELECT 1 FROM face.job_picture WHERE job_id = %s", number) == []


def test_frames_that_are_being_judged_while_the_consent_ends_are_not_remembered(
    face: FaceClient, town: Town, someone: int, db: Database, settings: Settings
) -> None:
    enrol(face, town, someone, A)
    book = LivenessBook(db, key_of(settings.face_key.key()), 30)
    judging, go_on = threading.Event(), threading.Event()

    def decide(*_: object) -> LivenessVerdict:
        judging.set()
        assert go_on.wait(5)
        return LivenessVerdict(Decision.ACCEPT, 1.0, Reason.LIVE)

    showing = Showing(someone, someone, [(bytes(32), bytes(32))], None, None)
    with ThreadPoolExecutor(2) as pool:
        settled = pool.submit(book.settle, showing, decide)
        assert judging.wait(5)
        ended = pool.submit(withdraw, face, town, someone)
        with pytest.raises(TimeoutError):
            ended.result(timeout=0.3)
        go_on.set()
        settled.result()
        ended.result()
    assert town.sql("SELECT 1 FROM face.seen WHERE employee_id = %s", someone) == []


def test_prints_and_challenges_past_their_time_go_by_themselves(
    face: FaceClient, town: Town, someone: int
) -> None:
    """Also those of people who never show anything again."""
    token = town.token(someone)
    said(face.call("POST", "/api/v1/faces/challenges", token), 201)
    files = [("image", one) for one in frames.still()]
    said(face.call("POST", "/api/v1/faces/liveness", token, files=files), 200)
    for table in ("seen", "challenge"):
        town.sql(f"UPDATE face.{table} SET expires_at = now() - interval '1 second'")
    face.app.retention()
    for table in ("seen", "challenge"):
        assert town.sql(f"SELECT count(*) FROM face.{table}") == [(0,)], table


def test_of_one_photo_erased_nothing_can_be_read_and_the_others_go_on(
    face: FaceClient, town: Town, someone: int, settings: Settings
) -> None:
    """Its bytes stay in the database's files for a while, and so must not its key."""
    first, second = enrol(face, town, someone, A, A2)["items"]
    kept = "SELECT photo, embedding, wrapped_key FROM face.template JOIN face.subject"
    kept = f"{kept} USING (employee_id) WHERE id = %s"
    before = [bytes(value) for value in town.sql(kept, first["id"])[0]]
    shown = face.call("GET", second["photo_url"], town.token(someone)).get_data()
    destroyed = town.sql("SELECT count(*) FROM face.destroyed_key")[0][0]
    path, token = f"/api/v1/people/{someone}/faces", town.token(someone)
    said(face.call("DELETE", f"{path}/{first['id']}", token), 204)
    after = [bytes(value) for value in town.sql(kept, second["id"])[0]]
    vault = Vault(settings.face_key.key())
    assert vault.open(before[2], someone, before[0])
    for sealed in before[:2]:
        with pytest.raises(Unreadable):
            vault.open(after[2], someone, sealed)
    assert town.sql("SELECT count(*) FROM face.destroyed_key")[0][0] == destroyed + 1
    assert face.call("GET", second["photo_url"], token).get_data() == shown
    assert said(verify(face, token, A3, someone), 200)["decision"] == "accept"
    said(face.call("POST", path, token, files=[("image", A)]), 201)


def test_agreeing_again_after_an_end_brings_nothing_back(
    face: FaceClient, town: Town, someone: int
) -> None:
    enrol(face, town, someone, A)
    withdraw(face, town, someone)
    path = f"/api/v1/people/{someone}"
    token = town.token(someone)
    said(face.call("POST", f"{path}/consent", token, json={"version": CONSENT_VERSION}), 201)
    assert said(face.call("GET", f"{path}/faces", token), 200)["items"] == []
