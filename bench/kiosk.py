"""From the look to the record: ``python -m bench.kiosk [people]``.

First the services alone: all three over real HTTP with the embedded PostgreSQL, at a site with so
many enrolled people (1,000 unless said); three frames of a 640x480 webcam, then the confirmation;
six frames of a movement with their challenge, then the confirmation; and the same by badge and by
PIN. One person at a time, as at a door.

Then what a person waits for, on the page of the whole running system in a real Chromium: from the
press to the name (the frames are filmed, and looked at), and from the confirmation to the record;
and, at a place that asks for a movement, from the press to what comes of it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any

import httpx

from bench.face import webcam
from bench.identify import directions
from bench.stage import Row, median
from common.config import ROOT
from local import keys
from tests.support import frames, pictures
from tests.support.cluster import running_cluster
from tests.support.face_cast import enrol
from tests.support.face_kiosk import made_up
from tests.support.folders import open_folder
from tests.support.kiosk import Kiosk, running_kiosk
from tests.support.people import Town
from tests.support.portraits import SAME, portrait
from tests.support.system import running_system

TRIES, ROUNDS = 40, 10
BAR_MS = 2000.0
#: What the page films at a place that asks for a movement: two frames, and the time it takes.
FILMED_MS = 2200.0


Look = Callable[[], Any]


def timed(kiosk: Kiosk, prepared: Callable[[], Look]) -> list[float]:
    """Milliseconds from the look to the record, of each try, the first left out."""
    found = []
    for _ in range(TRIES + 1):
        look = prepared()
        began = perf_counter()
        offer = look()
        if offer.status_code != 200:
            raise SystemExit(offer.text)
        made = kiosk.confirm(offer.json()["ticket"])
        if made.status_code != 201:
            raise SystemExit(made.text)
        found.append((perf_counter() - began) * 1e3)
    return sorted(found[1:])


def moving(kiosk: Kiosk, gate: int) -> Callable[[], Look]:
    """Looks with a movement: another one each time, as what was shown before is refused."""
    assert kiosk.rest.parts is not None
    url = f"{kiosk.rest.parts.settings.face_url}/api/v1/faces/challenges"
    headers = {"Authorization": f"Bearer {kiosk.town.token(kiosk.device)}"}
    asides = iter(range(-120, 120, 240 // (TRIES + 2)))

    def ask() -> tuple[str, str]:
        answer = httpx.post(url, headers=headers, trust_env=False).raise_for_status().json()
        return answer["challenge"], answer["kind"]

    def prepared() -> Look:
        aside, (_, expected) = next(asides), ask()
        made = {expected: frames.movement(expected, count=6, aside=aside)}

        def look() -> Any:
            challenge, kind = ask()
            if kind not in made:  # the minute is over, and with it the movement
                made[kind] = frames.movement(kind, count=6, aside=aside)
            first, second, *rest = made[kind]
            sent = {"further": rest, "challenge": challenge, "place_id": gate}
            return kiosk.look(first, second, **sent)

        return look

    return prepared


def services(people: int) -> list[Row]:
    """A row for each way, without a page."""
    shown = [pictures.encoded(webcam(portrait(name)), options=[1, 85]) for name in SAME]
    with open_folder() as home:
        secrets = home / "secrets"
        keys.ensure(secrets)
        with running_cluster(home, secrets) as server:
            database = server.migrated_database()
            town = Town(database)
            with running_kiosk(database, town) as kiosk:
                made_up(database, town, kiosk.cast.site, directions(people, 5))
                policy = {"mode": "toggle", "evidence": ["face", "liveness"]}
                gate = kiosk.rest.place(kiosk.cast.admin, kiosk.cast.site, policy=policy)
                person = kiosk.person(pin="4711", badge="measured-badge")
                kiosk.face.app.org.refresh()
                enrol(kiosk.face, town, person, *(portrait(name) for name in SAME[:2]))
                ways: dict[str, Callable[[], Look]] = {
                    "three frames looked at and confirmed": lambda: lambda: kiosk.look(*shown),
                    "a challenge, six frames of a movement, confirmed": moving(kiosk, gate),
                    "badge": lambda: lambda: kiosk.show(badge="measured-badge"),
                    "PIN": lambda: lambda: kiosk.show(person=str(person), pin="4711"),
                }
                rows = [_row(name, timed(kiosk, look), people) for name, look in ways.items()]
            town.close()
    return rows


def _row(name: str, took: list[float], people: int) -> Row:
    p95 = took[int(TRIES * 0.95)]
    measured = f"p50 {took[TRIES // 2]:.0f} ms, p95 {p95:.0f} ms"
    path = f"kiosk: {name}, {people:,} people enrolled"
    return Row(path, measured, "2 s", p95 / BAR_MS, 1, True)


def page() -> list[Row]:
    """What a person waits for, medians: to be known, to be recorded, and with a movement."""
    with running_system() as system:
        where = system.addresses() | {"data": str(system.place.data)}
        done = subprocess.run(
            ["node", "real/kiosk_wait.mjs", str(ROUNDS)],
            cwd=ROOT / "tests" / "e2e",
            env={**os.environ, "HAZIR_REAL": json.dumps(where)},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=300,
        )
    found: dict[str, list[float]] = json.loads(done.stdout)
    known, recorded, moved = (median(found[name]) for name in ("known", "recorded", "moved"))
    both = known + recorded
    return [
        Row(
            "kiosk's page: the press to the name, and the confirmation to the record",
            f"{known:.0f} + {recorded:.0f} ms",
            "2 s",
            both / BAR_MS,
            1,
            True,
        ),
        Row(
            "kiosk's page with a movement: the press to what comes of it",
            f"{moved:.0f} ms",
            f"2 s beside {FILMED_MS / 1e3:.1f} s of filming",
            (moved - FILMED_MS) / BAR_MS,
            1,
            True,
        ),
    ]


def main(people: int) -> int:
    """Print a line for each; whether the bars hold."""
    holds = True
    for measure in (lambda: services(people), page):
        for row in measure():
            holds &= row.holds
            print(row.line(), flush=True)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
