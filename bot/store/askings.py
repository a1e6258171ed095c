"""Who asked about which instance, where and when: for recents, and for "who is on it"."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select

from bot.model import InstanceId
from bot.record import Asking
from bot.store.database import Database
from bot.store.rows import fitted, upsert
from bot.store.tables import ACCOUNT, asking
from bot.store.writer import Writer

MOST_UNWRITTEN = 5_000
MOST_READ = 200  # one for each person, place and instance, so few recents hide behind them


class Askings:
    """Look-ups of the last weeks.

    Args:
        database: where.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.writer = Writer(self._write, most=MOST_UNWRITTEN)

    def note(self, asked: Asking) -> None:
        """Remember a look-up; it is written a moment later."""
        self.writer.note((asked.team, asked.user, asked.channel, asked.instance), asked)

    async def of_user(self, team: str, user: str, *, most: int = 5) -> tuple[InstanceId, ...]:
        """What somebody asked about last, newest first, each instance once.

        Raises:
            StoreError: when the store can't be read.
        """
        return _instances(await self._newest(team=team, user=user), most)

    async def of_channel(self, team: str, channel: str, *, most: int = 5) -> tuple[InstanceId, ...]:
        """What was asked about last in a channel, newest first, each instance once.

        Raises:
            StoreError: when the store can't be read.
        """
        return _instances(await self._newest(team=team, channel=channel), most)

    async def last_in(
        self, team: str, channel: str, instance: InstanceId, *, but: str, since: datetime
    ) -> Asking | None:
        """The last look-up of an instance in a channel by anybody but one person.

        Raises:
            StoreError: when the store can't be read.
        """
        found = await self._newest(team=team, channel=channel, instance=str(instance))
        others = (asked for asked in found if asked.user != but and asked.at >= since)
        return next(others, None)

    async def _newest(self, **facts: str) -> list[Asking]:
        """Those to which the facts apply, newest first, written or not yet."""
        fits = [asking.c[name] == fact for name, fact in facts.items()]
        statement = select(asking).where(asking.c.account == ACCOUNT, *fits)
        newest = statement.order_by(asking.c.at.desc()).limit(MOST_READ)
        rows = await self._database.read(lambda connection: connection.execute(newest).all())
        held = [
            each
            for each in self.writer.held
            if all(getattr(each, name) == fact for name, fact in facts.items())
        ]
        return sorted((*held, *map(_asking, rows)), key=lambda asked: asked.at, reverse=True)

    async def _write(self, askings: list[Asking]) -> None:
        def write(connection: Connection) -> None:
            rows = [fitted(asking, _row(asked)) for asked in askings]
            upsert(connection, asking, rows, newest="at")

        await self._database.write(write)


def _instances(askings: list[Asking], most: int) -> tuple[InstanceId, ...]:
    return tuple(dict.fromkeys(asked.instance for asked in askings))[:most]


def _row(asked: Asking) -> dict[str, Any]:
    return {
        "account": ACCOUNT,
        "team": asked.team,
        "user": asked.user,
        "channel": asked.channel,
        "instance": str(asked.instance),
        "at": asked.at.timestamp(),
    }


def _asking(row: Any) -> Asking:
    return Asking(
        user=row.user,
        team=row.team,
        channel=row.channel,
        instance=InstanceId(row.instance),
        at=datetime.fromtimestamp(row.at, UTC),
    )
