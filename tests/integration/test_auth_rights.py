"""Role x operation x relation for accounts: who may do what, and that everybody else may not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from common.identity import Role
from tests.support.auth import AuthServer, running_auth
from tests.support.cluster import TestDatabase
from tests.support.matrix import (
    ADMIN_OPERATIONS,
    OWN_OPERATIONS,
    PUBLIC_OPERATIONS,
    RELATIONS,
    Case,
    Operation,
    cases,
)


@pytest.fixture(scope="module")
def auth(database: TestDatabase) -> Iterator[AuthServer]:
    with running_auth(
        database,
        LOGIN_FAILURES_PER_ACCOUNT="10000",
        LOGIN_FAILURES_PER_ADDRESS="10000",
        LOGIN_FAILURES_PER_SITE="1000000",
    ) as server:
        # Somebody who stays an admin, whoever of the others is demoted.
        server.town.person(Role.ADMIN)
        yield server


@pytest.fixture(scope="module")
def people(auth: AuthServer) -> dict[tuple[Role, str], Case]:
    made = {(case.role, case.relation): case for case in cases(auth.town)}
    auth.parts.org.refresh()
    return made


def send(auth: AuthServer, operation: Operation, person: int, token: str | None) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    body = operation.sent(person)
    if isinstance(body, str):
        headers["Content-Type"] = "text/csv"
        return auth.client.request(
            operation.method, operation.address(person), content=body, headers=headers
        )
    return auth.client.request(
        operation.method, operation.address(person), json=body, headers=headers
    )


def refused(answer: Any) -> bool:
    """Whether the caller's rights were the reason."""
    if answer.status_code not in {401, 403}:
        return False
    # Nobody's own rights, whatever their role: that is a rule of its own.
    return answer.json()["code"] in {"unauthenticated", "forbidden"}


@pytest.mark.parametrize("relation", RELATIONS)
@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("operation", ADMIN_OPERATIONS, ids=str)
def test_what_only_some_may(
    auth: AuthServer,
    people: dict[tuple[Role, str], Case],
    operation: Operation,
    role: Role,
    relation: str,
) -> None:
    case = people[role, relation]
    answer = send(auth, operation, case.target, auth.town.token(case.caller))
    if role in operation.allowed:
        assert not refused(answer), answer.text
        # Nobody gives themself a role or takes their own second factor away unproved.
        if relation == "own" and "{person}" in f"{operation.path}{operation.body}":
            assert answer.status_code in {201, 403}
        elif relation == "none" and "{person}" in f"{operation.path}{operation.body}":
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("operation", OWN_OPERATIONS, ids=str)
def test_ones_own_is_everybodys(
    auth: AuthServer, people: dict[tuple[Role, str], Case], operation: Operation, role: Role
) -> None:
    caller = people[role, "own"].caller
    answer = send(auth, operation, caller, auth.town.token(caller))
    assert not refused(answer), answer.text


@pytest.mark.parametrize("operation", [*ADMIN_OPERATIONS, *OWN_OPERATIONS], ids=str)
@pytest.mark.parametrize("token", [None, "x.y.z"])
def test_without_a_token_there_is_one_answer(
    auth: AuthServer,
    people: dict[tuple[Role, str], Case],
    operation: Operation,
    token: str | None,
) -> None:
    answer = send(auth, operation, people[Role.STAFF, "own"].target, token)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize("operation", PUBLIC_OPERATIONS, ids=str)
def test_what_a_code_or_a_link_opens_needs_no_token(auth: AuthServer, operation: Operation) -> None:
    answer = send(auth, operation, 0, None)
    assert answer.json()["code"] in {
        "challenge_over",
        "link_used_or_expired",
        "invitation_invalid",
    }
