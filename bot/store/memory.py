"""The newest report on each instance, and where it was found; a `Memory` as `query` wants it.

keep ──► this process ──► writer ──► database         region_of ◄── this process, else database
                                                      last_answer ◄── the newer one of both
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, select

from bot.errors import StoreError
from bot.model import InstanceId, Report
from bot.store import codec
from bot.store.database import Database
from bot.store.rows import fitted, upsert
from bot.store.tables import ACCOUNT, last_answer
from bot.store.writer import Writer
from bot.telemetry import event

# Held in this process; the database has more. A report is as big as it has exports.
MOST_REGIONS = 10_000
MOST_REPORTS = 1_000
MOST_EXPORTS = 50_000
MOST_UNWRITTEN = 500
PATIENCE_S = 1.0  # to ask every region is quicker than to wait longer
AFTER_FAILURE_S = 5.0


class StoredMemory:
    """Remembers reports. A store that fails is no reason not to answer: nothing is remembered then.

    Args:
        database: where.
        clock: monotonic seconds.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._regions: OrderedDict[InstanceId, str] = OrderedDict()
        self._reports: OrderedDict[InstanceId, Report] = OrderedDict()
        self._exports = 0
        self._silent_until = 0.0
        self.writer = Writer(self._write, most=MOST_UNWRITTEN)

    async def region_of(self, instance: InstanceId) -> str | None:
        """Where the instance was last found; None when it never was, or when nobody can say."""
        if instance in self._regions:
            self._regions.move_to_end(instance)
            return self._regions[instance]
        region: str | None = await self._read(instance, last_answer.c.region)
        if region:
            self._hold_region(instance, region)
        return region

    async def last_answer(self, instance: InstanceId) -> Report | None:
        """The newest report on the instance, without links; None when there is none."""
        text = await self._read(instance, last_answer.c.report)
        stored = codec.read(instance, text) if text else None
        held = self._reports.get(instance)
        if stored and held:  # written a moment later, or by another process
            return max(stored, held, key=lambda report: report.as_of)
        return stored or held

    async def keep(self, report: Report) -> None:
        """Remember a report, without its links, unless a newer one is remembered."""
        held = self._reports.get(report.instance)
        if held and held.as_of > report.as_of:
            return
        kept = codec.without_links(report)
        self._hold_region(kept.instance, kept.region)
        self._hold_report(kept)
        self.writer.note(kept.instance, kept)

    async def _read(self, instance: InstanceId, column: ColumnElement[str]) -> Any:
        if self._clock() < self._silent_until:
            return None
        statement = select(column).where(
            last_answer.c.account == ACCOUNT, last_answer.c.instance == str(instance)
        )
        try:
            return await self._database.read(
                lambda connection: connection.execute(statement).scalar(), within_s=PATIENCE_S
            )
        except StoreError as error:
            self._silent_until = self._clock() + AFTER_FAILURE_S
            event("store.unread", logging.WARNING, code=error.code)
            return None

    async def _write(self, reports: list[Report]) -> None:
        # Much text for the loop that answers people: another thread makes it.
        rows = await asyncio.to_thread(
            lambda: [fitted(last_answer, _row(report)) for report in reports]
        )
        await self._database.write(
            lambda connection: upsert(connection, last_answer, rows, newest="as_of")
        )

    def _hold_region(self, instance: InstanceId, region: str) -> None:
        self._regions[instance] = region
        self._regions.move_to_end(instance)
        if len(self._regions) > MOST_REGIONS:
            self._regions.popitem(last=False)

    def _hold_report(self, report: Report) -> None:
        before = self._reports.pop(report.instance, None)
        self._reports[report.instance] = report
        self._exports += len(report.exports) - (len(before.exports) if before else 0)
        while len(self._reports) > MOST_REPORTS or self._exports > MOST_EXPORTS:
            self._exports -= len(self._reports.popitem(last=False)[1].exports)


def _row(report: Report) -> dict[str, Any]:
    return {
        "account": ACCOUNT,
        "instance": str(report.instance),
        "region": report.region,
        "as_of": report.as_of.timestamp(),
        "report": codec.written(report),
    }
