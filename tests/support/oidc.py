"""OpenID providers for tests: a real one, and one that says whatever it is told to."""

from __future__ import annotations

import base64
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from common.config import ROOT
from local.ports import free_port
from tests.support.process import Process

CLIENT_SECRET = "a secret of the client & its +signs"
CALLBACK = "http://127.0.0.1:8001/api/v1/auth/oidc/oidc/callback"
ROLES = "teachers:teacher;students:student"


def settings(issuer: str, **more: str) -> dict[str, str]:
    """The variables by which auth_service asks the provider at ``issuer``."""
    return {
        "DIRECTORIES": "local,oidc",
        "OIDC_ISSUER": issuer,
        "OIDC_CLIENT_ID": "hazir",
        "OIDC_ROLES": ROLES,
        "OIDC_NUMBER": "number",
        "HAZIR_SECRET_OIDC_CLIENT_SECRET": CLIENT_SECRET,
        **more,
    }


@dataclass
class RealProvider:
    """npm's oidc-provider in a process of its own; started again it has other keys."""

    port: int
    process: Process

    @property
    def issuer(self) -> str:
        """Its name and address."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def running_provider(
    folder: Path, port: int | None = None, callback: str = CALLBACK
) -> Iterator[RealProvider]:
    """The real provider, until the block ends; it sends people back to ``callback`` only."""
    port = port or free_port()

    def answers() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    process = Process(
        lambda: ["node", "provider.mjs", str(port), callback],
        answers,
        log=folder / "provider.log",
        cwd=ROOT / "tests" / "e2e",
    )
    process.start()
    try:
        yield RealProvider(port, process)
    finally:
        process.stop()


class _Form(HTMLParser):
    """The first form's address."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "form" and not self.action:
            self.action = dict(attrs).get("action") or ""


def at_the_provider(way: str, login: str) -> str:
    """Sign in at the real provider as a browser would; the address it sends the browser back to."""
    with httpx.Client(trust_env=False, timeout=10) as browser:
        answer = browser.get(way)
        for _ in range(12):
            if answer.is_redirect:
                where = urljoin(str(answer.url), answer.headers["Location"])
                if where.startswith(CALLBACK):
                    return where
                answer = browser.get(where)
                continue
            form = _Form()
            form.feed(answer.text)
            assert form.action, answer.text[:2000]
            prompt = "login" if 'name="login"' in answer.text else "consent"
            fields = {"prompt": prompt, "login": login, "password": "any"}
            answer = browser.post(urljoin(str(answer.url), form.action), data=fields)
    raise AssertionError("the provider sends nobody back")


def _as_they_are(claims: dict[str, Any]) -> dict[str, Any]:
    return claims


@dataclass
class Liar:
    """A provider whose every word can be changed; well behaved at first.

    ``change`` gets the claims of the next ID token and returns those that are sent; ``sign``
    replaces the signature; ``metadata`` and ``userinfo`` are told besides what is right.
    """

    issuer: str = ""
    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    kid: str = "first"
    algorithm: str = "ES256"
    change: Callable[[dict[str, Any]], dict[str, Any]] = _as_they_are
    sign: Callable[[dict[str, Any]], str] | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    hangs: str = ""
    asked: list[str] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)
    nonces: dict[str, str] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)

    def reset(self) -> None:
        """Be honest, and forget what was asked."""
        self.change, self.sign, self.status, self.hangs = _as_they_are, None, 200, ""
        for kept in (self.metadata, self.userinfo, self.asked, self.forms, self.nonces):
            kept.clear()

    def renew(self, kind: str = "ec") -> None:
        """Another key under another name."""
        self.kid += "+"
        if kind == "rsa":
            self.key, self.algorithm = rsa.generate_private_key(65537, 2048), "RS256"
        else:
            self.key, self.algorithm = ec.generate_private_key(ec.SECP256R1()), "ES256"

    def jwks(self) -> dict[str, Any]:
        """The public keys."""
        make = (
            jwt.algorithms.ECAlgorithm if self.algorithm == "ES256" else jwt.algorithms.RSAAlgorithm
        )
        public = json.loads(make.to_jwk(self.key.public_key()))
        return {"keys": [public | {"kid": self.kid, "use": "sig", "alg": self.algorithm}]}

    def back(self, way: str, **changes: str | None) -> str:
        """Where the browser is sent back to, having been sent ``way``."""
        asked = {name: many[0] for name, many in parse_qs(urlsplit(way).query).items()}
        code = f"code-{len(self.nonces)}"
        self.nonces[code] = asked["nonce"]
        told: dict[str, str | None] = {"code": code, "state": asked["state"]}
        told |= {"iss": self.issuer} | changes
        return f"{CALLBACK}?{urlencode({k: v for k, v in told.items() if v is not None})}"

    def id_token(self, code: str) -> str:
        """The ID token for a code."""
        now = int(time.time())
        claims = self.change(
            {
                "iss": self.issuer,
                "sub": "id-ayse",
                "aud": "hazir",
                "iat": now,
                "exp": now + 300,
                "nonce": self.nonces.get(code, ""),
                "preferred_username": "liars_ayse",
                "name": "Ayşe",
                "groups": ["teachers"],
            }
        )
        if self.sign is not None:
            return self.sign(claims)
        return jwt.encode(claims, self.key, self.algorithm, {"kid": self.kid})


def unsigned(claims: dict[str, Any], algorithm: str = "none") -> str:
    """A token without a signature."""
    parts = ({"alg": algorithm, "typ": "JWT"}, claims)
    texts = [base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in parts]
    return f"{'.'.join(texts)}."


@contextmanager
def running_liar() -> Iterator[Liar]:
    """A provider that does as it is told, until the block ends."""
    liar = Liar()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/.well-known/openid-configuration":
                there = {
                    "issuer": liar.issuer,
                    "authorization_endpoint": f"{liar.issuer}/auth",
                    "token_endpoint": f"{liar.issuer}/token",
                    "jwks_uri": f"{liar.issuer}/jwks",
                    "userinfo_endpoint": f"{liar.issuer}/me",
                    "authorization_response_iss_parameter_supported": True,
                }
                self._say(there | liar.metadata)
            elif self.path == "/jwks":
                self._say(liar.jwks())
            else:
                self._say({"sub": "id-ayse", "number": "3001"} | liar.userinfo)

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: many[0] for name, many in parse_qs(raw).items()}
            form["authorization"] = self.headers.get("Authorization", "")
            liar.forms.append(form)
            token = liar.id_token(form["code"])
            self._say({"access_token": "at", "token_type": "Bearer", "id_token": token})

        def _say(self, body: dict[str, Any]) -> None:
            liar.asked.append(self.path)
            if liar.hangs and liar.hangs == self.path:
                liar.stop.wait(20)
                return
            text = json.dumps(body).encode()
            try:
                self.send_response(liar.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)
            except OSError:
                return

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    liar.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield liar
    finally:
        liar.stop.set()
        server.shutdown()
        thread.join()
        server.server_close()
