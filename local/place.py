"""Where an installation keeps its data on this machine. Standard library only: set-up uses it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.account import Account, reachable

SHARED_DATA = Path("/var/lib/hazir")


@dataclass(frozen=True, slots=True)
class Place:
    """The data folder and what stands where in it."""

    data: Path

    @property
    def secrets(self) -> Path:
        """One file a secret, mode 600."""
        return self.data / "secrets"

    @property
    def logs(self) -> Path:
        """One ``NAME.log`` a process."""
        return self.data / "logs"

    @property
    def run(self) -> Path:
        """What only matters while the system runs: the lock, the state, the sockets."""
        return self.data / "run"

    @property
    def state_file(self) -> Path:
        """Who runs, as the supervisor last wrote it."""
        return self.run / "state.json"

    @property
    def ports_file(self) -> Path:
        """The private ports chosen on the first run."""
        return self.data / "ports.json"

    @property
    def models(self) -> Path:
        """The face models' weights."""
        return self.data / "models"


def find_place(env: Mapping[str, str], root: Path, account: Account | None) -> Place:
    """The place of the checkout at ``root``: HAZIR_DATA, its ``var``, or `SHARED_DATA`.

    The last when the embedded servers must run as another ``account`` that cannot enter the
    checkout, as in a home folder of mode 700.
    """
    if env.get("HAZIR_DATA"):
        return Place((root / env["HAZIR_DATA"]).resolve())
    own = root / "var"
    return Place(own if reachable(own / "postgres", account) else SHARED_DATA)


def read_json(path: Path) -> dict[str, Any]:
    """The object in ``path``; an empty one when there is none or it is half written."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Put ``value`` at ``path`` so that a reader sees all of it or the one before."""
    draft = path.with_name(f".{path.name}")
    draft.write_text(json.dumps(value, indent=1), encoding="utf-8")
    draft.replace(path)
