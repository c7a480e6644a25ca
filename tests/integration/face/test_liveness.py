"""Frames that are judged, and pictures of faces that are found out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import pytest

from common.db import Database
from common.identity import Role
from face_service.store.liveness import LivenessBook
from tests.support import frames
from tests.support.cluster import TestDatabase
from tests.support.face import FaceClient
from tests.support.face_cast import (
    BLANK,
    A,
    Cast,
    audit,
    enrol,
    problem,
    said,
    two_people,
)
from tests.support.people import Town

PATH = "/api/v1/faces/liveness"


@cache
def still(aside: int = 0) -> tuple[bytes, ...]:
    """Three frames of somebody who sits so far aside."""
    return tuple(frames.still(aside=aside))


def judged(face: FaceClient, token: str, *images: bytes, challenge: str = "") -> dict[str, Any]:
    """What ``images`` come to."""
    form = {"challenge": challenge} if challenge else None
    files = [("image", image) for image in images]
    return said(face.call("POST", PATH, token, files=files, form=form), 200)


def outcome(body: dict[str, Any]) -> tuple[str, str]:
    return body["decision"], body["reason"]


def test_three_frames_of_a_face_are_live_and_nothing_of_them_is_kept(
    face: FaceClient, town: Town, someone: int
) -> None:
    body = judged(face, town.token(someone), *still())
    assert outcome(body) == ("accept", "live")
    assert 0.85 < body["score"] <= 1
    (entry,) = audit(town, someone, "check_liveness")
    assert entry == {
        "decision": "accept",
        "score": body["score"],
        "reason": "live",
        "frames": 3,
        "challenge": None,
    }
    kept = town.sql("SELECT digest, bands FROM face.seen WHERE employee_id = %s", someone)
    assert [(len(bytes(row[0])), len(bytes(row[1]))) for row in kept] == [(16, 64)] * 3


@pytest.mark.parametrize(
    ("images", "decision", "reason"),
    [
        (still()[:1], "review", "too_few_frames"),
        (frames.near(), "reject", "too_close_to_judge"),
        ([*still()[:2], BLANK], "reject", "no_face"),
        ([two_people()], "reject", "several_faces"),
        ([still()[0], *frames.still(name="biden.jpg")[:2]], "reject", "several_faces"),
        (frames.of_a_picture(), "reject", "spoof_suspected"),
        ([still()[0], still()[1], still()[0]], "reject", "frames_identical"),
    ],
)
def test_what_cannot_be_believed_is_not_accepted(
    face: FaceClient, town: Town, someone: int, images: list[bytes], decision: str, reason: str
) -> None:
    assert outcome(judged(face, town.token(someone), *images)) == (decision, reason)


def test_other_bytes_of_the_same_pixels_are_identical(
    face: FaceClient, town: Town, someone: int
) -> None:
    same = still()[0] + b"a tail"
    got = judged(face, town.token(someone), still()[0], same, still()[1])
    assert outcome(got) == ("reject", "frames_identical")


def test_what_was_shown_before_is_found_out(face: FaceClient, town: Town, someone: int) -> None:
    token = town.token(someone)
    assert outcome(judged(face, token, *still())) == ("accept", "live")
    again = judged(face, token, *frames.still(aside=50)[:2], still()[1])
    assert outcome(again) == ("reject", "replayed")
    copies = [frames.saved_anew(one) for one in still()]
    assert outcome(judged(face, token, *copies)) == ("review", "replayed")
    assert outcome(judged(face, token, *still(-70))) == ("accept", "live")


def test_what_somebody_else_showed_and_what_is_long_ago_does_not_count(
    face: FaceClient, town: Town, cast: Cast, someone: int
) -> None:
    token = town.token(someone)
    judged(face, token, *still())
    assert outcome(judged(face, town.token(cast.mate), *still())) == ("accept", "live")
    town.sql("UPDATE face.seen SET expires_at = now() - interval '1 second'")
    assert outcome(judged(face, token, *still())) == ("accept", "live")
    assert town.sql("SELECT count(*) FROM face.seen WHERE expires_at < now()") == [(0,)]


def test_of_two_calls_with_one_image_at_once_one_is_second(
    face: FaceClient, town: Town, someone: int
) -> None:
    token = town.token(someone)
    with ThreadPoolExecutor(3) as pool:
        calls = [pool.submit(judged, face, token, *still()) for _ in range(3)]
        reasons = sorted(call.result()["reason"] for call in calls)
    assert reasons == ["live", "replayed", "replayed"]


def test_images_that_cannot_be_read_name_their_field(
    face: FaceClient, town: Town, someone: int
) -> None:
    token = town.token(someone)
    files = [("image", still()[0]), ("image", b"x")]
    problem(face.call("POST", PATH, token, files=files), 422, "not_an_image", "image")
    nine = [("image", still()[0])] * 9
    problem(face.call("POST", PATH, token, files=nine), 422, "invalid_request", "image")
    problem(face.call("POST", PATH, token, form={"x": "1"}), 422, "invalid_request", "image")
    assert town.sql("SELECT count(*) FROM face.seen WHERE employee_id = %s", someone) == [(0,)]


def test_where_no_faces_are_used_no_frames_are_judged_or_remembered(
    face: FaceClient, town: Town, cast: Cast
) -> None:
    files = [("image", one) for one in still()]
    own = face.call("POST", PATH, town.token(cast.elsewhere), files=files)
    problem(own, 403, "biometrics_off")
    nobody = town.person()
    problem(face.call("POST", PATH, town.token(nobody), files=files), 403, "biometrics_off")
    for who in (cast.elsewhere, nobody):
        assert town.sql("SELECT 1 FROM face.seen WHERE employee_id = %s", who) == []
    service = face.call("POST", PATH, town.token(cast.attendance), files=files)
    assert outcome(said(service, 200)) == ("accept", "live")


def test_a_service_that_is_not_listed_may_not(face: FaceClient, town: Town) -> None:
    other = town.token(town.person(Role.SERVICE, username="service:reporter"))
    problem(face.call("POST", PATH, other, files=[("image", A)]), 403, "forbidden")
    problem(face.call("POST", "/api/v1/faces/challenges", other), 403, "forbidden")


def verified(face: FaceClient, token: str, images: list[bytes], **form: str) -> Any:
    """The answer to a comparison with further frames."""
    files = [("image" if number == 0 else "frame", one) for number, one in enumerate(images)]
    return face.call("POST", "/api/v1/faces/verify", token, files=files, form=form)


def test_a_comparison_says_so_when_it_is_asked(
    face: FaceClient, town: Town, cast: Cast, someone: int
) -> None:
    enrol(face, town, someone, A)
    token, who = town.token(cast.attendance), str(someone)
    plain = said(verified(face, token, [still()[0]], employee_id=who), 200)
    assert "liveness" not in plain
    alone = said(verified(face, token, [still(20)[0]], employee_id=who, liveness="1"), 200)
    assert (alone["decision"], outcome(alone["liveness"])) == (
        "accept",
        ("review", "too_few_frames"),
    )
    more = said(verified(face, token, [*still(90)], employee_id=who), 200)
    assert (more["decision"], outcome(more["liveness"])) == ("accept", ("accept", "live"))
    assert len(audit(town, someone, "check_liveness")) == 2
    picture = said(verified(face, token, frames.of_a_picture(), employee_id=who), 200)
    assert outcome(picture["liveness"]) == ("reject", "spoof_suspected")
    bad = verified(face, token, [still()[0], b"x"], employee_id=who)
    problem(bad, 422, "not_an_image", "frame")
    wrong = verified(face, token, [still()[0]], employee_id=who, liveness="perhaps")
    problem(wrong, 422, "invalid_request", "liveness")


def test_two_images_are_compared_and_the_first_is_judged(
    face: FaceClient, town: Town, someone: int
) -> None:
    files = [("image", still()[0]), ("reference", A), ("frame", still()[1]), ("frame", still()[2])]
    answer = face.call("POST", "/api/v1/faces/verify", town.token(someone), files=files)
    body = said(answer, 200)
    assert (body["decision"], outcome(body["liveness"])) == ("accept", ("accept", "live"))


def test_a_service_may_ask_about_the_same_thing_again_and_nobody_else(
    face: FaceClient, town: Town, cast: Cast, someone: int
) -> None:
    enrol(face, town, someone, A)
    service, own = town.token(cast.attendance), town.token(someone)

    def reason(token: str, **form: str) -> str:
        answer = verified(face, token, [*still(30)], employee_id=str(someone), **form)
        return str(said(answer, 200)["liveness"]["reason"])

    assert reason(service, occasion="one punch") == "live"
    assert reason(service, occasion="one punch") == "live"
    assert reason(service, occasion="another") == "replayed"
    assert reason(own, occasion="one punch") == "replayed"
    town.sql("UPDATE face.seen SET seen_at = now() - interval '11 minutes'")
    assert reason(service, occasion="one punch") == "replayed"


def test_withdrawing_the_consent_forgets_what_was_shown(
    face: FaceClient, town: Town, someone: int
) -> None:
    enrol(face, town, someone, A)
    token = town.token(someone)
    judged(face, token, *still())
    said(face.call("DELETE", f"/api/v1/people/{someone}/consent", token), 204)
    assert town.sql("SELECT count(*) FROM face.seen WHERE employee_id = %s", someone) == [(0,)]


def test_what_is_past_its_time_is_purged(
    face: FaceClient, town: Town, database: TestDatabase, someone: int
) -> None:
    token = town.token(someone)
    judged(face, token, *still())
    said(face.call("POST", "/api/v1/faces/challenges", token), 201)
    for table in ("seen", "challenge"):
        town.sql(f"UPDATE face.{table} SET expires_at = now() - interval '1 second'")
    book = LivenessBook(Database(database.dsn()), bytes(32), 30)
    assert book.purge() >= 4
    assert book.purge() == 0
