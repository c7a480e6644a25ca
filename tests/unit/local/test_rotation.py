"""``make rotate-key`` beside an installation that is not running, or does not answer."""

from __future__ import annotations

import fcntl
import io
import os
import stat
from pathlib import Path

import pytest

from common.tokens import Signer, key_id
from local import keys, rotation
from local.console import verify_audit
from local.place import Place
from local.ports import free_port
from local.screen import Screen


@pytest.fixture
def place(tmp_path: Path) -> Place:
    found = Place(tmp_path / "data")
    for folder in (found.run, found.secrets):
        folder.mkdir(parents=True)
    return found


def rotate(place: Place, **more: str) -> tuple[int, str]:
    said = io.StringIO()
    status = rotation.rotate_key({"HAZIR_DATA": str(place.data), **more}, Screen(said))
    return status, said.getvalue()


def kid_of(place: Place) -> str:
    return key_id(Signer(keys.read(place.secrets, "token_signing_key"), "").public)


def test_before_the_first_run_there_is_nothing_to_change(place: Place) -> None:
    status, said = rotate(place)
    assert (status, "no key" in said) == (3, True)
    assert list(place.secrets.iterdir()) == []


def test_an_installation_that_is_not_running_gets_a_key_for_its_next_start(place: Place) -> None:
    keys.ensure(place.secrets)
    before = {path.name: path.read_text() for path in place.secrets.iterdir()}
    status, said = rotate(place)
    after = {path.name: path.read_text() for path in place.secrets.iterdir()}
    assert {name for name in after if after[name] != before[name]} == {"token_signing_key"}
    assert (status, f"Made {kid_of(place)}; the next start" in said) == (0, True)
    mode = stat.S_IMODE((place.secrets / "token_signing_key").stat().st_mode)
    assert mode == 0o600


def test_an_auth_service_that_does_not_take_it_over_is_told(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys.ensure(place.secrets)
    monkeypatch.setattr(rotation, "_WITHIN", 0.6)
    with (place.run / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        status, said = rotate(place, AUTH_PORT=str(free_port()))
    assert (status, f"{kid_of(place)} is not what auth_service uses" in said) == (1, True)


def test_the_audit_of_what_does_not_run_is_not_checked(place: Place) -> None:
    said = io.StringIO()
    assert verify_audit({"HAZIR_DATA": str(place.data)}, Screen(said)) == 3
    assert "not running" in said.getvalue()


def test_a_rotation_from_images_deals_the_key_to_auth_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    master, dealt = tmp_path / "master", tmp_path / "dealt"
    keys.ensure(master)
    keys.deal(master, dealt, os.getuid())
    before = {path: path.read_text() for path in dealt.rglob("*") if path.is_file()}
    assert keys.main(["rotate", str(master), str(dealt), str(os.getuid())]) == 0
    assert "a new signing key" in capsys.readouterr().out
    changed = {path for path, text in before.items() if path.read_text() != text}
    assert changed == {dealt / "auth" / "token_signing_key"}
    (copy,) = changed
    assert copy.read_text() == keys.read(master, "token_signing_key")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o400
    assert {path for path in dealt.rglob("*") if path.is_file()} == before.keys()
