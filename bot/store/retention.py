"""What is forgotten, so that the store does not grow for ever: by age, a batch at a time."""

import asyncio
import logging
from collections.abc import Callable

from sqlalchemy import Column, Table, delete, func, select

from bot.errors import StoreError
from bot.store.database import Database
from bot.store.tables import asking, audit, last_answer
from bot.telemetry import event

DAY_S = 86_400.0
ANSWER_DAYS = 30  # the cloud itself seems to forget exports after about 3
ASKING_DAYS = 30
MOST_ROWS = {last_answer: 20_000, asking: 100_000}  # the audit is never cut short
EVERY_S = 3_600.0
BATCH = 500  # rows in one transaction, so that nobody waits long for it
BREATH_S = 0.01  # between two of them


async def forget_for_ever(
    database: Database, *, audit_days: int, clock: Callable[[], float]
) -> None:
    """Forget at once, and then every hour; a store that fails is asked again next time."""
    while True:
        try:
            await forget(database, audit_days=audit_days, now=clock())
        except StoreError as error:
            event("store.not_pruned", logging.WARNING, code=error.code)
        await asyncio.sleep(EVERY_S)


async def forget(database: Database, *, audit_days: int, now: float) -> int:
    """Remove what is too old, and the oldest of what is too much; gives the number of rows.

    Raises:
        StoreError: when that can't be done; what was removed so far stays removed.
    """
    ages = (
        (last_answer, last_answer.c.as_of, ANSWER_DAYS),
        (asking, asking.c.at, ASKING_DAYS),
        (audit, audit.c.at, audit_days),
    )
    removed = 0
    for table, at, days in ages:
        oldest = max(now - days * DAY_S, await _start_of_what_fits(database, table, at))
        removed += await _remove_before(database, table, at, oldest)
    return removed


async def _start_of_what_fits(database: Database, table: Table, at: Column[float]) -> float:
    """The time of the oldest row that there is room for."""
    if table not in MOST_ROWS:
        return 0.0
    statement = select(at).order_by(at.desc()).offset(MOST_ROWS[table] - 1).limit(1)
    found = await database.read(lambda connection: connection.execute(statement).scalar())
    return float(found or 0.0)


async def _remove_before(database: Database, table: Table, at: Column[float], oldest: float) -> int:
    times = select(at).where(at < oldest).order_by(at).limit(BATCH).subquery()
    newest = select(func.max(times.c[0])).scalar_subquery()
    statement = delete(table).where(at <= newest)
    removed = 0
    while True:
        gone = await database.write(lambda connection: connection.execute(statement).rowcount)
        if not gone:
            return removed
        removed += gone
        await asyncio.sleep(BREATH_S)
