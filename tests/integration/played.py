"""Our app, played by a test: it keeps what the simulated Slack sends it, and answers as told."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web

from bot.demo.slack_api import SlackApi
from bot.demo.workspace import small_workspace

TOKEN = "xoxb-invented"


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1795487734.0

    def __call__(self) -> float:
        return self.seconds


class PlayedApp:
    """Keeps what it is sent; `reply` is the JSON of each acknowledgement, None for none."""

    def __init__(self) -> None:
        self.payloads: list[dict[str, Any]] = []
        self.reply: Any = None
        self.status = 200

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        fields = parse_qs(body.decode())
        self.payloads.append(json.loads(fields["payload"][0] if "payload" in fields else body))
        if self.reply is None:
            return web.Response(status=self.status)
        return web.json_response(self.reply, status=self.status)

    @property
    def payload(self) -> dict[str, Any]:
        """What it was sent last."""
        return self.payloads[-1]


@asynccontextmanager
async def slack_with(app: PlayedApp, clock: Clock) -> AsyncIterator[SlackApi]:
    """A simulated Slack that delivers to this app over HTTP."""
    application = web.Application()
    application.router.add_post("/slack/events", app.take)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with SlackApi(
        small_workspace(), bot_token=TOKEN, signing_secret="invented", clock=clock
    ) as slack:
        slack.events_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
        yield slack
    await runner.cleanup()
