"""``python -m local VERB``: what the verbs of the Makefile do."""

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


def _rotate_key(env: Mapping[str, str], screen: Screen) -> int:
    from local.rotation import rotate_key

    return rotate_key(env, screen)


def _verify_audit(env: Mapping[str, str], screen: Screen) -> int:
    from local.console import verify_audit

    return verify_audit(env, screen)


def _re_embed(env: Mapping[str, str], screen: Screen) -> int:
    from local.console import re_embed

    return re_embed(env, screen)


_VERBS: Mapping[str, Callable[[Mapping[str, str], Screen], int]] = {
    "run": _run,
    "status": _status,
    "logs": _logs,
    "reset": _reset,
    "certs": _certs,
    "admin": _admin,
    "database": _database,
    "rotate-key": _rotate_key,
    "verify-audit": _verify_audit,
    "re-embed": _re_embed,
}


def main(arguments: list[str]) -> int:
    """Run one verb; its exit status."""
    verb = _VERBS.get(arguments[0] if len(arguments) == 1 else "")
    if verb is None:
        print(f"usage: python -m local {'|'.join(_VERBS)}", file=sys.stderr)
        return 64
    return verb(environment(), Screen())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
