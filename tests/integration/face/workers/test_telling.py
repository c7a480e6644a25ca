"""Receivers that fail, redirect and are gone: results are told until taken, and taken once."""

from __future__ import annotations

from typing import Any

from tests.support.face_cast import A2, BLANK, said
from tests.support.face_jobs import Line
from tests.support.jobs import until


def test_results_are_told_until_they_are_taken_and_taken_once(line: Line) -> None:
    """By receivers who fail, ask for patience, redirect, or want no more of it."""
    token = line.town.token(line.cast.admin)

    def delivery(number: int) -> dict[str, Any]:
        found = line.job(number)["deliveries"]
        return found[0] if found else {"state": None}

    with line.workers():
        blank = line.submit("blank", BLANK)
        until(lambda: line.receiver.taken)
        shown = line.job(blank)
        assert (shown["state"], shown["error"], shown["attempts"]) == ("failed", "no_face", 1)
        assert line.receiver.taken[0]["overall_result"]["reason"] == "no_face"

        line.receiver.tries.clear()
        line.receiver.answers = [500, 429, 302]
        line.receiver.location = f"{line.receiver.url}/elsewhere"
        number = line.submit("stubborn", A2)
        until(lambda: delivery(number)["state"] == "delivered")
        assert (len(line.receiver.tries), len(set(line.receiver.tries))) == (4, 1)
        assert len(line.receiver.told("stubborn")) == 1

        for status, tries in ((500, 4), (301, 4), (410, 1)):
            line.receiver.tries.clear()
            line.receiver.status = status
            number = line.submit(f"never-{status}", A2)
            until(lambda n=number: delivery(n)["state"] == "dead")  # type: ignore[misc]
            assert (len(line.receiver.tries), len(set(line.receiver.tries))) == (tries, 1)
            line.receiver.status = 200
            said(line.face.call("POST", f"/api/v1/jobs/{number}/retry", token), 202)
            until(lambda n=number: delivery(n)["state"] == "delivered")  # type: ignore[misc]
            assert line.job(number)["state"] == "done"
            assert len(line.receiver.told(f"never-{status}")) == 1


def test_a_target_that_is_no_longer_listed_is_told_nothing(line: Line) -> None:
    number = line.submit("unlisted", A2)
    with line.workers(WEBHOOK_PRIVATE_TARGETS=""):
        until(lambda: line.job(number)["deliveries"])
        until(lambda: line.job(number)["deliveries"][0]["state"] == "dead")
        shown = line.job(number)["deliveries"][0]
        assert (shown["error"], shown["attempts"]) == ("target_refused", 1)
        assert line.receiver.tries == []
