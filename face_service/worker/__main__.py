"""``python -m face_service.worker``: takes jobs from the queue until told to stop.

``python -m face_service.worker secret https://host``: the secret that webhooks to a target are
signed with, for whoever receives them.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Mapping, Sequence

from common import logs, metrics
from common.config import ConfigError, environment, load


def work(env: Mapping[str, str], command: Sequence[str] | None = None) -> int:
    """Run a worker; ``command`` starts what looks at pictures instead of the usual one."""
    # Only now: these count, and metrics decide on import where their counts go.
    from face_service.worker.build import build
    from face_service.worker.settings import WorkerSettings

    settings = load(WorkerSettings, env)
    logs.configure("face-worker", settings.log_level)
    worker = build(settings, env, command)

    async def run() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        await worker.run(stop)

    asyncio.run(run())
    return 0


def secret(env: Mapping[str, str], url: str) -> int:
    """Print the secret of one target."""
    from common.webhooks import written
    from face_service.domain.targets import targets
    from face_service.worker.settings import WorkerSettings

    settings = load(WorkerSettings, env)
    try:
        target = targets(url, private=True)[0]
    except (ValueError, IndexError) as fault:
        raise ConfigError([str(fault)]) from fault
    print(written(settings.webhook_keys().of(target)[0]))
    return 0


def main(arguments: list[str], command: Sequence[str] | None = None) -> int:
    """Start what the arguments name."""
    env = environment()
    # A folder for each worker of a machine, as each is asked for its own counts.
    metrics.prepare(f"face-worker-{env.get('FACE_WORKER_PORT') or 0}", env.get("HAZIR_DATA"))
    try:
        if arguments[:1] == ["secret"] and len(arguments) == 2:
            return secret(env, arguments[1])
        if arguments:
            sys.stderr.write(f"{__doc__}\n")
            return 64
        return work(env, command)
    except ConfigError as fault:
        sys.stderr.write(f"the face worker cannot start:\n{fault}\n")
        return 78


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
