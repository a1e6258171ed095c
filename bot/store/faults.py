"""What a database's driver raises, as a StoreError without a word of its text."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from bot.errors import StoreError

FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE}
SQLITE_CODES = {
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_READONLY: "read_only",
    sqlite3.SQLITE_PERM: "read_only",
    sqlite3.SQLITE_AUTH: "read_only",
    sqlite3.SQLITE_CANTOPEN: "unreachable",
}
# By the whole code or its class: https://www.postgresql.org/docs/current/errcodes-appendix.html
POSTGRES_CODES = {
    "55P03": "locked",
    "40": "locked",  # a deadlock, or two that changed the same
    "53100": "full",
    "25006": "read_only",
    "42501": "read_only",
    "28": "refused",
    "3D": "refused",
    "22": "damaged",
    "23": "damaged",
    "42": "damaged",
    "XX": "damaged",
}
NO_SUCH_TABLE = "42P01"


@contextmanager
def storing() -> Iterator[None]:
    """Turn what a driver raises into a StoreError.

    Raises:
        StoreError: instead of the driver's errors.
    """
    try:
        yield
    except DBAPIError as error:
        raise StoreError(code_of(error.orig)) from None
    except NoConnectionFree:
        raise StoreError("unreachable") from None
    except SQLAlchemyError:
        raise StoreError("damaged") from None
    except OSError:  # a TimeoutError is one
        raise StoreError("unreachable") from None


def code_of(error: BaseException | None) -> str:
    """The code of a StoreError for what a driver raised; the adapters wrap it."""
    number, state = _facts(error)
    if number is not None:
        return "full" if number in FULL else SQLITE_CODES.get(number & 0xFF, "damaged")
    return POSTGRES_CODES.get(state) or POSTGRES_CODES.get(state[:2], "unreachable")


def is_missing_table(error: BaseException | None) -> bool:
    """Whether the statement named a table that is not there."""
    number, state = _facts(error)
    return number == sqlite3.SQLITE_ERROR or state == NO_SUCH_TABLE


def _facts(error: BaseException | None) -> tuple[int | None, str]:
    cause = error
    while cause is not None:
        number = getattr(cause, "sqlite_errorcode", None)
        state = getattr(cause, "sqlstate", None)
        if isinstance(number, int) or isinstance(state, str):
            return number, state or ""
        cause = cause.__cause__
    return None, ""
