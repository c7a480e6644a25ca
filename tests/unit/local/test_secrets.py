"""The installation's secrets: made once, private, dealt to those who need them."""

from __future__ import annotations

import base64
import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from common.config import read_secret
from local import keys


def test_a_first_run_makes_them_all_and_a_second_none(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    assert set(keys.ensure(folder)) == set(keys.MAKERS)
    before = {path.name: path.read_text() for path in folder.iterdir()}
    assert keys.ensure(folder) == []
    assert {path.name: path.read_text() for path in folder.iterdir()} == before
    assert len(set(before.values())) == len(before)


def test_only_their_owner_reads_them(tmp_path: Path) -> None:
    keys.ensure(tmp_path / "secrets")
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "secrets").iterdir()}
    assert modes == {0o600}


def test_a_half_written_one_is_made_again(tmp_path: Path) -> None:
    keys.ensure(tmp_path)
    (tmp_path / "redis").write_text("")
    assert keys.ensure(tmp_path) == ["redis"]
    assert len(keys.read(tmp_path, "redis")) >= 40


@pytest.mark.parametrize("name", sorted(keys.MAKERS))
def test_every_one_is_strong_enough_for_production(tmp_path: Path, name: str) -> None:
    keys.ensure(tmp_path)
    secret = read_secret(name, {"SECRETS_DIR": str(tmp_path)})
    if name.endswith("_key") and name != "token_signing_key":
        assert len(base64.b64decode(secret.reveal())) == 32


def test_the_signing_key_is_ed25519() -> None:
    assert isinstance(load_pem_private_key(keys.signing_key().encode(), None), Ed25519PrivateKey)


def test_each_reader_is_dealt_its_own_and_the_signing_key_stays_with_auth(tmp_path: Path) -> None:
    keys.ensure(tmp_path / "master")
    keys.deal(tmp_path / "master", tmp_path / "dealt", os.getuid())
    dealt = {
        reader.name: {path.name for path in reader.iterdir()}
        for reader in (tmp_path / "dealt").iterdir()
    }
    assert dealt == {reader: set(names) for reader, names in keys.READERS.items()}
    holders = {reader for reader, names in dealt.items() if "token_signing_key" in names}
    assert holders == {"auth"}
    assert {name for names in dealt.values() for name in names} == set(keys.MAKERS)
    mode = stat.S_IMODE((tmp_path / "dealt" / "auth" / "token_signing_key").stat().st_mode)
    assert mode == 0o400


def test_certificates_follow_when_there_are_some(tmp_path: Path) -> None:
    source, target = tmp_path / "certs", tmp_path / "dealt" / "gateway"
    source.mkdir()
    target.mkdir(parents=True)
    keys.deal_certificates(source, target, os.getuid())
    assert list(target.iterdir()) == []
    for name in ("cert.pem", "key.pem"):
        (source / name).write_text(f"the {name}")
    keys.deal_certificates(source, target, os.getuid())
    assert {path.name for path in target.iterdir()} == {"cert.pem", "key.pem"}


def test_the_command_line_does_all_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "dealt" / "gateway").mkdir(parents=True)
    words = [str(tmp_path / "master"), str(tmp_path / "dealt"), str(os.getuid())]
    assert keys.main([*words, str(tmp_path / "certs")]) == 0
    assert keys.main([*words, str(tmp_path / "certs")]) == 0
    assert capsys.readouterr().out == f"secrets: {len(keys.MAKERS)} made\nsecrets: all there\n"


def test_what_an_institution_gives_is_dealt_when_it_is_there(tmp_path: Path) -> None:
    master, dealt = tmp_path / "master", tmp_path / "dealt"
    keys.ensure(master)
    (master / "ldap_bind").write_text("the reader's own password")
    keys.deal(master, dealt, os.getuid())
    assert (dealt / "auth" / "ldap_bind").read_text() == "the reader's own password"
    assert not (dealt / "auth" / "oidc_client_secret").exists()
    assert not (dealt / "attendance" / "ldap_bind").exists()
