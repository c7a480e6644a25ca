"""People, sites and tokens in a test's database, put there as auth_service would."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import psycopg2

from common.identity import Role
from common.tokens import Signer, jwk, key_id
from local import keys
from tests.support.cluster import TestDatabase

ISSUER = "http://127.0.0.1:8001"
_numbers = itertools.count(1)


@dataclass
class Town:
    """Writes with the owner's rights; signs with the installation's own key."""

    database: TestDatabase
    signer: Signer = field(init=False)
    _connection: Any = field(init=False)

    def __post_init__(self) -> None:
        self._connection = psycopg2.connect(self.database.dsn())
        self._connection.autocommit = True
        pem = keys.read(self.database.secrets_dir, "token_signing_key")
        self.signer = Signer(pem, ISSUER)
        self.sql(
            "INSERT INTO auth.signing_key (kid, jwk) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            key_id(self.signer.public),
            json.dumps(jwk(self.signer.public)),
        )
        self.announce("key")

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def sql(self, text: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run a statement with the owner's rights; its rows."""
        with self._connection.cursor() as cursor:
            cursor.execute(text, values)
            return list(cursor.fetchall()) if cursor.description else []

    def of_directory(self, employee_id: int) -> None:
        """Make somebody's account one whose password an institution keeps."""
        self.sql(
            "UPDATE auth.person SET directory = 'university', subject = username"
            " WHERE employee_id = %s",
            employee_id,
        )

    def announce(self, kind: str, employee_id: int | None = None, sid: str | None = None) -> None:
        """Tell the other services of a change."""
        self.sql("SELECT auth.announce(%s, %s, %s)", kind, employee_id, sid)

    def site(self, name: str, *, zone: str = "Europe/Istanbul", biometrics: bool = False) -> int:
        """A new site; its number."""
        rows = self.sql(
            "INSERT INTO auth.site (name, zone, biometrics) VALUES (%s, %s, %s) RETURNING id",
            name,
            zone,
            biometrics,
        )
        return int(rows[0][0])

    def team(self, site_id: int, name: str) -> int:
        """A new team; its number."""
        rows = self.sql(
            "INSERT INTO auth.team (site_id, name) VALUES (%s, %s) RETURNING id", site_id, name
        )
        return int(rows[0][0])

    def person(
        self,
        *roles: Role,
        site_id: int | None = None,
        teams: Iterable[int] = (),
        manages: Iterable[int] = (),
        username: str | None = None,
    ) -> int:
        """A new account; its number."""
        name = username or f"person{next(_numbers)}"
        rows = self.sql(
            "INSERT INTO auth.person (username, username_key, full_name, site_id)"
            " VALUES (%s, %s, %s, %s) RETURNING employee_id",
            name,
            name.casefold(),
            name.title(),
            site_id,
        )
        employee_id = int(rows[0][0])
        for role in roles or (Role.STAFF,):
            self.sql(
                "INSERT INTO auth.person_role (employee_id, role) VALUES (%s, %s)",
                employee_id,
                role.value,
            )
        for table, ids in (("team_member", teams), ("team_manager", manages)):
            for team_id in ids:
                self.sql(
                    f"INSERT INTO auth.{table} (team_id, employee_id) VALUES (%s, %s)",
                    team_id,
                    employee_id,
                )
        self.announce("person", employee_id)
        return employee_id

    def token(self, employee_id: int, *, life: int = 600, sid: str | None = None) -> str:
        """An access token of this person, as good as one of auth_service's."""
        rows = self.sql(
            "SELECT p.username, ARRAY(SELECT role FROM auth.person_role r"
            " WHERE r.employee_id = p.employee_id) FROM auth.person p WHERE employee_id = %s",
            employee_id,
        )
        username, roles = rows[0]
        now = int(time.time())
        return self.signer.sign(
            {
                "sub": username,
                "employee_id": employee_id,
                "user_id": employee_id,
                "user_school_number": None,
                "roles": sorted(roles),
                "sid": sid or f"sid-{employee_id}",
                "jti": f"jti-{next(_numbers)}",
                "iat": now,
                "exp": now + life,
            }
        )
