"""Made-up requests against a service's own OpenAPI document: one way for every service.

``EXAMPLES`` is how many requests each operation gets from each visitor in each mode, ``SEED`` which
ones they are: `make test-contract` asks for many, every other run for a few that stay the same.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from random import Random
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core import NOT_SET
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
FEW = 3
EXAMPLES = int(os.environ.get("EXAMPLES") or FEW)
SEED = int(os.environ.get("SEED") or 0)
CASES = "cases"

#: What fields of a name may hold.
Known = Mapping[str, Sequence[Any]]
#: The headers of somebody: called again when the last ones are no longer good.
Visitor = Callable[[], dict[str, str]]


def bearer(make_token: Callable[[], str]) -> Visitor:
    """A visitor with a token of ``make_token``."""
    return lambda: {"Authorization": f"Bearer {make_token()}"}


def nobody() -> dict[str, str]:
    """A visitor without a token."""
    return {}


@dataclass
class Contract:
    """The document that the service at ``url`` serves, and requests made from it.

    Made-up numbers name nothing that exists. ``known`` makes things and says by the name of a field
    what they are called, so that half of the requests get past "there is no such thing"; it is
    asked before each operation, as the last one may have deleted them. ``files`` are known uploads.
    """

    url: str
    admin: Visitor
    staff: Visitor
    known: Callable[[], Known]
    files: Known = field(default_factory=dict)
    operations: list[Any] = field(init=False)
    _session: requests.Session = field(init=False, default_factory=requests.Session)

    def __post_init__(self) -> None:
        schema = schemathesis.openapi.from_url(f"{self.url}/openapi.json")
        # Tokens that only look like one have a corpus of their own.
        schema.config.generation.update(with_security_parameters=False)
        found = list(schema.get_all_operations())
        self.operations = [one.ok() for one in found if isinstance(one, Ok)]
        assert len(self.operations) == len(found), "a part of the document cannot be read"
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def close(self) -> None:
        """End the connections."""
        self._session.close()

    def hold(self, who: str, mode: GenerationMode) -> Counter[int]:
        """Send every operation its requests; how often each status was answered.

        Raises what the checks find: a 5xx, or an answer that the document does not describe.
        """
        statuses: Counter[int] = Counter()
        visitor = {"admin": self.admin, "staff": self.staff, "nobody": nobody}[who]
        for operation in self.operations:
            statuses += self._hold(operation, visitor, mode)
        return statuses

    def _hold(self, operation: Any, visitor: Visitor, mode: GenerationMode) -> Counter[int]:
        statuses: Counter[int] = Counter()
        headers, known = visitor(), self.known()
        closed = visitor is nobody and bool(operation.definition.raw.get("security"))

        @settings(
            # The same request again and again would only be counted.
            max_examples=EXAMPLES if _varies(operation) else 1,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @seed(SEED)
        @given(
            case=operation.as_strategy(generation_mode=mode),
            random=st.randoms(use_true_random=True),  # the other kind prefers zeros
        )
        def holds(case: Any, random: Random) -> None:
            nonlocal headers
            self._acquaint(case, known, random)
            answer = case.call_and_validate(session=self._session, headers=headers, checks=CHECKS)
            statuses[answer.status_code] += 1
            assert not closed or answer.status_code in {401, 404, 405}, case.as_curl_command()
            if answer.status_code == 401:
                # The last request may have ended its own session, or taken its own rights.
                headers = visitor()

        try:
            holds()
        except Unsatisfiable:
            # Where there is nothing to get wrong, no wrong case can be made.
            assert mode is GenerationMode.NEGATIVE
        return statuses

    def _acquaint(self, case: Any, known: Known, random: Random) -> None:
        """Put things that exist into half of the fields that name one."""
        if case.media_type == "multipart/form-data":
            known = {**known, **self.files}
        for part in ("path_parameters", "query", "body"):
            made = getattr(case, part)
            if made is not NOT_SET and made:
                setattr(case, part, _acquainted(made, known, random))


def _varies(operation: Any) -> bool:
    parameters = (operation.path_parameters, operation.query, operation.headers)
    return bool(operation.body) or any(map(bool, parameters))


def _acquainted(made: Any, known: Known, random: Random) -> Any:
    if isinstance(made, list):
        return [_acquainted(item, known, random) for item in made]
    if not isinstance(made, dict):
        return made
    return {
        name: _instead(value, random.choice(known[name]))
        if name in known and random.random() < 0.5
        else _acquainted(value, known, random)
        for name, value in made.items()
    }


def _instead(made: Any, known: Any) -> Any:
    """``known`` in the place of ``made``, which may hold several."""
    return [known] if isinstance(made, list) and not isinstance(known, list) else known


class KeepsToItsDocument:
    """The test itself: a service's module inherits it, and has the fixture ``contract``.

    ``least`` is how many operations there are at least: an empty document would hold too.
    """

    service: str
    least: int
    refusals: frozenset[int] = frozenset({400})

    @pytest.mark.parametrize("mode", list(GenerationMode))
    @pytest.mark.parametrize("who", ["admin", "staff", "nobody"])
    def test_every_operation_keeps_to_its_document(
        self, contract: Contract, who: str, mode: GenerationMode, record_property: Any
    ) -> None:
        assert len(contract.operations) >= self.least
        statuses = contract.hold(who, mode)
        record_property(CASES, {self.service: statuses.total()})
        if who == "admin":
            positive = mode is GenerationMode.POSITIVE
            assert statuses.keys() & ({200, 201} if positive else self.refusals)
