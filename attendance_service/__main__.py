"""``python -m attendance_service rest|rpc|sequencer|demo|verify-audit``: one process."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Mapping
from functools import partial

from common import logs, metrics
from common.config import ConfigError, environment, flag, load, load_all


def rest(env: Mapping[str, str]) -> int:
    """The HTTP service."""
    from attendance_service.app import limit_for, make_wsgi
    from attendance_service.settings import Settings
    from common.httpkit.serve import serve_http

    settings = load(Settings, env)
    logs.configure("attendance", settings.log_level)
    return serve_http(
        lambda: make_wsgi(settings),
        settings,
        env,
        port=settings.http_port,
        workers=settings.workers,
        threads=settings.threads,
        limit_for=limit_for,
    )


def rpc(env: Mapping[str, str]) -> int:
    """The gRPC service with the feed."""
    from attendance_service.app import services
    from attendance_service.rpc.server import THREADS, run
    from attendance_service.sequencer import SequencerThread
    from attendance_service.settings import SequencerSettings, Settings

    settings, *sequencing = load_all(env, Settings, *([SequencerSettings] if _numbers(env) else []))
    logs.configure("attendance-rpc", settings.log_level)
    return run(
        lambda: services(settings, threads=THREADS, name="attendance rpc"),
        env,
        partial(SequencerThread, sequencing[0]) if settings.rpc_numbers else None,
    )


def _numbers(env: Mapping[str, str]) -> bool:
    """Whether this process needs the sequencer's secret too."""
    try:
        return flag(env.get("RPC_NUMBERS") or "1")
    except ValueError:
        return False  # which `Settings` says


def sequencer(env: Mapping[str, str]) -> int:
    """The process that numbers events and chains the audit, where no gRPC process does."""
    from attendance_service.chaining import Chaining
    from attendance_service.sequencer import HintSocket, Sequencer, session
    from attendance_service.settings import SequencerSettings
    from common.notify import notify

    settings = load(SequencerSettings, env)
    logs.configure("sequencer", settings.log_level)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    connect = session(settings)
    chaining = threading.Thread(target=Chaining(connect, stop).run, name="chaining", daemon=True)
    chaining.start()
    notify("READY=1", env)
    Sequencer(connect, HintSocket(settings.hint), stop).run()
    chaining.join(timeout=2)
    return 0


def verify_audit(env: Mapping[str, str]) -> int:
    """Check the audit of every service; ``HEAD`` may name heads that were noted before."""
    from attendance_service.sequencer import session
    from attendance_service.settings import SequencerSettings
    from common.audit.chain import noted
    from common.audit.verify import verify

    settings = load(SequencerSettings, env)
    try:
        notes = noted(env.get("HEAD", ""))
    except ValueError as fault:
        raise ConfigError([f"HEAD: {fault}"]) from fault
    connection = session(settings)()
    try:
        found = verify(connection, notes)
    finally:
        connection.close()
    print(found)
    return 0 if found.good else 1


def demo(env: Mapping[str, str]) -> int:
    """Give the demo site its places; a second run changes nothing."""
    from attendance_service.demo import seed
    from attendance_service.settings import Settings
    from common.db import Database
    from common.sql import dsn

    settings = load(Settings, env)
    if not settings.demo:
        raise ConfigError(["DEMO: demo places are for demo mode only"])
    password = settings.database_password.reveal()
    seed(Database(dsn(settings, "hazir_attendance", password), size=1))
    return 0


_PROCESSES: Mapping[str, Callable[[Mapping[str, str]], int]] = {
    "rest": rest,
    "rpc": rpc,
    "sequencer": sequencer,
    "verify-audit": verify_audit,
    "demo": demo,
}


def main(arguments: list[str]) -> int:
    """Start the named process."""
    name = arguments[0] if arguments else "rest"
    if name not in _PROCESSES:
        sys.stderr.write(f"{__doc__}\n")
        return 64
    env = environment()
    metrics.prepare("attendance", env.get("HAZIR_DATA"))
    try:
        return _PROCESSES[name](env)
    except ConfigError as fault:
        sys.stderr.write(f"attendance_service cannot start:\n{fault}\n")
        return 78


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
