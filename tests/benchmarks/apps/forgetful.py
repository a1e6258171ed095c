"""mongolog without its store: what the store is measured against."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import bot.app
from bot.cli import main
from bot.memory import BoundedMemory


class Nothing:
    """Takes everything, and knows nothing afterwards."""

    shared_permits = None

    def __init__(self) -> None:
        self.memory = BoundedMemory()
        self.askings = self.audit = self

    def trouble(self) -> None:
        """Nothing is ever wrong."""

    def note(self, _: Any) -> None:
        """A look-up."""

    async def append(self, *_: Any) -> None:
        """What became of a link."""

    async def last_in(self, *_: Any, **__: Any) -> None:
        """Nobody asked before."""


@asynccontextmanager
async def open_nothing(*_: Any, **__: Any) -> AsyncIterator[Nothing]:
    """In the place of `bot.store.open_store`."""
    yield Nothing()


if __name__ == "__main__":
    vars(bot.app)["open_store"] = open_nothing
    sys.exit(main(["serve", "--mode", "http"]))
