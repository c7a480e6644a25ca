"""Lost, doubled and reordered deliveries are told apart."""

from __future__ import annotations

from bench.inbox import Inbox


def faults(inbox: Inbox) -> tuple[int, int, int, int]:
    """What is wrong: lost, surplus, doubled, reordered."""
    return inbox.lost, inbox.surplus, inbox.doubled, inbox.reordered


def test_either_side_of_a_record_may_come_first() -> None:
    inbox = Inbox()
    inbox.acknowledge(7)
    assert inbox.lost == 1
    inbox.tell(1, 7)
    inbox.tell(2, 8)
    assert inbox.surplus == 1
    inbox.acknowledge(8)
    assert (inbox.told, inbox.faults) == (2, 0)


def test_a_record_that_never_comes_is_lost() -> None:
    inbox = Inbox()
    for record in (7, 8, 9):
        inbox.acknowledge(record)
    inbox.tell(1, 7)
    inbox.tell(3, 9)
    assert faults(inbox) == (1, 0, 0, 0)


def test_the_same_event_twice_is_doubled() -> None:
    inbox = Inbox()
    inbox.acknowledge(7)
    inbox.tell(1, 7)
    inbox.tell(1, 7)
    assert faults(inbox) == (0, 0, 1, 0)


def test_the_same_record_under_two_numbers_is_surplus() -> None:
    inbox = Inbox()
    inbox.acknowledge(7)
    inbox.tell(1, 7)
    inbox.tell(2, 7)
    assert faults(inbox) == (0, 1, 0, 0)


def test_a_later_event_first_is_reordered_and_nothing_is_lost() -> None:
    inbox = Inbox()
    inbox.acknowledge(7)
    inbox.acknowledge(8)
    inbox.tell(2, 8)
    inbox.tell(1, 7)
    assert faults(inbox) == (0, 0, 0, 1)
