"""The account's requests per second: one permit for each call to the cloud API."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol


class Permits(Protocol):
    """Leave to make one call, paced; whose turn it is, `FairQueue` decides."""

    def take_now(self) -> bool:
        """Take a permit if there is one at this moment; whether there was."""

    async def take(self) -> None:
        """Wait for the next permit.

        Raises:
            CloudError: when there will be none.
        """


class Bucket:
    """The permits of one process: evenly paced after a small burst.

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

    def take_now(self) -> bool:
        """Take a permit if there is one at this moment; whether there was."""
        if self._next_at > self._clock():
            return False
        self._take()
        return True

    async def take(self) -> None:
        """Wait for the next permit."""
        wait_s = self._take()
        if wait_s > 0:
            await self._sleep(wait_s)

    def _take(self) -> float:
        """The seconds from now to the next permit, which is taken; at most 0: it is there."""
        now = self._clock()
        start_at = max(self._next_at, now - self._saved_s)
        self._next_at = start_at + self._interval_s
        return start_at - now
