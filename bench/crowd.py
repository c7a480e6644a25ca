"""People who check in and out in turn, on a fixed schedule."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping

from bench.open_loop import LOST, Client, Tally, request


class Crowd:
    """One check-in after the other, each by the next person; ``tally`` has how they went.

    ``told`` is given the person and the record's id of each that was acknowledged.
    """

    def __init__(
        self,
        client: Client,
        tokens: Mapping[int, str],
        told: Callable[[int, int], None] = lambda _person, _record: None,
    ) -> None:
        self.tally = Tally()
        self.acknowledged = 0
        self._client = client
        self._told = told
        self._people = list(tokens)
        self._next = 0
        self._waiting: set[int] = set()
        self._moves = dict.fromkeys(tokens, 0)
        self._requests = {
            number: tuple(
                request("POST", "/attendance", body=b'{"action":"%s"}' % move, token=token)
                for move in (b"in", b"out")
            )
            for number, token in tokens.items()
        }

    @property
    def under_way(self) -> int:
        """How many check-ins have not been answered yet."""
        return len(self._waiting)

    def fire(self, _: int, at: float) -> None:
        """The check-in due ``at``: the next person's next move."""
        person = self._people[self._next % len(self._people)]
        self._next += 1
        if person in self._waiting:
            self.tally.note(at, "not sent: the last one is not answered")
            return
        self._waiting.add(person)
        text = self._requests[person][self._moves[person] % 2]
        self._client.send(text, functools.partial(self._answered, person, at))

    def _answered(self, person: int, at: float, status: int, body: bytes) -> None:
        self.tally.note(at, "no answer" if status == LOST else str(status))
        self._waiting.discard(person)
        if status == 201:
            self.acknowledged += 1
            self._told(person, int(json.loads(body)["id"]))
        if status in {201, 409}:
            self._moves[person] += 1
