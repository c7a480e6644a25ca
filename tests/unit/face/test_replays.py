"""What counts as shown before."""

from __future__ import annotations

from face_service.domain.replays import FINGERPRINT, Print, Replay, bands, equal_bands, replay

ONE, OTHER = bytes(range(FINGERPRINT)), bytes(range(100, 100 + FINGERPRINT))


def print_of(digest: str, *, equal: int = 16) -> Print:
    """A print with this many bands of `ONE`."""
    mixed = ONE[: 2 * equal] + OTHER[2 * equal :]
    return Print(digest.encode(), bands(mixed))


def test_bands_are_cut_in_their_order() -> None:
    assert bands(ONE)[:2] == [b"\0\1", b"\2\3"]
    assert len(bands(ONE)) == 16
    assert bands(bytes(64), size=4) == [bytes(4)] * 16
    assert equal_bands(bands(ONE), bands(OTHER)) == 0
    assert equal_bands(bands(ONE), print_of("x", equal=5).bands) == 5


def test_one_same_picture_among_others_is_a_replay() -> None:
    shown = [print_of("a", equal=0), print_of("b", equal=1)]
    assert replay(shown, [print_of("b", equal=16)]) is Replay.SAME
    assert replay(shown, []) is Replay.NO


def test_a_copy_has_nearly_every_band() -> None:
    before = [print_of("old")]
    assert replay([print_of("new", equal=12)], before) is Replay.COPIES
    assert replay([print_of("new", equal=11)], before) is Replay.NO


def test_copies_count_when_they_are_the_most_of_what_is_shown() -> None:
    before = [print_of("old")]
    copy, fresh = print_of("c"), print_of("f", equal=0)
    assert replay([copy, fresh], before) is Replay.NO
    assert replay([copy, copy, fresh], before) is Replay.COPIES
