"""attendance_service against its own OpenAPI document, with made-up input."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from common.identity import Role
from tests.support.attendance import RECORDS, Cast, base64_of, serving
from tests.support.cluster import TestDatabase
from tests.support.openapi import Contract, KeepsToItsDocument, Known, bearer
from tests.support.people import Town
from tests.support.pictures import photo


@pytest.fixture(scope="module")
def contract(database: TestDatabase) -> Iterator[Contract]:
    """A service with a little of everything in it."""
    town = Town(database)
    with serving(town) as rest:
        cast = Cast(town)

        def known() -> Known:
            plain = rest.place(cast.admin, cast.site, is_default=True)
            strict = rest.place(cast.admin, cast.site, policy={"evidence": ["photo"]})
            staff = cast.someone()
            made = rest.punch(staff, image=base64_of(photo())).json()
            page = rest.get(f"{RECORDS}?limit=1", cast.admin).json()
            at = [made["timestamp"]]
            return {
                "employee_id": [staff, cast.manager],
                "place_id": [plain, strict],
                "record_id": [made["id"]],
                "site_id": [cast.site],
                "team_id": [cast.team],
                "person_id": [staff, cast.manager],
                "decision": ["accept", "refuse"],
                "image": [base64_of(photo())],
                "frames": [[base64_of(photo())]],
                **dict.fromkeys(("timestamp", "claimed_at", "sent_at", "from", "to"), at),
                "cursor": [page["next_cursor"] or "x"],
                "id": ["one", "two"],
            }

        contract = Contract(
            str(rest.client.base_url),
            admin=bearer(lambda: town.token(town.person(Role.ADMIN, site_id=cast.site))),
            staff=bearer(lambda: town.token(cast.someone())),
            known=known,
            files={"image": [photo(), b"text"], "frame": [photo(), b"text"]},
        )
        yield contract
        contract.close()
    town.close()


class TestAttendance(KeepsToItsDocument):
    service = "attendance"
    least = 16
