"""A person is enrolled, checks in with photos and is erased; then everything on disk is searched.

Not only for the photos and the template, which are nowhere in plain at any time, but also for the
person's keys: with the master key, a key left in a free page or in the write-ahead log would open
the ciphertext that is left beside it.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis

from common.config import Secret
from common.identity import Role
from common.privacy.scrub import Scrub
from common.vault import Unreadable, Vault
from face_service.store.jobs import vault_of
from local import keys
from tests.support.attendance import RECORDS, Rest, base64_of, serving
from tests.support.cluster import PostgresServer, TestDatabase, running_cluster
from tests.support.face import FaceClient, serving_faces
from tests.support.face_cast import A2, A3, A, enrol, said, verify
from tests.support.people import Town
from tests.support.redis_server import RedisServer, running_redis
from tests.support.remains import every_file, places_of

#: As the product runs, but that what is written is not compressed: it is to be searched.
_SETTINGS = {"fsync": "off", "full_page_writes": "on", "wal_compression": "off"}


@dataclass
class House:
    """An installation of its own, with everything it keeps in one folder."""

    folder: Path
    server: PostgresServer
    redis: RedisServer
    database: TestDatabase
    town: Town
    face: FaceClient
    rest: Rest
    plain: dict[str, bytes] = field(default_factory=dict)
    sealed: dict[str, bytes] = field(default_factory=dict)
    keys: dict[str, bytes] = field(default_factory=dict)

    def everything(self) -> list[Path]:
        """Every file: PostgreSQL's, the logs, Redis's dump; not the photos' master keys."""
        client = redis.Redis.from_url(self.redis.url)
        client.save()
        client.close()
        self.town.sql("CHECKPOINT")
        return [path for path in every_file(self.folder) if path.parent.name != "secrets"]

    def dump(self) -> Path:
        """A fresh pg_dump, beside the rest."""
        target = self.folder / "dump.sql"
        command = [
            str(self.server.cluster.binaries / "pg_dump"),
            f"--file={target}",
            self.database.url(),
        ]
        subprocess.run(command, check=True, timeout=60, capture_output=True)
        return target


@contextmanager
def house(folder: Path) -> Iterator[House]:
    folder.mkdir()
    folder.chmod(0o755)
    secrets = folder / "secrets"
    keys.ensure(secrets)
    with running_cluster(folder, secrets, _SETTINGS) as server, running_redis(folder) as cache:
        database = server.migrated_database()
        town = Town(database)
        with (
            serving_faces(database, REDIS_URL=cache.url) as face,
            serving(town, REDIS_URL=cache.url) as rest,
        ):
            yield House(folder, server, cache, database, town, face, rest)
        town.close()


def _master(house: House, name: str) -> bytes:
    return Secret(keys.read(house.database.secrets_dir, name)).key()


def submit_job(made: House, who: int) -> None:
    """A comparison that waits for a worker, with its picture."""
    service = made.town.person(Role.SERVICE, username="service:attendance")
    form = {
        "employee_id": str(who),
        "webhook_url": "http://127.0.0.1:8002/x",
        "verification_id": "v",
    }
    answer = made.face.call(
        "POST",
        "/api/v1/jobs/verify",
        made.town.token(service),
        form=form,
        files=[("image", A3)],
    )
    said(answer, 202)


def remember(house: House, who: int) -> None:
    """What is to be found nowhere: photos and templates in plain, and the keys that open them."""
    town = house.town
    face_vault = Vault(_master(house, "face_key"))
    for number, (photo, template, key) in enumerate(
        town.sql(
            "SELECT t.photo, t.embedding, s.wrapped_key FROM face.template t"
            " JOIN face.subject s USING (employee_id) WHERE employee_id = %s",
            who,
        )
    ):
        wrapped = bytes(key)
        house.keys["face"] = wrapped
        house.sealed[f"enrolled {number}"] = bytes(photo)
        house.plain[f"enrolled {number}"] = face_vault.open(wrapped, who, bytes(photo))
        house.plain[f"template {number}"] = face_vault.open(wrapped, who, bytes(template))
    photo_vault = Vault(_master(house, "photo_key"))
    for number, (photo, key) in enumerate(
        town.sql(
            "SELECT p.ciphertext, k.wrapped FROM attendance.photo p"
            " JOIN attendance.subject_key k USING (employee_id) WHERE employee_id = %s",
            who,
        )
    ):
        wrapped = bytes(key)
        house.keys["photos"] = wrapped
        house.sealed[f"record {number}"] = bytes(photo)
        house.plain[f"record {number}"] = photo_vault.open(wrapped, who, bytes(photo))
    ((number, sealed, key),) = town.sql(
        "SELECT id, sealed, wrapped_key FROM face.job JOIN face.job_picture ON job_id = id"
    )
    house.keys["job"], house.sealed["job"] = bytes(key), bytes(sealed)
    job_vault = vault_of(_master(house, "face_key"))
    house.plain["job"] = job_vault.open(bytes(key), number, bytes(sealed))


def test_nothing_of_an_erased_person_can_be_read_again(
    server_folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with house(server_folder / "erased") as made:
        town, face, rest = made.town, made.face, made.rest
        site = town.site("House", biometrics=True)
        who, other = town.person(site_id=site), town.person(site_id=site)
        admin = town.person(Role.ADMIN, site_id=site)
        for person in (who, other):
            enrol(face, town, person, A, A2)
            said(verify(face, town.token(person), A3, person), 200)
            for action in ("in", "out"):
                answer = rest.punch(person, action, image=base64_of(A3))
                assert answer.status_code == 201, answer.text
        submit_job(made, who)
        remember(made, who)
        made.plain |= {"sent": A3, "sent at enrolment": A}

        # The search finds what is there, and nothing is there in plain while the person is.
        before = made.everything()
        assert places_of(made.plain, before) == {}
        assert places_of(made.sealed, before).keys() == made.sealed.keys()
        assert places_of(made.keys, before).keys() == {"face", "photos", "job"}

        _erase(made, who, admin)
        after = [*made.everything(), made.dump(), _logged(made, capfd)]
        assert places_of(made.plain, after) == {}
        assert places_of(made.keys, after) == {}
        # What is left of the ciphertext is left without a key: the one that was made since opens it
        # as little as the other person's do.
        left = places_of(made.sealed, after)
        assert not any("dump.sql" in files for files in left.values())
        for sealed in made.sealed.values():
            for key, master in _other_keys(made, other):
                for owner in (who, other):
                    with pytest.raises(Unreadable):
                        Vault(master).open(key, owner, sealed)
        # Who was not erased is as they were.
        assert said(verify(face, town.token(other), A3, other), 200)["decision"] == "accept"
        page = rest.get(f"{RECORDS}?employee_id={other}", other).json()["items"]
        assert rest.get(f"{RECORDS}/{page[0]['id']}/photo", other).status_code == 200


def _erase(made: House, who: int, admin: int) -> None:
    """By the person and by an admin, then what the services do by themselves soon after."""
    token = made.town.token(who)
    report = said(made.face.call("POST", f"/api/v1/people/{who}/erasure", token), 200)
    assert (report["faces"], report["jobs"]) == (2, 1)
    answer = made.rest.call("POST", f"/api/v1/attendance/people/{who}/erasure", admin)
    assert answer.json()["photos_of_records"] == 2
    assert made.rest.parts
    for db, schema in ((made.face.app.slowly, "face"), (made.rest.parts.slowly, "attendance")):
        assert Scrub(db, schema)() is False  # the table at once, the log within the hour
        assert Scrub(db, schema, log_every=0)() is True
        assert made.town.sql(f"SELECT count(*) FROM {schema}.destroyed_key") == [(0,)]


def _logged(made: House, capfd: pytest.CaptureFixture[str]) -> Path:
    """What the services have said, as a file."""
    said_now = capfd.readouterr()
    target = made.folder / "services.log"
    target.write_text(said_now.out + said_now.err)
    return target


def _other_keys(made: House, other: int) -> list[tuple[bytes, bytes]]:
    """Each key that is still there, with its master."""
    found: list[tuple[bytes, bytes]] = []
    for name, sql in (
        ("face_key", "SELECT wrapped_key FROM face.subject WHERE wrapped_key IS NOT NULL"),
        ("photo_key", "SELECT wrapped FROM attendance.subject_key"),
    ):
        master = _master(made, name)
        found += [(bytes(row[0]), master) for row in made.town.sql(sql)]
    assert len(found) == 2
    return found


def test_a_server_of_somebody_elses_is_told_in_the_log_and_the_rest_is_done(
    fresh_database: TestDatabase,
) -> None:
    """An owner who is no superuser cannot overwrite the log; the keys' table is written anew."""
    town = Town(fresh_database)
    town.sql("CREATE ROLE plain_owner NOLOGIN")
    try:
        town.sql("ALTER FUNCTION attendance.overwrite_log(boolean) OWNER TO plain_owner")
        town.sql("GRANT USAGE ON SCHEMA attendance TO plain_owner")
        with serving(town) as rest:
            assert rest.parts
            who = town.person(site_id=town.site("elsewhere"))
            assert rest.punch(who, image=base64_of(A)).status_code == 201
            rest.call("POST", f"/api/v1/attendance/people/{who}/erasure", who)
            assert Scrub(rest.parts.slowly, "attendance", log_every=0)() is True
    finally:
        town.sql("ALTER FUNCTION attendance.overwrite_log(boolean) OWNER TO hazir_owner")
        town.sql("DROP OWNED BY plain_owner")
        town.sql("DROP ROLE plain_owner")
        town.close()
