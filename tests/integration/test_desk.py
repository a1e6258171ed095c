"""A mention that is cut short before its channel is known: told, and to the asker alone."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.web.async_client import AsyncWebClient

from bot.policy import EVERY_MEMBER
from bot.settings import constant
from bot.slack.asked import Asked, Door
from bot.slack.desk import Desk
from bot.slack.opening import open_desk, open_rights

MENTION = Asked(
    user="U1",
    team="T1",
    channel="C1",
    text="help",
    command="@mongolog",
    door=Door.MENTION,
    thread_ts="1795000000.000100",
)


MEMBER = {"id": "U1", "team_id": "T1", "is_restricted": False, "is_ultra_restricted": False}


class SlowSlack:
    """A Slack that takes every message, in a channel of its own, and holds one method until told.

    Attributes:
        holds: the method.
        asked: set when it is called.
        go_on: lets it be answered.
        said: each message, with the method it came by.
    """

    def __init__(self) -> None:
        self.holds = "conversations.info"
        self.asked = asyncio.Event()
        self.go_on = asyncio.Event()
        self.said: list[tuple[str, Any]] = []

    async def answer(self, request: web.Request) -> web.Response:
        method = request.path.rpartition("/")[2]
        if method == self.holds:
            self.asked.set()
            await self.go_on.wait()
        if method.startswith("chat."):
            self.said.append((method, await request.json()))
        facts = {"user": MEMBER, "channel": {"is_ext_shared": False}}
        return web.json_response({"ok": True, **facts})


@pytest.fixture
async def slack() -> SlowSlack:
    return SlowSlack()


@pytest.fixture
async def desk(slack: SlowSlack) -> AsyncIterator[Desk]:
    application = web.Application()
    application.router.add_route("*", "/api/{method}", slack.answer)
    async with TestServer(application) as server, aiohttp.ClientSession() as session:
        client = AsyncWebClient(base_url=str(server.make_url("/api/")), session=session)
        client.proxy = None
        settings = constant(SLACK_API_URL=client.base_url)
        yield open_desk(
            settings,
            query=None,  # type: ignore[arg-type]
            store=None,  # type: ignore[arg-type]
            rights=open_rights(settings, client, {"team_id": "T1"}, EVERY_MEMBER),
            session=session,
            slack=client,
            condition=None,  # type: ignore[arg-type]
        )


async def test_a_restart_before_the_channel_is_known_is_told_to_the_asker_alone(
    slack: SlowSlack, desk: Desk
) -> None:
    serving = asyncio.create_task(desk.serve(MENTION))
    await slack.asked.wait()
    serving.cancel()
    await serving

    ((method, _),) = slack.said
    assert method == "chat.postEphemeral"


async def test_an_answer_that_is_being_sent_is_the_only_one(slack: SlowSlack, desk: Desk) -> None:
    slack.holds = "chat.postMessage"
    serving = asyncio.create_task(desk.serve(MENTION))
    await slack.asked.wait()
    serving.cancel()
    await asyncio.sleep(0)
    slack.go_on.set()
    await serving

    ((method, message),) = slack.said
    assert method == "chat.postMessage"
    assert message["text"].startswith("How to ask")
