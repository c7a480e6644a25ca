"""One side of `bench.face` in a process of its own: ``python -m bench.face_load``.

Reads one JSON object from standard input, says ``ready``, waits for a line, works for the given
seconds and prints as JSON the milliseconds of each call, the seconds until the last one was done,
and the milliseconds of its own processor time.
"""

from __future__ import annotations

import base64
import http.client
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from face_service import engine, weights


class Bare:
    """OpenCV alone, called as the service calls it."""

    def __init__(self, folder: Path) -> None:
        engine.prepare()
        names = [str(folder / one.name) for one in (weights.DETECTOR, weights.RECOGNISER)]
        size = (engine.SEARCH_SIDE, engine.SEARCH_SIDE)
        self.detector = cv2.FaceDetectorYN.create(names[0], "", size, engine.LEAST_SCORE, 0.3, 50)
        self.recogniser = cv2.FaceRecognizerSF.create(names[1], "")

    def embed(self, frame: Any) -> Any:
        """Detection on a reduced frame, alignment on the full one."""
        scale = engine.SEARCH_SIDE / max(frame.shape[:2])
        small = cv2.resize(frame, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        self.detector.setInputSize((small.shape[1], small.shape[0]))
        found = self.detector.detect(small)[1]
        found[:, :14] /= scale
        return self.recogniser.feature(self.recogniser.alignCrop(frame, found[:1]))


def limit(task: dict[str, Any]) -> Callable[[], None]:
    """Two decodes, two detections, two embeddings."""
    bare = Bare(Path(task["models"]))
    images = [np.frombuffer(base64.b64decode(image), np.uint8) for image in task["images"]]

    def once() -> None:
        for data in images:
            bare.embed(cv2.imdecode(data, cv2.IMREAD_COLOR))

    return once


def client(task: dict[str, Any]) -> Callable[[], None]:
    """One ``verify`` over a connection that stays open."""
    connection = http.client.HTTPConnection("127.0.0.1", task["port"], timeout=30)
    body, headers = base64.b64decode(task["body"]), task["headers"]

    def once() -> None:
        connection.request("POST", "/api/v1/faces/verify", body, headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200 or json.loads(text)["decision"] != "accept":
            raise RuntimeError(text)

    return once


def main() -> None:
    """The whole life of one side."""
    task = json.loads(sys.stdin.readline())
    once = {"limit": limit, "client": client}[task["side"]](task)
    once()
    print("ready", flush=True)
    sys.stdin.readline()
    times = []
    busy, start = time.process_time(), time.perf_counter()
    while (began := time.perf_counter()) < start + task["seconds"]:
        once()
        times.append((time.perf_counter() - began) * 1e3)
    # The last call ends late: without its rest, slow calls would look like more of them.
    passed = time.perf_counter() - start
    busy = (time.process_time() - busy) * 1e3
    print(json.dumps({"times": times, "seconds": passed, "busy": busy}), flush=True)


if __name__ == "__main__":
    main()
