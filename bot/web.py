"""The HTTP face: `/slack/events` behind a guard, `/healthz` and `/readyz`.

The guard checks Slack's signature and reads the body itself, then hands Bolt what it read: Bolt
answers a timestamp that is no number with a traceback, prints unsigned bodies to its log, and
loses every command whose text contains the word `payload`.

Source: https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import json
import logging
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import Clock, SignatureVerifier

from bot.health import Health
from bot.telemetry import event

MOST_BYTES = 1024 * 1024  # Slack's own payloads stay far below
SSL_CHECK = re.compile(r"(?:^|&)ssl_check=1(?:&|$)")
UNIX_SECONDS = re.compile(r"[0-9]{1,12}")
RETRY_HEADERS = ("X-Slack-Retry-Num", "X-Slack-Retry-Reason")
CLOSE_S = 1.0  # for answers that are being written when the process ends

Dispatch = Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]


class Face:
    """What Slack and load balancers talk to.

    Args:
        dispatch: Bolt's; None in Socket Mode, where deliveries come another way.
        signing_secret: of the Slack app; "" in Socket Mode.
        health: asked by `/readyz`; its draining is ours.
        goodbye: what a command is answered with while the process ends.
        clock: Unix seconds; Slack's signatures are good for 5 minutes.
    """

    def __init__(
        self,
        dispatch: Dispatch | None,
        *,
        signing_secret: str = "",
        health: Health | None = None,
        goodbye: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._take = None
        if dispatch is not None:
            verifier = SignatureVerifier(signing_secret, clock=_SlackClock(clock))
            self._take = partial(self._take_delivery, dispatch, verifier)
        self._health = health or Health()
        self._goodbye = goodbye

    def stop_intake(self) -> None:
        """From now on commands are told to come back, and events are left for Slack to repeat.

        `/healthz` stays up until the end.
        """
        self._health.drain()

    def application(self) -> web.Application:
        """The routes."""
        application = web.Application(client_max_size=MOST_BYTES)
        if self._take is not None:
            application.router.add_post("/slack/events", self._take)
        application.router.add_get("/healthz", self._tell_health)
        application.router.add_get("/readyz", self._tell_readiness)
        return application

    async def _tell_health(self, _: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _tell_readiness(self, _: web.Request) -> web.Response:
        return web.Response(status=200 if self._health.is_well else 503)

    async def _take_delivery(
        self, dispatch: Dispatch, verifier: SignatureVerifier, request: web.Request
    ) -> web.StreamResponse:
        arrived = time.perf_counter()
        fields = await self._read(request, verifier)
        if isinstance(fields, web.Response):
            return fields
        answer = await to_aiohttp_response(await dispatch(_bolt_request(request, fields)))
        took_ms = round(1000 * (time.perf_counter() - arrived), 3)
        event("delivery.acknowledged", logging.DEBUG, mode="http", took_ms=took_ms)
        return answer

    async def _read(
        self, request: web.Request, verifier: SignatureVerifier
    ) -> dict[str, Any] | web.Response:
        """The fields of a delivery that is to be served; else the answer to it."""
        try:
            text = (await request.read()).decode()
            if request.content_type != "application/json" and SSL_CHECK.search(text):
                return web.Response()  # Slack looks at the certificate alone, unsigned
            if not _is_signed(request, text, verifier):
                return _refuse(401, "signature")
            fields = read_fields(text, request.content_type)
        except (ValueError, RecursionError):
            return _refuse(400, "body")
        parting = self._part_with(fields) if self._health.is_draining else None
        return fields if parting is None else parting

    def _part_with(self, fields: dict[str, Any]) -> web.Response | None:
        """The last word to a delivery; None for clicks, which ask for no more than to be taken."""
        if "command" in fields:
            event("delivery.parted_with")
            return web.json_response({"response_type": "ephemeral", "text": self._goodbye})
        return _refuse(503, "draining") if fields.get("type") == "event_callback" else None


def _is_signed(request: web.Request, text: str, verifier: SignatureVerifier) -> bool:
    timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
    signature = request.headers.get("X-Slack-Signature", "")
    return (
        UNIX_SECONDS.fullmatch(timestamp) is not None
        and signature.isascii()
        and verifier.is_valid(text, timestamp, signature)
    )


class _SlackClock(Clock):
    def __init__(self, now: Callable[[], float]) -> None:
        super().__init__()
        self._now = now

    def now(self) -> float:
        return self._now()


def read_fields(text: str, content_type: str) -> dict[str, Any]:
    """What Slack sent: a JSON document, a form, or a form whose `payload` is a JSON document.

    Raises:
        ValueError: when it is none of them.
    """
    if content_type == "application/json":
        return _document(text)
    fields = dict(parse_qsl(text, keep_blank_values=True))
    return _document(fields["payload"]) if set(fields) == {"payload"} else fields


def _document(text: str) -> dict[str, Any]:
    document = json.loads(text)
    if not isinstance(document, dict):
        raise ValueError("not an object")  # noqa: TRY004 - one kind of fault for all bad bodies
    return document


def _bolt_request(request: web.Request, fields: dict[str, Any]) -> AsyncBoltRequest:
    # Only these two of the headers that reach us: others can steer Bolt, and none is signed.
    headers: dict[str, str | Sequence[str]] = {
        name: request.headers[name] for name in RETRY_HEADERS if name in request.headers
    }
    # As in Socket Mode the body is read and trusted already; else Bolt would read it once more.
    return AsyncBoltRequest(mode="socket_mode", body=fields, headers=headers)


def _refuse(status: int, reason: str) -> web.Response:
    event("delivery.refused", status=status, reason=reason)
    return web.Response(status=status)


@asynccontextmanager
async def listening(face: Face, *, host: str, port: int) -> AsyncIterator[int]:
    """Serve the face; gives the port, which matters when 0 was asked for.

    Raises:
        OSError: when the port is taken or may not be used.
    """
    runner = web.AppRunner(face.application(), access_log=None, shutdown_timeout=CLOSE_S)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
