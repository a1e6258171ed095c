"""SIGTERM to the process that an admin runs: everybody is answered or asked to ask again."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import httpx
import pytest
from aiohttp.test_utils import unused_port

from bot.demo.cloud_api import CloudApi
from bot.demo.cloud_mishap import LateAnswer
from bot.demo.slack_api import SlackApi
from bot.demo.world import EXAMPLE_INSTANCE, GUANGZHOU, LINKED_INSTANCE, task
from tests.acceptance.process import ROOT, started
from tests.acceptance.stand import (
    APP_TOKEN,
    BOT_TOKEN,
    IN_BOTH_MODES,
    SECRET_KEY,
    finals,
    people,
    settings_between,
)

pytestmark = IN_BOTH_MODES

PROCFILE_LINES = {"http": "web", "socket": "worker"}
# `mongolog serve` with less patience at its end: 25 s are too long for a test.
SERVE_WITH_A_SHORT_DRAIN = """
import sys
import bot.app
bot.app.DRAIN_S = 1
from bot.cli import main
sys.exit(main(sys.argv[1:]))
"""
DONE, ASK_AGAIN = "Done: slow log of", "We are restarting."


@pytest.fixture
def settings(slack: SlackApi, cloud: CloudApi) -> dict[str, str]:
    """Of an app that will be reached on a port which is known beforehand."""
    port = unused_port()
    slack.events_url = f"http://127.0.0.1:{port}/slack/events"
    return settings_between(slack, cloud, PORT=str(port), MONGOLOG_LOG="json")


async def reachable(slack: SlackApi) -> None:
    if slack.mode == "socket":
        await slack.wait_connected(2, 10)


async def drains(port: str) -> None:
    """Wait until the app says that it takes no more work."""
    async with asyncio.timeout(5), httpx.AsyncClient(trust_env=False) as client:
        while (await client.get(f"http://127.0.0.1:{port}/readyz")).status_code != 503:
            await asyncio.sleep(0.01)


async def test_a_look_up_under_way_is_finished_and_the_process_exits_with_0(
    slack: SlackApi, cloud: CloudApi, settings: dict[str, str], tmp_path: Path
) -> None:
    cloud.every_answer = LateAnswer(delay_s=0.5)
    serve = (sys.executable, "-m", "bot", "serve", "--mode", slack.mode)
    port = int(settings["PORT"])
    async with started(*serve, settings=settings, port=port, cwd=tmp_path) as process:
        await reachable(slack)
        delivery = await slack.command(EXAMPLE_INSTANCE)
        process.send_signal(signal.SIGTERM)

        (answer,) = await slack.answers(delivery)
        output, _ = await process.communicate()

    assert answer.text.startswith(DONE)
    assert process.returncode == 0
    log = output.decode()
    assert "app.stopped" in log
    for secret in (BOT_TOKEN, APP_TOKEN, SECRET_KEY, "Traceback"):
        assert secret not in log


async def test_with_look_ups_in_flight_and_a_full_queue_everybody_gets_one_final_answer(
    slack: SlackApi, cloud: CloudApi, settings: dict[str, str], tmp_path: Path
) -> None:
    everybody = people(slack, 6)
    instances = [f"cmgo-queue{number:03d}" for number in range(12)]
    for instance in instances:
        cloud.world.add(instance, GUANGZHOU, tasks=[task("export-1")])
    cloud.every_answer = LateAnswer(delay_s=0.2)
    settings |= {"TENCENTCLOUD_REGION": GUANGZHOU, "MONGOLOG_REQUESTS_PER_S": "2"}
    serve = (sys.executable, "-c", SERVE_WITH_A_SHORT_DRAIN, "serve", "--mode", slack.mode)
    port = int(settings["PORT"])
    async with started(*serve, settings=settings, port=port, cwd=tmp_path) as process:
        await reachable(slack)
        asked = [
            await slack.command(instance, user=user, channel=slack.workspace.open_dm(user).id)
            for instance, user in zip(instances, everybody * 2, strict=True)
        ]
        process.send_signal(signal.SIGTERM)
        output, _ = await process.communicate()

    final = [finals(slack, delivery) for delivery in asked]
    assert [len(each) for each in final] == [1] * len(asked)
    said = [each.text for (each,) in final]
    assert [text for text in said if not text.startswith((DONE, ASK_AGAIN))] == []
    assert any(text.startswith(DONE) for text in said[2:])  # from the queue, while it drained
    assert any(text.startswith(ASK_AGAIN) for text in said)
    assert process.returncode == 0
    assert b"Traceback" not in output
    assert b"work.lost" not in output


async def test_while_it_drains_commands_are_told_so_clicks_are_taken_and_events_left_for_later(
    slack: SlackApi, cloud: CloudApi, settings: dict[str, str], tmp_path: Path
) -> None:
    serve = (sys.executable, "-m", "bot", "serve", "--mode", slack.mode)
    port = int(settings["PORT"])
    async with started(*serve, settings=settings, port=port, cwd=tmp_path) as process:
        await reachable(slack)
        (answer,) = await slack.answers(await slack.command(LINKED_INSTANCE))
        cloud.every_answer = LateAnswer(delay_s=0.7)
        under_way = await slack.command(EXAMPLE_INSTANCE)
        process.send_signal(signal.SIGTERM)
        await drains(settings["PORT"])

        command = await slack.command(EXAMPLE_INSTANCE)
        click = await slack.click(answer, "ml.download")
        process.send_signal(signal.SIGTERM)  # whoever is impatient changes nothing
        slack._deadline_s = 0.3  # for what is not acknowledged
        event = await slack.mention(EXAMPLE_INSTANCE)
        output, _ = await process.communicate()

    assert (command.outcome, click.outcome) == ("ok", "ok")
    assert [each.via for each in finals(slack, command)] == ["acknowledgement"]
    assert finals(slack, command)[0].text.startswith(ASK_AGAIN)
    assert event.outcome != "ok"  # so Slack sends it again, to whoever is there then
    assert [each.text.startswith(DONE) for each in finals(slack, under_way)] == [True]
    assert len(slack.posted) == 3
    assert process.returncode == 0
    assert b"Traceback" not in output


async def test_its_line_of_the_procfile_serves_under_honcho(
    slack: SlackApi, settings: dict[str, str]
) -> None:
    bin_ = str(Path(sys.executable).parent)
    settings["PATH"] = bin_ + os.pathsep + os.environ["PATH"]
    line = PROCFILE_LINES[slack.mode]
    honcho = (sys.executable, "-m", "honcho", "-e", os.devnull, "start", line)
    port = int(settings["PORT"])
    async with started(*honcho, settings=settings, port=port, cwd=ROOT) as process:
        await reachable(slack)
        (answer,) = await slack.answers(await slack.command(EXAMPLE_INSTANCE))
        process.send_signal(signal.SIGTERM)
        await process.communicate()

    assert answer.text.startswith(DONE)
