"""Movements that are asked for: met, missed, borrowed, used twice, late."""

from __future__ import annotations

from typing import Any

import pytest

from common.clock import FixedClock, SystemClock
from face_service.domain.challenge import Movement
from face_service.store.liveness import LivenessBook
from tests.integration.face.test_liveness import judged, outcome, verified
from tests.support import frames
from tests.support.face import FaceClient
from tests.support.face_cast import A, Cast, audit, enrol, problem, said
from tests.support.people import Town

PATH = "/api/v1/faces/challenges"


def asked(face: FaceClient, token: str, **body: Any) -> dict[str, Any]:
    """A challenge."""
    return said(face.call("POST", PATH, token, **({"json": body} if body else {})), 201)


def another(kind: str) -> str:
    """A movement that this one is not."""
    return "closer" if kind == "farther" else "farther"


def test_the_movement_that_was_asked_for_is_accepted_once(
    face: FaceClient, town: Town, someone: int
) -> None:
    token = town.token(someone)
    challenge = asked(face, token)
    assert challenge["kind"] in set(Movement)
    assert challenge["frames"] == {"least": 3, "most": 6}
    row = frames.movement(challenge["kind"])
    body = judged(face, token, *row, challenge=challenge["challenge"])
    assert outcome(body) == ("accept", "live")
    assert audit(town, someone, "check_liveness")[0]["challenge"] == challenge["kind"]
    again = frames.movement(challenge["kind"], aside=60)
    body = judged(face, token, *again, challenge=challenge["challenge"])
    assert outcome(body) == ("reject", "challenge_expired")


@pytest.mark.parametrize("kind", list(Movement))
def test_every_movement_can_be_made_and_no_other_does(
    face: FaceClient, town: Town, someone: int, kind: Movement
) -> None:
    token = town.token(someone)
    for number, shown in enumerate((another(kind), kind.value)):
        challenge = asked(face, token)["challenge"]
        town.sql(
            "UPDATE face.challenge SET movement = %s WHERE employee_id = %s", kind.value, someone
        )
        row = frames.movement(shown, aside=70 * number)
        body = judged(face, token, *row, challenge=challenge)
        assert body["reason"] == ("live" if shown == kind else "challenge_failed")


def test_somebody_elses_and_a_late_one_do_not_hold(
    face: FaceClient, town: Town, cast: Cast, someone: int
) -> None:
    mine, theirs = town.token(someone), town.token(cast.mate)
    challenge = asked(face, mine)
    row = frames.movement(challenge["kind"])
    borrowed = judged(face, theirs, *row, challenge=challenge["challenge"])
    assert outcome(borrowed) == ("reject", "challenge_expired")
    made_up = judged(face, theirs, *frames.movement("closer", aside=-50), challenge="x" * 43)
    assert outcome(made_up) == ("reject", "challenge_expired")
    # It is still its owner's, for as long as it is good.
    assert judged(face, mine, *row, challenge=challenge["challenge"])["reason"] == "live"
    late = asked(face, mine)
    town.sql("UPDATE face.challenge SET expires_at = now() WHERE employee_id = %s", someone)
    again = frames.movement(late["kind"], aside=80)
    body = judged(face, mine, *again, challenge=late["challenge"])
    assert outcome(body) == ("reject", "challenge_expired")


def test_a_failed_try_uses_it_up(face: FaceClient, town: Town, someone: int) -> None:
    token = town.token(someone)
    challenge = asked(face, token)
    first = judged(
        face, token, *frames.movement(another(challenge["kind"])), challenge=challenge["challenge"]
    )
    assert first["reason"] == "challenge_failed"
    row = frames.movement(challenge["kind"], aside=-80)
    second = judged(face, token, *row, challenge=challenge["challenge"])
    assert second["reason"] == "challenge_expired"


def test_a_service_shows_the_challenge_of_the_person_it_asks_about(
    face: FaceClient, town: Town, cast: Cast, someone: int
) -> None:
    enrol(face, town, someone, A)
    challenge = asked(face, town.token(someone))
    row = frames.movement(challenge["kind"])
    form = {"employee_id": str(someone), "challenge": challenge["challenge"], "occasion": "p"}
    for _ in range(2):  # the answer may be lost on its way, and the same thing asked again
        answer = said(verified(face, town.token(cast.attendance), row, **form), 200)
        assert (answer["decision"], answer["liveness"]["reason"]) == ("accept", "live")
    other = form | {"occasion": "q"}
    later = said(verified(face, town.token(cast.attendance), row, **other), 200)
    assert later["liveness"]["decision"] == "reject"


def test_asking_again_within_the_minute_does_not_draw_again(
    face: FaceClient, town: Town, someone: int
) -> None:
    book = LivenessBook(None, bytes(32), 30)  # type: ignore[arg-type]
    lots = [book.lot(someone, minute) for minute in range(64)]
    assert lots == [book.lot(someone, minute) for minute in range(64)]
    assert len(set(lots)) == 64
    assert len({lot % 4 for lot in lots}) == 4
    assert book.lot(someone + 1, 0) != lots[0]
    clock = FixedClock(SystemClock().now())
    before = clock.now()
    kinds = {asked(face, town.token(someone))["kind"] for _ in range(4)}
    if SystemClock().now().timestamp() // 60 == before.timestamp() // 60:
        assert len(kinds) == 1


def test_the_alternative_asks_for_no_turn(face: FaceClient, town: Town, cast: Cast) -> None:
    for who in (cast.staff, cast.mate, cast.manager, cast.outsider, cast.admin, cast.device):
        kind = asked(face, town.token(who), alternative=True)["kind"]
        assert kind in {"closer", "farther"}
    wrong = face.call("POST", PATH, town.token(cast.staff), json={"alternative": "yes"})
    problem(wrong, 422, "invalid_request", "alternative")


def test_no_token_is_stored(face: FaceClient, town: Town, someone: int) -> None:
    token = asked(face, town.token(someone))["challenge"]
    stored = town.sql("SELECT digest FROM face.challenge WHERE employee_id = %s", someone)
    assert token.encode() not in bytes(stored[0][0])
    assert len(token) == 43
