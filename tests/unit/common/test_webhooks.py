"""Webhooks: signed as the standard has it, and refused for every other reason alike."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest
from standardwebhooks.webhooks import Webhook

from common import webhooks

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"verification_id":"7"}'
NOW = 1_790_000_000
KEYS = webhooks.keys(SECRET)


def message(keys: tuple[bytes, ...] = KEYS, at: int = NOW, body: bytes = BODY) -> dict[str, str]:
    """A signed message's headers."""
    return webhooks.signed(keys, "msg_1", at, body)


def test_a_signature_is_that_of_the_reference_library() -> None:
    at = datetime.fromtimestamp(NOW, UTC)
    assert message()["webhook-signature"] == Webhook(SECRET).sign("msg_1", at, BODY.decode())


def test_the_reference_library_accepts_a_message_of_now() -> None:
    now = int(datetime.now(UTC).timestamp())
    assert Webhook(SECRET).verify(BODY, message(at=now)) == {"verification_id": "7"}


def test_the_older_signature_is_the_body_s_alone() -> None:
    wanted = hmac.new(KEYS[0], BODY, hashlib.sha256).hexdigest()
    assert message()["X-Webhook-Signature"] == wanted


@pytest.mark.parametrize("away", [-300, 0, 299, 300])
def test_within_the_window_it_is_accepted(away: int) -> None:
    assert webhooks.verified(KEYS, message(), BODY, now=NOW + away) == "msg_1"


@pytest.mark.parametrize("away", [-301, 301, 10**6])
def test_outside_the_window_it_is_refused(away: int) -> None:
    with pytest.raises(webhooks.BadSignature):
        webhooks.verified(KEYS, message(), BODY, now=NOW + away)


def test_while_secrets_are_exchanged_either_is_accepted() -> None:
    old, new = webhooks.keys(webhooks.new_secret()), webhooks.keys(webhooks.new_secret())
    both = (*new, *old)
    for signing, accepting in ((both, old), (both, new), (old, both), (new, both)):
        headers = message(signing)
        assert webhooks.verified(accepting, headers, BODY, now=NOW) == "msg_1"
    with pytest.raises(webhooks.BadSignature):
        webhooks.verified(old, message(new), BODY, now=NOW)


def older_only(headers: dict[str, str]) -> dict[str, str]:
    return {"X-Webhook-Signature": headers["X-Webhook-Signature"]}


CHANGES = {
    "no id": lambda h: {**h, "webhook-id": ""},
    "another id": lambda h: {**h, "webhook-id": "msg_2"},
    "an id with a blank": lambda h: {**h, "webhook-id": "msg 1"},
    "a long id": lambda h: {**h, "webhook-id": "m" * 129},
    "no time": lambda h: {k: v for k, v in h.items() if k != "webhook-timestamp"},
    "a time that is none": lambda h: {**h, "webhook-timestamp": "now"},
    "a time in other digits": lambda h: {**h, "webhook-timestamp": "١٧٩٠٠٠٠٠٠٠"},
    "a time with a sign": lambda h: {**h, "webhook-timestamp": f"+{NOW}"},
    "another time": lambda h: {**h, "webhook-timestamp": str(NOW + 1)},
    "no signature": lambda h: {**h, "webhook-signature": ""},
    "another version": lambda h: {
        **h,
        "webhook-signature": h["webhook-signature"].replace("v1,", "v1a,"),
    },
    "not base64": lambda h: {**h, "webhook-signature": "v1,%%%"},
    "not ASCII": lambda h: {**h, "webhook-signature": "v1,é"},
    "an empty one": lambda h: {**h, "webhook-signature": "v1,"},
    "beyond the sixteenth": lambda h: {
        **h,
        "webhook-signature": "v1,AAAA " * 16 + h["webhook-signature"],
    },
    "the older signature alone": older_only,
    "the older signature as the newer": lambda h: {
        **h,
        "webhook-signature": "v1,"
        + base64.b64encode(bytes.fromhex(h["X-Webhook-Signature"])).decode(),
    },
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_message_is_refused(change: str) -> None:
    with pytest.raises(webhooks.BadSignature):
        webhooks.verified(KEYS, CHANGES[change](message()), BODY, now=NOW)


def test_another_body_is_refused() -> None:
    with pytest.raises(webhooks.BadSignature):
        webhooks.verified(KEYS, message(), BODY + b" ", now=NOW)


def test_what_is_signed_for_one_purpose_is_nothing_for_another() -> None:
    one, other = (webhooks.derived(KEYS, name) for name in ("https://a:443", "https://b:443"))
    assert webhooks.keys(webhooks.written(one[0])) == one
    with pytest.raises(webhooks.BadSignature):
        webhooks.verified(other, message(one), BODY, now=NOW)


@pytest.mark.parametrize(
    "text",
    ["", "whsec_", "whsec_%%", "whsec_QUFB", SECRET[6:], f"{SECRET} {SECRET} {SECRET}"],
)
def test_what_is_no_secret_is_said(text: str) -> None:
    with pytest.raises(ValueError):
        webhooks.keys(text)
