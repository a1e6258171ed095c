"""What the store needs of a database: work done at once, or not at all, and never for too long.

Work is a function of a connection; what it gives back must not need the connection any more.
"""

from collections.abc import Callable
from typing import Protocol, TypeVar

from sqlalchemy import Connection

READ_S = 2.0  # somebody waits
WRITE_S = 6.0  # longer than SQLite waits for a lock, so that it can say so

Fact = TypeVar("Fact")
Work = Callable[[Connection], Fact]


class Database(Protocol):
    """A database that is opened at its first use; close it in the end."""

    @property
    def is_postgres(self) -> bool:
        """Else it is SQLite."""

    async def read(self, work: Work[Fact], *, within_s: float = READ_S) -> Fact:
        """Do what changes nothing, or is one statement that stands by itself.

        Raises:
            StoreError: when the database does not answer, or not in time.
        """

    async def write(self, work: Work[Fact], *, within_s: float = WRITE_S) -> Fact:
        """Do all of it in a transaction, which is undone when anything is raised.

        Raises:
            StoreError: when the database does not do it, or not in time.
        """

    async def aclose(self) -> None:
        """Close every connection."""
