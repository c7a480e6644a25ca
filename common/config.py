"""Configuration: read once, typed, every fault reported at once.

A settings class is a frozen dataclass whose fields are made with `setting`. Values come from the
``.env`` file of the installation, overridden by the process's environment; secrets come from files
(`SECRETS_DIR`) or, for tests and orchestrators, from ``HAZIR_SECRET_<NAME>``.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

ROOT = Path(__file__).resolve().parent.parent
_WELL_KNOWN = frozenset({"secret", "password", "dev-secret", "hook-secret", "changeme", "1234"})
_SHORTEST_SECRET = 16


class ConfigError(Exception):
    """Everything that is wrong with the configuration, one line each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Secret:
    """A value that does not show itself in a repr, a log or a traceback."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself, for the one call that needs it."""
        return self._value

    def key(self) -> bytes:
        """The value as the 32 raw bytes of a key kept in base64."""
        try:
            raw = base64.b64decode(self._value, validate=True)
        except binascii.Error as fault:
            raise ValueError("is not base64") from fault
        if len(raw) != 32:
            raise ValueError("is not a key of 32 bytes")
        return raw

    def __repr__(self) -> str:
        return "Secret(***)"


def setting(name: str, parse: Callable[[str], T], default: T | Any = MISSING) -> Any:
    """A field read from the variable ``name``; without a ``default`` it must be given."""
    metadata = {"name": name, "parse": parse}
    if default is MISSING:
        return field(metadata=metadata)
    return field(default=default, metadata=metadata)


def secret(name: str) -> Any:
    """A field read from the secret ``name``: never optional, never well known, never short."""
    return field(metadata={"secret": name})


def group(read: Callable[[Mapping[str, str]], T]) -> Any:
    """A field that ``read`` makes of several variables; it raises `ConfigError` with its faults."""
    return field(metadata={"read": read})


def port(text: str) -> int:
    """A TCP or UDP port."""
    return between(1, 65535)(text)


def between(low: int, high: int) -> Callable[[str], int]:
    """A parser of whole numbers from ``low`` to ``high``."""

    def parse(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            raise ValueError(f"must be from {low} to {high}")
        return value

    return parse


def flag(text: str) -> bool:
    """``1``/``0`` and the usual words for them."""
    word = text.strip().lower()
    if word in {"1", "true", "yes", "on"}:
        return True
    if word in {"0", "false", "no", "off", ""}:
        return False
    raise ValueError("must be 1 or 0")


def one_of(*words: str) -> Callable[[str], str]:
    """A parser that takes one of ``words``."""

    def parse(text: str) -> str:
        if text not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return text

    return parse


def words(text: str) -> tuple[str, ...]:
    """A comma-separated list."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def address(text: str) -> tuple[str, int]:
    """``host:port``."""
    host, separator, number = text.rpartition(":")
    if not separator or not host:
        raise ValueError("must be host:port")
    return host.strip("[]"), port(number)


def environment(env_file: Path | None = None) -> dict[str, str]:
    """The variables in force: the ``.env`` file's, overridden by the process's own."""
    path = env_file or Path(os.environ.get("HAZIR_ENV_FILE", ROOT / ".env"))
    values = _read_env_file(path) if path.is_file() else {}
    return values | dict(os.environ)


def _read_env_file(path: Path) -> dict[str, str]:
    values: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        text = line.strip()
        if text and not text.startswith("#") and "=" in text:
            name, _, value = text.partition("=")
            values[name.strip()] = value.split(" #", 1)[0].strip().strip("'\"")
    return values


def load(cls: type[T], env: Mapping[str, str]) -> T:
    """A ``cls`` filled from ``env``; raises `ConfigError` naming every fault."""
    values: dict[str, Any] = {}
    faults: list[str] = []
    for item in fields(cls):  # type: ignore[arg-type]
        try:
            values[item.name] = _value(item.metadata, item.default, env)
        except ValueError as fault:
            name = item.metadata.get("name") or f"secret {item.metadata.get('secret')}"
            faults.append(f"{name}: {fault}")
        except ConfigError as several:
            faults += several.faults
    if faults:
        raise ConfigError(faults)
    return cls(**values)


def _value(metadata: Mapping[str, Any], default: Any, env: Mapping[str, str]) -> Any:
    if "secret" in metadata:
        return read_secret(metadata["secret"], env)
    if "read" in metadata:
        return metadata["read"](env)
    text = env.get(metadata["name"], "")
    if text == "":
        if default is MISSING:
            raise ValueError("is missing")
        return default
    return metadata["parse"](text)


def read_secret(name: str, env: Mapping[str, str]) -> Secret:
    """The secret ``name``; raises ``ValueError`` when missing, short or well known."""
    value = env.get(f"HAZIR_SECRET_{name.upper()}", "")
    folder = env.get("SECRETS_DIR") or str(Path(env.get("HAZIR_DATA") or ROOT / "var") / "secrets")
    path = Path(folder) / name
    if not value and path.is_file():
        value = path.read_text(encoding="utf-8").strip()
    if not value:
        raise ValueError(f"is missing (looked in {path.name} of SECRETS_DIR)")
    if len(value) < _SHORTEST_SECRET or value.lower() in _WELL_KNOWN:
        raise ValueError("is too short or well known")
    return Secret(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonSettings:
    """What every process of the product reads."""

    app_env: str = setting("APP_ENV", one_of("local", "production"), "local")
    demo: bool = setting("DEMO", flag, False)
    bind_hosts: tuple[str, ...] = setting("BIND_HOSTS", words, ("127.0.0.1", "::1"))
    database_host: str = setting("DATABASE_HOST", str, "127.0.0.1")
    database_port: int = setting("DATABASE_PORT", port, 5432)
    database_name: str = setting("DATABASE_NAME", str, "hazir")
    redis_url: str = setting("REDIS_URL", str, "")
    cors_origins: tuple[str, ...] = setting("CORS_ORIGINS", words, ())
    client_port: int = setting("CLIENT_PORT", port, 5500)
    gateway_http_port: int = setting("GATEWAY_HTTP_PORT", port, 8080)
    gateway_https_port: int = setting("GATEWAY_HTTPS_PORT", port, 8443)
    trusted_proxies: int = setting("TRUSTED_PROXIES", between(0, 5), 0)
    token_issuer: str = setting("TOKEN_ISSUER", str, "http://127.0.0.1:8001")
    log_level: str = setting("LOG_LEVEL", one_of("debug", "info", "warning", "error"), "info")
    otel_endpoint: str = setting("OTEL_EXPORTER_OTLP_ENDPOINT", str, "")
    requests_per_second: int = setting("LIMIT_PER_PERSON", between(1, 100_000), 2000)
    requests_per_second_address: int = setting("LIMIT_PER_ADDRESS", between(1, 1_000_000), 5000)

    def allowed_origins(self) -> frozenset[str]:
        """The origins whose pages may call: the page's own, the gateway's, and what is added."""
        own = {
            f"{scheme}://{host}:{number}"
            for host in ("127.0.0.1", "localhost")
            for scheme, number in (
                ("http", self.client_port),
                ("http", self.gateway_http_port),
                ("https", self.gateway_https_port),
            )
        }
        return frozenset(own | set(self.cors_origins))


def refuse_unsafe(settings: CommonSettings) -> None:
    """Raise `ConfigError` when a production start would run with settings made for a trial."""
    faults = []
    if settings.app_env == "production" and settings.demo:
        faults.append("DEMO: demo people are refused in production")
    loopback = set(settings.bind_hosts) <= {"127.0.0.1", "::1", "localhost"}
    if settings.demo and not loopback:
        faults.append("BIND_HOSTS: demo people are allowed on loopback addresses only")
    if faults:
        raise ConfigError(faults)
