"""``python -m attendance_service verify-audit``, behind ``make verify-audit``."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from attendance_service.__main__ import main
from common.audit.chain import CHAINS, Head
from tests.support.audit import head_of, tamper
from tests.support.people import Town


class TestTheCommand:
    """What it prints, and its exit status."""

    @pytest.fixture
    def run(
        self,
        chained: Town,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> Callable[..., tuple[int, str]]:
        def run(**more: str) -> tuple[int, str]:
            env = {"HAZIR_ENV_FILE": "/nonexistent", **chained.database.environment(), **more}
            with monkeypatch.context() as patch:
                patch.setattr("os.environ", env)
                status = main(["verify-audit"])
            shown = capsys.readouterr()
            return status, shown.out + shown.err

        return run

    def test_it_prints_what_it_checked(
        self, run: Callable[..., tuple[int, str]], chained: Town
    ) -> None:
        status, said = run()
        assert status == 0
        head = head_of(chained, "auth")
        assert f"auth: 10 rows checked, head auth:10:{head.hash.hex()}" in said
        assert len(said.splitlines()) == len(CHAINS)

    def test_it_fails_for_a_broken_chain_and_names_the_place(
        self, run: Callable[..., tuple[int, str]], chained: Town
    ) -> None:
        tamper(chained.database, "UPDATE auth.audit SET reason = NULL WHERE number = 5")
        status, said = run()
        assert status == 1
        assert "auth: 4 rows checked" in said
        assert "auth: broken at 5: " in said

    def test_it_checks_against_a_noted_head(
        self, run: Callable[..., tuple[int, str]], chained: Town
    ) -> None:
        head = head_of(chained, "face")
        assert run(HEAD=f"10:{head.hash.hex()}")[0] == 0
        status, said = run(HEAD=f"face:10:{Head(10, bytes(32)).hash.hex()}")
        assert (status, "is in no chain" in said) == (1, True)
        status, said = run(HEAD="ten")
        assert (status, "HEAD: ten" in said) == (78, True)
