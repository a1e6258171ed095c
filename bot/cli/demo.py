"""`mongolog demo`: the whole product on loopback, no accounts.

    simulated Slack ──signed delivery──► the real app ──signed call──► simulated cloud
           ▲                                  │
           └──────────── response_url ────────┘

The app is the one that `serve` runs, on Settings made from constants: the environment and `.env`
are not read, so a demo in a production checkout never signs with real keys.
"""

import asyncio
import signal
import sys
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from bot.app import running
from bot.demo import world
from bot.demo.cloud_api import CloudApi
from bot.demo.page import Page
from bot.demo.page.alerts import seed
from bot.demo.slack_api import SlackApi
from bot.demo.workspace import Posted, small_workspace
from bot.errors import SettingsError
from bot.model import Message
from bot.render.simplest import simplest
from bot.settings import Settings, constant
from bot.telemetry import set_up_logs

DONE, NO_ANSWER, USAGE = 0, 1, 2

# Invented, and good for nothing outside this process.
BOT_TOKEN = "xoxb-demo"  # noqa: S105
SIGNING_SECRET = "demo-signing-secret"  # noqa: S105
SECRET_ID, SECRET_KEY = "AKIDdemo", "demo-secret-key"

FIRST_QUESTIONS = (world.EXAMPLE_INSTANCE, world.MIXED_INSTANCE, world.SINGAPORE_INSTANCE)


def run(*, port: int, once: bool, browser: bool) -> int:
    """Run the demo; gives the exit code."""
    try:
        return asyncio.run(_once() if once else _serve(port, browser=browser))
    except SettingsError as error:
        print(*error.faults, sep="\n", file=sys.stderr)
        return USAGE


@asynccontextmanager
async def demo() -> AsyncIterator[SlackApi]:
    """The product between its two simulators; gives the Slack in which to ask."""
    workspace, instances = small_workspace(), world.World(datetime.now(UTC))
    async with (
        CloudApi(instances, secret_id=SECRET_ID, secret_key=SECRET_KEY) as cloud,
        SlackApi(workspace, bot_token=BOT_TOKEN, signing_secret=SIGNING_SECRET) as slack,
    ):
        settings = _settings(slack, cloud)
        set_up_logs(settings.secrets, style="text", level="warning")
        async with running(settings) as port:
            slack.events_url = f"http://127.0.0.1:{port}/slack/events"
            yield slack


def _settings(slack: SlackApi, cloud: CloudApi) -> Settings:
    return constant(
        SLACK_BOT_TOKEN=BOT_TOKEN,
        SLACK_SIGNING_SECRET=SIGNING_SECRET,
        SLACK_API_URL=slack.api_url,
        TENCENTCLOUD_SECRET_ID=SECRET_ID,
        TENCENTCLOUD_SECRET_KEY=SECRET_KEY,
        TENCENTCLOUD_REGION=f"{world.GUANGZHOU},{world.SINGAPORE}",
        TENCENTCLOUD_ENDPOINT=cloud.url,
        HOST="127.0.0.1",
        PORT="0",
    )


async def _once() -> int:
    async with demo() as slack:
        return await _ask(slack, world.EXAMPLE_INSTANCE)


async def _serve(port: int, *, browser: bool) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with demo() as slack, Page(slack, port=port) as page:
        for question in FIRST_QUESTIONS:
            await _ask(slack, question)
        seed(slack)
        print(f"Ask more at {page.url} (Ctrl-C ends).", flush=True)
        if browser and sys.stdout.isatty():
            await asyncio.to_thread(_show, page.url)
        await stop.wait()
    return DONE


def _show(url: str) -> None:
    with suppress(webbrowser.Error):  # there is none on this machine
        # A text browser would take over this terminal.
        if type(webbrowser.get()) is not webbrowser.GenericBrowser:
            webbrowser.open(url)


async def _ask(slack: SlackApi, words: str) -> int:
    delivery = await slack.command(words)
    try:
        answers = await slack.answers(delivery)
    except TimeoutError:
        print(f"/mongolog {words}: no answer", file=sys.stderr)
        return NO_ANSWER
    print(f"> /mongolog {words}", *map(_lines, answers), sep="\n", end="\n\n", flush=True)
    return DONE


def _lines(posted: Posted) -> str:
    plain = simplest(Message(text=posted.text, blocks=tuple(posted.blocks or ())))
    texts = [block["text"]["text"] for block in plain.blocks if "text" in block]
    return "\n".join(f"  {line}" for text in texts for line in text.splitlines())
