"""The real app between the two simulators, and how a test asks it."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from bot.app import running
from bot.demo.cloud_api import CloudApi
from bot.demo.slack_api import SlackApi
from bot.demo.slack_delivery import Delivery
from bot.demo.workspace import Person, Posted
from bot.demo.world import GUANGZHOU, SINGAPORE
from bot.settings import constant

BOT_TOKEN = "xoxb-acceptance-tests"
APP_TOKEN = "xapp-1-acceptance-tests"
SIGNING_SECRET = "signing-secret-of-the-tests"
SECRET_ID, SECRET_KEY = "AKIDacceptancetests", "secret-key-of-the-tests"

# Everything under this mark runs twice: with deliveries over HTTP, and over websockets.
IN_BOTH_MODES = pytest.mark.parametrize("mode", ["http", "socket"])

START_S = 10
ON_THE_WAY = ("Still asking the cloud", "Many are asking just now", "Your other look-ups are")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Everything a test needs: the two edges, the app's address and what it has logged."""

    cloud: CloudApi
    slack: SlackApi
    address: str
    log: io.StringIO

    async def ask(self, words: str, **where: str) -> Posted:
        """Type `/mongolog words`; the one answer, after the log and Slack agree it was taken."""
        delivery = await self.slack.command(words, **where)
        assert delivery.outcome == "ok"
        (answer,) = await self.slack.answers(delivery)
        return answer

    def logged(self, name: str) -> list[dict[str, Any]]:
        """The fields of every event of this name in the log so far."""
        lines = [json.loads(line) for line in self.log.getvalue().splitlines()]
        return [line for line in lines if line["event"] == name]


def settings_between(slack: SlackApi, cloud: CloudApi, **more: str) -> dict[str, str]:
    """The environment of an app that stands between the simulators, in the mode of this Slack."""
    return {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        **({"SLACK_APP_TOKEN": APP_TOKEN} if slack.mode == "socket" else {}),
        "SLACK_API_URL": slack.api_url,
        "TENCENTCLOUD_SECRET_ID": SECRET_ID,
        "TENCENTCLOUD_SECRET_KEY": SECRET_KEY,
        "TENCENTCLOUD_REGION": f"{GUANGZHOU},{SINGAPORE}",
        "TENCENTCLOUD_ENDPOINT": cloud.url,
        "HOST": "127.0.0.1",
        "PORT": "0",
        **more,
    }


@asynccontextmanager
async def serving(slack: SlackApi, cloud: CloudApi, **more: str) -> AsyncIterator[str]:
    """The app, in this process and reached by Slack in its mode; gives the app's address."""
    settings = constant(**settings_between(slack, cloud, **more))
    async with AsyncExitStack() as stack:
        async with asyncio.timeout(START_S):
            port = await stack.enter_async_context(running(settings, slack.mode))
            address = f"http://127.0.0.1:{port}"
            slack.events_url = f"{address}/slack/events"
            if slack.mode == "socket":
                await slack.wait_connected(2, START_S)
        yield address


def people(slack: SlackApi, count: int) -> list[str]:
    """So many members of the workspace, each with a channel of their own that the app is in."""
    ids = [f"U0MANY{number:04d}" for number in range(count)]
    for user in ids:
        slack.workspace.put_person(Person(id=user, name=user.lower()))
        slack.workspace.open_dm(user)
    return ids


def finals(slack: SlackApi, delivery: Delivery) -> list[Posted]:
    """What answers a command by its response_url or its acknowledgement, notes on the way aside."""
    return [
        posted
        for posted in slack.posted
        if posted.answers == delivery.id and not posted.text.startswith(ON_THE_WAY)
    ]
