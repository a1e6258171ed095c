"""A proxy in the environment that is closed: whoever is on this machine is reached without it."""

import pytest

from bot.demo.cloud_api import CloudApi
from bot.demo.cloud_mishap import NoAnswer, Normal
from bot.demo.slack_api import SlackApi
from bot.demo.workspace import SHARED
from bot.demo.world import EXAMPLE_INSTANCE, GUANGZHOU
from tests.acceptance.stand import IN_BOTH_MODES, serving

pytestmark = IN_BOTH_MODES

CLOSED = "http://127.0.0.1:9"
NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "WS_PROXY", "WSS_PROXY")


@pytest.fixture(autouse=True)
def closed_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.setenv(name, CLOSED)
        monkeypatch.setenv(name.lower(), CLOSED)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


async def test_a_command_is_answered(slack: SlackApi, cloud: CloudApi) -> None:
    async with serving(slack, cloud):
        (answer,) = await slack.answers(await slack.command(EXAMPLE_INSTANCE))

    assert answer.text.startswith("Done: slow log")
    assert answer.via == "response_url"


async def test_what_is_said_in_channels_is_answered(slack: SlackApi, cloud: CloudApi) -> None:
    async with serving(slack, cloud):
        shared = await slack.answers(await slack.mention(EXAMPLE_INSTANCE, channel=SHARED))
        thread = await slack.answers(await slack.mention(EXAMPLE_INSTANCE))

    assert [answer.via for answer in (*shared, *thread)] == [
        "chat.postEphemeral",
        "chat.postMessage",
    ]


async def test_the_cloud_is_asked_again_without_it_too(slack: SlackApi, cloud: CloudApi) -> None:
    cloud.next_answers.extend([NoAnswer(), Normal()])

    async with serving(slack, cloud, TENCENTCLOUD_REGION=GUANGZHOU):
        (answer,) = await slack.answers(await slack.command(EXAMPLE_INSTANCE))

    assert answer.text.startswith("Done: slow log")
