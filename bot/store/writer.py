"""Writes behind: what is noted now is in the database a moment later, many rows at once.

Nobody waits for it. What is noted twice is written once; while the database takes nothing, the
newest are held until it does.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable, Iterator
from contextlib import suppress
from typing import Generic, TypeVar

from bot.errors import StoreError
from bot.store.trouble import Trouble
from bot.telemetry import event

BATCH = 200  # rows in one transaction
PAUSE_S = 0.2  # so that those who come together are written together
AFTER_FAILURE_S = 5.0
GOODBYE_S = 3.0

Fact = TypeVar("Fact")


class Writer(Generic[Fact]):
    """One queue and the task that empties it; made in a running event loop.

    `trouble` is why nothing could be written last.

    Args:
        write: puts facts into the database, all or none; raises StoreError.
        most: how many facts are held; then those noted longest ago are lost.
    """

    def __init__(self, write: Callable[[list[Fact]], Awaitable[None]], *, most: int) -> None:
        self._write = write
        self._most = most
        self._held: dict[Hashable, Fact] = {}
        self._has_some = asyncio.Event()
        self._turn = asyncio.Lock()
        self._task = asyncio.create_task(self._run())
        self.trouble = Trouble()

    @property
    def held(self) -> Iterator[Fact]:
        """What is not written yet."""
        return iter(self._held.values())

    def note(self, key: Hashable, fact: Fact) -> None:
        """Write this soon; what is noted later under the same key takes its place."""
        self._held.pop(key, None)
        self._held[key] = fact
        if len(self._held) > self._most:
            del self._held[next(iter(self._held))]
        self._has_some.set()

    async def aclose(self) -> None:
        """Write what is held, if that can be done within 3 seconds, and end."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        with suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_S):
                await self.flush()
        if self._held:
            event("store.lost", logging.ERROR, code=self.trouble.code, rows=len(self._held))

    async def flush(self) -> None:
        """Write all that is held now; it stays held when that fails."""
        async with self._turn:
            due = list(self._held.items())
            for start in range(0, len(due), BATCH):
                if not await self._write_batch(dict(due[start : start + BATCH])):
                    return

    async def _write_batch(self, batch: dict[Hashable, Fact]) -> bool:
        try:
            await self._write(list(batch.values()))
        except StoreError as error:
            if self.trouble.failed(error.code):  # told once, however often it is tried again
                event("store.unwritten", logging.ERROR, code=error.code, rows=len(batch))
            if error.code != "damaged":  # those may be refused for ever, and be why
                return False
        else:
            self.trouble.clear()
        for key, fact in batch.items():
            if self._held.get(key) is fact:
                del self._held[key]
        return True

    async def _run(self) -> None:
        while True:
            await self._has_some.wait()
            await asyncio.sleep(AFTER_FAILURE_S if self.trouble.code else PAUSE_S)
            self._has_some.clear()
            await self.flush()
            if self._held:
                self._has_some.set()
