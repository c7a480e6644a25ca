"""Commands of the services in a running installation, and the way to its database for psql."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping

import psycopg2.extensions

from common.config import ROOT, load
from local import plan
from local.account import unprivileged
from local.place import Place, find_place
from local.screen import Screen
from local.servers import Servers, choose
from local.settings import LocalSettings
from local.status import is_running


def make_admin(env: Mapping[str, str], screen: Screen) -> int:
    """Hand over to auth_service, which asks for what ADMIN_USERNAME does not say."""
    return hand_over(env, screen, "auth_service", "admin")


def verify_audit(env: Mapping[str, str], screen: Screen) -> int:
    """Check the chains of the audit, and the heads in HEAD, with the sequencer's rights."""
    return hand_over(env, screen, "attendance_service", "verify-audit")


def re_embed(env: Mapping[str, str], screen: Screen) -> int:
    """Bring every enrolled face to the engine in use, which the service may use meanwhile."""
    return hand_over(env, screen, "face_service", "re-embed")


def hand_over(env: Mapping[str, str], screen: Screen, module: str, verb: str) -> int:
    """Run a service's own command in the running installation; its exit status."""
    found = _installation(env, screen)
    if found is None:
        return 3
    environment = plan.environment(env, *found)
    command = [sys.executable, "-m", module, verb]
    return subprocess.run(command, cwd=ROOT, env=environment).returncode


def show_database(env: Mapping[str, str], screen: Screen) -> int:
    """Print the owner's way in as shell variables: ``eval "$(python -m local database)"``."""
    found = _installation(env, screen)
    if found is None:
        return 3
    _, _, servers = found
    parts = psycopg2.extensions.parse_dsn(servers.owner_url)
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
    for name, variable in {**names, "dbname": "PGDATABASE"}.items():
        if name in parts:
            screen.say(f"export {variable}={shlex.quote(parts[name])}")
    if servers.cluster:
        path = f"{servers.cluster.binaries}{os.pathsep}"
        screen.say(f'export PATH={shlex.quote(path)}"$PATH"')
    return 0


def _installation(
    env: Mapping[str, str], screen: Screen
) -> tuple[LocalSettings, Place, Servers] | None:
    """The running installation, or ``None`` once it is said that there is none."""
    account = unprivileged()
    place = find_place(env, ROOT, account)
    if not is_running(place):
        screen.trouble("hazir", "is not running; start it first (make run)")
        return None
    settings = load(LocalSettings, env)
    return settings, place, choose(settings, place, account, running=True)
