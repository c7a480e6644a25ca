"""Check-ins while 100 log-ins a second arrive, which are far more than may be hashed.

    python -m bench.login_storm

The whole local system runs as a production does, without demo people, so the limits on log-ins are
those of a production; the general limits on requests are out of the way, and what answers 429 is
said. Both loads keep a fixed schedule and latency counts from when each was due. Two storms, all
from one address: a morning on which everybody has the right password, where the bounded queue
before the one hash at work refuses; then one of right, wrong and unknown names in turn, where the
address has soon failed too often.
"""

from __future__ import annotations

import asyncio
import functools
import json
from collections import Counter
from collections.abc import Sequence

import uvloop

from auth_service.passwords import Passwords
from bench.crowd import Crowd
from bench.open_loop import LOST, Client, Tally, request, steady
from bench.stage import Row, Stage, stage

PEOPLE = 1000
LOG_INS, CHECK_INS = 100.0, 50.0
SECONDS = 20.0
_PASSWORD = "correct battery staple"
_BAR, _AIM = 300.0, 100.0
_QUEUE, _COUNTERS = "429 queue full", "429 too many failed"


def credentials(username: str, password: str) -> bytes:
    """A log-in as it is sent."""
    body = json.dumps({"username": username, "password": password}).encode()
    return request("POST", "/login", body=body)


def named(status: int, body: bytes) -> str:
    """An answer by its status and, where it is 429, by which limit gave it."""
    if status != 429:
        return "no answer" if status == LOST else str(status)
    detail = json.loads(body)["detail"]
    if "signing in" in detail:
        return _QUEUE
    return _COUNTERS if "failed" in detail else f"429 {detail}"


async def storm(on: Stage, crowd: Crowd, sent: Sequence[bytes]) -> Tally:
    """Load with check-ins, and with log-ins if there are any; how the log-ins were answered."""
    client, tally = Client(on.system.ports["AUTH"]), Tally()

    def fire(number: int, at: float) -> None:
        client.send(sent[number % len(sent)], functools.partial(answered, at))

    def answered(at: float, status: int, body: bytes) -> None:
        tally.note(at, named(status, body))

    loads = [steady(CHECK_INS, SECONDS, crowd.fire)]
    if sent:
        loads.append(steady(LOG_INS, SECONDS, fire))
    await asyncio.gather(*loads)
    await asyncio.sleep(1)
    client.close()
    return tally


async def run(on: Stage) -> list[Row]:
    """The rows of this path; the first is what the others are to be seen against."""
    tokens = dict(zip(on.people, on.tokens.read_text().split(), strict=True))
    client = Client(on.system.ports["ATTENDANCE"])
    crowd = Crowd(client, tokens)
    names = range(1, PEOPLE + 1)
    storms = {
        "no log-ins": [],
        "right passwords": [credentials(f"crowd{name}", _PASSWORD) for name in names],
        "right, wrong and unknown": [
            credentials(*sent)
            for name in names
            for sent in (
                (f"crowd{name}", _PASSWORD),
                (f"crowd{name}", "quite wrong"),
                (f"nobody{name}", _PASSWORD),
            )
        ],
    }
    rows = []
    for name, sent in storms.items():
        crowd.tally = Tally()
        log_ins = await storm(on, crowd, sent)
        rows.append(_row(name, crowd.tally, log_ins))
    client.close()
    return rows


def _row(name: str, check_ins: Tally, log_ins: Tally) -> Row:
    p99 = check_ins.p(0.99)
    bad = {answer: count for answer, count in check_ins.answers.items() if answer != "201"}
    if bad:
        raise SystemExit(f"{name}: check-ins were answered {bad}")
    said, path = "", f"check-in p99 at {CHECK_INS:.0f}/s"
    if log_ins.answers:
        said, path = f"; {shares(log_ins.answers)}", f"{path} beside {LOG_INS:.0f} log-ins/s"
    against = f"{_BAR:.0f} ms (aim {_AIM:.0f})"
    return Row(f"{path}: {name}", f"{p99:.1f} ms{said}", against, p99 / _BAR, 1, True)


def shares(answers: Counter[str]) -> str:
    """Each answer's share in per cent, the most frequent first."""
    total = answers.total()
    return ", ".join(f"{name} {count / total:.0%}" for name, count in answers.most_common())


def main() -> None:
    """Measure and print."""
    passwords = Passwords()
    with passwords.turn() as turn:
        stored = turn.hash(_PASSWORD)
    passwords.close()
    with stage(PEOPLE, DEMO="0") as on:
        on.sql("UPDATE auth.person SET password_hash = %(stored)s", stored=stored)
        for row in uvloop.run(run(on)):
            print(row.line(), flush=True)


if __name__ == "__main__":
    main()
