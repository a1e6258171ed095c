"""The account's requests per second, shared out: one permit for each call to the cloud API."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from bot.errors import Throttled

LONGEST_WAIT_S = 60.0


class Permits(Protocol):
    """Leave to make one call."""

    async def take(self, who: str) -> None:
        """Wait for the next permit.

        Args:
            who: whose question it is.

        Raises:
            Throttled: when the wait would be longer than a minute.
        """


class Bucket:
    """The permits of one process: first come, first served, evenly paced after a small burst.

    Args:
        per_s: permits a second.
        burst: permits that may be taken at once after a pause. At most per_s + burst calls fall
            into one closed second.
        clock: monotonic seconds.
        sleep: waits that many seconds.
    """

    def __init__(
        self,
        per_s: float,
        *,
        burst: int = 1,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._interval_s = 1 / per_s
        self._saved_s = (burst - 1) * self._interval_s
        self._clock = clock
        self._sleep = sleep
        self._next_at = 0.0

    async def take(self, who: str) -> None:  # noqa: ARG002 - fairness by person needs the name
        """Wait for the next permit."""
        now = self._clock()
        start_at = max(self._next_at, now - self._saved_s)
        if start_at - now > LONGEST_WAIT_S:
            raise Throttled("OurOwnLimit")
        self._next_at = start_at + self._interval_s
        if start_at > now:
            await self._sleep(start_at - now)
