"""Configuration: read once, typed, every fault reported at once.

A settings class is a frozen dataclass whose fields are made with `setting`. Values come from the
``.env`` file of the installation, overridden by the process's environment; secrets come from files
(`SECRETS_DIR`) or, for tests and orchestrators, from ``HAZIR_SECRET_<NAME>``. What is well formed
and yet unsafe (`CommonSettings.unsafe`) is among the faults.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from common.unsafe import check_secret, in_clear, is_loopback, key_bytes, origins

T = TypeVar("T")

ROOT = Path(__file__).resolve().parent.parent


class ConfigError(Exception):
    """Everything that is wrong with the configuration, one line each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Secret:
    """A value that does not show itself in a repr, a log or a traceback.

    ``path`` is the file that it came from, when it came from one.
    """

    __slots__ = ("_value", "path")

    def __init__(self, value: str, path: Path | None = None) -> None:
        self._value = value
        self.path = path

    def reveal(self) -> str:
        """The value itself, for the one call that needs it."""
        return self._value

    def key(self) -> bytes:
        """The value as the 32 raw bytes of a key kept in base64; raises ``ValueError``."""
        return key_bytes(self._value)

    def again(self) -> str:
        """The value as its file has it by now; raises ``OSError`` when that is gone."""
        return self._value if self.path is None else _text_of(self.path)

    def __repr__(self) -> str:
        return "Secret(***)"


def setting(name: str, parse: Callable[[str], T], default: T | Any = MISSING) -> Any:
    """A field read from the variable ``name``; without a ``default`` it must be given."""
    metadata = {"name": name, "parse": parse}
    if default is MISSING:
        return field(metadata=metadata)
    return field(default=default, metadata=metadata)


def secret(name: str, check: Callable[[str], object] = str) -> Any:
    """A field read from the secret ``name``: never optional, never well known, never short.

    ``check`` raises ``ValueError`` for a value of the wrong form.
    """
    return field(metadata={"secret": name, "check": check})


def key_secret(name: str) -> Any:
    """A field read from the secret ``name``: a key of 32 bytes in base64."""
    return secret(name, key_bytes)


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
    """A ``cls`` filled from ``env``; raises `ConfigError` naming every fault, unsafe ones too."""
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    groups: list[str] = []
    for item in fields(cls):  # type: ignore[arg-type]
        try:
            values[item.name] = _value(item.metadata, item.default, env)
        except ValueError as fault:
            faults[_called(item.metadata)] = str(fault)
            # Whatever else is wrong shall be said too, so the rest is looked at without it.
            values[item.name] = Secret("") if item.default is MISSING else item.default
        except ConfigError as several:
            groups += several.faults
            values[item.name] = None
    made = cls(**values)
    if isinstance(made, CommonSettings):
        for name, reason in made.unsafe():
            faults.setdefault(name, reason)
    if faults or groups:
        raise ConfigError([*(f"{name}: {reason}" for name, reason in faults.items()), *groups])
    return made


def load_all(env: Mapping[str, str], *classes: type[Any]) -> list[Any]:
    """One of each of ``classes``, every fault of all of them reported at once."""
    made: list[Any] = []
    faults: list[str] = []
    for cls in classes:
        try:
            made.append(load(cls, env))
        except ConfigError as fault:
            faults += [line for line in fault.faults if line not in faults]
    if faults:
        raise ConfigError(faults)
    return made


def _called(metadata: Mapping[str, Any]) -> str:
    return metadata.get("name") or f"secret {metadata['secret']}"


def _value(metadata: Mapping[str, Any], default: Any, env: Mapping[str, str]) -> Any:
    if "secret" in metadata:
        found = read_secret(metadata["secret"], env)
        metadata["check"](found.reveal())
        return found
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
    path = None if value else Path(folder) / name
    if path is not None and path.is_file():
        value = _text_of(path)
    if not value:
        raise ValueError(f"is missing (looked for {name} in SECRETS_DIR)")
    check_secret(value, production=env.get("APP_ENV") == "production")
    return Secret(value, path)


def read_secrets(names: Iterable[str], env: Mapping[str, str]) -> dict[str, Secret]:
    """The secrets of these names; raises `ConfigError` naming every one that is unfit."""
    found: dict[str, Secret] = {}
    faults = []
    for name in names:
        try:
            found[name] = read_secret(name, env)
        except ValueError as fault:
            faults.append(f"secret {name}: {fault}")
    if faults:
        raise ConfigError(faults)
    return found


def _text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip()


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
    cors_origins: tuple[str, ...] = setting("CORS_ORIGINS", origins, ())
    client_port: int = setting("CLIENT_PORT", port, 5500)
    gateway_bind: str = setting("GATEWAY_BIND", str, "127.0.0.1")
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

    @property
    def exposed(self) -> bool:
        """Whether other machines reach this installation: directly, or through its gateway."""
        direct = not self.trusted_proxies and not all(map(is_loopback, self.bind_hosts))
        return direct or not is_loopback(self.gateway_bind)

    def unsafe(self) -> Iterator[tuple[str, str]]:
        """The settings made for a trial that this start may not run with, and why, by name."""
        production = self.app_env == "production"
        if self.demo and production:
            yield "DEMO", "demo people are refused in production"
        if self.demo and not all(map(is_loopback, self.bind_hosts)):
            yield "BIND_HOSTS", "demo people are allowed on loopback addresses only"
        if not production:
            return
        elsewhere = [origin for origin in self.cors_origins if in_clear(origin)]
        if elsewhere:
            yield "CORS_ORIGINS", f"{elsewhere[0]} is not https, so what it is told can be read"
        if not self.token_issuer.startswith("https://") and (
            self.exposed or in_clear(self.token_issuer)
        ):
            yield "TOKEN_ISSUER", "must be an https address where other machines come in"
