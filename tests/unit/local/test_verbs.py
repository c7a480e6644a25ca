"""The Makefile's smaller verbs: status, logs, reset, certs."""

from __future__ import annotations

import datetime as dt
import fcntl
import io
import ipaddress
import os
import ssl
import stat
import sys
from pathlib import Path

import pytest
from cryptography import x509

from local.__main__ import main
from local.certs import write_certificates
from local.place import Place, write_json
from local.reset import reset
from local.screen import Screen
from local.status import children_of, descendants, follow_logs, memory, status

NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    found = Place(tmp_path / "data")
    for folder in (found.logs, found.run, found.secrets):
        folder.mkdir(parents=True)
    return found


def _env(place: Place, **more: str) -> dict[str, str]:
    return {"HAZIR_DATA": str(place.data), **more}


def test_status_of_nothing(place: Place) -> None:
    said = io.StringIO()
    assert status(_env(place), Screen(said)) == 3
    assert "not running" in said.getvalue()


def test_status_names_every_process_and_its_memory(place: Place) -> None:
    one = {"pid": os.getpid(), "ready": True, "address": "here", "restarts": 2, "status": ""}
    other = {"pid": None, "ready": False, "address": "there", "restarts": 0, "status": "waiting"}
    write_json(place.state_file, {"pid": os.getpid(), "processes": {"auth": one, "face": other}})
    said = io.StringIO()
    with (place.run / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert status(_env(place), Screen(said)) == 1
    lines = said.getvalue().splitlines()
    assert lines[1].split()[:3] == ["auth", str(os.getpid()), "ready"]
    assert lines[1].endswith("3  here")
    assert lines[2].split()[:3] == ["face", "-", "starting"]
    assert lines[2].endswith("1  waiting")
    assert lines[3].startswith("all")


def test_memory_and_descendants_of_a_process() -> None:
    assert memory([os.getpid()]) > 1000
    assert memory([2**22 + 1]) == 0
    assert os.getpid() in children_of()[os.getppid()]
    assert descendants(1, {1: [2, 3], 3: [4]}) == [1, 2, 3, 4]


def test_logs_before_the_first_run(place: Place) -> None:
    said = io.StringIO()
    assert follow_logs(_env(place), Screen(said)) == 3
    assert "no logs" in said.getvalue()


def test_reset_deletes_what_a_run_made_and_nothing_else(place: Place) -> None:
    (place.secrets / "redis").write_text("x")
    place.ports_file.write_text("{}")
    place.models.mkdir()
    (place.data / "holiday.jpg").write_text("not ours")
    assert reset(_env(place, YES="1"), Screen(io.StringIO())) == 0
    assert {path.name for path in place.data.iterdir()} == {"models", "holiday.jpg"}
    said = io.StringIO()
    assert reset(_env(place, YES="1"), Screen(said)) == 0
    assert "nothing" in said.getvalue()


def test_reset_asks_first(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert reset(_env(place), Screen(io.StringIO())) == 1
    assert place.secrets.is_dir()


def test_reset_is_refused_while_it_runs(place: Place) -> None:
    with (place.run / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert reset(_env(place, YES="1"), Screen(io.StringIO())) == 1
    assert place.secrets.is_dir()


def test_certificates_are_good_for_the_names_and_signed_by_the_authority(tmp_path: Path) -> None:
    write_certificates(tmp_path, ["localhost", "192.168.7.7"], NOW)
    authority = x509.load_pem_x509_certificate((tmp_path / "ca.pem").read_bytes())
    certificate = x509.load_pem_x509_certificate((tmp_path / "cert.pem").read_bytes())
    certificate.verify_directly_issued_by(authority)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert names.get_values_for_type(x509.IPAddress) == [ipaddress.ip_address("192.168.7.7")]
    assert certificate.not_valid_after_utc - NOW <= dt.timedelta(days=825)
    for key in ("key.pem", "ca-key.pem"):
        assert stat.S_IMODE((tmp_path / key).stat().st_mode) == 0o600
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")


def test_a_new_certificate_keeps_the_authority_that_phones_trust(tmp_path: Path) -> None:
    write_certificates(tmp_path, ["localhost"], NOW)
    authority, first = (tmp_path / "ca.pem").read_bytes(), (tmp_path / "cert.pem").read_bytes()
    write_certificates(tmp_path, ["localhost", "other"], NOW)
    assert (tmp_path / "ca.pem").read_bytes() == authority
    assert (tmp_path / "cert.pem").read_bytes() != first


def test_an_unknown_verb_is_told_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dance"]) == 64
    assert "run|status" in capsys.readouterr().err
