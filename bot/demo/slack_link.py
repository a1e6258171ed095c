"""One websocket that the app keeps open to Slack, from Slack's end.

    hello ──► envelopes ⇄ acknowledgements, pings ⇄ pongs ──► disconnect, close

An acknowledgement counts only on the connection that brought the envelope. Slack does not say so;
this is the stricter reading.
"""

import asyncio
import json
from contextlib import suppress
from typing import Any, Final

import aiohttp
from aiohttp import WSMsgType, web

from bot.demo.workspace import APP

HOST = "applink-invented"
PING_S = 10.0  # not documented; often enough for clients that wait 30 s for one
LIFETIME_S = 3600  # as the example in docs.slack.dev/apis/events-api/using-socket-mode
CLOSE_S = 1.0  # how long we wait for the other end to agree
GONE = (WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR)


class Link:
    """One connection; `serve` runs as long as it lasts.

    Attributes:
        number: 1 for the first that ever came, then 2, 3, …
        opened_at: Unix seconds.
        is_frozen: it has died silently; see `freeze`.
        is_leaving: it was told that it must go.
    """

    def __init__(self, *, number: int, opened_at: float, ping_s: float) -> None:
        self.number: Final = number
        self.opened_at: Final = opened_at
        self.is_frozen = False
        self.is_leaving = False
        self.ended = asyncio.Event()
        self._ping_s = ping_s
        self._socket = web.WebSocketResponse(timeout=CLOSE_S, autoclose=False, autoping=False)
        self._transport: asyncio.BaseTransport | None = None
        self._awaited: dict[str, asyncio.Future[dict[str, Any]]] = {}

    async def open(self, http: web.Request) -> None:
        """Shake hands."""
        self._transport = http.transport
        await self._socket.prepare(http)

    async def serve(self) -> web.WebSocketResponse:
        """Read what comes, until either end has gone."""
        try:
            with suppress(ConnectionError):
                await self._read()
        finally:
            self.ended.set()
        return self._socket

    async def hello(self, connections: int) -> None:
        """Say that it is in use, as one of so many, if somebody still hears it."""
        build = {"build_number": 1, "approximate_connection_time": LIFETIME_S}
        message = {
            "type": "hello",
            "num_connections": connections,
            "debug_info": {"host": HOST, **build},
            "connection_info": {"app_id": APP},
        }
        with suppress(ConnectionError):
            await self._send(message)

    async def ask(self, envelope: dict[str, Any], deadline_s: float) -> dict[str, Any]:
        """Send an envelope; what the app acknowledges it with.

        Raises:
            TimeoutError: when no acknowledgement came in time.
            ConnectionError: when it could not be sent.
        """
        awaited: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._awaited[envelope["envelope_id"]] = awaited
        try:
            async with asyncio.timeout(deadline_s):
                await self._send(envelope)
                return await awaited
        finally:
            del self._awaited[envelope["envelope_id"]]

    async def tell_to_go(self, reason: str) -> None:
        """Say `disconnect` for this reason, if somebody still hears it."""
        self.is_leaving = True
        message = {"type": "disconnect", "reason": reason, "debug_info": {"host": HOST}}
        with suppress(ConnectionError):
            await self._send(message)

    async def close(self) -> None:
        """Close politely; a frozen one without a word."""
        if self.is_frozen:
            await self.drop()
        else:
            await self._socket.close()

    async def drop(self) -> None:
        """Cut the connection, as a broken line does."""
        if isinstance(self._transport, asyncio.WriteTransport):
            self._transport.abort()
        self.ended.set()

    def freeze(self) -> None:
        """From now on nothing is heard and nothing said, though the line stays open."""
        self.is_frozen = True

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        ping_at = loop.time() + self._ping_s
        while True:
            try:
                message = await self._socket.receive(timeout=max(0.001, ping_at - loop.time()))
            except TimeoutError:
                await self._ping()
                ping_at += self._ping_s
                continue
            if not await self._take(message):
                return

    async def _take(self, message: aiohttp.WSMessage) -> bool:
        """Whether there may be more to read."""
        if message.type in GONE:
            return False
        if message.type is WSMsgType.CLOSE:
            await self._take_leave()
            return False
        if self.is_frozen:
            return True
        if message.type is WSMsgType.PING:
            await self._socket.pong(message.data)
        elif message.type is WSMsgType.TEXT:
            self._take_acknowledgement(message.data)
        return True

    async def _take_leave(self) -> None:
        if self.is_frozen:
            await self.ended.wait()  # the other end's farewell is not heard either
        else:
            await self._socket.close(drain=False)

    def _take_acknowledgement(self, text: str) -> None:
        """Take one that is awaited; Slack says nothing to any other."""
        try:
            said = json.loads(text)
        except (ValueError, RecursionError):
            return
        awaited = (
            self._awaited.get(str(said.get("envelope_id"))) if isinstance(said, dict) else None
        )
        if awaited is not None and not awaited.done():
            awaited.set_result(said)

    async def _ping(self) -> None:
        if not self.is_frozen:
            await self._socket.ping(f"Ping from {HOST}".encode())

    async def _send(self, message: dict[str, Any]) -> None:
        if not self.is_frozen:
            await self._socket.send_str(json.dumps(message))
