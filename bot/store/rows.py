"""Rows made to fit their table, and INSERT … ON CONFLICT, which each database spells for itself."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Row = dict[str, Any]


def fitted(table: Table, row: Mapping[str, Any]) -> Row:
    """The row with its texts cut to their columns, and without what no database takes.

    PostgreSQL refuses what is too long and a NUL anywhere; half a surrogate pair is no UTF-8.
    """
    return {
        name: _text(fact, getattr(table.c[name].type, "length", None))
        if isinstance(fact, str)
        else fact
        for name, fact in row.items()
    }


def _text(fact: str, length: int | None) -> str:
    whole = fact.replace("\0", "").encode("utf-8", "replace").decode()
    return whole[:length]


def upsert(connection: Connection, table: Table, rows: Iterable[Row], *, newest: str) -> None:
    """Insert rows, or change those with the same primary key, unless they are newer.

    Args:
        connection: in a transaction.
        table: where.
        rows: with every column, fitted; each key once.
        newest: the column of the time that decides which is newer.
    """
    keys = [column.name for column in table.primary_key]
    is_sqlite = connection.dialect.name == "sqlite"
    insert = sqlite.insert(table) if is_sqlite else postgresql.insert(table)
    changed = {
        column.name: insert.excluded[column.name]
        for column in table.columns
        if column.name not in keys
    }
    statement = insert.on_conflict_do_update(
        index_elements=keys,
        set_=changed,
        where=table.c[newest] <= insert.excluded[newest],
    )
    # In one order, or two processes that write the same rows could wait for each other.
    in_order = sorted(rows, key=lambda row: [row[key] for key in keys])
    connection.execute(statement, in_order)
