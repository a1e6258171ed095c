"""The simulators and the app, opened for each test."""

import io
import logging
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest

from bot.app import running
from bot.demo.cloud_api import CloudApi
from bot.demo.slack_api import SlackApi
from bot.demo.workspace import small_workspace
from bot.demo.world import World
from bot.settings import constant
from bot.telemetry import set_up_logs
from tests.acceptance.stand import (
    BOT_TOKEN,
    SECRET_ID,
    SECRET_KEY,
    SIGNING_SECRET,
    Stand,
    settings_between,
)


@pytest.fixture
async def cloud() -> AsyncIterator[CloudApi]:
    """The simulated cloud."""
    world = World(datetime.now(UTC))
    async with CloudApi(world, secret_id=SECRET_ID, secret_key=SECRET_KEY) as api:
        yield api


@pytest.fixture
async def slack() -> AsyncIterator[SlackApi]:
    """The simulated Slack."""
    async with SlackApi(
        small_workspace(), bot_token=BOT_TOKEN, signing_secret=SIGNING_SECRET
    ) as api:
        yield api


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the app logs, at the most talkative level, as JSON lines."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
async def stand(cloud: CloudApi, slack: SlackApi, log: io.StringIO) -> AsyncIterator[Stand]:
    """The app, serving."""
    settings = constant(**settings_between(slack, cloud))
    set_up_logs(settings.secrets, style="json", level="debug", stream=log)
    async with running(settings) as port:
        address = f"http://127.0.0.1:{port}"
        slack.events_url = f"{address}/slack/events"
        yield Stand(cloud=cloud, slack=slack, address=address, log=log)
