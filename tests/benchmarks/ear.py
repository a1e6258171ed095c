"""Hears what an app says in the simulated Slack, and when; says what kind of saying it is."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Collection
from typing import Literal

from bot.demo.workspace import Posted

Kind = Literal["answer", "error", "note"]


def kind_of(posted: Posted) -> Kind:
    """An answer begins with `Done`; a note only says that one will follow."""
    first = posted.blocks[0] if posted.blocks else {}
    if str(first.get("block_id", "")).startswith("waiting"):
        return "note"
    return "answer" if posted.text.startswith("Done") else "error"


class Ear:
    """Keeps the moment of every message by the delivery that it answers.

    Args:
        on_posted: where to be told of messages.

    Attributes:
        heard: for each delivery its messages: seconds of `time.perf_counter`, and the kind.
    """

    def __init__(self, on_posted: list[Callable[[Posted], None]]) -> None:
        self.heard: defaultdict[str, list[tuple[float, Kind]]] = defaultdict(list)
        self._last_at = 0.0
        on_posted.append(self._hear)

    def _hear(self, posted: Posted) -> None:
        self._last_at = time.perf_counter()
        self.heard[posted.answers or ""].append((self._last_at, kind_of(posted)))

    def final(self, delivery: str) -> tuple[float, Kind] | None:
        """The first answer or error of a delivery; None while there is none."""
        return next((each for each in self.heard[delivery] if each[1] != "note"), None)

    def is_told_to_wait(self, delivery: str) -> bool:
        """Whether a delivery got a note."""
        return any(kind == "note" for _, kind in self.heard[delivery])

    async def all_final(self, deliveries: Collection[str], patience_s: float) -> None:
        """Wait for every delivery's end, or until nothing was heard for `patience_s`."""
        started = time.perf_counter()
        missing = set(deliveries)
        while missing:
            missing = {each for each in missing if self.final(each) is None}
            if time.perf_counter() - max(self._last_at, started) > patience_s:
                return
            await asyncio.sleep(0.02)
