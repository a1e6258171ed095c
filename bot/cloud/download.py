"""Fetches what a link points to: streamed, continued after a break, never redirected.

    link ── allowed host? ──► GET, from where the part ends ──► Part ── whole? ──► its name
      ▲                          │ 403: expired        │ broken off: a pause, and again
      └── asks the cloud anew ◄──┘

The storage gets no credentials but the link itself, which is never logged or put in an error.
"""

import asyncio
import random
import re
import ssl
from collections.abc import Awaitable, Callable
from typing import NoReturn

import httpx

from bot.cloud.fetching import Fetched, NotFetched, Reason, Watcher
from bot.cloud.part import Part
from bot.errors import SettingsError
from bot.link import Link

CONNECT_S = 5.0
READ_S = 30.0  # of silence
OK, PARTIAL, FORBIDDEN, RANGE_REFUSED = 200, 206, 403, 416
GONE = (404, 410)
NOT_NOW = (408, 429)
BROKEN_FROM = 500
REDIRECTS = range(300, 400)
# `bytes 100-199/200`; the size may be `*` (RFC 9110, 14.4).
CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)")

MOST_IN_VAIN = 5  # attempts in a row that brought nothing worth it
WORTH_BYTES = 65_536
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0


class _BrokeOff(Exception):
    """Another attempt may follow."""

    def __init__(self, reason: Reason, *, status: int | None = None, pause_s: float = 0.0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.pause_s = pause_s


class _Expired(Exception):
    """The link's time is over."""


def open_storage(tls: Callable[[], ssl.SSLContext]) -> httpx.AsyncClient:
    """The client for object storage; close it with `aclose`.

    Raises:
        SettingsError: when the certificates or the proxies of the environment can't be used.
    """
    try:
        return storage_client(verify=tls())
    except (ImportError, ValueError):  # httpx reads the proxies of the environment here
        fault = "HTTPS_PROXY, ALL_PROXY: only http proxies can be used"
        raise SettingsError((fault,)) from None


def storage_client(
    *, verify: ssl.SSLContext | bool = True, transport: httpx.AsyncBaseTransport | None = None
) -> httpx.AsyncClient:
    """The same with a TLS context, or on a test's transport."""
    return httpx.AsyncClient(
        verify=verify,
        transport=transport,
        follow_redirects=False,
        timeout=httpx.Timeout(READ_S, connect=CONNECT_S),
        # What is stored is what is wanted: nothing unpacked on the way, sizes as they are told.
        headers={"Accept": "*/*", "Accept-Encoding": "identity"},
    )


class Download:
    """One file from its link to the disk.

    Args:
        http: from `open_storage`.
        part: entered.
        link: where it is.
        renew: asks the cloud for a fresh link; may raise what it likes.
        watcher: is told how it goes.
        link_hosts: more hosts that a link may point to.
        chance: the jitter of the pauses.
        sleep: waits that many seconds.
    """

    def __init__(
        self,
        *,
        http: httpx.AsyncClient,
        part: Part,
        link: Link,
        renew: Callable[[], Awaitable[Link]],
        watcher: Watcher,
        link_hosts: tuple[str, ...] = (),
        chance: random.Random | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._http = http
        self._part = part
        self._link = link
        self._renew = renew
        self._watcher = watcher
        self._link_hosts = link_hosts
        self._chance = chance or random.SystemRandom()
        self._sleep = sleep
        self._renewed_at_bytes: int | None = None
        self._is_compared = False  # with the finished file of an earlier run
        self._in_vain = 0
        self._most_bytes = part.size_bytes

    async def run(self) -> Fetched:
        """Fetch it; gives what is there then.

        Raises:
            NotFetched: when it can't be had.
        """
        origin = self._part.origin
        if origin is not None and self._part.size_bytes == origin.total_bytes:
            return self._finish(origin.total_bytes)  # the last run ended just before the end
        while True:
            self._check_host()
            try:
                return await self._attempt()
            except _Expired:
                await self._renew_link()
            except _BrokeOff as error:
                await self._pause(error)

    def _check_host(self) -> None:
        if not self._link.is_allowed(self._link_hosts):
            raise NotFetched(Reason.HOST, host=self._link.host)

    async def _renew_link(self) -> None:
        size_bytes, before = self._part.size_bytes, self._renewed_at_bytes
        if before is not None and size_bytes < before + WORTH_BYTES:
            raise NotFetched(Reason.REFUSED, status=FORBIDDEN)
        self._link, self._renewed_at_bytes = await self._renew(), size_bytes
        self._watcher.renewed()

    async def _pause(self, error: _BrokeOff) -> None:
        self._in_vain = 0 if self._has_grown() else self._in_vain + 1
        if self._in_vain >= MOST_IN_VAIN:
            raise NotFetched(error.reason, status=error.status)
        if error.reason is Reason.UNREADABLE:
            self._watcher.changed()
        else:
            self._watcher.broke_off(self._part.size_bytes)
        longest_s = FIRST_PAUSE_S * 2**self._in_vain
        await self._sleep(max(error.pause_s, self._chance.uniform(longest_s / 2, longest_s)))

    def _has_grown(self) -> bool:
        has = self._part.size_bytes >= self._most_bytes + WORTH_BYTES
        self._most_bytes = max(self._most_bytes, self._part.size_bytes)
        return has

    async def _attempt(self) -> Fetched:
        try:
            async with self._http.stream(
                "GET", self._link.reveal(), headers=self._range()
            ) as response:
                self._judge(response)
                return await self._receive(response)
        except httpx.InvalidURL:
            raise NotFetched(Reason.UNREADABLE) from None
        except httpx.RequestError as error:
            if _is_about_certificate(error):
                raise NotFetched(Reason.CERTIFICATE, host=self._link.host) from None
            raise _BrokeOff(Reason.UNREACHABLE) from None

    def _range(self) -> dict[str, str]:
        part = self._part
        if part.origin is None or not part.can_be_continued:
            return {}
        if part.finished_bytes is not None and not self._is_compared:
            return {}
        return {"Range": f"bytes={part.size_bytes}-", "If-Range": part.origin.etag}

    def _judge(self, response: httpx.Response) -> None:
        status = response.status_code
        if status in (OK, PARTIAL):
            return
        if status in REDIRECTS:
            raise NotFetched(Reason.REDIRECT, host=_next_host(response, self._link), status=status)
        if status == FORBIDDEN:
            raise _Expired
        if status in GONE:
            raise NotFetched(Reason.GONE, status=status)
        if status == RANGE_REFUSED:
            self._begin_anew(status)
        if status >= BROKEN_FROM or status in NOT_NOW:
            raise _BrokeOff(Reason.BROKEN, status=status, pause_s=_retry_after_s(response))
        raise NotFetched(Reason.UNREADABLE, status=status)

    def _begin_anew(self, status: int) -> NoReturn:
        """What has come is no part of what is there now: drop it, and ask for the whole."""
        self._part.restart(etag=None, total_bytes=None)
        raise _BrokeOff(Reason.UNREADABLE, status=status)

    async def _receive(self, response: httpx.Response) -> Fetched:
        part = self._part
        total_bytes = self._begin(response)
        if total_bytes is not None and not self._is_compared:
            self._is_compared = True
            if part.finished_bytes == total_bytes:
                return Fetched(size_bytes=total_bytes, was_there=True)
        if total_bytes is not None:
            part.check_room(total_bytes - part.size_bytes)
        self._watcher.begun(part.size_bytes, total_bytes)
        async for chunk in response.aiter_raw():
            part.write(chunk)
            self._watcher.grown(part.size_bytes)
        return self._finish(total_bytes)

    def _begin(self, response: httpx.Response) -> int | None:
        """Make the part ready for what comes; gives the size of the whole, None when unknown."""
        if response.status_code == PARTIAL:
            return self._go_on(response)
        length = response.headers.get("Content-Length", "")
        total_bytes = int(length) if length.isdecimal() else None
        self._part.restart(etag=response.headers.get("ETag"), total_bytes=total_bytes)
        return total_bytes

    def _go_on(self, response: httpx.Response) -> int:
        part, origin = self._part, self._part.origin
        found = CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
        etag = response.headers.get("ETag")
        if (
            origin is None
            or found is None
            or int(found[1]) != part.size_bytes
            or found[3] != str(origin.total_bytes)
            or (etag is not None and etag != origin.etag)
        ):
            self._begin_anew(response.status_code)
        return origin.total_bytes

    def _finish(self, total_bytes: int | None) -> Fetched:
        size_bytes = self._part.size_bytes
        if total_bytes is not None and size_bytes > total_bytes:
            self._begin_anew(OK)
        if total_bytes is not None and size_bytes < total_bytes:
            raise _BrokeOff(Reason.UNREACHABLE)
        self._part.finish()
        return Fetched(size_bytes=size_bytes, was_there=False)


def _next_host(response: httpx.Response, link: Link) -> str:
    location = Link(response.headers.get("Location", ""))
    return location.host or link.host


def _retry_after_s(response: httpx.Response) -> float:
    word = response.headers.get("Retry-After", "")
    return min(float(word), LONGEST_PAUSE_S) if word.isdecimal() else 0.0


def _is_about_certificate(error: httpx.RequestError) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
