"""SQLite in a file: one connection that reads and one that writes, each in a thread of its own.

Whoever reads never waits for whoever writes. A whole piece of work is one visit to the thread,
which costs a third of what a visit for each statement does.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Engine, create_engine
from sqlalchemy import event as sa_event
from sqlalchemy.pool import QueuePool

from bot.errors import StoreError
from bot.store.database import READ_S, WRITE_S, Work
from bot.store.faults import storing

BUSY_MS = 1_500  # somebody may wait, and the end of the process; what can wait is tried again
# Synchronous NORMAL: nothing is lost with the process; a power cut may take the last commits.
WRITING = ("foreign_keys=ON", "journal_mode=WAL", "synchronous=NORMAL")

Fact = TypeVar("Fact")


class SqliteDatabase:
    """A `Database` in the file at `path`, which is created when it is missing."""

    is_postgres = False

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._identity: tuple[int, int] | None = None
        self._reads = _Thread(_engine(path, "query_only=ON"))
        # A transaction that began by reading could not wait for its turn to write.
        self._writes = _Thread(_engine(path, *WRITING, begins="BEGIN IMMEDIATE"))

    async def read(self, work: Work[Fact], *, within_s: float = READ_S) -> Fact:
        """See `Database`."""
        return await self._reads.work(work, within_s)

    async def write(self, work: Work[Fact], *, within_s: float = WRITE_S) -> Fact:
        """See `Database`; also raises StoreError `gone` when the file was deleted or replaced."""
        self._refuse_another_file()
        return await self._writes.work(work, within_s)

    def _refuse_another_file(self) -> None:
        # SQLite would go on with the file that nobody finds any more, and say nothing.
        try:
            facts = self._path.stat()
        except OSError:
            facts = None
        identity = (facts.st_dev, facts.st_ino) if facts else None
        if self._identity not in (None, identity):
            raise StoreError("gone")
        self._identity = identity

    async def aclose(self) -> None:
        """Close both connections."""
        await self._reads.aclose()
        await self._writes.aclose()


class _Thread:
    """The one connection of an engine, and the thread that uses it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")

    async def work(self, work: Work[Fact], within_s: float) -> Fact:
        given_up = threading.Event()

        def do() -> Fact:
            with self._engine.begin() as connection:
                fact = work(connection)
                if given_up.is_set():  # who waited has been told that it was not done
                    raise TimeoutError
                return fact

        try:
            with storing():
                async with asyncio.timeout(within_s):
                    return await self.do(do)
        finally:
            given_up.set()

    async def do(self, what: Callable[[], Fact]) -> Fact:
        return await asyncio.get_running_loop().run_in_executor(self._executor, what)

    async def aclose(self) -> None:
        await self.do(self._engine.dispose)
        self._executor.shutdown(wait=False)


def _engine(path: str, *pragmas: str, begins: str = "") -> Engine:
    address = URL.create("sqlite", database=path)
    engine = create_engine(
        address, poolclass=QueuePool, pool_size=1, max_overflow=0, hide_parameters=True
    )

    @sa_event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions begin below, and nowhere else
        for pragma in (f"busy_timeout={BUSY_MS}", *pragmas):
            connection.execute(f"PRAGMA {pragma}")

    @sa_event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        if begins:
            connection.exec_driver_sql(begins)

    return engine
