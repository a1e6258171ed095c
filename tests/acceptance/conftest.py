"""The simulators and the app, opened for each test."""

import io
import logging
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Literal

import pytest

from bot.demo.cloud_api import CloudApi
from bot.demo.slack_api import SlackApi
from bot.demo.workspace import small_workspace
from bot.demo.world import World
from bot.settings import constant
from bot.slack.lookups import Lookups
from bot.telemetry import set_up_logs
from tests.acceptance.stand import (
    APP_TOKEN,
    BOT_TOKEN,
    SECRET_ID,
    SECRET_KEY,
    SIGNING_SECRET,
    Stand,
    serving,
    settings_between,
)

IMPATIENT_S = 0.2


@pytest.fixture
def mode() -> Literal["http", "socket"]:
    """How Slack reaches the app; `IN_BOTH_MODES` runs a test in either."""
    return "http"


@pytest.fixture
async def cloud() -> AsyncIterator[CloudApi]:
    """The simulated cloud."""
    world = World(datetime.now(UTC))
    async with CloudApi(world, secret_id=SECRET_ID, secret_key=SECRET_KEY) as api:
        yield api


@pytest.fixture
async def slack(mode: Literal["http", "socket"]) -> AsyncIterator[SlackApi]:
    """The simulated Slack."""
    async with SlackApi(
        small_workspace(),
        bot_token=BOT_TOKEN,
        signing_secret=SIGNING_SECRET,
        app_token=APP_TOKEN if mode == "socket" else None,
    ) as api:
        api.mode = mode
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
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """An app that says sooner that an answer takes longer; ask for it before `stand`."""
    monkeypatch.setattr("bot.slack.opening.Lookups", partial(Lookups, patience_s=IMPATIENT_S))
    monkeypatch.setattr("bot.slack.people.PATIENCE_S", IMPATIENT_S)


@pytest.fixture
async def stand(cloud: CloudApi, slack: SlackApi, log: io.StringIO) -> AsyncIterator[Stand]:
    """The app, serving."""
    secrets = constant(**settings_between(slack, cloud)).secrets
    set_up_logs(secrets, style="json", level="debug", stream=log)
    async with serving(slack, cloud) as address:
        yield Stand(cloud=cloud, slack=slack, address=address, log=log)
