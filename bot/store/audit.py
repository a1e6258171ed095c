"""The audit: what became of links and shared answers. Rows are added, never changed."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, insert, select

from bot.errors import StoreError
from bot.record import AuditEntry, Deed
from bot.store.database import Database
from bot.store.rows import fitted
from bot.store.tables import ACCOUNT, audit
from bot.store.trouble import Trouble

MOST = 1_000
APPEND_S = 2.0  # somebody waits


class Audit:
    """Appends and reads.

    Args:
        database: where.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.trouble = Trouble()

    async def append(self, *entries: AuditEntry) -> None:
        """Write entries, all or none; they outlive this process when this returns.

        Only a power cut may take the last of them from a file of SQLite's, see `sqlite`.

        Raises:
            StoreError: when they are not written.
        """
        if not entries:
            return
        rows = [fitted(audit, _row(entry)) for entry in entries]
        try:
            await self._database.write(
                lambda connection: connection.execute(insert(audit), rows), within_s=APPEND_S
            )
        except StoreError as error:
            self.trouble.failed(error.code)
            raise
        self.trouble.clear()

    async def entries(
        self,
        *,
        instance: str | None = None,
        user: str | None = None,
        since: datetime | None = None,
        most: int = MOST,
    ) -> tuple[AuditEntry, ...]:
        """Entries that fit, newest first, `most` of them at most.

        Raises:
            StoreError: when the store can't be read.
        """
        statement = _that_fit(instance, user, since).limit(most)
        rows = await self._database.read(lambda connection: connection.execute(statement).all())
        return tuple(_entry(row) for row in rows)


def _that_fit(instance: str | None, user: str | None, since: datetime | None) -> Select[Any]:
    statement = select(audit).where(audit.c.account == ACCOUNT)
    if instance is not None:
        statement = statement.where(audit.c.instance == instance)
    if user is not None:
        statement = statement.where(audit.c.user == user)
    if since is not None:
        statement = statement.where(audit.c.at >= since.timestamp())
    return statement.order_by(audit.c.at.desc(), audit.c.id.desc())


def _row(entry: AuditEntry) -> dict[str, Any]:
    return {
        "account": ACCOUNT,
        "at": entry.at.timestamp(),
        "team": entry.team,
        "user": entry.user,
        "channel": entry.channel,
        "instance": entry.instance,
        "region": entry.region,
        "export": entry.export,
        "deed": entry.deed.value,
        "rule": entry.rule,
        "reference": entry.reference,
    }


def _entry(row: Any) -> AuditEntry:
    return AuditEntry(
        at=datetime.fromtimestamp(row.at, UTC),
        user=row.user,
        team=row.team,
        channel=row.channel,
        instance=row.instance,
        region=row.region,
        export=row.export,
        deed=_deed(row.deed),
        rule=row.rule,
        reference=row.reference,
    )


def _deed(word: str) -> Deed:
    try:
        return Deed(word)
    except ValueError:  # of a newer version on the same database; an audit hides no row
        raise StoreError("newer_schema") from None
