"""What is written down of who asked what, and read again: a store that fails spoils no answer."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from bot.errors import StoreError
from bot.model import InstanceId, Outcome, Report
from bot.record import Asking, AuditEntry
from bot.render.view import Earlier, Surface
from bot.slack.inquiry import Inquiry
from bot.store import Store
from bot.telemetry import event

T = TypeVar("T")

LATELY = timedelta(hours=1)  # who asked the same here longer ago may be off duty by now
PATIENCE_S = 0.5  # for what is a convenience
MOST = 5
IN_CHANNELS = (Surface.EPHEMERAL, Surface.CHANNEL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Recent look-ups and the audit.

    Attributes:
        store: where.
        team: the workspace this app belongs to, whoever asks there.
        now: the current time, aware.
    """

    store: Store
    team: str
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def of_user(self, user: str) -> tuple[InstanceId, ...]:
        """The last five instances that somebody asked about, newest first."""
        return await _or(self.store.askings.of_user(self.team, user, most=MOST), ())

    async def of_channel(self, channel: str) -> tuple[InstanceId, ...]:
        """The last five instances that were asked about in a channel, newest first."""
        return await _or(self.store.askings.of_channel(self.team, channel, most=MOST), ())

    async def earlier(self, inquiry: Inquiry) -> Earlier | None:
        """Who else asked about the one instance in the same channel lately."""
        instances, channel = inquiry.lookup.instances, inquiry.place.channel
        if len(instances) != 1 or inquiry.view.surface not in IN_CHANNELS or not channel:
            return None
        actor = inquiry.person.actor
        asking = self.store.askings.last_in(
            self.team, channel, instances[0], but=actor.user, since=self.now() - LATELY
        )
        found = await _or(asking, None)
        return Earlier(user=found.user, at=found.at) if found else None

    def remember(self, inquiry: Inquiry, outcomes: tuple[Outcome, ...]) -> None:
        """Note who asked about what was found; it is written a moment later."""
        actor = inquiry.person.actor
        if actor.app:  # nobody is on it because an alert asked
            return
        for outcome in outcomes:
            if isinstance(outcome, Report):
                self.store.askings.note(
                    Asking(
                        user=actor.user,
                        team=self.team,
                        channel=inquiry.place.channel,
                        instance=outcome.instance,
                        at=self.now(),
                    )
                )

    async def written(self, *entries: AuditEntry) -> bool:
        """Write into the audit; False when the store does not take it: then show no link."""
        if not entries:
            return True
        try:
            await self.store.audit.append(*entries)
        except StoreError as error:
            event("audit.failed", logging.ERROR, code=error.code)
            return False
        for entry in entries:
            event(
                entry.deed.value,
                user=entry.user,
                channel=entry.channel,
                instance=entry.instance,
                export=entry.export,
            )
        return True


async def _or(reading: Awaitable[T], otherwise: T) -> T:
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await reading
    except StoreError as error:
        event("store.unread", logging.WARNING, code=error.code)
    except TimeoutError:
        event("store.unread", logging.WARNING, code="slow")
    return otherwise
