"""The rules of one-time codes and of codes that people copy by hand."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth_service.domain import codes, second_factor
from auth_service.domain.second_factor import STEP, accepted_step, is_totp, uri

# RFC 6238, appendix B: the secret of its SHA-1 vectors, and the last six of their eight digits.
SECRET = base64.b32encode(b"12345678901234567890").decode()
VECTORS = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
]


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def accepted(code: str, moment: datetime, last_step: int = 0) -> int | None:
    return accepted_step(SECRET, code, moment, last_step)


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_the_vectors_of_the_rfc(seconds: int, code: str) -> None:
    assert accepted(code, at(seconds)) == seconds // STEP


@pytest.mark.parametrize(
    ("offset", "good"), [(-61, False), (-30, True), (0, True), (30, True), (61, False)]
)
def test_one_step_either_way(offset: int, good: bool) -> None:
    seconds, code = VECTORS[3]
    assert (accepted(code, at(seconds + offset)) is not None) is good


def test_a_code_is_good_once_and_no_earlier_one_after_it() -> None:
    seconds, code = VECTORS[3]
    step = accepted(code, at(seconds))
    assert step is not None
    assert accepted(code, at(seconds), last_step=step) is None
    assert accepted(code, at(seconds), last_step=step + 1) is None
    assert accepted(code, at(seconds), last_step=step - 1) == step


@pytest.mark.parametrize("code", ["", "5924", "0059240", "００５９２４", "abcdef", "005925"])
def test_what_is_no_code(code: str) -> None:
    assert accepted(code, at(VECTORS[3][0])) is None


def test_secrets_are_160_bits_and_differ() -> None:
    made = {second_factor.new_secret() for _ in range(50)}
    assert len(made) == 50
    assert {len(base64.b32decode(secret)) for secret in made} == {20}


def test_the_address_for_a_qr_code() -> None:
    found = uri(SECRET, "Ayşe: Yılmaz")
    assert found.startswith("otpauth://totp/Hazir:")
    assert f"secret={SECRET}" in found
    assert "issuer=Hazir" in found


@pytest.mark.parametrize(
    ("code", "totp"), [("123456", True), ("12345", False), ("0123456", False), ("0a1b2c", False)]
)
def test_which_kind_a_code_is(code: str, totp: bool) -> None:
    assert is_totp(code) is totp


def test_recovery_codes_are_ten_of_eighty_bits() -> None:
    made = second_factor.new_recovery_codes()
    assert len(set(made)) == 10
    for code in made:
        plain = code.replace("-", "")
        assert len(plain) == 16
        assert set(plain) <= set(codes.ALPHABET)
        assert len(codes.ALPHABET) == 32
        assert not is_totp(codes.normal(code))


class TestNormalForm:
    @pytest.mark.parametrize(
        "typed",
        [
            "0123-abcd",
            " 0123 ABCD ",
            "O123-abcd",
            "0I23-abcd",
            "0l23abcd",
            "۰۱۲۳-abcd",
            "٠١٢٣\u200fabcd",
            "0123\u2013abcd",
            "0123\u00a0abcd",
        ],
    )
    def test_what_people_type_for_it(self, typed: str) -> None:
        assert codes.normal(typed) == "0123abcd"
        assert codes.fingerprint(typed, 7) == codes.fingerprint("0123-abcd", 7)

    def test_persian_digits_are_digits(self) -> None:
        assert codes.normal("۱۲۳ ۴۵۶") == "123456"

    @given(st.text(max_size=40))
    def test_it_is_stable(self, text: str) -> None:
        assert codes.normal(codes.normal(text)) == codes.normal(text)

    def test_two_people_with_one_code_cannot_be_matched(self) -> None:
        assert codes.fingerprint("0123-abcd", 1) != codes.fingerprint("0123-abcd", 2)

    def test_codes_come_back_unchanged(self) -> None:
        for _ in range(50):
            code = codes.new_code(5)
            assert codes.normal(code) == code.replace("-", "")


def test_lives() -> None:
    assert timedelta(minutes=5) == second_factor.CHALLENGE_LIFE
    assert second_factor.MOST_TRIES == 5
