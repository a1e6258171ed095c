"""The same product over Socket Mode: nothing over HTTP, no gap, nobody lost."""

import asyncio
import io
from collections.abc import AsyncIterator

import pytest

from bot.app import running
from bot.demo.cloud_api import CloudApi
from bot.demo.cloud_mishap import LateAnswer
from bot.demo.slack_api import SlackApi
from bot.demo.workspace import ANNAS_DM, WITH_APP, small_workspace
from bot.demo.world import EXAMPLE_INSTANCE, LINKED_INSTANCE
from bot.settings import constant
from bot.telemetry import set_up_logs
from tests.acceptance.stand import BOT_TOKEN, SIGNING_SECRET, Stand, settings_between

APP_TOKEN = "xapp-1-acceptance-tests"


@pytest.fixture
async def slack() -> AsyncIterator[SlackApi]:
    """The simulated Slack, with Socket Mode on."""
    async with SlackApi(
        small_workspace(),
        bot_token=BOT_TOKEN,
        signing_secret=SIGNING_SECRET,
        app_token=APP_TOKEN,
    ) as api:
        api.mode = "socket"
        yield api


@pytest.fixture
async def stand(cloud: CloudApi, slack: SlackApi, log: io.StringIO) -> AsyncIterator[Stand]:
    """The app, connected."""
    settings = constant(**settings_between(slack, cloud, SLACK_APP_TOKEN=APP_TOKEN))
    set_up_logs(settings.secrets, style="json", level="debug", stream=log)
    async with running(settings, "socket") as port:
        await slack.wait_connected(2, 5)
        yield Stand(cloud=cloud, slack=slack, address=f"http://127.0.0.1:{port}", log=log)


async def test_a_command_is_answered(stand: Stand) -> None:
    answer = await stand.ask(LINKED_INSTANCE)

    assert answer.text.startswith("Done")
    assert "myqcloud" in str(answer.blocks)


async def test_a_command_whose_text_is_payload_is_answered(stand: Stand) -> None:
    answer = await stand.ask("payload")

    assert "payload" in answer.text


async def test_a_mention_is_answered_in_its_thread(stand: Stand) -> None:
    delivery = await stand.slack.mention(EXAMPLE_INSTANCE)
    (answer,) = await stand.slack.answers(delivery)

    assert answer.channel == WITH_APP
    assert answer.thread_ts


async def test_a_direct_message_is_answered(stand: Stand) -> None:
    delivery = await stand.slack.say(EXAMPLE_INSTANCE)
    (answer,) = await stand.slack.answers(delivery)

    assert answer.channel == ANNAS_DM


@pytest.mark.parametrize("index", [0, 1])
async def test_either_connection_serves(stand: Stand, index: int) -> None:
    stand.slack.next_connection = index

    assert (await stand.ask(EXAMPLE_INSTANCE)).text.startswith("Done")


async def test_while_one_connection_is_renewed_the_other_serves(stand: Stand) -> None:
    await stand.slack.refresh(0)
    answers = await asyncio.gather(*(stand.ask(EXAMPLE_INSTANCE) for _ in range(5)))

    assert all(answer.text.startswith("Done") for answer in answers)
    await stand.slack.wait_connected(2, 15)


async def test_no_token_reaches_the_log(stand: Stand) -> None:
    await stand.ask(EXAMPLE_INSTANCE)

    assert "slack.connected" in stand.log.getvalue()
    assert APP_TOKEN not in stand.log.getvalue()
    assert "ticket" not in stand.log.getvalue()


async def test_look_ups_under_way_are_answered_before_the_sockets_close(
    cloud: CloudApi, slack: SlackApi
) -> None:
    cloud.every_answer = LateAnswer(delay_s=0.3)
    settings = constant(**settings_between(slack, cloud, SLACK_APP_TOKEN=APP_TOKEN))
    async with running(settings, "socket"):
        await slack.wait_connected(2, 5)
        delivery = await slack.command(EXAMPLE_INSTANCE)
    (answer,) = await slack.answers(delivery)

    assert answer.text.startswith("Done")
