"""Socket Mode from Slack's end: tickets, up to ten connections, and their bad days.

    apps.connections.open ──► a ticket ──► GET /link/?ticket=… ──► a Link ──► hello
    Parcel ──► any one of the links ──► Acknowledgement

docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import json
import uuid
from collections.abc import Callable, Coroutine
from typing import Any

from aiohttp import web

from bot.demo.slack_arguments import JSON
from bot.demo.slack_delivery import Acknowledgement
from bot.demo.slack_link import PING_S, Link
from bot.demo.slack_parcel import Parcel
from bot.demo.slack_refusal import SlackRefusal
from bot.demo.workspace import APP

MOST_LINKS = 10
TICKET_LIFE_S = 30.0  # Slack says "temporary"
WARNED_S = 10.0


class Switchboard:
    """All websockets of the app.

    Args:
        clock: Unix seconds.
        secret: makes so many random bytes as hexadecimal digits.

    Attributes:
        forced: position of the link that takes the next parcels; None for each in turn.
        is_off: Socket Mode is switched off for this app.
        ping_s: how often links opened from now on are pinged.
    """

    def __init__(self, *, clock: Callable[[], float], secret: Callable[[int], str]) -> None:
        self.forced: int | None = None
        self.is_off = False
        self.ping_s = PING_S
        self._clock = clock
        self._secret = secret
        self._tickets: dict[str, float] = {}
        self._links: list[Link] = []
        self._opened = 0
        self._carried = 0
        self._changed = asyncio.Event()
        self._partings: set[asyncio.Task[None]] = set()

    @property
    def links(self) -> tuple[Link, ...]:
        """The live ones, oldest first; frozen ones too, for Slack can't tell."""
        return tuple(each for each in self._links if not each.ended.is_set())

    def path(self) -> str:
        """Where the app may open one websocket, once, soon.

        Raises:
            SlackRefusal: `socket_mode_not_enabled`.
        """
        if self.is_off:
            raise SlackRefusal("socket_mode_not_enabled")
        ticket = self._secret(16)
        self._tickets[ticket] = self._clock() + TICKET_LIFE_S
        return f"/link/?ticket={ticket}&app_id={APP}"

    async def serve(self, http: web.Request) -> web.StreamResponse:
        """One websocket, from its ticket to its end; 404 without a ticket."""
        if self._tickets.pop(http.query.get("ticket", ""), 0.0) <= self._clock():
            raise web.HTTPNotFound
        self._opened += 1
        link = Link(number=self._opened, opened_at=self._clock(), ping_s=self.ping_s)
        await link.open(http)
        if len(self.links) >= MOST_LINKS:
            self._part(self._send_off(link, "too_many_websockets", 0.0))
            return await link.serve()
        return await self._serve_among_others(link)

    async def _serve_among_others(self, link: Link) -> web.StreamResponse:
        self._links.append(link)
        try:
            await link.hello(len(self.links))
            self._wake()
            return await link.serve()
        finally:
            self._links.remove(link)

    async def carry(self, parcel: Parcel, deadline_s: float) -> Acknowledgement:
        """Send a parcel over one of the links, and wait for its acknowledgement."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        if not self.links:
            return Acknowledgement(outcome="dispatch_failed", seconds=0.0)
        envelope = parcel.envelope(str(uuid.UUID(hex=self._secret(16))))
        try:
            said = await self._next_link().ask(envelope, deadline_s)
        except (TimeoutError, ConnectionError) as error:
            is_late = isinstance(error, TimeoutError)
            outcome = "operation_timeout" if is_late else "dispatch_failed"
            return Acknowledgement(outcome=outcome, seconds=loop.time() - started)
        return _acknowledgement(said, loop.time() - started)

    def _next_link(self) -> Link:
        if self.forced is not None:
            return self.links[self.forced]
        self._carried += 1
        return self.links[(self._carried - 1) % len(self.links)]

    async def say_goodbye(self, link: Link, reason: str, *, closes_after_s: float | None) -> None:
        """Tell a link to go, and close it later if it has not gone; None leaves it open."""
        await link.tell_to_go(reason)
        if closes_after_s is not None:
            self._part(_close_later(link, closes_after_s))

    def switch_off(self) -> None:
        """Send every link off; no new one is let in."""
        self.is_off = True
        for link in self.links:
            self._part(self._send_off(link, "link_disabled", 0.0))

    async def wait_for(self, count: int, timeout_s: float) -> tuple[Link, ...]:
        """The links that are well, once there are so many: not frozen, not told to go.

        Raises:
            TimeoutError: when they did not come in time; it says how many did.
        """
        try:
            async with asyncio.timeout(timeout_s):
                while len(self._healthy()) < count:
                    await self._changed.wait()
        except TimeoutError:
            came = len(self._healthy())
            raise TimeoutError(f"{count} links awaited in {timeout_s} s, {came} came") from None
        return self._healthy()

    async def close(self) -> None:
        """Cut all links."""
        for task in self._partings:
            task.cancel()
        for link in self.links:
            await link.drop()

    def _healthy(self) -> tuple[Link, ...]:
        return tuple(each for each in self.links if not each.is_frozen and not each.is_leaving)

    async def _send_off(self, link: Link, reason: str, closes_after_s: float) -> None:
        await link.tell_to_go(reason)
        await _close_later(link, closes_after_s)

    def _part(self, parting: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(parting)
        self._partings.add(task)
        task.add_done_callback(self._partings.discard)

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


async def _close_later(link: Link, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await link.ended.wait()
    except TimeoutError:
        await link.close()


def _acknowledgement(said: dict[str, Any], seconds: float) -> Acknowledgement:
    """What was said, its payload as if HTTP had brought it."""
    payload = said.get("payload")
    if not payload:
        return Acknowledgement(outcome="ok", seconds=seconds)
    return Acknowledgement(
        outcome="ok", body=json.dumps(payload), content_type=JSON, seconds=seconds
    )
