"""What the face service adds to OpenCV's own time: ``python -m bench.face``.

First one frame to an embedding in the service's worker, against the same calls alone. Then
``verify`` of two 640x480 JPEGs over HTTP, client and database on the same machine, against two
processes that only decode, detect and embed. Both sides alternate; medians of the rounds.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from bench.face_load import Bare
from common.identity import Role
from common.imaging.process import Picture
from face_service import engine
from face_service.domain.faces import dominant
from local import keys
from local.ports import free_port
from tests.support import pictures
from tests.support.cluster import TestDatabase, running_cluster
from tests.support.face import models
from tests.support.folders import open_folder
from tests.support.people import Town
from tests.support.portraits import SAME, portrait
from tests.support.process import Process

ROUNDS = 3
SECONDS = 5.0
CONNECTIONS = 4


def webcam(jpeg: bytes) -> Any:
    """A 640x480 frame with the face of ``jpeg`` about 200 pixels high."""
    picture: Any = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    scale = 480 / picture.shape[0]
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    frame = np.full((480, 640, 3), 96, np.uint8)
    left = (640 - min(640, small.shape[1])) // 2
    frame[:, left : left + small.shape[1]] = small[:, : 640 - left]
    return frame


def timed(call: Callable[[], Any], count: int) -> list[tuple[float, float]]:
    """Milliseconds of each of ``count`` calls, passed and of processor time."""
    found = []
    for _ in range(count):
        began, busy = time.perf_counter(), time.thread_time()
        call()
        passed = time.perf_counter() - began
        found.append((passed * 1e3, (time.thread_time() - busy) * 1e3))
    return found


def frame_to_embedding(folder: Path, frame: Any) -> None:
    """Print the service's worker against bare calls."""
    bare = Bare(folder)
    engines = engine.Engines(lambda: engine.FaceEngine(folder), count=1)
    picture = Picture(640, 480, bytearray(frame.tobytes()), b"")

    def worker() -> None:
        with engines.borrow() as one:
            faces = one.detect(picture)
            one.embed(picture, dominant(faces, width=640, height=480))

    ours: list[tuple[float, float]] = []
    theirs: list[tuple[float, float]] = []
    timed(worker, 5)
    timed(lambda: bare.embed(frame), 5)
    for _ in range(200):
        theirs += timed(lambda: bare.embed(frame), 1)
        ours += timed(worker, 1)
    for name, index in (("passed", 0), ("of processor time", 1)):
        mine, bare_ms = (statistics.median(one[index] for one in each) for each in (ours, theirs))
        print(
            f"frame to embedding, {name}: worker {mine:.2f} ms, OpenCV {bare_ms:.2f} ms, "
            f"ratio {mine / bare_ms:.3f}"
        )


def together(tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each task in a process of its own, begun at once; what each of them reports."""
    command = [sys.executable, "-m", "bench.face_load"]
    pipe = subprocess.PIPE
    crew = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in tasks]
    for one, task in zip(crew, tasks, strict=True):
        assert one.stdin is not None
        one.stdin.write(json.dumps(task | {"seconds": SECONDS}) + "\n")
        one.stdin.flush()
    for one in crew:
        assert one.stdout is not None
        if one.stdout.readline() != "ready\n":
            raise SystemExit("one side of the measurement could not start")
    return [json.loads(one.communicate()[0]) for one in _started(crew)]


def _started(crew: list[Any]) -> list[Any]:
    for one in crew:
        one.stdin.write("go\n")
        one.stdin.flush()
    return crew


def verify_over_http(folder: Path, one: bytes, other: bytes) -> None:
    """Print requests a second over HTTP against the limit of the machine."""
    with open_folder() as home:
        secrets = home / "secrets"
        keys.ensure(secrets)
        with running_cluster(home, secrets) as server:
            database = server.migrated_database()
            town = Town(database)
            token = town.token(town.person(Role.ADMIN))
            service, port = running_service(database, folder, home)
            service.start()
            try:
                compare(folder, service, port, token, [one, other])
            finally:
                service.stop()
                town.close()


def running_service(database: TestDatabase, folder: Path, home: Path) -> tuple[Process, int]:
    """The service as `make run` starts it, on a free port."""
    port = free_port()
    environment = dict(os.environ) | database.environment()
    environment |= {"FACE_PORT": str(port), "MODEL_DIR": str(folder), "BIND_HOSTS": "127.0.0.1"}
    environment |= {"LIMIT_PER_PERSON": "10000", "LIMIT_PER_ADDRESS": "10000"}

    def answers() -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
        try:
            connection.request("GET", "/health/ready")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    command = [sys.executable, "-m", "face_service"]
    root = Path(__file__).parent.parent
    log = home / "face.log"
    return Process(lambda: command, answers, log=log, environment=environment, cwd=root), port


def client_task(port: int, token: str, one: bytes, other: bytes) -> dict[str, Any]:
    """What one client sends, again and again."""
    parts: MultiDict[str, Any] = MultiDict()
    for name, data in (("image", one), ("reference", other)):
        parts.add(name, FileStorage(BytesIO(data), "a.jpg"))
    boundary, body = encode_multipart(parts)
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": f"multipart/form-data; boundary={boundary}",
    }
    raw = base64.b64encode(body).decode()
    return {"side": "client", "port": port, "body": raw, "headers": headers}


def compare(folder: Path, service: Process, port: int, token: str, images: list[bytes]) -> None:
    """Alternate both sides and print the medians."""
    texts = [base64.b64encode(data).decode() for data in images]
    alone = [{"side": "limit", "models": str(folder), "images": texts}] * 2
    asking = [client_task(port, token, *images)] * CONNECTIONS
    ours, limits, costs, times = [], [], [], []
    for _ in range(ROUNDS):
        bare = together(alone)
        pairs = sum(len(one["times"]) for one in bare)
        before = processor_ms(service.pid)
        got = together(asking)
        answers = sum(len(one["times"]) for one in got)
        spent = processor_ms(service.pid) - before
        # The first call of each client comes before its clock starts.
        costs.append(spent / (answers + CONNECTIONS) * pairs / sum(one["busy"] for one in bare))
        limits.append(rate(bare))
        ours.append(rate(got))
        times += [each for one in got for each in one["times"]]
    ratios = [mine / limit for mine, limit in zip(ours, limits, strict=True)]
    times.sort()
    print(
        f"verify end to end, {CONNECTIONS} connections: {statistics.median(ours):.1f}/s, limit "
        f"{statistics.median(limits):.1f}/s, ratio {statistics.median(ratios):.3f} "
        f"(rounds {', '.join(f'{ratio:.3f}' for ratio in ratios)}); "
        f"p50 {times[len(times) // 2]:.0f} ms, p99 {times[int(len(times) * 0.99)]:.0f} ms"
    )
    print(
        "processor time of the service with its decoders for each answer, against the bare "
        f"calls': ratio {statistics.median(costs):.3f}"
    )


def rate(sides: list[dict[str, Any]]) -> float:
    """Calls a second of all sides together."""
    return sum(len(one["times"]) / one["seconds"] for one in sides)


def processor_ms(pid: int) -> float:
    """Processor time that a process and its children have used."""
    tick = 1000 / os.sysconf("SC_CLK_TCK")
    total = 0.0
    for task in Path("/proc").glob("[0-9]*"):
        try:
            words = (task / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(task.name) == pid or int(words[1]) == pid:
            total += (int(words[11]) + int(words[12])) * tick
    return total


def main() -> None:
    """Print both measurements."""
    print(f"python -m bench.face, {platform.machine()}, {os.cpu_count()} cores")
    engine.prepare()
    folder = models()
    frames = [webcam(portrait(name)) for name in SAME[:2]]
    one, other = (pictures.encoded(frame, options=[1, 85]) for frame in frames)
    print(f"engine {engine.engine_name()}, JPEGs of {len(one)} and {len(other)} bytes")
    frame_to_embedding(folder, frames[0])
    verify_over_http(folder, one, other)


if __name__ == "__main__":
    main()
