"""Photos as evidence: asked for, made harmless, kept encrypted, shown to few."""

from __future__ import annotations

import zlib

import cv2
import numpy as np
import pytest

from attendance_service.store.decisions import Purge
from common.identity import Role
from tests.integration.attendance.test_punches import problem
from tests.support.attendance import RECORDS, Cast, Ledger, Rest, base64_of
from tests.support.people import Town
from tests.support.pictures import GIF, SVG, bomb, photo

PHOTO = {"evidence": ["photo"]}


def test_without_the_photo_it_asks_for_a_place_refuses_and_keeps_that(
    rest: Rest, cast: Cast
) -> None:
    desk = rest.place(cast.admin, cast.site, policy=PHOTO)
    body = problem(rest.punch(cast.staff, place_id=desk), 403, "photo_missing")
    ledger = Ledger(cast.town, cast.staff)
    assert ledger.records == [(None, "in", "refused", "refused")]
    assert ledger.events == [("made", "in", "refused")]
    assert ledger.state == (0, "out")
    kept = rest.get(f"{RECORDS}/{body['record']['id']}", cast.manager).json()
    assert (kept["status"], kept["photo"], kept["place_id"]) == ("refused", False, desk)


def test_a_photo_is_kept_encrypted_and_shown_as_a_clean_jpeg(rest: Rest, cast: Cast) -> None:
    desk = rest.place(cast.admin, cast.site, policy=PHOTO)
    marked = photo(kind=".jpg") + b"TAIL THAT MUST GO"
    answer = rest.punch(cast.staff, place_id=desk, image=base64_of(marked))
    assert answer.status_code == 201
    record = answer.json()
    assert (record["photo"], record["evidence"]) == (True, {"photo": True})
    shown = rest.get(f"{RECORDS}/{record['id']}/photo", cast.staff)
    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/jpeg")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert b"TAIL" not in shown.content
    pixels = cv2.imdecode(np.frombuffer(shown.content, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    assert pixels.shape == (48, 64, 3)
    stored = bytes(
        cast.town.sql("SELECT ciphertext FROM attendance.photo WHERE employee_id = %s", cast.staff)[
            0
        ][0]
    )
    assert len(stored) >= len(shown.content)
    assert stored.find(b"\xff\xd8\xff") == -1
    assert shown.content[200:216] not in stored
    # What is encrypted does not shrink.
    assert len(zlib.compress(stored)) >= len(stored)


def test_a_multipart_photo_is_the_same(rest: Rest, cast: Cast) -> None:
    desk = rest.place(cast.admin, cast.site, policy=PHOTO)
    answer = rest.call(
        "POST",
        "/attendance",
        cast.staff,
        data={"action": "in", "place_id": str(desk)},
        files={"image": ("../../etc/passwd", photo(), "text/html")},
    )
    assert (answer.status_code, answer.json()["photo"]) == (201, True)


def test_a_part_of_a_form_without_a_name_is_malformed(rest: Rest, cast: Cast) -> None:
    form = (
        b"--edge\r\nContent-Disposition: form-data; name=action\r\n\r\nin\r\n"
        b"--edge\r\nContent-Disposition: form-data\r\n\r\nno name\r\n--edge--\r\n"
    )
    headers = {"Content-Type": "multipart/form-data; boundary=edge"}
    answer = rest.call("POST", "/attendance", cast.staff, content=form, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid_request"
    assert rest.get(f"/attendance/{cast.staff}", cast.staff).json() == []


def test_a_data_uri_is_the_same(rest: Rest, cast: Cast) -> None:
    uri = f"data:image/png;base64,{base64_of(photo(kind='.png'))}"
    answer = rest.punch(cast.staff, image=uri)
    assert (answer.status_code, answer.json()["photo"]) == (201, True)


def test_only_who_may_see_the_photo_sees_it(rest: Rest, cast: Cast, town: Town) -> None:
    record = rest.punch(cast.staff, image=base64_of(photo())).json()
    path = f"{RECORDS}/{record['id']}/photo"
    for who in (cast.staff, cast.manager, cast.admin):
        assert rest.get(path, who).status_code == 200
    elsewhere = Cast(town)
    device = town.person(Role.DEVICE, site_id=cast.site)
    teacher = town.person(Role.TEACHER, site_id=cast.site, teams=[cast.team])
    for who in (cast.someone(), elsewhere.manager, elsewhere.staff, device, teacher):
        problem(rest.get(path, who), 404, "not_found")
        problem(rest.get(f"{RECORDS}/{record['id']}", who), 404, "not_found")
    problem(rest.get(path), 401, "unauthenticated")


def test_a_record_without_a_photo_shows_none(rest: Rest, cast: Cast) -> None:
    record = rest.punch(cast.staff).json()
    problem(rest.get(f"{RECORDS}/{record['id']}/photo", cast.staff), 404, "not_found")


@pytest.mark.parametrize(
    ("picture", "status", "code"),
    [
        (b"", 415, "not_an_image"),
        (b"no picture", 415, "not_an_image"),
        (GIF, 415, "not_an_image"),
        (SVG, 415, "not_an_image"),
        (photo()[:200], 415, "not_an_image"),
        (photo(15, 15), 415, "too_small"),
        (bomb(5000, 5000), 413, "too_large"),
        (photo() + bytes((5 << 20) + 1), 413, "too_large"),
        (photo() + bytes(5_900_000), 413, "too_large"),
    ],
)
def test_a_bad_picture_is_refused_and_nothing_is_kept(
    rest: Rest, cast: Cast, picture: bytes, status: int, code: str
) -> None:
    body = problem(rest.punch(cast.staff, image=base64_of(picture)), status, code)
    assert body["field"] == "image"
    ledger = Ledger(cast.town, cast.staff)
    assert (ledger.records, ledger.keys, ledger.state) == ([], [], (0, "out"))


def test_an_illegal_move_is_refused_before_its_picture_is_looked_at(rest: Rest, cast: Cast) -> None:
    rest.punch(cast.staff, "in")
    problem(rest.punch(cast.staff, "in", image=base64_of(b"no picture")), 409, "already_in")


def test_destroying_the_persons_key_erases_the_photos(rest: Rest, cast: Cast) -> None:
    record = rest.punch(cast.staff, image=base64_of(photo())).json()
    cast.town.sql("DELETE FROM attendance.subject_key WHERE employee_id = %s", cast.staff)
    problem(rest.get(f"{RECORDS}/{record['id']}/photo", cast.staff), 404, "not_found")


def test_an_expired_photo_is_not_shown_and_is_purged(rest: Rest, cast: Cast) -> None:
    record = rest.punch(cast.staff, image=base64_of(photo())).json()
    cast.town.sql(
        "UPDATE attendance.photo SET expires_at = now() - interval '1 s' WHERE employee_id = %s",
        cast.staff,
    )
    problem(rest.get(f"{RECORDS}/{record['id']}/photo", cast.staff), 404, "not_found")
    purge(rest)
    assert cast.town.sql("SELECT 1 FROM attendance.photo WHERE employee_id = %s", cast.staff) == []


def purge(rest: Rest) -> int:
    """Delete what is past its time, two rows at once."""
    assert rest.parts
    db = rest.parts.db
    return Purge(db, at_once=2)()


def test_keys_are_kept_for_seventy_two_hours(rest: Rest, cast: Cast) -> None:
    for age in (71, 73, 74, 75, 76, 77):
        cast.town.sql(
            "INSERT INTO attendance.idempotency (subject_id, route, key, body_hash, status,"
            " created_at) VALUES (%s, 'punch', %s, '', 409, now() - %s * interval '1 hour')",
            cast.staff,
            f"{age} hours",
            age,
        )
    assert purge(rest) == 5
    kept = cast.town.sql("SELECT key FROM attendance.idempotency WHERE subject_id = %s", cast.staff)
    assert kept == [("71 hours",)]
