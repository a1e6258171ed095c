"""The same product over Socket Mode: nothing over HTTP, no gap, nobody lost."""

import asyncio
import io
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import unused_port

from bot.app import running
from bot.demo.cloud_api import CloudApi
from bot.demo.cloud_mishap import LateAnswer
from bot.demo.slack_api import SlackApi
from bot.demo.workspace import ANNAS_DM, WITH_APP, small_workspace
from bot.demo.world import EXAMPLE_INSTANCE, LINKED_INSTANCE
from bot.errors import SettingsError
from bot.settings import constant
from bot.telemetry import set_up_logs
from tests.acceptance.stand import BOT_TOKEN, SIGNING_SECRET, Stand, settings_between
from tests.acceptance.test_process import ROOT, started

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


async def test_both_connections_warned_at_once_come_back(stand: Stand) -> None:
    await stand.slack.warn(0)
    await stand.slack.warn(1)
    await stand.slack.wait_connected(2, 15)

    assert (await stand.ask(EXAMPLE_INSTANCE)).text.startswith("Done")


async def test_a_connection_that_breaks_is_made_again(stand: Stand) -> None:
    await stand.slack.drop(0)

    assert (await stand.ask(EXAMPLE_INSTANCE)).text.startswith("Done")
    await stand.slack.wait_connected(2, 15)


async def test_an_event_that_slack_sends_again_is_answered_once(stand: Stand) -> None:
    delivery = await stand.slack.mention(EXAMPLE_INSTANCE)
    await stand.slack.redeliver(delivery)
    await stand.slack.answers(delivery)
    help_ = await stand.slack.mention("help")
    await stand.slack.answers(help_)

    assert len(stand.slack.workspace.posted) == 2


async def test_deliveries_over_http_find_nothing_there(stand: Stand) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{stand.address}/slack/events", data=b"{}") as answer:
            assert answer.status == 404
        async with session.get(f"{stand.address}/readyz") as answer:
            assert answer.status == 200


async def test_an_app_token_that_slack_refuses_stops_the_start(
    cloud: CloudApi, slack: SlackApi
) -> None:
    settings = constant(**settings_between(slack, cloud, SLACK_APP_TOKEN="xapp-1-another"))
    with pytest.raises(SettingsError) as refused:
        async with running(settings, "socket"):
            pass
    assert refused.value.faults == ("SLACK_APP_TOKEN: Slack refuses it (invalid_auth)",)


async def test_the_worker_line_of_the_procfile_serves_under_honcho(
    slack: SlackApi, cloud: CloudApi
) -> None:
    port = unused_port()
    settings = settings_between(slack, cloud, PORT=str(port), SLACK_APP_TOKEN=APP_TOKEN)
    settings["PATH"] = str(Path(sys.executable).parent) + os.pathsep + os.environ["PATH"]
    honcho = (sys.executable, "-m", "honcho", "-e", os.devnull, "start", "worker")
    async with started(*honcho, settings=settings, port=port, cwd=ROOT) as process:
        await slack.wait_connected(2, 10)
        delivery = await slack.command(EXAMPLE_INSTANCE)
        (answer,) = await slack.answers(delivery)
        process.send_signal(signal.SIGTERM)
        await process.communicate()

    assert answer.text.startswith("Done: slow log")


async def test_sigterm_in_socket_mode_lets_a_look_up_finish_and_exits_with_0(
    slack: SlackApi, cloud: CloudApi, tmp_path: Path
) -> None:
    port = unused_port()
    cloud.every_answer = LateAnswer(delay_s=1)
    settings = settings_between(slack, cloud, PORT=str(port), SLACK_APP_TOKEN=APP_TOKEN)
    serve = (sys.executable, "-m", "bot", "serve", "--mode", "socket")
    async with started(*serve, settings=settings, port=port, cwd=tmp_path) as process:
        await slack.wait_connected(2, 10)
        delivery = await slack.command(EXAMPLE_INSTANCE)
        process.send_signal(signal.SIGTERM)
        (answer,) = await slack.answers(delivery)
        out, _ = await process.communicate()

    assert answer.text.startswith("Done: slow log")
    assert process.returncode == 0
    assert b"Traceback" not in out


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
