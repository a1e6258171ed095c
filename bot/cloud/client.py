"""The thin client: one action, all of its pages, tried again when that is worth it, on time.

log_exports → walk of pages → describe_log_download_tasks → attempts, each in its turn → wire.decode
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import httpx

from bot.cloud import wire
from bot.cloud.budget import Permits
from bot.cloud.call import Call
from bot.cloud.http import ATTEMPT_S
from bot.cloud.paging import LIMIT, Collected, End, OffsetIs, walk
from bot.cloud.queue import SLOTS, FairQueue, Party
from bot.cloud.retry import REPAIRABLE, delay_s
from bot.errors import CloudError, CloudUnreachable
from bot.model import Export, InstanceId
from bot.telemetry import event

BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Every export of one instance in one region.

    Attributes:
        exports: each once, newest first; those without a creation time last.
        complete: False when the walk over the pages broke off: there may be more.
        request_id: the API's RequestId of the first page, when it gave one.
    """

    exports: tuple[Export, ...]
    complete: bool
    request_id: str | None


class CloudClient:
    """Asks the cloud API; every failure is a CloudError.

    Args:
        http: from `open_http`, or one on a test's transport.
        permits: one is taken before each call.
        open_fresh: opens a client that keeps no connections, for attempts after a broken one: kept
            connections die together. It is closed with this object. None: `http` makes those too.
        units: how the API's undocumented units are read.
        slots_of_one: how many calls may be under way at once in one region.
        chance: the jitter between attempts.
        sleep: waits that many seconds.
    """

    def __init__(
        self,
        *,
        http: httpx.AsyncClient,
        permits: Permits,
        units: wire.Units,
        open_fresh: Callable[[], httpx.AsyncClient] | None = None,
        slots_of_one: int = SLOTS,
        chance: random.Random | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._http = http
        self._open_fresh = open_fresh
        self._fresh: httpx.AsyncClient | None = None
        self.queue = FairQueue(permits, slots_of_one=slots_of_one)
        self._units = units
        self._chance = chance or random.SystemRandom()
        self._sleep = sleep
        self._offset_is: OffsetIs | None = None

    async def aclose(self) -> None:
        """Close the connections."""
        await self.queue.aclose()
        await self._http.aclose()
        if self._fresh is not None:
            await self._fresh.aclose()

    async def log_exports(
        self,
        instance: InstanceId,
        region: str,
        *,
        party: Party,
        window: tuple[str, str] | None = None,
    ) -> Listing:
        """Every export of an instance, all pages.

        When a later page fails, the pages before it are the answer, marked incomplete.

        Args:
            instance: which instance.
            region: where its data is.
            party: whose question it is, for the fair share of the budget.
            window: StartTime and EndTime, passed on untouched.

        Raises:
            CloudError: when the first page failed.
        """
        start_time, end_time = window or (None, None)
        collected, request_id, complete = Collected(), None, False
        try:
            async with asyncio.timeout(None) as deadline:
                page_at = partial(
                    self.describe_log_download_tasks,
                    instance,
                    region,
                    start_time=start_time,
                    end_time=end_time,
                    party=party,
                    deadline=deadline,
                )
                first = await page_at(offset=0)
                request_id = first.request_id
                collected.add(first)
                complete = await self._walk(collected, first, page_at) and _lists_all(first)
        except (CloudError, TimeoutError) as error:
            if not len(collected):
                raise _unreachable(error, region) from None
            event("cloud.walk_broke_off", logging.WARNING, error=type(error).__name__)
        return Listing(
            exports=newest_first(collected.exports), complete=complete, request_id=request_id
        )

    async def _walk(
        self,
        collected: Collected,
        page: wire.Page,
        page_at: Callable[..., Awaitable[wire.Page]],
    ) -> bool:
        steps = walk(collected, self._offset_is)
        next(steps)  # offset 0: that page is here already
        try:
            while True:
                page = await page_at(offset=steps.send(page))
        except StopIteration as stop:
            end: End = stop.value
            self._offset_is = end.offset_is or self._offset_is
            return end.complete

    async def describe_log_download_tasks(
        self,
        instance: str,
        region: str,
        *,
        party: Party,
        limit: int = LIMIT,
        offset: int = 0,
        start_time: str | None = None,
        end_time: str | None = None,
        deadline: asyncio.Timeout | None = None,
    ) -> wire.Page:
        """One question of the API with all of its inputs; all of its outputs.

        Asked again after a moment's trouble, and once after what `TC3Auth` can repair.

        Args:
            instance: InstanceId.
            region: X-TC-Region, where the data is; independent of the endpoint.
            party: whose question it is.
            limit: 1 to 100.
            offset: rows or pages, see `bot.cloud.paging`.
            start_time: `yyyy-mm-dd hh:mm:ss`, in the API's own zone.
            end_time: the same.
            deadline: runs from the first permit, for all attempts; 20 s.

        Raises:
            CloudError: the leaf that fits.
        """
        body = wire.request_body(
            instance=instance, limit=limit, offset=offset, start_time=start_time, end_time=end_time
        )
        call = Call(
            instance=instance,
            region=region,
            offset=offset,
            body=body,
            party=party,
            deadline=deadline,
        )
        return await self._answer_to(call)

    async def _answer_to(self, call: Call) -> wire.Page:
        http = self._http
        while True:
            try:
                return await self._attempt(call, http)
            except CloudError as error:
                if not await self._may_ask_again(call, error):
                    raise
                if isinstance(error, CloudUnreachable):
                    http = self._fresh_http()

    def _fresh_http(self) -> httpx.AsyncClient:
        if self._fresh is None and self._open_fresh is not None:
            self._fresh = self._open_fresh()
        return self._fresh or self._http

    async def _may_ask_again(self, call: Call, error: CloudError) -> bool:
        """Wait before the next attempt; False when there is none to make."""
        if error.code in REPAIRABLE and error.code not in call.repaired:
            call.repaired |= {error.code}
            return True
        call.has_failed()
        pause_s = delay_s(error, call.attempts, self._chance)
        if pause_s is None or not call.has_time_for(pause_s):
            return False
        event("cloud.asked_again", after=type(error).__name__, attempts=call.attempts)
        await self._sleep(pause_s)
        return True

    async def _attempt(self, call: Call, http: httpx.AsyncClient) -> wire.Page:
        async with self.queue.turn(call.party, call.region, call.place) as place:
            call.begin(place)
            try:
                async with asyncio.timeout(ATTEMPT_S):
                    answer = await http.post(
                        "/", content=call.body, headers={"X-TC-Region": call.region}
                    )
                page = wire.decode(
                    answer.status_code, answer.content, region=call.region, units=self._units
                )
            except (httpx.RequestError, TimeoutError) as error:
                call.log(type(error).__name__, error="CloudUnreachable")
                raise _unreachable(error, call.region) from None
            except CloudError as error:
                call.log_error(error)
                raise
            except asyncio.CancelledError:
                call.log_cut_short()
                raise
        call.log("ok", request_id=page.request_id)
        return page


def _unreachable(error: Exception, region: str) -> CloudError:
    if isinstance(error, CloudError):
        return error
    return CloudUnreachable(type(error).__name__, region=region)


def _lists_all(first: wire.Page) -> bool:
    """Whether there is anything of what the API counts."""
    if not first.total_count or first.exports:
        return True
    event("cloud.counts_what_it_does_not_list", logging.WARNING, total=first.total_count)
    return False


def newest_first(exports: tuple[Export, ...]) -> tuple[Export, ...]:
    """Sorted by creation time; those without one last. The API's own order is not documented."""
    return tuple(sorted(exports, key=lambda export: export.created_at or BEFORE_ALL, reverse=True))
