"""Idempotency keys: the same answer to the same call, whoever asks again and when."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.integration.attendance.test_punches import problem
from tests.support.attendance import RECORDS, Cast, Ledger, Rest, base64_of
from tests.support.pictures import photo


def said(answer: Any) -> dict[str, Any]:
    """The body, without what names the request itself."""
    body: dict[str, Any] = answer.json()
    body.pop("request_id", None)
    return body


def test_the_same_call_has_the_same_answer_to_the_byte(rest: Rest, cast: Cast) -> None:
    first = rest.punch(cast.staff, key="k1", timestamp="2026-11-21T08:00:00+03:00")
    again = rest.punch(cast.staff, key="k1", timestamp="2026-11-21T08:00:00+03:00")
    assert (again.status_code, again.content) == (201, first.content)
    elsewhere = rest.call(
        "POST",
        RECORDS,
        cast.staff,
        json={"timestamp": "2026-11-21T05:00:00Z", "action": "in"},
        headers={"Idempotency-Key": "k1"},
    )
    assert elsewhere.content == first.content
    assert len(Ledger(cast.town, cast.staff).records) == 1


def test_an_answer_outlives_the_moves_after_it(rest: Rest, cast: Cast) -> None:
    first = rest.punch(cast.staff, "in", key="morning")
    rest.punch(cast.staff, "out")
    rest.punch(cast.staff, "in")
    assert rest.punch(cast.staff, "in", key="morning").content == first.content


def test_a_refusal_by_rule_is_kept_too(rest: Rest, cast: Cast) -> None:
    first = rest.punch(cast.staff, "out", key="early")
    assert rest.punch(cast.staff, "in").status_code == 201
    again = rest.punch(cast.staff, "out", key="early")
    assert (again.status_code, said(again)) == (409, said(first))
    assert Ledger(cast.town, cast.staff).state == (1, "in")


def test_a_refusal_by_evidence_is_kept_with_its_one_record(rest: Rest, cast: Cast) -> None:
    desk = rest.place(cast.admin, cast.site, policy={"evidence": ["photo"]})
    first = rest.punch(cast.staff, key="bare", place_id=desk)
    again = rest.punch(cast.staff, key="bare", place_id=desk)
    assert problem(first, 403, "photo_missing")["record"]["id"]
    assert (again.status_code, said(again)) == (403, said(first))
    assert len(Ledger(cast.town, cast.staff).records) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"action": "out"},
        {"timestamp": "2026-11-21T08:00:00Z"},
        {"place": {"lat": 41.0, "lon": 29.0}},
        {"image": base64_of(photo())},
    ],
)
def test_another_body_under_the_same_key_is_a_mismatch(
    rest: Rest, cast: Cast, other: dict[str, Any]
) -> None:
    rest.punch(cast.staff, key="mine")
    body = {"action": "in"} | other
    answer = rest.punch(cast.staff, body.pop("action"), key="mine", **body)
    problem(answer, 422, "idempotency_mismatch")
    assert len(Ledger(cast.town, cast.staff).records) == 1


def test_keys_of_different_people_have_nothing_to_do_with_each_other(
    rest: Rest, cast: Cast
) -> None:
    other = cast.someone()
    mine, theirs = rest.punch(cast.staff, key="same"), rest.punch(other, key="same")
    assert (mine.status_code, theirs.status_code) == (201, 201)
    assert mine.json()["id"] != theirs.json()["id"]


@pytest.mark.parametrize("key", ["", "a b", "x" * 129, "é", "tab\tbed"])
def test_a_malformed_key_is_refused(rest: Rest, cast: Cast, key: str) -> None:
    headers = {"Idempotency-Key": key.encode()}
    answer = rest.call("POST", "/attendance", cast.staff, json={"action": "in"}, headers=headers)
    assert problem(answer, 400, "invalid_request")["field"] == "Idempotency-Key"


def test_the_longest_key_is_taken(rest: Rest, cast: Cast) -> None:
    assert rest.punch(cast.staff, key="~" * 128).status_code == 201


@pytest.mark.parametrize("image", [None, base64_of(photo())])
def test_a_hundred_at_once_with_one_key_make_one_record(
    rest: Rest, cast: Cast, image: str | None
) -> None:
    body = {"image": image} if image else {}
    rest.token(cast.staff)

    def punch(_: int) -> Any:
        return rest.punch(cast.staff, key="storm", **body)

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(punch, range(100)))
    made = {answer.content for answer in answers if answer.status_code == 201}
    others = {answer.json()["code"] for answer in answers if answer.status_code != 201}
    assert len(made) == 1
    assert others <= ({"in_flight"} if image else set())
    ledger = Ledger(cast.town, cast.staff)
    assert (len(ledger.records), len(ledger.events), len(ledger.keys)) == (1, 1, 1)


def test_different_keys_at_once_make_one_record(rest: Rest, cast: Cast) -> None:
    rest.token(cast.staff)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: rest.punch(cast.staff), range(50)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 49
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"already_in"}
    ledger = Ledger(cast.town, cast.staff)
    assert (len(ledger.records), len(ledger.events)) == (1, 1)


def test_a_call_that_runs_elsewhere_is_waited_for_and_then_in_flight(
    rest: Rest, cast: Cast
) -> None:
    cast.town.sql(
        "INSERT INTO attendance.in_flight VALUES (%s, 'punch', 'twin', now() + interval '9 s')",
        cast.staff,
    )
    problem(rest.punch(cast.staff, key="twin", image=base64_of(photo())), 409, "in_flight")
    assert Ledger(cast.town, cast.staff).records == []


def test_a_mark_left_by_a_dead_process_is_taken_over(rest: Rest, cast: Cast) -> None:
    cast.town.sql(
        "INSERT INTO attendance.in_flight VALUES (%s, 'punch', 'dead', now() - interval '1 s')",
        cast.staff,
    )
    answer = rest.punch(cast.staff, key="dead", image=base64_of(photo()))
    assert answer.status_code == 201
    assert cast.town.sql("SELECT 1 FROM attendance.in_flight WHERE key = 'dead'") == []
