"""``python -m reporter_service``: the live feed."""

from __future__ import annotations

import asyncio
import sys

import uvloop

from common import logs
from common.config import ConfigError, environment, load
from common.wsgi.listen import CannotListen
from reporter_service.app import install_signals, run
from reporter_service.settings import Settings


def main() -> int:
    """Serve until told to stop; the process's exit status (``sysexits.h``)."""
    env = environment()
    try:
        settings = load(Settings, env)
    except ConfigError as fault:
        sys.stderr.write(f"reporter_service cannot start:\n{fault}\n")
        return 78
    logs.configure("reporter", settings.log_level)

    async def serve() -> None:
        stop = asyncio.Event()
        install_signals(asyncio.get_running_loop(), stop)
        await run(settings, env, stop=stop)

    try:
        uvloop.run(serve())
    except CannotListen as fault:
        sys.stderr.write(f"{fault}\n")
        return 69
    return 0


if __name__ == "__main__":
    sys.exit(main())
