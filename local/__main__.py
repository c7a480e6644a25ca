"""``python -m local run|status|logs|reset|certs|admin|database``: what the Makefile's verbs do."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

from common.config import environment
from local.screen import Screen


def _run(env: Mapping[str, str], screen: Screen) -> int:
    from local.start import run  # each verb loads only what it needs: a start is timed

    return run(env, screen)


def _status(env: Mapping[str, str], screen: Screen) -> int:
    from local.status import status

    return status(env, screen)


def _logs(env: Mapping[str, str], screen: Screen) -> int:
    from local.status import follow_logs

    return follow_logs(env, screen)


def _reset(env: Mapping[str, str], screen: Screen) -> int:
    from local.reset import reset

    return reset(env, screen)


def _certs(env: Mapping[str, str], screen: Screen) -> int:
    from local.certs import make_certificates

    return make_certificates(env, screen)


def _admin(env: Mapping[str, str], screen: Screen) -> int:
    from local.console import make_admin

    return make_admin(env, screen)


def _database(env: Mapping[str, str], screen: Screen) -> int:
    from local.console import show_database

    return show_database(env, screen)


_VERBS: Mapping[str, Callable[[Mapping[str, str], Screen], int]] = {
    "run": _run,
    "status": _status,
    "logs": _logs,
    "reset": _reset,
    "certs": _certs,
    "admin": _admin,
    "database": _database,
}


def main(arguments: list[str]) -> int:
    """Run one verb; its exit status."""
    verb = _VERBS.get(arguments[0] if len(arguments) == 1 else "")
    if verb is None:
        print(__doc__, file=sys.stderr)
        return 64
    return verb(environment(), Screen())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
