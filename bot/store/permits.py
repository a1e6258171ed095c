"""The account's budget, shared by every process on one PostgreSQL: one row, one statement.

The row holds the next moment at which a call may begin, by the database's own clock. When the
database does not answer, this process goes on alone at a part of the pace.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from sqlalchemy import text

from bot.errors import StoreError
from bot.store.database import Database
from bot.store.tables import ACCOUNT
from bot.store.trouble import Trouble
from bot.telemetry import event

ALONE = 0.3  # of the pace: about three processes share an account
ALONE_S = 5.0  # then the database is asked again
PATIENCE_S = 1.0
# A moment more than a minute ahead is no reservation: somebody set a clock back.
TAKE = text(
    """
    INSERT INTO budget AS b (account, next_at)
    VALUES (:account, extract(epoch from clock_timestamp()) + :spacing)
    ON CONFLICT (account) DO UPDATE SET next_at = CASE
        WHEN b.next_at > extract(epoch from clock_timestamp()) + 60
          OR b.next_at < extract(epoch from clock_timestamp())
        THEN extract(epoch from clock_timestamp()) ELSE b.next_at END + :spacing
    RETURNING next_at - :spacing - extract(epoch from clock_timestamp())
    """
)


class SharedPermits:
    """Permits that every process on this database takes from one row.

    `trouble` is why the database gave no permit last.

    Args:
        database: PostgreSQL.
        per_s: calls a second, of all processes together.
        clock: monotonic seconds.
        sleep: waits that many seconds.
    """

    def __init__(
        self,
        database: Database,
        per_s: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._database = database
        self._spacing_s = 1 / per_s
        self._clock = clock
        self._sleep = sleep
        self._next_alone = 0.0
        self._alone_until = 0.0
        self.trouble = Trouble(clock)

    def take_now(self) -> bool:
        """Never: the database must be asked."""
        return False

    async def take(self) -> None:
        """Wait for the turn of one call."""
        is_alone = self._clock() < self._alone_until
        wait_s = self._reserve_alone() if is_alone else await self._reserve()
        if wait_s > 0:
            await self._sleep(wait_s)

    async def _reserve(self) -> float:
        try:
            wait_s = await self._reserve_shared()
        except StoreError as error:
            if self.trouble.failed(error.code):
                event("budget.alone", logging.ERROR, code=error.code)
            self._alone_until = self._clock() + ALONE_S
            return self._reserve_alone()
        self.trouble.clear()
        return wait_s

    async def _reserve_shared(self) -> float:
        # By itself, not in a transaction: a process that freezes must not hold the row.
        values = {"account": ACCOUNT, "spacing": self._spacing_s}
        return float(
            await self._database.read(
                lambda connection: connection.execute(TAKE, values).scalar_one(),
                within_s=PATIENCE_S,
            )
        )

    def _reserve_alone(self) -> float:
        now = self._clock()
        begins = max(now, self._next_alone)
        self._next_alone = begins + self._spacing_s / ALONE
        return begins - now
