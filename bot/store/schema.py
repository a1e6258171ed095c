"""The schema of the store, brought up to date at start, one process at a time.

One plain SELECT says which version is there; Alembic is imported only when it is another one.
"""

import asyncio
import logging
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from bot.errors import StoreError
from bot.store.database import Database
from bot.store.faults import is_missing_table, storing

KNOWN = ("0001",)  # in their order
NEWEST = KNOWN[-1]
# Not Alembic's own name for it: the database may belong to others too, who use Alembic.
VERSION_TABLE = "mongolog_schema"
VERSION = text(f"SELECT version_num FROM {VERSION_TABLE}")  # noqa: S608 - a constant
LOCK = text("SELECT pg_try_advisory_xact_lock(0x6D6F6E676F)")
MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_S = 60.0
LOOK_AGAIN_S = 0.05


async def bring_up_to_date(database: Database) -> None:
    """Create or change the tables until they are what this version needs.

    Raises:
        StoreError: `newer_schema` when a newer version of mongolog wrote them, and nothing is
            changed then.
    """
    if await database.read(_version, within_s=MIGRATION_S) == NEWEST:
        return
    with storing():
        async with asyncio.timeout(MIGRATION_S):
            while not await database.write(_upgrade, within_s=MIGRATION_S):  # noqa: ASYNC110
                await asyncio.sleep(LOOK_AGAIN_S)


async def require_up_to_date(database: Database) -> None:
    """Look only.

    Raises:
        StoreError: `newer_schema`, `older_schema`, or `no_store` when nothing was stored yet.
    """
    version = await database.read(_version, within_s=MIGRATION_S)
    if version is None:
        raise StoreError("no_store")
    if version != NEWEST:
        raise StoreError("older_schema" if version in KNOWN else "newer_schema")


def _version(connection: Connection) -> str | None:
    """Which version of the schema is there; None when there is none."""
    try:
        return connection.execute(VERSION).scalar()
    except DBAPIError as error:
        if is_missing_table(error.orig):
            return None
        raise


def _upgrade(connection: Connection) -> bool:
    """Whether the tables are up to date; False while another process changes them."""
    # Until the end of the transaction; on SQLite there is no other process.
    if connection.dialect.name == "postgresql" and not connection.execute(LOCK).scalar():
        return False
    is_new = not inspect(connection).has_table(VERSION_TABLE)
    version = None if is_new else connection.execute(VERSION).scalar()
    if version is not None and version not in KNOWN:
        raise StoreError("newer_schema")
    if version != NEWEST:
        _migrate(connection)
    return True


def _migrate(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - slow, and needed once in a version's life
    from alembic.config import Config  # noqa: PLC0415

    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config(attributes={"connection": connection, "version_table": VERSION_TABLE})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    command.upgrade(config, NEWEST)
