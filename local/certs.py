"""``make certs``: an authority of one's own and a certificate for this machine's addresses.

For phones on the local network: a browser gives a camera only to HTTPS pages. The authority signs
for this machine alone; its key stays here.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from common.config import ROOT
from local.screen import Screen

# Phones refuse server certificates that are valid for longer than 825 days.
_VALID = dt.timedelta(days=820)
_AUTHORITY_VALID = dt.timedelta(days=3650)


def make_certificates(env: Mapping[str, str], screen: Screen) -> int:
    """Write ``ca.pem``, ``cert.pem`` and ``key.pem``; NAMES adds names and addresses."""
    folder = ROOT / "var" / "certs"
    names = [*_own_names(), *(n.strip() for n in env.get("NAMES", "").split(",") if n.strip())]
    write_certificates(folder, names, dt.datetime.now(dt.UTC))
    screen.say(f"Certificate for {', '.join(names)} in {folder}.")
    screen.say("Install ca.pem on the phone as a trusted authority, then start the gateway.")
    return 0


def write_certificates(folder: Path, names: Iterable[str], now: dt.datetime) -> None:
    """A new certificate for ``names``, by the authority in ``folder`` (made when missing)."""
    folder.mkdir(parents=True, exist_ok=True)
    authority, authority_key = _authority(folder, now)
    key = ec.generate_private_key(ec.SECP256R1())
    builder = (
        _builder("Hazir on this machine", now, _VALID)
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
    )
    certificate = builder.sign(authority_key, hashes.SHA256())
    _write_key(folder / "key.pem", key)
    (folder / "cert.pem").write_bytes(certificate.public_bytes(Encoding.PEM))


def _authority(
    folder: Path, now: dt.datetime
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    paths = folder / "ca.pem", folder / "ca-key.pem"
    if all(path.is_file() for path in paths):
        known = load_pem_private_key(paths[1].read_bytes(), None)
        if isinstance(known, ec.EllipticCurvePrivateKey):
            return x509.load_pem_x509_certificate(paths[0].read_bytes()), known
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder("Hazir, this machine's own authority", now, _AUTHORITY_VALID)
    certificate = (
        builder.issuer_name(_name("Hazir, this machine's own authority"))
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .add_extension(_signs_only(), True)
        .sign(key, hashes.SHA256())
    )
    _write_key(paths[1], key)
    paths[0].write_bytes(certificate.public_bytes(Encoding.PEM))
    return certificate, key


def _builder(subject: str, now: dt.datetime, valid: dt.timedelta) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + valid)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _signs_only() -> x509.KeyUsage:
    unused = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**dict.fromkeys(unused, False), key_cert_sign=True, crl_sign=True)


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _own_names() -> list[str]:
    """Loopback, this machine's name, and the address by which it reaches others."""
    names = ["localhost", "127.0.0.1", "::1", socket.gethostname()]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # RFC 5737; connecting a datagram socket sends nothing
            names.append(str(probe.getsockname()[0]))
        except OSError:
            return names
    return list(dict.fromkeys(names))


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(text)
