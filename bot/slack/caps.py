"""How much one person may ask at once: 2 look-ups under way, 20 waiting for those.

Who asks what the same person is asking already shares that question's place in the line.
"""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

from bot.errors import Refusal, Refused

MOST_UNDER_WAY = 2
MOST_WAITING = 20
LONGEST_WAIT_S = 60.0


@dataclass(slots=True)
class _Place:
    """One question in the line: its turn, and how many hold it."""

    turn: asyncio.Task[Literal[True]]
    holders: int = 0


@dataclass(slots=True)
class _Line:
    """The questions of one person."""

    under_way: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_UNDER_WAY))
    places: dict[Hashable, _Place] = field(default_factory=dict)

    def place(self, question: Hashable) -> _Place:
        if question not in self.places:
            if len(self.places) >= MOST_UNDER_WAY + MOST_WAITING:
                raise Refused(Refusal.TOO_MANY)
            self.places[question] = _Place(asyncio.create_task(self.under_way.acquire()))
        return self.places[question]

    def leave(self, question: Hashable, place: _Place) -> None:
        place.holders -= 1
        if place.holders:
            return
        del self.places[question]
        if place.turn.done() and not place.turn.cancelled():
            self.under_way.release()
        else:
            place.turn.cancel()


async def _wait(place: _Place) -> None:
    """Until the turn comes, for a minute at most."""
    try:
        async with asyncio.timeout(LONGEST_WAIT_S):
            await asyncio.shield(place.turn)
    except TimeoutError:
        raise Refused(Refusal.TOO_MANY) from None


class Caps:
    """The look-ups of everybody who has any under way or waiting."""

    def __init__(self) -> None:
        self._lines: dict[str, _Line] = {}

    @asynccontextmanager
    async def turn(self, user: str, question: Hashable) -> AsyncIterator[None]:
        """Hold a place while a question is asked; wait for its turn, in order.

        Raises:
            Refused: when too many of this person are waiting already, or its turn does not come
                within a minute.
        """
        line = self._lines.setdefault(user, _Line())
        place = line.place(question)
        place.holders += 1
        try:
            await _wait(place)
            yield
        finally:
            line.leave(question, place)
            if not line.places:
                self._lines.pop(user, None)
