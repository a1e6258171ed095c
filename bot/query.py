"""Lookup → Outcomes: the one use case, shared by Slack and the terminal.

    for each instance: one flight for equal questions → remembered region, or all regions at once
                       → the first report

Each instance fails alone. Asks through `CloudClient`, remembers through `Memory`.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from bot.cloud.budget import Bucket, Permits
from bot.cloud.client import CloudClient, Listing
from bot.cloud.flights import Flights
from bot.cloud.http import TC3Auth, open_http
from bot.cloud.queue import SLOTS, Party
from bot.cloud.regions import Found, first_listing, is_about_instance
from bot.cloud.sign import Credentials
from bot.cloud.wire import Units
from bot.errors import (
    OUR_OWN_LIMIT,
    CloudBroken,
    CloudError,
    CloudUnreachable,
    CloudUnreadable,
    NoSuchInstance,
    Throttled,
)
from bot.memory import Memory
from bot.model import Failure, InstanceId, Lookup, Outcome, RegionState, Report
from bot.settings import MAX_REQUESTS_PER_S, Settings
from bot.settings.credentials import read_credentials

KIB = 1024
MOST_AT_ONCE = 3
SLOTS_LEFT = 8  # for a region that answers, whatever the others do
REUSED_S = 2.0  # a report is given again to who asks so soon
MISSING_S = 60.0  # and so is "no such instance", when every region said so

# The cloud may say more when it is asked again; until then what it said last is worth showing.
PASSING = (CloudUnreachable, CloudBroken, CloudUnreadable, Throttled)

Question = tuple[InstanceId, str | None, tuple[str, str] | None]


class Query:
    """Answers look-ups.

    Args:
        cloud: asks the API; closed with this object.
        memory: where each instance was found.
        regions: where to look for an instance whose region is unknown; the first wins a tie.
        now: the current time, aware.
        reusable_s: for how many seconds an outcome may be given to who asks the same again.
    """

    def __init__(
        self,
        *,
        cloud: CloudClient,
        memory: Memory,
        regions: tuple[str, ...],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        reusable_s: Callable[[Outcome], float] | None = None,
    ) -> None:
        self._cloud = cloud
        self._memory = memory
        self._regions = regions
        self._now = now
        self._flights: Flights[Question, Outcome] = Flights(reusable_s or _reusable_s)
        self._states = {region: RegionState(region=region) for region in regions}

    @property
    def states(self) -> tuple[RegionState, ...]:
        """How each region of the settings answered last, in their order."""
        return tuple(self._states.values())

    @property
    def waiting(self) -> int:
        """How many calls wait for their turn at the cloud."""
        return self._cloud.queue.length

    async def aclose(self) -> None:
        """Close the connections to the cloud."""
        await self._cloud.aclose()

    async def ask(self, lookup: Lookup, who: str, *, is_fresh: bool = False) -> tuple[Outcome, ...]:
        """One outcome for each instance, in the order of the question.

        Args:
            lookup: the question; its filters are left to whoever shows the answer.
            who: whose question it is, for the fair share of the budget.
            is_fresh: nothing that the cloud was asked for before this moment will do.
        """
        begun_after = self._flights.now() if is_fresh else None
        outcomes = [
            self._share_flight(instance, lookup, who, begun_after) for instance in lookup.instances
        ]
        if len(outcomes) == 1:
            return (await outcomes[0],)
        return tuple(await asyncio.gather(*outcomes))

    def is_waiting(self, lookup: Lookup) -> bool:
        """Whether a question under way still waits for its turn at the cloud, in some part."""
        return any(
            self._flights.is_waiting(_question(instance, lookup)) for instance in lookup.instances
        )

    async def _share_flight(
        self, instance: InstanceId, lookup: Lookup, who: str, begun_after: float | None
    ) -> Outcome:
        def ask(party: Party) -> Coroutine[Any, Any, Outcome]:
            return self._outcome(instance, lookup, party)

        question = _question(instance, lookup)
        outcome, age_s = await self._flights.join(question, who, ask, begun_after=begun_after)
        return replace(outcome, age=timedelta(seconds=age_s)) if age_s else outcome

    async def _outcome(self, instance: InstanceId, lookup: Lookup, party: Party) -> Outcome:
        started = time.monotonic()
        try:
            regions, found = await self._find(instance, lookup, party)
        except CloudError as error:
            return await self._failure(instance, lookup, error)
        report = Report(
            instance=instance,
            region=found.region,
            regions_asked=regions,
            exports=found.listing.exports,
            complete=found.listing.complete,
            as_of=self._now(),
            took=timedelta(seconds=time.monotonic() - started),
            request_id=found.listing.request_id,
            silent_regions=found.silent_regions,
        )
        if await self._is_worth_keeping(report, lookup):
            await self._memory.keep(report)
        return report

    async def _is_worth_keeping(self, report: Report, lookup: Lookup) -> bool:
        # What the API cut to a window is not the whole answer.
        if report.region not in self._regions or lookup.window is not None:
            return False
        # An empty list proves nothing, save where the instance was found before.
        if report.exports:
            return True
        known = await self._memory.region_of(report.instance)
        return report.is_whole and known == report.region

    async def _failure(self, instance: InstanceId, lookup: Lookup, error: CloudError) -> Failure:
        last_known = None
        # A window is the API's own to apply: what was listed without it would be another answer.
        if isinstance(error, PASSING) and lookup.window is None:
            last_known = await self._memory.last_answer(instance)
        if last_known is not None and lookup.region not in (None, last_known.region):
            last_known = None
        return Failure(instance=instance, error=error, last_known=last_known)

    async def _find(
        self, instance: InstanceId, lookup: Lookup, party: Party
    ) -> tuple[tuple[str, ...], Found]:
        known = lookup.region
        if not known and len(self._regions) > 1:  # where there is one, there is nothing to know
            known = await self._memory.region_of(instance)
        regions = (known,) if known else self._regions
        try:
            return regions, await self._first_listing(instance, regions, lookup, party)
        except NoSuchInstance:
            elsewhere = tuple(region for region in self._regions if region != known)
            if lookup.region or not known or not elsewhere:
                raise
        # Remembered there and no longer there: it may have been made anew in another region.
        return elsewhere, await self._first_listing(instance, elsewhere, lookup, party)

    def _note(self, region: str, error: CloudError | None, *, is_outrun: bool = False) -> None:
        is_ours = error is not None and error.code == OUR_OWN_LIMIT  # the cloud was not asked
        if region in self._states and not is_ours:
            is_answer = error is None or is_about_instance(error)
            self._states[region] = RegionState(
                region=region,
                as_of=self._now(),
                error=None if is_answer else error,
                is_outrun=is_outrun,
            )

    async def _first_listing(
        self, instance: InstanceId, regions: tuple[str, ...], lookup: Lookup, party: Party
    ) -> Found:
        async def ask(region: str) -> Listing:
            try:
                listing = await self._cloud.log_exports(
                    instance, region, party=party, window=lookup.window
                )
            except CloudError as error:
                self._note(region, error)
                raise
            except asyncio.CancelledError:
                self._note(region, None, is_outrun=True)
                raise
            self._note(region, None)
            return listing

        return await first_listing(regions, ask)


def _question(instance: InstanceId, lookup: Lookup) -> Question:
    return instance, lookup.region, lookup.window


def _reusable_s(outcome: Outcome) -> float:
    if isinstance(outcome, Report):
        return REUSED_S
    error = outcome.error
    is_missing = isinstance(error, NoSuchInstance) and not error.silent_regions
    return MISSING_S if is_missing else 0.0


def open_query(settings: Settings, memory: Memory, permits: Permits | None = None) -> Query:
    """The look-up half of the product: httpx alone, no Slack, no store.

    Args:
        settings: with credentials and regions.
        memory: where each instance was found.
        permits: the shared budget; None paces this process alone.
    """
    auth, tls = auth_of(settings), cache(settings.tls)
    cloud = CloudClient(
        http=open_http(settings.cloud_endpoint, auth, tls),
        open_fresh=lambda: open_http(settings.cloud_endpoint, auth, tls, kept=0),
        permits=permits or _bucket(settings.requests_per_s),
        slots_of_one=_slots_of_one(len(settings.regions)),
        units=Units(
            zone=ZoneInfo(settings.api_timezone),
            bytes_per_size=KIB if settings.size_unit == "kib" else 1,
        ),
    )
    return Query(cloud=cloud, memory=memory, regions=settings.regions)


def _slots_of_one(regions: int) -> int:
    # A silent region holds each of its slots for 8 s.
    return SLOTS if regions == 1 else max(1, (SLOTS - SLOTS_LEFT) // (regions - 1))


def auth_of(settings: Settings) -> TC3Auth:
    """Signs with the key that the settings, or a file, hold; reads it again when it runs out.

    Raises:
        SettingsError: when there is no key.
    """

    def credentials() -> Credentials:
        keys = read_credentials(settings)
        return Credentials(secret_id=keys.secret_id, secret_key=keys.secret_key, token=keys.token)

    return TC3Auth(credentials)


def _bucket(per_s: float) -> Bucket:
    # A look into a few regions at once should not wait; 18 in one second leaves the console two.
    burst = min(MOST_AT_ONCE, int(per_s), int(MAX_REQUESTS_PER_S - per_s))
    return Bucket(per_s, burst=max(1, burst), clock=time.monotonic)
