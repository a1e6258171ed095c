"""Work under way: tasks of ours that are tracked, so that the end of the process waits for them."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

from bot.telemetry import event

GOODBYE_S = 3.0  # for telling those who can't be answered any more

T = TypeVar("T")


class Work:
    """The tasks under way. asyncio itself keeps only weak references to them."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine in a task of its own. It must handle its own exceptions."""
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self, within_s: float) -> None:
        """Let what is under way finish; cancel what has not by then, and let it say goodbye."""
        if not self._tasks:
            return
        event("work.draining", tasks=len(self._tasks))
        _, unfinished = await asyncio.wait(self._tasks, timeout=within_s)
        for task in unfinished:
            task.cancel()
        if unfinished:
            event("work.cut_short", tasks=len(unfinished))
            _, lost = await asyncio.wait(unfinished, timeout=GOODBYE_S)
            if lost:
                event("work.lost", logging.ERROR, tasks=len(lost))


async def to_its_end(sending: Coroutine[Any, Any, T]) -> T:
    """Wait for `sending`, also when this task is cancelled meanwhile: half a message is none."""
    task = asyncio.create_task(sending)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        return await task
