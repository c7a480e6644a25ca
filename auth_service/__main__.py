"""``python -m auth_service [demo|admin|withdraw-keys]``: serve, or one of the commands."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from common import logs, metrics
from common.clock import rfc3339
from common.config import ConfigError, environment, load
from common.errors import DomainError, conflict

if TYPE_CHECKING:
    from auth_service.service.values import Account


def serve(env: Mapping[str, str]) -> int:
    """The HTTP service, in this one process."""
    metrics.prepare("auth", env.get("HAZIR_DATA"))
    from auth_service.app import limit_for, make_wsgi, parts, start
    from auth_service.settings import AuthSettings
    from common.httpkit.edge import Wsgi
    from common.httpkit.serve import serve_http

    settings = load(AuthSettings, env)
    logs.configure("auth", settings.log_level)

    def make_app() -> Wsgi:
        built = parts(settings)
        start(built)
        return make_wsgi(built)

    return serve_http(
        make_app,
        settings,
        env,
        port=settings.auth_port,
        workers=0,
        threads=settings.auth_threads,
        limit_for=limit_for,
    )


def demo(env: Mapping[str, str]) -> int:
    """Make the demo people that are missing."""
    from auth_service.app import parts
    from auth_service.settings import AuthSettings

    settings = load(AuthSettings, env)
    if not settings.demo:
        raise ConfigError(["DEMO: demo people are made in demo mode only (DEMO=1)"])
    built = parts(settings)
    try:
        made = built.demo.seed()
    finally:
        built.close()
    print(f"demo people: {made} made" if made else "demo people: all there")
    return 0


def admin(env: Mapping[str, str]) -> int:
    """Make an admin of ``ADMIN_USERNAME``, or of the name typed.

    An account that is there already needs a typed yes, or ``ADMIN_EXISTING=1``.
    """
    from auth_service.app import parts
    from auth_service.settings import AuthSettings

    built = parts(load(AuthSettings, env))
    username = env.get("ADMIN_USERNAME") or input("Username of the admin: ").strip()

    def password() -> str:
        return env.get("ADMIN_PASSWORD") or getpass.getpass(f"Password for {username}: ")

    try:
        made = built.accounts.make_admin(
            username, password, lambda known, made_at: _confirm(env, known, made_at)
        )
    finally:
        built.close()
    print(f"{username}: {'account made, ' if made else ''}is an admin now")
    return 0


def _confirm(env: Mapping[str, str], known: Account, made_at: datetime) -> None:
    """Show who has the name, and raise unless that is who is meant."""
    print(
        f"{known.username} is there already: number {known.employee_id},"
        f" {known.full_name or 'no full name'}, made {rfc3339(made_at)}"
    )
    if env.get("ADMIN_PASSWORD"):
        raise conflict("password_unused", "It keeps its password: leave ADMIN_PASSWORD out.")
    if env.get("ADMIN_EXISTING") == "1":
        return
    if not sys.stdin.isatty():
        raise conflict("account_exists", "If that is who is meant, say so: ADMIN_EXISTING=1.")
    if input("Is that who is to be an admin? yes or no: ").strip() != "yes":
        raise conflict("account_exists", "Nothing was changed.")


def withdraw_keys(env: Mapping[str, str]) -> int:
    """Withdraw every signing key but the one in use: their tokens are refused from now on."""
    from auth_service.app import parts
    from auth_service.settings import AuthSettings

    built = parts(load(AuthSettings, env))
    try:
        gone = built.keeping.withdraw_others(built.signing.kid, "withdrawn by the command line")
    finally:
        built.close()
    print(f"{len(gone)} withdrawn, {built.signing.kid} stays")
    return 0


_COMMANDS: Mapping[str, Callable[[Mapping[str, str]], int]] = {
    "serve": serve,
    "demo": demo,
    "admin": admin,
    "withdraw-keys": withdraw_keys,
}


def main(arguments: list[str]) -> int:
    """The command line; the exit status follows ``sysexits.h``."""
    command = _COMMANDS.get(arguments[0] if arguments else "serve")
    if command is None or len(arguments) > 1:
        sys.stderr.write("usage: python -m auth_service [demo|admin|withdraw-keys]\n")
        return 64
    try:
        return command(environment())
    except ConfigError as fault:
        sys.stderr.write(f"auth_service cannot start:\n{fault}\n")
        return 78
    except DomainError as fault:
        sys.stderr.write(f"{fault.message}\n")
        return 75


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
