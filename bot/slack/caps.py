"""How much one person may ask at once: 2 look-ups under way, 20 waiting for those.

Who asks what the same person is asking already joins that, and counts no more than once.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.errors import Refusal, Refused

MOST_UNDER_WAY = 2
MOST_WAITING = 20


@dataclass(slots=True)
class _Share:
    under_way: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_UNDER_WAY))
    questions: Counter[Hashable] = field(default_factory=Counter)
    waiting: int = 0


class Caps:
    """The look-ups of everybody who has any under way or waiting."""

    def __init__(self) -> None:
        self._shares: dict[str, _Share] = {}

    @asynccontextmanager
    async def turn(self, user: str, question: Hashable) -> AsyncIterator[None]:
        """Hold one of the person's places while a question is asked; wait for one in order.

        Raises:
            Refused: when too many are waiting already.
        """
        share = self._shares.setdefault(user, _Share())
        is_asked = share.questions[question] > 0
        if not is_asked and share.under_way.locked() and share.waiting >= MOST_WAITING:
            raise Refused(Refusal.TOO_MANY)
        share.questions[question] += 1
        try:
            if is_asked:
                yield
            else:
                await _wait(share)
                try:
                    yield
                finally:
                    share.under_way.release()
        finally:
            self._leave(user, share, question)

    def _leave(self, user: str, share: _Share, question: Hashable) -> None:
        share.questions[question] -= 1
        share.questions += Counter()  # drops those that nobody asks any more
        if not share.questions:
            self._shares.pop(user, None)


async def _wait(share: _Share) -> None:
    share.waiting += 1
    try:
        await share.under_way.acquire()
    finally:
        share.waiting -= 1
