"""Socket Mode: two connections to Slack, out of step, so that a reconnect leaves no gap.

    envelope → Bolt → acknowledgement

Slack ends each connection every few hours, and the SDK closes the old one before it opens the next.
So there are two; the second is renewed once at a random time, and whenever their ages come too
close, but never while the first is down.

Source: https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import json
import logging
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.request import proxy_bypass

import aiohttp
from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackClientError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.telemetry import event

CONNECTIONS = 2
PING_S = 5.0
SILENT_S = 60.0  # without a pong or an envelope for so long, a connection counts as dead
FIRST_RENEWAL_S = (600.0, 1800.0)
LOOK_S = 10.0
TOO_CLOSE_S = 120.0
RENEWAL_S = 20.0  # the SDK tries an address that does not work for ever
CLOSE_S = 2.0  # it would wait 10 s for a peer that is gone to say goodbye
# Of Slack or of the SDK: an answer without an address is a KeyError there.
FAULTS = (
    SlackClientError,
    aiohttp.ClientError,
    OSError,
    TimeoutError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
)
SLACK_SOCKET_HOST = "wss-primary.slack.com"
OK = 200

Dispatch = Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]


class Connection:
    """One websocket of the SDK's, and when it was last heard."""

    def __init__(self, client: SocketModeClient, clock: Callable[[], float]) -> None:
        self.client = client
        self.opened_at = clock()
        self.heard_at: float | None = None
        self._greeted: object = None  # the session that said hello
        self._clock = clock
        client.message_listeners.append(self._hear)

    async def _hear(
        self, _: AsyncBaseSocketModeClient, message: dict[str, Any], __: str | None = None
    ) -> None:
        self.heard_at = self._clock()
        if message.get("type") == "hello":
            self._greeted = self.client.current_session
            self.opened_at = self._clock()
            event("slack.connected", connections=message.get("num_connections"))

    @property
    def last_heard_at(self) -> float | None:
        """The last pong or message, Unix seconds; None when there was none yet."""
        # The SDK counts the first ping of a session as its pong.
        is_greeted = self._greeted is not None and self._greeted is self.client.current_session
        times = [self.heard_at, self.client.last_ping_pong_time if is_greeted else None]
        return max((each for each in times if each is not None), default=None)


class SocketFace:
    """Takes what Slack sends over websockets; open it with `connected`.

    Args:
        dispatch: Bolt's.
        app_token: opens connections; `xapp-…`.
        slack: the Web API, with the TLS context for the sockets in `ssl`.
        uses_proxy: False towards this machine itself.
        goodbye: what a command is answered with while the process ends.
        clock: Unix seconds, the SDK's own.
        chance: when the second connection is renewed.
        ping_s: between our pings; four without a pong, and the SDK connects anew.
        sleep: waits that many seconds.
    """

    def __init__(
        self,
        dispatch: Dispatch,
        *,
        app_token: str,
        slack: AsyncWebClient,
        uses_proxy: bool,
        goodbye: str,
        clock: Callable[[], float] = time.time,
        chance: random.Random | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        ping_s: float = PING_S,
    ) -> None:
        self._dispatch = dispatch
        self._app_token = app_token
        self._slack = slack
        self._uses_proxy = uses_proxy and not proxy_bypass(SLACK_SOCKET_HOST)
        self._goodbye = goodbye
        self._clock = clock
        self._chance = chance or random.SystemRandom()
        self._sleep = sleep
        self._ping_s = ping_s
        self._is_draining = False
        self._started_at = clock()
        self._connections: list[Connection] = []

    def stop_intake(self) -> None:
        """From now on commands are told to come back, and events are left for Slack to repeat."""
        self._is_draining = True

    def trouble(self) -> str | None:
        """Why Slack's traffic is not well; None when it is."""
        now = self._clock()
        heard = [each.last_heard_at for each in self._connections]
        last = max((each for each in heard if each is not None), default=self._started_at)
        return None if now - last <= SILENT_S else "no connection to Slack was heard for a minute"

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        """Both connections, while the context is open; it does not wait for them to be there.

        One of them serves while the other is still tried, and is drained like both.
        """
        self._connections = [self._new_connection() for _ in range(CONNECTIONS)]
        tasks = [asyncio.create_task(each) for each in (self._open(), self._look_after_them())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*(_close(each.client) for each in self._connections))

    async def _open(self) -> None:
        for connection in self._connections:
            await connection.client.connect()  # type: ignore[no-untyped-call]

    def _new_connection(self) -> Connection:
        client = SocketModeClient(
            app_token=self._app_token,
            logger=logging.getLogger("slack_sdk.socket_mode"),
            web_client=self._slack,
            ping_interval=self._ping_s,
        )
        if not self._uses_proxy:
            client.proxy = None  # the SDK has read it from the environment without NO_PROXY
        client.socket_mode_request_listeners.append(self._take)
        return Connection(client, self._clock)

    async def _take(self, client: AsyncBaseSocketModeClient, envelope: SocketModeRequest) -> None:
        started = time.perf_counter()
        if self._is_draining and envelope.type == "slash_commands":
            await _acknowledge(client, envelope, {"text": self._goodbye})
            return
        if self._is_draining and envelope.type == "events_api":
            return
        answer = await self._dispatch(
            AsyncBoltRequest(
                mode="socket_mode", body=envelope.payload, headers=_retry_headers(envelope)
            )
        )
        if answer.status != OK:
            event("delivery.refused", status=answer.status, reason="socket")
            return
        await _acknowledge(client, envelope, json.loads(answer.body) if answer.body else None)
        took_ms = round(1000 * (time.perf_counter() - started), 3)
        event("delivery.acknowledged", logging.DEBUG, mode="socket", took_ms=took_ms)

    async def _look_after_them(self) -> None:
        first, second = self._connections
        renew_at: float | None = self._clock() + self._chance.uniform(*FIRST_RENEWAL_S)
        while True:
            await self._sleep(LOOK_S)
            for connection in self._connections:
                await _forget_dead_address(connection.client)
            is_due = renew_at is not None and self._clock() >= renew_at
            is_close = abs(first.opened_at - second.opened_at) < TOO_CLOSE_S
            is_wanted = is_due or (renew_at is None and is_close)
            if is_wanted and await first.client.is_connected() and await _renew(second.client):
                renew_at = None


async def _forget_dead_address(client: SocketModeClient) -> None:
    # An address is good once, and the SDK goes on trying the one that did not work.
    if not await client.is_connected():
        client.wss_uri = None


async def _renew(client: SocketModeClient) -> bool:
    """Whether it worked; when not, the next look tries again."""
    event("slack.renewing")
    try:
        async with asyncio.timeout(RENEWAL_S):
            await client.connect_to_new_endpoint(force=True)
    except FAULTS as error:
        event("slack.not_renewed", logging.WARNING, error=type(error).__name__)
        client.auto_reconnect_enabled = True  # as it was before the SDK began
        return False
    return True


async def _close(client: SocketModeClient) -> None:
    try:
        async with asyncio.timeout(CLOSE_S):
            await client.close()  # type: ignore[no-untyped-call]
    except TimeoutError:
        tasks = (client.message_processor, client.current_session_monitor, client.message_receiver)
        for task in filter(None, tasks):
            task.cancel()
        await client.aiohttp_client_session.close()


async def _acknowledge(
    client: AsyncBaseSocketModeClient, envelope: SocketModeRequest, payload: dict[str, Any] | None
) -> None:
    response = SocketModeResponse(envelope_id=envelope.envelope_id, payload=payload)
    await client.send_socket_mode_response(response)


def _retry_headers(envelope: SocketModeRequest) -> dict[str, str | Sequence[str]]:
    if envelope.retry_attempt is None:
        return {}
    return {
        "x-slack-retry-num": str(envelope.retry_attempt),
        "x-slack-retry-reason": envelope.retry_reason or "",
    }
