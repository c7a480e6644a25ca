"""The page, an OpenID provider's own form and back, in a real browser on the running system."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from local.ports import free_port
from tests.support.node import run_node_tests
from tests.support.oidc import running_provider, settings
from tests.support.system import System, running_system

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def campus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """The system, where a provider called Campus signs people in, too."""
    port = free_port()
    known = settings(f"http://127.0.0.1:{port}", OIDC_LABEL="Campus")
    with running_system(**known) as running:
        # Each has to know the other's address; the provider is only asked when somebody goes there.
        callback = running.url("auth", "/api/v1/auth/oidc/oidc/callback")
        with running_provider(tmp_path_factory.mktemp("provider"), port, callback):
            yield running


def test_people_go_to_the_provider_and_come_back(campus: System) -> None:
    where = campus.addresses() | {"data": str(campus.place.data)}
    run_node_tests("real/oidc.test.mjs", HAZIR_REAL=json.dumps(where))
    for name, text in campus.logs().items():
        assert "eyJ" not in text, name
        assert "code=" not in text, name
