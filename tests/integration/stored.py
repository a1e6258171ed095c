"""What the tests of the store put into it, and how they open it."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from bot.link import Link
from bot.model import DONE, SLOW, Export, InstanceId, Report
from bot.record import Asking, AuditEntry, Deed
from bot.store import Store, open_store
from bot.store.database import Database
from bot.store.postgres import PostgresDatabase
from bot.store.sqlite import SqliteDatabase

NOW = datetime(2026, 11, 24, 10, 35, 7, 123_456, tzinfo=UTC)
INSTANCE = InstanceId("cmgo-k2p5su09")
OTHER = InstanceId("cmgo-abcd1234")
URL = "https://logs-1250000000.cos.ap-guangzhou.myqcloud.com/slow.gz?q-signature=5ecre7"
AUDIT_DAYS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgres:
    """A PostgreSQL that runs, and the numbers of its databases."""

    server: Any
    numbers: Iterator[int]


@asynccontextmanager
async def opened(url: str, *, is_beside: bool = False) -> AsyncIterator[Store]:
    """The store, at the time of these tests."""
    async with open_store(
        url, audit_days=AUDIT_DAYS, is_beside=is_beside, clock=NOW.timestamp
    ) as store:
        yield store


def database_at(url: str) -> Database:
    """The same database by connections of its own."""
    if url.startswith("sqlite"):
        return SqliteDatabase(url.removeprefix("sqlite:///"))
    return PostgresDatabase(url)


async def run(url: str, *statements: str) -> list[tuple[Any, ...]]:
    """Run statements in one transaction; gives the rows of the last one."""

    def work(connection: Connection) -> list[tuple[Any, ...]]:
        found = [connection.execute(text(statement)) for statement in statements][-1]
        return [tuple(row) for row in found] if found.returns_rows else []

    database = database_at(url)
    try:
        return await database.write(work)
    finally:
        await database.aclose()


@asynccontextmanager
async def holding(url: str, table: str) -> AsyncIterator[None]:
    """Another process that holds a table of PostgreSQL's, even from those who read."""
    database = PostgresDatabase(url)
    async with database._engine.begin() as connection:
        await connection.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
        yield
    await database.aclose()


def blocking(url: str) -> sqlite3.Connection:
    """Another program that is writing into the file; close it to let others write."""
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    return connection


def export(number: int = 1, **facts: Any) -> Export:
    """An export that is done, with a link."""
    known: dict[str, Any] = {
        "id": f"task-{number}",
        "kind": SLOW,
        "state": DONE,
        "progress_percent": 100,
        "size_bytes": 1_048_576,
        "created_at": NOW - timedelta(minutes=number),
        "updated_at": NOW,
        "link": Link(URL),
    }
    return Export(**(known | facts))


def report(instance: InstanceId = INSTANCE, **facts: Any) -> Report:
    """A report with one export."""
    known: dict[str, Any] = {
        "region": "ap-guangzhou",
        "regions_asked": ("ap-guangzhou", "ap-singapore"),
        "exports": (export(),),
        "as_of": NOW,
        "took": timedelta(milliseconds=412),
        "request_id": "5f1c",
    }
    return Report(instance=instance, **(known | facts))


def asking(instance: InstanceId = INSTANCE, **facts: Any) -> Asking:
    """A look-up of U1 in C1."""
    known: dict[str, Any] = {"user": "U1", "team": "T1", "channel": "C1", "at": NOW}
    return Asking(instance=instance, **(known | facts))


def entry(**facts: Any) -> AuditEntry:
    """A link that was given to U1 in C1."""
    known: dict[str, Any] = {
        "at": NOW,
        "user": "U1",
        "team": "T1",
        "channel": "C1",
        "instance": str(INSTANCE),
        "region": "ap-guangzhou",
        "export": "task-1",
        "deed": Deed.GIVEN,
        "rule": "dba",
        "reference": "ml-7K2QH",
    }
    return AuditEntry(**(known | facts))
