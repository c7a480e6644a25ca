"""``make run``: checks what could go wrong, then starts everything and stays in the foreground."""

from __future__ import annotations

import asyncio
import fcntl
import shutil
import signal
from collections.abc import Mapping
from io import TextIOWrapper

from common.config import ROOT, ConfigError, load
from local import keys, plan
from local.account import Account, unprivileged
from local.place import Place, find_place, read_json
from local.ports import holder, is_free
from local.postgres import ClusterBroken
from local.screen import Screen
from local.servers import Servers, choose
from local.settings import LocalSettings
from local.supervisor import Supervisor
from local.valkey import ValkeyMissing
from local.welcome import welcome


class CannotStart(Exception):
    """Why the system cannot start here and now: one sentence for a person."""


def run(env: Mapping[str, str], screen: Screen) -> int:
    """Everything ``make run`` does after the set-up; the exit status."""
    try:
        settings = _settings(env)
        account = unprivileged()
        place = find_place(env, ROOT, account)
        _make_folders(place)
        lock = _lock(place)
    except CannotStart as fault:
        screen.trouble("hazir", str(fault))
        return 1
    with lock:
        try:
            _check_ports(settings)
            keys.ensure(place.secrets)
            servers = choose(settings, place, account)
        except (CannotStart, ClusterBroken, ValkeyMissing) as fault:
            screen.trouble("hazir", str(fault))
            return 1
        _tell_choices(screen, place, servers, account)
        return asyncio.run(_supervise(env, settings, place, servers, screen))


def _settings(env: Mapping[str, str]) -> LocalSettings:
    try:
        return load(LocalSettings, env)
    except ConfigError as fault:
        raise CannotStart("the configuration is wrong: " + "; ".join(fault.faults)) from fault


def _make_folders(place: Place) -> None:
    try:
        for folder in (place.data, place.logs, place.run):
            folder.mkdir(parents=True, exist_ok=True)
        place.run.chmod(0o700)
    except OSError as fault:
        raise CannotStart(f"{place.data} cannot be written to; set HAZIR_DATA") from fault
    # Counters of processes that are gone.
    shutil.rmtree(place.data / "metrics", ignore_errors=True)


def _lock(place: Place) -> TextIOWrapper:
    """Hold the data folder; the kernel lets go of it however this process ends."""
    file = (place.run / "lock").open("a", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as fault:
        file.close()
        pid = read_json(place.state_file).get("pid")
        who = f" (pid {pid})" if pid else ""
        raise CannotStart(f"is already running{who} with the data in {place.data}") from fault
    return file


def _check_ports(settings: LocalSettings) -> None:
    for name, port in settings.public_ports().items():
        if not is_free(port, settings.bind_hosts):
            who = holder(port)
            raise CannotStart(
                f"port {port} ({name}) is in use{' by ' + who if who else ''};"
                " stop that program or choose another port in .env"
            )


def _tell_choices(screen: Screen, place: Place, servers: Servers, account: Account | None) -> None:
    database = "embedded" if servers.cluster else "the one of DATABASE_URL"
    cache = "embedded" if servers.valkey else "the one of REDIS_URL"
    owner = f" as {account.name}" if account and servers.cluster else ""
    screen.say(f"Hazir: PostgreSQL {database}{owner}, Redis {cache}, data in {place.data}", "quiet")


async def _supervise(
    env: Mapping[str, str],
    settings: LocalSettings,
    place: Place,
    servers: Servers,
    screen: Screen,
) -> int:
    supervisor = Supervisor(
        plan.services(settings, servers, place),
        place=place,
        folder=ROOT,
        environment=plan.environment(env, settings, place, servers),
        screen=screen,
        when_ready=lambda seconds: welcome(screen, settings, place, seconds),
    )
    loop = asyncio.get_running_loop()

    def ask_stop() -> None:
        screen.say("")
        screen.say("Stopping (once more: at once)")
        supervisor.request_stop()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, ask_stop)
    code = await supervisor.run()
    screen.say("Stopped." if code == 0 else "Stopped after a failure; see the lines above.")
    return code
