"""What is special about Socket Mode: two connections, their bad days, and nothing over HTTP.

What both modes have in common is tested where it belongs, in both.
"""

import asyncio
from functools import partial
from typing import Literal

import aiohttp
import pytest

from bot.demo.cloud_api import CloudApi
from bot.demo.slack_api import SlackApi
from bot.demo.world import EXAMPLE_INSTANCE
from bot.errors import SettingsError
from bot.socket_mode import SocketFace
from tests.acceptance.stand import APP_TOKEN, Stand, serving


@pytest.fixture
def mode() -> Literal["socket"]:
    return "socket"


@pytest.fixture
def pinging_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK looks after its connections at every ping: 10 s are long for a test."""
    monkeypatch.setattr("bot.app.SocketFace", partial(SocketFace, ping_s=0.2))


@pytest.mark.parametrize("index", [0, 1])
async def test_either_connection_serves(stand: Stand, index: int) -> None:
    stand.slack.next_connection = index

    assert (await stand.ask(EXAMPLE_INSTANCE)).text.startswith("Done")


async def test_while_one_connection_is_renewed_the_other_serves(stand: Stand) -> None:
    await stand.slack.refresh(0)
    answers = await asyncio.gather(*(stand.ask(EXAMPLE_INSTANCE) for _ in range(5)))

    assert all(answer.text.startswith("Done") for answer in answers)
    await stand.slack.wait_connected(2, 15)


async def test_both_connections_warned_at_once_come_back(stand: Stand) -> None:
    await stand.slack.warn(0)
    await stand.slack.warn(1)
    await stand.slack.wait_connected(2, 15)

    assert (await stand.ask(EXAMPLE_INSTANCE)).text.startswith("Done")


@pytest.mark.usefixtures("pinging_often")
async def test_a_connection_that_breaks_is_made_again(stand: Stand) -> None:
    await stand.slack.drop(0)

    assert (await stand.ask(EXAMPLE_INSTANCE)).text.startswith("Done")
    await stand.slack.wait_connected(2, 15)


async def test_deliveries_over_http_find_nothing_there(stand: Stand) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{stand.address}/slack/events", data=b"{}") as answer:
            assert answer.status == 404
        async with session.get(f"{stand.address}/readyz") as answer:
            assert answer.status == 200


async def test_an_app_token_that_slack_refuses_stops_the_start(
    slack: SlackApi, cloud: CloudApi
) -> None:
    with pytest.raises(SettingsError) as refused:
        async with serving(slack, cloud, SLACK_APP_TOKEN="xapp-1-another"):
            pass
    assert refused.value.faults == ("SLACK_APP_TOKEN: Slack refuses it (invalid_auth)",)


async def test_no_token_reaches_the_log(stand: Stand) -> None:
    await stand.ask(EXAMPLE_INSTANCE)

    assert stand.logged("slack.connected")
    assert APP_TOKEN not in stand.log.getvalue()
    assert "ticket" not in stand.log.getvalue()
