"""One flight for equal questions: who asks what is being asked joins it, and shares the answer.

An answer may be kept for a moment after it came, for those who ask again; they get its age too.
It holds links, so it stays in this process and is dropped on time.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from bot.cloud.queue import Party

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(slots=True)
class _Flight(Generic[V]):
    party: Party
    task: asyncio.Task[V]
    began_at: float
    passengers: int = 0


class Flights(Generic[K, V]):
    """The questions under way and the answers of the last moments; needs a running event loop.

    Args:
        keep_s: for how many seconds an answer may be given again; 0: not at all.
        clock: monotonic seconds.
    """

    def __init__(
        self, keep_s: Callable[[V], float], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._keep_s = keep_s
        self._clock = clock
        self._flights: dict[K, _Flight[V]] = {}
        self._landed: dict[K, tuple[float, V]] = {}

    def now(self) -> float:
        """This moment of the clock, for `begun_after`."""
        return self._clock()

    def is_waiting(self, key: K) -> bool:
        """Whether this question is under way and has not been given its first permit."""
        return key in self._flights and not self._flights[key].party.calls

    async def join(
        self,
        key: K,
        who: str,
        ask: Callable[[Party], Coroutine[Any, Any, V]],
        *,
        begun_after: float | None = None,
    ) -> tuple[V, float]:
        """The answer to a question, and its age in seconds: 0 unless it was here already.

        Args:
            key: what makes two questions the same.
            who: whose question it is.
            ask: asks it, when nobody is asking it yet. When all who wait for the answer are
                cancelled, so is this.
            begun_after: take no answer that was asked for before this moment of the clock; None
                takes those of the last moments too.
        """
        if key in self._landed and begun_after is None:
            came_at, answer = self._landed[key]
            return answer, max(0.0, self._clock() - came_at)
        flight = self._flights.get(key)
        if flight is None or flight.began_at < (begun_after or 0.0):
            flight = self._begin(key, Party(who), ask)
        flight.party.names.add(who)
        flight.passengers += 1
        try:
            return await asyncio.shield(flight.task), 0.0
        finally:
            flight.passengers -= 1
            if not flight.passengers and not flight.task.done():
                self._forget(key, flight.task)
                flight.task.cancel()

    def _begin(
        self, key: K, party: Party, ask: Callable[[Party], Coroutine[Any, Any, V]]
    ) -> _Flight[V]:
        flight = _Flight(party, asyncio.create_task(ask(party)), self._clock())
        self._flights[key] = flight
        flight.task.add_done_callback(lambda task: self._land(key, task))
        return flight

    def _land(self, key: K, task: asyncio.Task[V]) -> None:
        self._forget(key, task)
        if task.cancelled() or task.exception() is not None:
            return
        if keep_s := self._keep_s(task.result()):
            landed = self._landed[key] = (self._clock(), task.result())
            asyncio.get_running_loop().call_later(keep_s, self._drop, key, landed)

    def _forget(self, key: K, task: asyncio.Task[V]) -> None:
        if key in self._flights and self._flights[key].task is task:  # no newer one
            del self._flights[key]

    def _drop(self, key: K, landed: tuple[float, V]) -> None:
        if self._landed.get(key) is landed:
            del self._landed[key]
