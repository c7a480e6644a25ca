"""Receivers that fail, redirect and are gone: results are told until taken, and taken once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.cluster import TestDatabase
from tests.support.face import FaceClient
from tests.support.face_cast import A2, BLANK, Cast, said
from tests.support.face_jobs import job, submit
from tests.support.jobs import Receiver, until, workers
from tests.support.people import Town

POISONED = "tests.support.poisoned_worker"


def test_results_are_told_until_they_are_taken_and_taken_once(
    face: FaceClient,
    town: Town,
    cast: Cast,
    receiver: Receiver,
    database: TestDatabase,
    tmp_path: Path,
) -> None:
    """By receivers who fail, ask for patience, redirect, or want no more of it."""
    token = town.token(cast.admin)

    def delivery(number: int) -> dict[str, Any]:
        found = job(face, town, cast, number)["deliveries"]
        return found[0] if found else {"state": None}

    with workers(database, tmp_path, WEBHOOK_PRIVATE_TARGETS=receiver.url):
        blank = submit(face, town, cast, receiver.url, "blank", BLANK)
        until(lambda: receiver.taken)
        shown = job(face, town, cast, blank)
        assert (shown["state"], shown["error"], shown["attempts"]) == ("failed", "no_face", 1)
        assert receiver.taken[0]["overall_result"]["reason"] == "no_face"

        receiver.tries.clear()
        receiver.answers = [500, 429, 302]
        receiver.location = f"{receiver.url}/elsewhere"
        number = submit(face, town, cast, receiver.url, "stubborn", A2)
        until(lambda: delivery(number)["state"] == "delivered")
        assert (len(receiver.tries), len(set(receiver.tries))) == (4, 1)
        assert len(receiver.told("stubborn")) == 1

        for status, tries in ((500, 4), (301, 4), (410, 1)):
            receiver.tries.clear()
            receiver.status = status
            number = submit(face, town, cast, receiver.url, f"never-{status}", A2)
            until(lambda n=number: delivery(n)["state"] == "dead")  # type: ignore[misc]
            assert (len(receiver.tries), len(set(receiver.tries))) == (tries, 1)
            receiver.status = 200
            said(face.call("POST", f"/api/v1/jobs/{number}/retry", token), 202)
            until(lambda n=number: delivery(n)["state"] == "delivered")  # type: ignore[misc]
            assert job(face, town, cast, number)["state"] == "done"
            assert len(receiver.told(f"never-{status}")) == 1


def test_a_target_that_is_no_longer_listed_is_told_nothing(
    face: FaceClient,
    town: Town,
    cast: Cast,
    receiver: Receiver,
    database: TestDatabase,
    tmp_path: Path,
) -> None:
    number = submit(face, town, cast, receiver.url, "unlisted", A2)
    with workers(database, tmp_path):
        until(lambda: job(face, town, cast, number)["deliveries"])
        until(lambda: job(face, town, cast, number)["deliveries"][0]["state"] == "dead")
        shown = job(face, town, cast, number)["deliveries"][0]
        assert (shown["error"], shown["attempts"]) == ("target_refused", 1)
        assert receiver.tries == []
