"""Whose call is next: people before watches, round robin by person, 32 calls under way.

    turn(party) → waits here → a free slot → a permit → the party whose turn it is

Who goes next is chosen when a permit comes, not when it is asked for: whoever comes into a long
queue that one person made is served with the next permit. A call that is made again keeps the
place of its first attempt. One region can't hold all the slots: when it falls silent, the others
are still asked.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count

from bot.cloud.budget import Permits
from bot.errors import OUR_OWN_LIMIT, CloudError, Throttled
from bot.telemetry import event

LONGEST_WAIT_S = 60.0
SLOTS = 32  # 15 calls a second, 2 s each; httpx's pool degrades with many waiters
PEOPLE_PER_WATCH = 6  # permits in a row that people may take: watches keep 2 of 15


class Party:
    """Who waits for the answer to one question; others may join while it is under way.

    Attributes:
        names: everybody who asked it.
        is_watch: nobody waits for this answer: people go first.
        calls: permits it was given so far.
    """

    def __init__(self, who: str, *, is_watch: bool = False) -> None:
        self.names = {who}
        self.is_watch = is_watch
        self.calls = 0


# Who was served longest ago is first, then who came first: (turn of the last permit, number).
Place = tuple[int, int]


@dataclass(eq=False, slots=True)
class _Ticket:
    party: Party
    region: str
    number: int  # in the order they came
    held: Place | None
    ready: asyncio.Future[Place]

    @property
    def is_granted(self) -> bool:
        return self.ready.done() and not self.ready.cancelled() and not self.ready.exception()


class FairQueue:
    """Gives turns; needs a running event loop.

    Args:
        permits: the account's pace.
        slots: calls under way at once.
        slots_of_one: calls under way at once in one region.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        permits: Permits,
        *,
        slots: int = SLOTS,
        slots_of_one: int = SLOTS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._permits = permits
        self._slots = slots
        self._slots_of_one = slots_of_one
        self._under_way: Counter[str] = Counter()  # by region
        self._changed = asyncio.Event()  # somebody came, went, or gave a slot back
        self._clock = clock
        self._waiting: dict[_Ticket, None] = {}  # in the order they came
        self._numbers = count()
        self._last_turn: dict[str, int] = {}  # of those served since the queue was empty
        self._turns = 0
        self._people_in_a_row = 0
        self._pump: asyncio.Task[None] | None = None

    @property
    def length(self) -> int:
        """How many calls wait."""
        return len(self._waiting)

    async def aclose(self) -> None:
        """Give no more turns."""
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.wait([self._pump])

    @asynccontextmanager
    async def turn(
        self, party: Party, region: str = "", held: Place | None = None
    ) -> AsyncIterator[Place]:
        """Wait for a permit and a slot; the slot is kept while the context is open.

        Gives the place that the call had.

        Args:
            party: who waits for the answer.
            region: which region is called.
            held: the place of the first attempt, when the same call is made again.

        Raises:
            Throttled: when the turn did not come within a minute.
        """
        started = self._clock()
        ready: asyncio.Future[Place] = asyncio.get_running_loop().create_future()
        ticket = _Ticket(party, region, next(self._numbers), held, ready)
        if not self._waiting and self._has_slot(ticket) and self._permits.take_now():
            self._last_turn.clear()
            self._serve(ticket)
        else:
            await self._wait(ticket)
        try:
            waited_ms = round(1000 * (self._clock() - started))
            event("budget.waited", logging.DEBUG, wait_ms=waited_ms)
            yield ready.result()
        finally:
            self._release(ticket)

    def _has_slot(self, ticket: _Ticket) -> bool:
        in_region = self._under_way[ticket.region]
        return self._under_way.total() < self._slots and in_region < self._slots_of_one

    def _release(self, ticket: _Ticket) -> None:
        self._under_way[ticket.region] -= 1
        self._under_way += Counter()  # forgets the regions where nothing is under way
        self._changed.set()

    async def _wait(self, ticket: _Ticket) -> None:
        self._waiting[ticket] = None
        self._changed.set()
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._give_turns())
        is_taken = False
        try:
            async with asyncio.timeout(LONGEST_WAIT_S):
                await ticket.ready
            is_taken = True
        except TimeoutError:
            raise Throttled(OUR_OWN_LIMIT) from None
        finally:
            self._waiting.pop(ticket, None)
            self._changed.set()
            if ticket.is_granted and not is_taken:  # cancelled in the moment of its turn
                self._release(ticket)

    async def _give_turns(self) -> None:
        while self._waiting:
            self._changed.clear()
            if not self._ready_to_go():
                await self._changed.wait()
                continue
            try:
                await self._permits.take()
            except CloudError as error:
                self._refuse(error)
            else:
                self._grant()
        self._last_turn.clear()

    def _ready_to_go(self) -> list[_Ticket]:
        """Who waits for nothing but a permit; who was cancelled stands here until its task runs."""
        return [each for each in self._waiting if not each.ready.done() and self._has_slot(each)]

    def _grant(self) -> None:
        if ready := self._ready_to_go():  # else everybody left meanwhile; this permit is lost
            ticket = self._next(ready)
            del self._waiting[ticket]
            self._serve(ticket)

    def _serve(self, ticket: _Ticket) -> None:
        place = self._place_of(ticket)
        self._under_way[ticket.region] += 1
        self._turns += 1
        self._last_turn[min(ticket.party.names, key=self._turn_of)] = self._turns
        ticket.party.calls += 1
        ticket.ready.set_result(place)

    def _refuse(self, error: CloudError) -> None:
        for ticket in self._waiting:
            if not ticket.ready.done():
                ticket.ready.set_exception(type(error)(error.code, message=error.message))
        self._waiting.clear()

    def _next(self, waiting: list[_Ticket]) -> _Ticket:
        people = [ticket for ticket in waiting if not ticket.party.is_watch]
        watches = [ticket for ticket in waiting if ticket.party.is_watch]
        if watches and (not people or self._people_in_a_row >= PEOPLE_PER_WATCH):
            self._people_in_a_row = 0
            return min(watches, key=self._place_of)
        self._people_in_a_row += 1
        return min(people, key=self._place_of)

    def _place_of(self, ticket: _Ticket) -> Place:
        place = (min(map(self._turn_of, ticket.party.names)), ticket.number)
        return min(place, ticket.held or place)

    def _turn_of(self, name: str) -> int:
        return self._last_turn.get(name, 0)
