"""The thin client: one long-lived httpx client, one signed action, deadlines everywhere.

log_exports → permit → walk of pages → describe_log_download_tasks → TC3Auth → wire.decode
"""

import asyncio
import logging
import ssl
import time
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import SplitResult, urlsplit

import httpx

from bot.cloud import wire
from bot.cloud.budget import Permits
from bot.cloud.paging import LIMIT, Collected, End, OffsetIs, walk
from bot.cloud.sign import Credentials, sign
from bot.errors import CloudError, CloudUnreachable, SettingsError
from bot.model import Export, InstanceId
from bot.settings.values import is_loopback
from bot.telemetry import event

ACTION = "DescribeLogDownloadTasks"
VERSION = "2019-07-25"
SERVICE = "mongodb"
CONTENT_TYPE = "application/json; charset=utf-8"
SIGNED = ("content-type", "host", "x-tc-action")

CONNECT_S = 3.0
ATTEMPT_S = 8.0
LATER_PAGES_S = 12.0  # with the first attempt: 20 s in all, counted from the first permit
IN_FLIGHT = 32  # 15 calls a second, 2 s each; httpx's pool degrades with many waiters
BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
LIMITS = httpx.Limits(max_connections=40, max_keepalive_connections=8)


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


class TC3Auth(httpx.Auth):
    """Signs a request as it leaves, over the very bytes that are sent.

    Args:
        credentials: whose signature.
        clock: Unix seconds; the API refuses a clock that is more than 5 minutes off.
    """

    requires_request_body = True

    def __init__(self, credentials: Credentials, clock: Callable[[], float] = time.time) -> None:
        self._credentials = credentials
        self._clock = clock

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Put on timestamp, token and signature."""
        timestamp = int(self._clock())
        request.headers["X-TC-Timestamp"] = str(timestamp)
        if self._credentials.token:
            request.headers["X-TC-Token"] = self._credentials.token
        request.headers["Authorization"] = sign(
            self._credentials,
            service=SERVICE,
            timestamp=timestamp,
            headers={name: request.headers[name] for name in SIGNED},
            body=request.content,
        ).authorization
        yield request


def open_http(
    endpoint: str, auth: httpx.Auth, tls: Callable[[], ssl.SSLContext]
) -> httpx.AsyncClient:
    """The client that lives as long as the process; close it with `aclose`.

    Args:
        endpoint: scheme and host, already checked by the settings.
        auth: signs each request.
        tls: makes the TLS context; not called for plain http, which has nothing to verify and
            which the settings allow to loopback only.

    Raises:
        SettingsError: when the environment names a proxy of a kind that can't be used.
    """
    parts = urlsplit(endpoint)
    try:
        return _new_http(parts, auth, tls)
    except (ImportError, ValueError):  # httpx reads the proxies of the environment here
        fault = "HTTPS_PROXY, HTTP_PROXY, ALL_PROXY: only http proxies can be used"
        raise SettingsError((fault,)) from None


def _new_http(
    endpoint: SplitResult, auth: httpx.Auth, tls: Callable[[], ssl.SSLContext]
) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=endpoint.geturl(),
        auth=auth,
        verify=False if endpoint.scheme == "http" else tls(),
        trust_env=not is_loopback(endpoint.hostname or ""),  # no proxy to this machine itself
        follow_redirects=False,
        limits=LIMITS,
        timeout=httpx.Timeout(ATTEMPT_S, connect=CONNECT_S),
        headers={
            "Content-Type": CONTENT_TYPE,
            "X-TC-Action": ACTION,
            "X-TC-Version": VERSION,
            "X-TC-Language": "en-US",
        },
    )


class CloudClient:
    """Asks the cloud API; every failure is a CloudError.

    Args:
        http: from `open_http`, or one on a test's transport.
        permits: one is taken before each call.
        units: how the API's undocumented units are read.
    """

    def __init__(self, *, http: httpx.AsyncClient, permits: Permits, units: wire.Units) -> None:
        self._http = http
        self._permits = permits
        self._units = units
        self._in_flight = asyncio.Semaphore(IN_FLIGHT)
        self._offset_is: OffsetIs | None = None

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def log_exports(
        self,
        instance: InstanceId,
        region: str,
        *,
        who: str,
        window: tuple[str, str] | None = None,
    ) -> Listing:
        """Every export of an instance, all pages.

        When a later page fails, the pages before it are the answer, marked incomplete.

        Args:
            instance: which instance.
            region: where its data is.
            who: whose question it is, for the fair share of the budget.
            window: StartTime and EndTime, passed on untouched.

        Raises:
            CloudError: when the first page failed.
        """
        start_time, end_time = window or (None, None)

        async def page_at(offset: int) -> wire.Page:
            return await self.describe_log_download_tasks(
                instance, region, offset=offset, start_time=start_time, end_time=end_time, who=who
            )

        first = await page_at(0)
        if first.total_count and not first.exports:
            event("cloud.counts_what_it_does_not_list", logging.WARNING, total=first.total_count)
        collected = Collected()
        complete = await self._walk(collected, first, page_at)
        return Listing(
            exports=newest_first(collected.exports),
            complete=complete,
            request_id=first.request_id,
        )

    async def _walk(
        self,
        collected: Collected,
        page: wire.Page,
        page_at: Callable[[int], Awaitable[wire.Page]],
    ) -> bool:
        steps = walk(collected, self._offset_is)
        next(steps)  # offset 0: that page is here already
        try:
            async with asyncio.timeout(LATER_PAGES_S):
                while True:
                    page = await page_at(steps.send(page))
        except StopIteration as stop:
            end: End = stop.value
            self._offset_is = end.offset_is or self._offset_is
            return end.complete
        except (CloudError, TimeoutError) as error:
            event("cloud.walk_broke_off", logging.WARNING, error=type(error).__name__)
            return False

    async def describe_log_download_tasks(
        self,
        instance: str,
        region: str,
        *,
        who: str,
        limit: int = LIMIT,
        offset: int = 0,
        start_time: str | None = None,
        end_time: str | None = None,
    ) -> wire.Page:
        """One call of the API with all of its inputs; all of its outputs.

        Args:
            instance: InstanceId.
            region: X-TC-Region, where the data is; independent of the endpoint.
            who: whose question it is.
            limit: 1 to 100.
            offset: rows or pages, see `bot.cloud.paging`.
            start_time: `yyyy-mm-dd hh:mm:ss`, in the API's own zone.
            end_time: the same.

        Raises:
            CloudError: the leaf that fits.
        """
        body = wire.request_body(
            instance=instance, limit=limit, offset=offset, start_time=start_time, end_time=end_time
        )
        await self._permits.take(who)
        started = time.monotonic()
        try:
            async with asyncio.timeout(ATTEMPT_S), self._in_flight:
                answer = await self._http.post("/", content=body, headers={"X-TC-Region": region})
            page = wire.decode(answer.status_code, answer.content, region=region, units=self._units)
        except (httpx.RequestError, TimeoutError) as error:
            _log_call(instance, region, offset, started, outcome=type(error).__name__)
            raise CloudUnreachable(type(error).__name__, region=region) from None
        except CloudError as error:
            _log_call(instance, region, offset, started, outcome=error.code, id_=error.request_id)
            raise
        _log_call(instance, region, offset, started, outcome="ok", id_=page.request_id)
        return page


def newest_first(exports: tuple[Export, ...]) -> tuple[Export, ...]:
    """Sorted by creation time; those without one last. The API's own order is not documented."""
    return tuple(sorted(exports, key=lambda export: export.created_at or BEFORE_ALL, reverse=True))


def _log_call(
    instance: str, region: str, offset: int, started: float, *, outcome: str, id_: str | None = None
) -> None:
    took_ms = round(1000 * (time.monotonic() - started))
    event(
        "cloud.called",
        instance=instance,
        region=region,
        offset=offset,
        outcome=outcome,
        request_id=id_,
        took_ms=took_ms,
    )
