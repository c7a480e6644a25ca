"""``python -m face_service [re-embed]``: the HTTP service, or the command."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

from common import logs, metrics
from common.config import ConfigError, environment, load
from common.errors import DomainError


def serve(env: Mapping[str, str]) -> int:
    """The HTTP service, one process with a few threads, until told to stop."""
    metrics.prepare("face", env.get("HAZIR_DATA"))
    # Only now: these count, and metrics decide on import where their counts go.
    from common.httpkit.serve import serve_http
    from face_service.app import build, limit_for
    from face_service.settings import Settings
    from face_service.weights import model_dir

    settings = load(Settings, env)
    logs.configure("face", settings.log_level)
    app = build(settings, model_dir(env))
    # OpenCV computes in this process, on as many threads as there are engines.
    return serve_http(
        lambda: app.wsgi,
        settings,
        env,
        port=settings.face_port,
        workers=0,
        threads=settings.threads,
        limit_for=limit_for,
        stopping=app.close,
    )


def re_embed(env: Mapping[str, str]) -> int:
    """Bring every enrolled embedding to the engine in use."""
    from face_service.renewal import renew

    return renew(env)


_COMMANDS: Mapping[str, Callable[[Mapping[str, str]], int]] = {
    "serve": serve,
    "re-embed": re_embed,
}


def main(arguments: list[str]) -> int:
    """The command line; the exit status follows ``sysexits.h``."""
    command = _COMMANDS.get(arguments[0] if arguments else "serve")
    if command is None or len(arguments) > 1:
        sys.stderr.write("usage: python -m face_service [re-embed]\n")
        return 64
    try:
        return command(environment())
    except ConfigError as fault:
        sys.stderr.write(f"face_service cannot start:\n{fault}\n")
        return 78
    except DomainError as fault:
        sys.stderr.write(f"{fault.message} What is done is kept; run it again.\n")
        return 75


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
