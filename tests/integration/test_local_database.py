"""What the one-command run knows of its database: migrated or not, seeded or not, stale or not."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from common import migrate
from local import keys
from local.migrations import Migrations
from local.place import Place, write_json
from local.seeding import Seeding
from local.servers import choose, clear_stale_lock
from local.settings import LocalSettings
from tests.support.cluster import TestDatabase


class Installation:
    """A checkout with one migration, and its data folder."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "checkout"
        for path in ("common/migrate.py", "common/alembic/env.py"):
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_text("")
        for service in migrate.SERVICES:
            versions = self.root / f"{service}_service" / "migrations" / "versions"
            versions.mkdir(parents=True)
            (versions / "0001.sql").write_text("")
        self.demo = self.root / "auth_service" / "demo.py"
        self.demo.write_text("one")
        self.place = Place(folder / "data")
        self.place.data.mkdir()
        keys.ensure(self.place.secrets)

    def parts(self, url: str) -> tuple[Migrations, Seeding]:
        """Both, for the database at ``url``."""
        seeding = Seeding(self.root, self.place, url)
        return Migrations(self.root, self.place, url, seeding), seeding


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(tmp_path)


def _up_to_date(migrations: Migrations) -> bool:
    return migrations.command() == ["true"]


def test_a_migrated_database_is_left_alone_until_something_changes(
    installation: Installation, database: TestDatabase
) -> None:
    migrations, seeding = installation.parts(database.url())
    assert not _up_to_date(migrations)
    migrations.remember()
    seeding.remember()
    assert _up_to_date(migrations)
    assert not seeding.needed()
    versions = installation.root / "face_service" / "migrations" / "versions"
    (versions / "0002.sql").write_text("CREATE")
    assert not _up_to_date(migrations)
    assert seeding.needed()


def test_another_database_at_the_same_place_is_noticed(
    installation: Installation, database: TestDatabase, empty_database: TestDatabase
) -> None:
    migrations, _ = installation.parts(database.url())
    migrations.remember()
    other, _ = installation.parts(empty_database.url())
    assert not _up_to_date(other)


def test_new_passwords_are_set_by_migrating(
    installation: Installation, database: TestDatabase
) -> None:
    migrations, _ = installation.parts(database.url())
    migrations.remember()
    (installation.place.secrets / "db_auth").unlink()
    keys.ensure(installation.place.secrets)
    assert not _up_to_date(migrations)


def test_changed_demo_people_are_seeded(installation: Installation, database: TestDatabase) -> None:
    _, seeding = installation.parts(database.url())
    assert seeding.needed()
    seeding.remember()
    assert not seeding.needed()
    installation.demo.write_text("two")
    assert seeding.needed()


def test_servers_given_from_outside_are_used(installation: Installation) -> None:
    settings = LocalSettings(
        database_url="postgresql://owner@db.example:5433/attend", redis_url="redis://cache:6379/0"
    )
    servers = choose(settings, installation.place, None)
    assert servers.cluster is None
    assert servers.valkey is None
    assert servers.environment == {
        "DATABASE_HOST": "db.example",
        "DATABASE_PORT": "5433",
        "DATABASE_NAME": "attend",
        "REDIS_URL": "redis://cache:6379/0",
    }


def test_private_ports_are_remembered(installation: Installation) -> None:
    first = choose(LocalSettings(), installation.place, None)
    second = choose(LocalSettings(), installation.place, None)
    assert first.cluster is not None
    assert second.cluster is not None
    assert first.cluster.port == second.cluster.port


def test_a_lock_of_nobody_is_dropped(tmp_path: Path) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    for text in (f"{gone.pid}\n", f"{os.getpid()}\n", "", "nonsense\n"):
        (tmp_path / "postmaster.pid").write_text(text)
        clear_stale_lock(tmp_path)
        assert not (tmp_path / "postmaster.pid").exists()


def test_a_server_on_its_way_out_is_waited_for(tmp_path: Path) -> None:
    leaving = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(0.5)", str(tmp_path)]
    )
    (tmp_path / "postmaster.pid").write_text(f"{leaving.pid}\n")
    reaped = time.monotonic()
    # Our own child stays a zombie until it is waited for, so that is done from the side.
    waiter = threading.Thread(target=leaving.wait)
    waiter.start()
    clear_stale_lock(tmp_path)
    waiter.join()
    assert time.monotonic() - reaped >= 0.4
    assert not (tmp_path / "postmaster.pid").exists()


def test_a_server_that_will_not_go_is_told_to(tmp_path: Path) -> None:
    staying = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", str(tmp_path)])
    # For an instant of its start a program has no command line, and looks like somebody else's.
    while str(tmp_path).encode() not in Path(f"/proc/{staying.pid}/cmdline").read_bytes():
        time.sleep(0.01)
    (tmp_path / "postmaster.pid").write_text(f"{staying.pid}\n")
    waiter = threading.Thread(target=staying.wait)
    waiter.start()
    clear_stale_lock(tmp_path, patience=0.3)
    waiter.join()
    assert staying.returncode == -3


def test_half_written_json_is_not_believed(installation: Installation) -> None:
    write_json(installation.place.ports_file, {"postgres": "many"})
    servers = choose(LocalSettings(), installation.place, None)
    assert servers.cluster is not None
    assert 1024 < servers.cluster.port < 65536
