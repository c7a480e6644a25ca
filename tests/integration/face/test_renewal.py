"""Every embedding made anew when the engine has changed: ended midway, twice at once, in use."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from common.config import ROOT, load
from common.db import Database
from common.sql import dsn
from common.vault import Vault
from face_service.engine import engine_name
from face_service.renewal import teller
from face_service.service.ports import Template
from face_service.service.renewing import Progress
from face_service.settings import Settings
from face_service.store.renewals import Renewals
from tests.support import pictures
from tests.support.cluster import TestDatabase
from tests.support.face import FaceClient, models, serving_faces
from tests.support.face_cast import A2, A, audit, consent, enrol, said, verify
from tests.support.people import Town

CROWD = 24


@pytest.fixture
def town(fresh_database: TestDatabase) -> Iterator[Town]:
    made = Town(fresh_database)
    yield made
    made.close()


@pytest.fixture
def face(fresh_database: TestDatabase, town: Town) -> Iterator[FaceClient]:
    with serving_faces(fresh_database, LIMIT_PER_ADDRESS="100000") as client:
        yield client


def crowd(face: FaceClient, town: Town, count: int) -> list[int]:
    """People with two photos each, all of them seen by an engine that is no more."""
    site = town.site("crowd", biometrics=True)
    people = [town.person(site_id=site) for _ in range(count)]
    face.app.org.refresh()
    for person in people:
        enrol(face, town, person, A, A2)
    town.sql("UPDATE face.template SET engine = 'older', embedding = embedding")
    return people


def start(database: TestDatabase) -> subprocess.Popen[str]:
    env = dict(os.environ) | database.environment() | {"MODEL_DIR": str(models())}
    command = [sys.executable, "-m", "face_service", "re-embed"]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, env=env, stdout=pipe, stderr=pipe, text=True)


def outdated(town: Town) -> int:
    return int(town.sql("SELECT count(*) FROM face.template WHERE engine = 'older'")[0][0])


def wait_until(town: Town, done: int) -> None:
    deadline = time.monotonic() + 60
    while 2 * CROWD - outdated(town) < done:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_what_a_killed_renewal_did_is_done_and_the_next_does_the_rest(
    face: FaceClient, town: Town, fresh_database: TestDatabase
) -> None:
    people = crowd(face, town, CROWD)
    first = start(fresh_database)
    wait_until(town, 6)
    first.kill()
    first.communicate()
    left = outdated(town)
    assert 0 < left <= 2 * CROWD - 6
    # Never half a person: all photos of one are of the same engine.
    mixed = town.sql(
        "SELECT employee_id FROM face.template GROUP BY employee_id"
        " HAVING count(DISTINCT engine) > 1"
    )
    assert mixed == []
    second = start(fresh_database)
    said_, errors = second.communicate(timeout=120)
    assert second.returncode == 0, errors
    assert f"0 of {left // 2} people" in said_
    assert f"{left} photos of {left // 2} people, by {engine_name()} now" in said_
    assert outdated(town) == 0
    for person in (people[0], people[-1]):
        answer = said(verify(face, town.token(person), A, person), 200)
        assert answer["similarity"] > 0.8
        (line,) = audit(town, person, "renew_faces")
        assert (len(line["faces"]), line["engine"]) == (2, engine_name())
    third = start(fresh_database)
    assert "0 photos of 0 people" in third.communicate(timeout=60)[0]
    assert third.returncode == 0


def test_several_renewals_and_the_service_share_the_work(
    face: FaceClient, town: Town, fresh_database: TestDatabase
) -> None:
    people = crowd(face, town, CROWD)
    running = [start(fresh_database) for _ in range(2)]
    wait_until(town, 2)
    answers = []
    # What is asked for meanwhile is made anew then, if no renewal came before.
    for person in people[-4:]:
        answers.append(said(verify(face, town.token(person), A, person), 200)["decision"])
    erased = people[-5]
    path = f"/api/v1/people/{erased}/faces"
    said(face.call("DELETE", path, town.token(erased)), 204)
    told = [one.communicate(timeout=120) for one in running]
    assert [one.returncode for one in running] == [0, 0], told
    assert answers == ["accept"] * 4
    assert outdated(town) == 0
    for person in people:
        lines = audit(town, person, "renew_faces")
        assert sum(len(line["faces"]) for line in lines) in ({0, 2} if person == erased else {2})


def test_whom_the_engine_makes_nothing_of_is_named(
    face: FaceClient, town: Town, fresh_database: TestDatabase
) -> None:
    good, bad, lost = crowd(face, town, 3)
    settings = load(Settings, fresh_database.environment())
    vault = Vault(settings.face_key.key())
    for person, photo in ((bad, pictures.photo(320, 240)), (lost, None)):
        key = bytes(
            town.sql("SELECT wrapped_key FROM face.subject WHERE employee_id = %s", person)[0][0]
        )
        sealed = vault.seal(key, person, photo) if photo else b"not what was sealed"
        town.sql("UPDATE face.template SET photo = %s WHERE employee_id = %s", sealed, person)
    run = start(fresh_database)
    told, errors = run.communicate(timeout=60)
    assert run.returncode == 1, errors
    assert told.rstrip().endswith(f"must enrol again: {bad}, {lost}")
    assert outdated(town) == 4
    assert audit(town, good, "renew_faces")


@pytest.mark.parametrize("why", ["outdated", "off", "locked"])
def test_no_face_that_must_not_be_used_is_embedded_anew(
    face: FaceClient, town: Town, fresh_database: TestDatabase, why: str
) -> None:
    good, bad = crowd(face, town, 2)
    if why == "outdated":
        change = "UPDATE face.subject SET consent_version = '2026-11' WHERE employee_id = %s"
    elif why == "off":
        change = (
            "WITH bare AS (INSERT INTO auth.site (name, zone) VALUES ('bare', 'UTC') RETURNING id)"
            " UPDATE auth.person SET site_id = bare.id FROM bare WHERE employee_id = %s"
        )
    else:
        change = "UPDATE auth.person SET locked_at = now() WHERE employee_id = %s"
    town.sql(change, bad)
    kept = "SELECT s.*, t.* FROM face.subject s JOIN face.template t USING (employee_id)"
    kept = f"{kept} WHERE employee_id = %s ORDER BY t.id"
    before = town.sql(kept, bad)
    told, errors = start(fresh_database).communicate(timeout=60)
    assert "2 photos of 1 people" in told, errors
    assert "1 people were left as they are: their consent is to an older text" in told
    # Nothing of them has changed, and their consent least of all.
    assert town.sql(kept, bad) == before
    assert audit(town, bad, "renew_faces") == []
    assert audit(town, good, "renew_faces")


def test_who_agrees_to_the_present_text_is_renewed_then(
    face: FaceClient, town: Town, fresh_database: TestDatabase
) -> None:
    (person,) = crowd(face, town, 1)
    town.sql("UPDATE face.subject SET consent_version = '2026-11'")
    assert "0 photos of 0 people" in start(fresh_database).communicate(timeout=60)[0]
    consent(face, town, person)
    assert "2 photos of 1 people" in start(fresh_database).communicate(timeout=60)[0]
    assert outdated(town) == 0


def test_a_consent_that_grows_old_while_a_photo_is_looked_at_keeps_what_was_made_out(
    face: FaceClient, town: Town, fresh_database: TestDatabase
) -> None:
    (person,) = crowd(face, town, 1)
    settings = load(Settings, fresh_database.environment())
    db = Database(dsn(settings, "hazir_face", settings.database_password.reveal()), size=2)
    store = Renewals(db, Vault(settings.face_key.key()))
    (first, _) = store.outdated_photos(person, engine_name())
    made = [Template(first, engine_name(), np.zeros(128, np.float32))]
    town.sql("UPDATE face.subject SET consent_version = '2026-11'")
    assert store.renew(person, made) == 0
    assert store.outdated_photos(person, engine_name()) == []
    assert outdated(town) == 2
    db.close()


def test_a_claim_keeps_other_renewals_away_and_nobody_else(
    fresh_database: TestDatabase, town: Town
) -> None:
    settings = load(Settings, fresh_database.environment())
    password = settings.database_password.reveal()
    db = Database(dsn(settings, "hazir_face", password), size=3)
    store = Renewals(db, Vault(settings.face_key.key()))
    with store.claim(5) as mine, store.claim(5) as again, store.claim(6) as other:
        assert (mine, again, other) == (True, False, True)
    with store.claim(5) as later:
        assert later
    db.close()


def test_without_models_nothing_is_touched_and_it_says_to_run_again(
    face: FaceClient, town: Town, fresh_database: TestDatabase, tmp_path: Path
) -> None:
    crowd(face, town, 1)
    env = dict(os.environ) | fresh_database.environment() | {"MODEL_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "face_service", "re-embed"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 75
    assert "not installed" in done.stderr
    assert outdated(town) == 2


def test_a_command_that_is_none_is_refused() -> None:
    command = [sys.executable, "-m", "face_service", "embed"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (64, "usage: python -m face_service [re-embed]\n")


def test_it_tells_how_far_it_is_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    now = [10.0]
    tell = teller(lambda: now[0])
    progress = Progress(people=10, photos=30)
    tell(progress)
    progress.done_people, progress.done_photos = 4, 12
    now[0] = 11.9
    tell(progress)
    now[0] = 14.0
    tell(progress)
    assert capsys.readouterr().out.splitlines() == [
        "re-embed: 0 of 10 people",
        "re-embed: 4 of 10 people, 12 photos, about 6 s left",
    ]
