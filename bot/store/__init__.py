"""What is remembered: last answers, where instances are, who asked what, the audit, the budget.

    DATABASE_URL ──► database ──► schema (up to date) ──► memory · askings · audit · permits
                                                          └─ writer: written a moment later
    retention forgets by age, every hour

SQLite in a file serves one process; any number of processes share one PostgreSQL.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.errors import SettingsError, StoreError
from bot.store.askings import Askings
from bot.store.audit import Audit
from bot.store.database import Database
from bot.store.lock import create_private, locked
from bot.store.memory import StoredMemory
from bot.store.permits import SharedPermits
from bot.store.retention import forget_for_ever
from bot.store.schema import bring_up_to_date, require_up_to_date
from bot.store.sqlite import SqliteDatabase

VARIABLE = "DATABASE_URL"
SQLITE = "sqlite:///"
FOR_NOW = ("sqlite://", "sqlite:///:memory:")  # a store that ends with the process
WHY_NOT = {
    "taken": "another mongolog serves with this file; several need PostgreSQL",
    "newer_schema": "the store was written by a newer version of mongolog; nothing was changed",
    "older_schema": "the store was written by an older version; start `mongolog serve` first",
    "no_store": "there is no store yet; start `mongolog serve` first",
    "no_folder": "the folder of the file is not there",
    "locked": "another program has locked the store",
    "full": "there is no space left where the store is",
    "read_only": "the store can't be written there",
    "damaged": "this is no store of mongolog's, or it is damaged",
    "refused": "PostgreSQL refuses the user or the password, or has no such database",
    "address": "must be postgresql://USER:PASSWORD@HOST/NAME",
    "unreachable": "the store can't be opened there; is it running?",
}
TROUBLES = {
    "locked": "another program has locked the store",
    "full": "the store has no space left",
    "read_only": "the store can't be written",
    "damaged": "the store is damaged",
    "gone": "the file of the store was deleted or replaced; the app must be started again",
    "refused": "the store refuses our user or password",
}
UNREACHABLE = "the store can't be reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """Everything that is remembered, in one database.

    Attributes:
        memory: the newest report on each instance.
        askings: who asked about what.
        audit: what became of links.
        shared_permits: the budget of all processes at this pace; None where one process is alone.
    """

    memory: StoredMemory
    askings: Askings
    audit: Audit
    shared_permits: SharedPermits | None

    def trouble(self) -> str | None:
        """What is wrong with the store just now, in a few words; None when nothing is."""
        troubles = [each.trouble for each in (self.audit, self.memory.writer, self.askings.writer)]
        if self.shared_permits:
            troubles.append(self.shared_permits.trouble)
        code = next((each.code for each in troubles if each.code), None)
        return TROUBLES.get(code, UNREACHABLE) if code else None


@asynccontextmanager
async def open_store(
    url: str,
    *,
    audit_days: int,
    requests_per_s: float = 15.0,
    is_beside: bool = False,
    clock: Callable[[], float] = time.time,
) -> AsyncIterator[Store]:
    """Open the store and bring its tables up to date; leaving writes what is held, and closes.

    Args:
        url: as `DATABASE_URL`.
        audit_days: how long the audit is kept.
        requests_per_s: of all processes together, where they share a budget.
        is_beside: for a command that only reads, while another process serves perhaps; it neither
            creates nor changes nor forgets anything.
        clock: Unix seconds.

    Raises:
        SettingsError: when it can't be opened, with a line that says why and not where.
    """
    async with AsyncExitStack() as stack:
        try:
            database = await _open(url, stack, is_beside=is_beside)
        except StoreError as error:
            fault = f"{VARIABLE}: {WHY_NOT.get(error.code, WHY_NOT['unreachable'])}"
            raise SettingsError((fault,)) from None
        memory, askings = StoredMemory(database), Askings(database)
        stack.push_async_callback(memory.writer.aclose)
        stack.push_async_callback(askings.writer.aclose)
        if not is_beside:
            await stack.enter_async_context(_forgetting(database, audit_days, clock))
        shares = database.is_postgres
        yield Store(
            memory=memory,
            askings=askings,
            audit=Audit(database),
            shared_permits=SharedPermits(database, requests_per_s) if shares else None,
        )


async def _open(url: str, stack: AsyncExitStack, *, is_beside: bool) -> Database:
    """Raises StoreError."""
    database: Database
    if url.startswith("sqlite:"):
        database = SqliteDatabase(_prepared(url, stack, is_beside=is_beside))
    else:
        # It brings half of SQLAlchemy along, which a process on SQLite need not hold.
        from bot.store.postgres import PostgresDatabase  # noqa: PLC0415

        database = PostgresDatabase(url)
    stack.push_async_callback(database.aclose)
    await (require_up_to_date if is_beside else bring_up_to_date)(database)
    return database


def _prepared(url: str, stack: AsyncExitStack, *, is_beside: bool) -> str:
    """The path of the file, which is there and ours. Raises StoreError."""
    if url in FOR_NOW:
        folder = stack.enter_context(TemporaryDirectory(prefix="mongolog-"))
        return str(Path(folder) / "mongolog.db")
    path = url.removeprefix(SQLITE)
    if not is_beside:
        stack.enter_context(locked(path))
        create_private(path)
    elif not Path(path).exists():
        raise StoreError("no_store")
    return path


@asynccontextmanager
async def _forgetting(
    database: Database, audit_days: int, clock: Callable[[], float]
) -> AsyncIterator[None]:
    task = asyncio.create_task(forget_for_ever(database, audit_days=audit_days, clock=clock))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
