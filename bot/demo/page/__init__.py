"""The demo's page: a small chat over the simulated Slack, on a loopback port.

It shows what the app says and passes on what a person types and clicks. It answers nothing itself,
keeps nothing on disk and loads nothing from elsewhere.

    browser ──/ask, /click, …──► Acts ──► SlackApi ──► the app
       ▲                                      │
       └────────── /messages ◄──── Feed ◄─────┘
"""

import errno
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from importlib import resources
from types import MappingProxyType
from typing import Self

from aiohttp import web

from bot.demo import world
from bot.demo.page.acts import GLOBAL_SHORTCUT, MESSAGE_SHORTCUT, Acts
from bot.demo.page.feed import Feed
from bot.demo.page.guard import admit_this_page_only, protect_answer
from bot.demo.slack_api import SlackApi
from bot.demo.workspace import ANNA, WITH_APP
from bot.errors import SettingsError

LOOPBACK = "127.0.0.1"
SHUTDOWN_S = 0.5  # for answers that are being written when the demo ends

PORT_IS_TAKEN = "--port: the port is taken by another program"
PORT_IS_UNUSABLE = "--port: this port can't be used: take one between 1024 and 65535"

SCRIPTS = (
    "page.js",
    "asking.js",
    "blocks.js",
    "chosen.js",
    "controls.js",
    "conversation.js",
    "dates.js",
    "element.js",
    "fields.js",
    "home.js",
    "inspector.js",
    "menu.js",
    "message.js",
    "modal.js",
    "mrkdwn.js",
    "post.js",
    "rich_text.js",
    "stream.js",
)
FILES = MappingProxyType(
    {
        "page.html": "text/html",
        "page.css": "text/css",
        "blocks.css": "text/css",
        "views.css": "text/css",
        "icon.svg": "image/svg+xml",
        **dict.fromkeys(SCRIPTS, "text/javascript"),
    }
)
EXAMPLES = MappingProxyType(
    {
        "done": world.EXAMPLE_INSTANCE,
        "running": world.RUNNING_INSTANCE,
        "17 mixed": world.MIXED_INSTANCE,
        "only failed": f"{world.MIXED_INSTANCE} failed",
        "with a link": world.LINKED_INSTANCE,
        "no exports": world.EMPTY_INSTANCE,
        "failing": world.FAILING_INSTANCE,
        "another region": world.SINGAPORE_INSTANCE,
        "two at once": f"{world.EXAMPLE_INSTANCE} {world.RUNNING_INSTANCE}",
        "shared": f"{world.RUNNING_INSTANCE} here",
        "unknown": world.UNKNOWN_INSTANCE,
        "misspelt": f"cgmo{world.EXAMPLE_INSTANCE.removeprefix('cmgo')}",
        "is it well": "health",
        "help": "help",
    }
)

WITH_HOME = ("member", "guest", "multi_channel_guest")  # kinds of people whose sidebar has the app


class Page:
    """The page and what it calls; it listens while it is entered with `async with`.

    Args:
        slack: the workspace it shows; open for longer than the page.
        port: on 127.0.0.1; 0 takes a free one.
    """

    def __init__(self, slack: SlackApi, *, port: int = 8080) -> None:
        self._slack = slack
        self._port = port
        self._feed = Feed(slack.workspace, slack.surfaces)
        self._acts = Acts(slack, self._feed)
        # A stream is cancelled with its connection, so that none outlives its reader.
        self._runner = web.AppRunner(
            self._routes(), access_log=None, handler_cancellation=True, shutdown_timeout=SHUTDOWN_S
        )

    async def __aenter__(self) -> Self:
        """Begin to listen.

        Raises:
            SettingsError: when the port is taken or can't be used.
        """
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, LOOPBACK, self._port).start()
        except (OSError, OverflowError) as error:
            await self._runner.cleanup()
            is_taken = getattr(error, "errno", None) == errno.EADDRINUSE
            raise SettingsError((PORT_IS_TAKEN if is_taken else PORT_IS_UNUSABLE,)) from error
        for person in self._slack.workspace.people:
            if person.kind in WITH_HOME:
                self._slack.workspace.open_dm(person.id)
        self._feed.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._feed.close()
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        """Where to look at it, such as `http://127.0.0.1:8080/`; only while it is entered."""
        return f"http://{LOOPBACK}:{self._runner.addresses[0][1]}/"

    def _routes(self) -> web.Application:
        application = web.Application(middlewares=[admit_this_page_only])
        application.on_response_prepare.append(protect_answer)
        application.router.add_get("/", _serving("page.html"))
        for name in FILES:
            application.router.add_get(f"/{name}", _serving(name))
        application.router.add_get("/state", self._tell_state)
        application.router.add_get("/messages", self._stream_messages)
        for path, act in self._acts.routes().items():
            application.router.add_post(path, act)
        return application

    async def _tell_state(self, _: web.Request) -> web.Response:
        workspace = self._slack.workspace
        state = {
            "people": [asdict(person) for person in workspace.people],
            "channels": [asdict(channel) for channel in workspace.channels],
            "examples": [{"label": label, "text": text} for label, text in EXAMPLES.items()],
            "shortcuts": {"message": MESSAGE_SHORTCUT[1], "global": GLOBAL_SHORTCUT[1]},
            "start": {"user": ANNA, "channel": WITH_APP},
        }
        return web.json_response(state)

    async def _stream_messages(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await self._feed.write_to(response)
        return response


def _serving(name: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def serve(_: web.Request) -> web.Response:
        body = resources.files(__name__).joinpath(name).read_bytes()
        return web.Response(body=body, content_type=FILES[name], charset="utf-8")

    return serve
