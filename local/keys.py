"""The installation's secrets: made on the first run, one file each, for the owner's eyes only."""

from __future__ import annotations

import base64
import os
import secrets
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from common.webhooks import new_secret


def password() -> str:
    """256 random bits that fit in a URL and a command line."""
    return secrets.token_urlsafe(32)


def key() -> str:
    """A key of 32 bytes in base64."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def signing_key() -> str:
    """A new Ed25519 private key (RFC 8032) as unencrypted PKCS #8 PEM."""
    private = Ed25519PrivateKey.generate()
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


MAKERS: Mapping[str, Callable[[], str]] = {
    "db_owner": password,
    "db_auth": password,
    "db_attendance": password,
    "db_sequencer": password,
    "db_reporter": password,
    "db_face": password,
    "redis": password,
    "service_attendance": password,
    "service_reporter": password,
    "service_auth": password,
    "cursor_key": key,
    "photo_key": key,
    "refresh_key": key,
    "face_key": key,
    "second_factor_key": key,
    "badge_key": key,
    "token_signing_key": signing_key,
    "webhook_attendance": new_secret,
    "webhook_others": new_secret,
}

# What each process may read. Nobody but auth holds the signing key.
READERS: Mapping[str, tuple[str, ...]] = {
    "postgres": ("db_owner",),
    "redis": ("redis",),
    "migrate": (
        "db_owner",
        "db_auth",
        "db_attendance",
        "db_sequencer",
        "db_reporter",
        "db_face",
    ),
    "auth": (
        "db_auth",
        "redis",
        "token_signing_key",
        "second_factor_key",
        "badge_key",
        "refresh_key",
        "service_attendance",
        "service_reporter",
        "service_auth",
    ),
    "attendance": (
        "db_attendance",
        "redis",
        "cursor_key",
        "photo_key",
        "service_attendance",
        "webhook_attendance",
    ),
    "sequencer": ("db_sequencer", "redis"),
    "reporter": ("db_reporter", "redis", "cursor_key", "service_reporter"),
    "face": ("db_face", "redis", "face_key"),
    "face-worker": ("db_face", "face_key", "webhook_attendance", "webhook_others"),
}

# What an institution gives, where a directory needs it: dealt when it is there, never made.
GIVEN: Mapping[str, tuple[str, ...]] = {"auth": ("ldap_bind", "oidc_client_secret")}

SERVERS = frozenset({"postgres", "redis"})


def ensure(folder: Path) -> list[str]:
    """Make every secret that is missing in ``folder`` (mode 700); the names of those made."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return [name for name, make in MAKERS.items() if _write_once(folder / name, make)]


def read(folder: Path, name: str) -> str:
    """The secret ``name``."""
    return (folder / name).read_text(encoding="utf-8").strip()


def deal(source: Path, target: Path, owner: int) -> None:
    """Copy to ``target``/READER the secrets that each reader may see, owned by user ``owner``.

    The copies of `SERVERS` can be read by every user of the container that holds them, and it holds
    nothing else: their images choose their own users.
    """
    for reader, names in READERS.items():
        folder = target / reader
        folder.mkdir(parents=True, exist_ok=True)
        given = [name for name in GIVEN.get(reader, ()) if (source / name).is_file()]
        for name in (*names, *given):
            copy = folder / name
            _write_once(copy, partial(read, source, name))
            copy.chmod(0o444 if reader in SERVERS else 0o400)
            os.chown(copy, owner, owner)
        os.chown(folder, owner, owner)
        folder.chmod(0o755 if reader in SERVERS else 0o700)


def replace(folder: Path, name: str) -> None:
    """Make the secret ``name`` anew; a reader sees all of it or the one before."""
    _write(folder / name, MAKERS[name])


def rotate(source: Path, target: Path, owner: int) -> None:
    """Make another key to sign tokens with, and deal it to those who may see it."""
    name = "token_signing_key"
    replace(source, name)
    for reader, names in READERS.items():
        if name in names:
            copy = target / reader / name
            _write(copy, partial(read, source, name), owner)


def _write_once(path: Path, make: Callable[[], str]) -> bool:
    """Write a secret, and never over one that is there; whether there was none."""
    if path.is_file() and path.stat().st_size:
        return False
    _write(path, make)
    return True


def _write(path: Path, make: Callable[[], str], owner: int | None = None) -> None:
    """Write a secret that nobody but its owner could ever open."""
    draft = path.with_name(f".{path.name}")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(make())
        file.flush()
        os.fsync(file.fileno())
    if owner is not None:
        draft.chmod(0o400)
        os.chown(draft, owner, owner)
    draft.replace(path)


def deal_certificates(source: Path, target: Path, owner: int) -> None:
    """Copy the gateway's certificate and its key, when ``make certs`` has made them."""
    for name in ("cert.pem", "key.pem"):
        (target / name).unlink(missing_ok=True)
        if (source / name).is_file():
            _write_once(target / name, partial(read, source, name))
            os.chown(target / name, owner, owner)


def main(arguments: list[str]) -> int:
    """``python -m local.keys MASTER DEALT UID CERTS``: make what is missing, deal it out.

    ``python -m local.keys rotate MASTER DEALT UID``: another key to sign tokens with.
    """
    if arguments[0] == "rotate":
        rotate(Path(arguments[1]), Path(arguments[2]), int(arguments[3]))
        print("secrets: a new signing key; auth_service takes it over")
        return 0
    master, dealt, certificates = (Path(arguments[place]) for place in (0, 1, 3))
    made = ensure(master)
    deal(master, dealt, int(arguments[2]))
    deal_certificates(certificates, dealt / "gateway", int(arguments[2]))
    print(f"secrets: {len(made)} made" if made else "secrets: all there")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
