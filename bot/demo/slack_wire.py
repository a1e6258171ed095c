"""How the simulated Slack reaches the app: over HTTP, or over the app's own websockets.

    Parcel ──► mode? ──► Courier ──► events_url (the app)
                   └───► Switchboard ──► a websocket (the app)
    what the app then posts ──► Answers ──► answers, wait_for

Says nothing of its own: `slack_talk` and `slack_api` do.
"""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Literal, Self

from bot.demo.slack_answers import Answers
from bot.demo.slack_arguments import FORM
from bot.demo.slack_courier import DEADLINE_S, Courier
from bot.demo.slack_delivery import Delivery, signed_headers
from bot.demo.slack_link import Link
from bot.demo.slack_parcel import Parcel
from bot.demo.slack_server import SlackServer
from bot.demo.slack_socket import WARNED_S
from bot.demo.slack_surfaces import View
from bot.demo.workspace import Posted, Workspace


class SlackWire(SlackServer):
    """A `SlackServer` that can also reach the app; open it with `async with`.

    Args:
        workspace: who and what is there.
        bot_token, app_token, port: see `SlackServer`.
        signing_secret: what requests to the app are signed with.
        deadline_s: how long it waits for an acknowledgement.
        clock, sleep, secret: see `SlackServer`, as the attributes that make it fail.

    Attributes:
        mode: `socket` sends everything over websockets and nothing over HTTP; raw requests of
            `deliver` always go over HTTP.
        events_url: where HTTP goes, such as `http://127.0.0.1:3000/slack/events`.
        subscriptions: the events that the app is told about.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        bot_token: str,
        signing_secret: str,
        app_token: str | None = None,
        port: int = 0,
        deadline_s: float = DEADLINE_S,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        secret: Callable[[int], str] = secrets.token_hex,
    ) -> None:
        super().__init__(
            workspace,
            bot_token=bot_token,
            app_token=app_token,
            port=port,
            clock=clock,
            sleep=sleep,
            secret=secret,
        )
        self.subscriptions = {"app_home_opened", "app_mention", "message.im"}
        self.mode: Literal["http", "socket"] = "http"
        self.events_url = ""
        self._answers = Answers(workspace, self.surfaces)
        self._signing_secret = signing_secret
        self._deadline_s = deadline_s
        self._courier = Courier(deadline_s=deadline_s)

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        await self._courier.__aenter__()
        self._answers.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._answers.close()
        await self._courier.__aexit__(kind, error, trace)
        await super().__aexit__(kind, error, trace)

    async def deliver(
        self,
        body: bytes,
        headers: Mapping[str, str] | None = None,
        *,
        sign: bool = True,
        timestamp: str | None = None,
        signature: str | None = None,
    ) -> Delivery:
        """Send any body over HTTP: unsigned, with a wrong signature, or with any text as its time.

        `headers` win over everything else.
        """
        began = len(self.workspace.history)
        stamp = timestamp if timestamp is not None else str(int(self.clock()))
        proof = signed_headers(body, signing_secret=self._signing_secret, timestamp=stamp)
        forged = {"X-Slack-Signature": signature} if signature is not None else {}
        sent = {"Content-Type": FORM, **(proof if sign else {}), **forged, **(headers or {})}
        acknowledgement = await self._courier.carry(body, sent, self.events_url)
        return Delivery(began=began, acknowledgement=acknowledgement)

    async def send(self, parcel: Parcel) -> Delivery:
        """Send a parcel the way that `mode` says, and wait for its acknowledgement."""
        if self.mode == "http":
            return await self.deliver(parcel.body(), parcel.headers())
        began = len(self.workspace.history)
        acknowledgement = await self.sockets.carry(parcel, self._deadline_s)
        return Delivery(began=began, acknowledgement=acknowledgement)

    async def answers(
        self, delivery: Delivery, count: int = 1, timeout_s: float = 10
    ) -> tuple[Posted, ...]:
        """The first `count` messages that answer a delivery, waiting for those still to come.

        An answer came through the delivery's response_url, or was shown to the same person alone
        by another way after it. An event is answered in its own thread or DM, or to the same
        person alone in its channel. New versions of a message count too, deletions do not.

        Raises:
            TimeoutError: when they did not come in time; it says which did.
        """

        def enough() -> tuple[Posted, ...] | None:
            came = self._answers.so_far(delivery)
            return came[:count] if len(came) >= count else None

        try:
            return await self._answers.until(enough, timeout_s)
        except TimeoutError:
            texts = [posted.text for posted in self._answers.so_far(delivery)]
            raise TimeoutError(f"{count} answers awaited within {timeout_s} s, {texts=}") from None

    async def wait_for(self, predicate: Callable[[Posted], bool], timeout_s: float = 10) -> Posted:
        """The first version of any message that fits, from the beginning on.

        Raises:
            TimeoutError: when none came in time; it says what was posted.
        """

        def first() -> Posted | None:
            return next(filter(predicate, self.workspace.history), None)

        try:
            return await self._answers.until(first, timeout_s)
        except TimeoutError:
            texts = [posted.text for posted in self.workspace.history]
            raise TimeoutError(f"no such message within {timeout_s} s, {texts=}") from None

    async def wait_for_view(self, predicate: Callable[[View], bool], timeout_s: float = 10) -> View:
        """The first version of any view, modal or Home tab, that fits, from the beginning on.

        Raises:
            TimeoutError: when none came in time; it says what was shown.
        """

        def first() -> View | None:
            return next(filter(predicate, self.surfaces.history), None)

        try:
            return await self._answers.until(first, timeout_s)
        except TimeoutError:
            shown = [view.view for view in self.surfaces.history]
            raise TimeoutError(f"no such view within {timeout_s} s, {shown=}") from None

    @property
    def connections(self) -> tuple[Link, ...]:
        """The live websockets, oldest first; frozen ones too, for Slack can't tell."""
        return self.sockets.links

    @property
    def next_connection(self) -> int | None:
        """Position in `connections` of the one that everything goes over; None takes turns."""
        return self.sockets.forced

    @next_connection.setter
    def next_connection(self, position: int | None) -> None:
        self.sockets.forced = position

    async def wait_connected(self, count: int = 1, timeout_s: float = 10) -> tuple[Link, ...]:
        """The websockets that are well, once there are so many: not frozen, not told to go.

        Raises:
            TimeoutError: when they did not come in time.
        """
        return await self.sockets.wait_for(count, timeout_s)

    async def warn(self, position: int = 0, *, closes_after_s: float | None = WARNED_S) -> None:
        """Say that one connection will close, and close it then; with None, not at all."""
        link = self.connections[position]
        await self.sockets.say_goodbye(link, "warning", closes_after_s=closes_after_s)

    async def refresh(self, position: int = 0, *, closes_after_s: float | None = WARNED_S) -> None:
        """Ask that one connection be made anew; it is closed later if it has not gone."""
        link = self.connections[position]
        await self.sockets.say_goodbye(link, "refresh_requested", closes_after_s=closes_after_s)

    def link_disabled(self) -> None:
        """Switch Socket Mode off: all connections are told and closed, none is let in again."""
        self.sockets.switch_off()

    async def drop(self, position: int = 0) -> None:
        """Cut one connection, as a broken line does."""
        await self.connections[position].drop()

    def freeze(self, position: int = 0) -> None:
        """Let one connection die silently: it stays open, but nothing is heard or said on it."""
        self.connections[position].freeze()
