"""PostgreSQL, which several processes may share: a small pool that mends itself."""

import asyncio
from functools import partial
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import create_async_engine

from bot.errors import StoreError
from bot.store.database import READ_S, WRITE_S, Work
from bot.store.faults import storing

CONNECT_S = 3.0
CONNECTIONS = 5
SERVER_SETTINGS = {
    "application_name": "mongolog",
    "lock_timeout": "2000",
    "idle_in_transaction_session_timeout": "10000",
}

Fact = TypeVar("Fact")


class PostgresDatabase:
    """A `Database` at `url`, whose query may say what libpq's may: `?sslmode=…`, `?host=…`."""

    is_postgres = True

    def __init__(self, url: str) -> None:
        self._engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=partial(_connect, url),
            pool_size=CONNECTIONS,
            max_overflow=0,
            pool_timeout=CONNECT_S,
            pool_pre_ping=True,
            hide_parameters=True,
        )
        self._alone = self._engine.execution_options(isolation_level="AUTOCOMMIT")

    async def read(self, work: Work[Fact], *, within_s: float = READ_S) -> Fact:
        """See `Database`."""
        with storing():
            async with asyncio.timeout(within_s), self._alone.connect() as connection:
                return await connection.run_sync(work)

    async def write(self, work: Work[Fact], *, within_s: float = WRITE_S) -> Fact:
        """See `Database`."""
        with storing():
            async with asyncio.timeout(within_s), self._engine.begin() as connection:
                return await connection.run_sync(work)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


async def _connect(url: str) -> Any:
    """Raises StoreError: `address` when the URL can't be read."""
    import asyncpg  # type: ignore[import-untyped]  # noqa: PLC0415 - not needed for a file

    try:
        return await asyncpg.connect(
            url, timeout=CONNECT_S, command_timeout=WRITE_S, server_settings=SERVER_SETTINGS
        )
    except (asyncpg.InterfaceError, ValueError, OverflowError):
        raise StoreError("address") from None
