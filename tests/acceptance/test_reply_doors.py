"""An answer whose door is shut, used up, slow or crowded comes once, by another door."""

import asyncio
from collections.abc import AsyncIterator
from typing import Literal

import aiohttp
import pytest
from aiohttp import web

from bot.demo.cloud_api import CloudApi
from bot.demo.cloud_mishap import LateAnswer
from bot.demo.slack_api import SlackApi
from bot.demo.slack_response_url import MOST_USES
from bot.demo.workspace import ANNA, BEN, SHARED, WITH_APP, WITHOUT_APP, small_workspace
from bot.demo.world import EXAMPLE_INSTANCE, LINKED_INSTANCE
from tests.acceptance.seen import all_text
from tests.acceptance.stand import (
    APP_TOKEN,
    BOT_TOKEN,
    IN_BOTH_MODES,
    SIGNING_SECRET,
    Stand,
    serving,
)

pytestmark = IN_BOTH_MODES

NEVER_S = 3600


class CrowdedSlack(SlackApi):
    """Its response_urls ask for a pause until that pause is over: a Retry-After of one second."""

    first_asked_at: float | None = None

    async def _serve_response_url(self, http: web.Request) -> web.Response:
        now = self.clock()
        self.first_asked_at = self.first_asked_at or now
        if now < self.first_asked_at + 1:
            return web.Response(status=429, headers={"Retry-After": "1"})
        return await super()._serve_response_url(http)


@pytest.fixture
async def crowded(mode: Literal["http", "socket"]) -> AsyncIterator[CrowdedSlack]:
    async with CrowdedSlack(
        small_workspace(),
        bot_token=BOT_TOKEN,
        signing_secret=SIGNING_SECRET,
        app_token=APP_TOKEN,
    ) as slack:
        slack.mode = mode
        yield slack


@pytest.fixture(autouse=True)
def leaves_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A simulated Slack that closes without waiting for what it holds."""
    monkeypatch.setattr("bot.demo.slack_server.SHUTDOWN_S", 0.05)


async def spend(response_url: str) -> None:
    """Use a response_url as often as Slack allows, without saying anything."""
    async with aiohttp.ClientSession() as session:
        for _ in range(MOST_USES):
            await (await session.post(response_url, json={})).release()


@pytest.mark.parametrize("words", [EXAMPLE_INSTANCE, "help", "cgmo-k2p5su09"])
async def test_a_dead_response_url_is_answered_in_the_channel_to_the_asker_alone(
    slack: SlackApi, cloud: CloudApi, words: str
) -> None:
    slack.response_urls_dead = True

    async with serving(slack, cloud):
        (answer,) = await slack.answers(await slack.command(words))

    assert (answer.via, answer.ephemeral_to) == ("chat.postEphemeral", ANNA)
    assert slack.posted == (answer,)


async def test_where_the_app_is_no_member_the_answer_comes_as_a_direct_message_without_link(
    slack: SlackApi, cloud: CloudApi
) -> None:
    slack.response_urls_dead = True

    async with serving(slack, cloud):
        (answer,) = await slack.answers(await slack.command(LINKED_INSTANCE, channel=WITHOUT_APP))

    assert answer.via == "chat.postMessage"
    assert answer.channel.startswith("D")
    assert "Done" in all_text(answer)
    assert "myqcloud" not in all_text(answer)
    assert slack.posted == (answer,)


async def test_a_response_url_that_is_used_up_is_answered_by_another_door(
    slack: SlackApi, cloud: CloudApi
) -> None:
    cloud.every_answer = LateAnswer(delay_s=0.3)

    async with serving(slack, cloud):
        delivery = await slack.command(EXAMPLE_INSTANCE)
        await spend(delivery.response_url)
        (answer,) = await slack.answers(delivery)

    assert (answer.via, answer.ephemeral_to) == ("chat.postEphemeral", ANNA)
    assert answer.text.startswith("Done: slow log")
    assert slack.posted == (answer,)


async def test_a_response_url_that_does_not_answer_in_time_is_given_up(
    cloud: CloudApi, slack: SlackApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.session.TIMEOUT", aiohttp.ClientTimeout(total=0.3))
    slack.response_url_delay = NEVER_S

    async with serving(slack, cloud):
        delivery = await slack.command(EXAMPLE_INSTANCE)
        (answer,) = await slack.answers(delivery)

    assert (answer.via, answer.ephemeral_to) == ("chat.postEphemeral", ANNA)
    assert answer.text.startswith("Done: slow log")
    assert slack.posted == (answer,)


@pytest.mark.usefixtures("impatient")
async def test_a_note_that_does_not_get_through_does_not_hold_the_answer(
    cloud: CloudApi, slack: SlackApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.session.TIMEOUT", aiohttp.ClientTimeout(total=0.3))
    cloud.every_answer = LateAnswer(delay_s=0.4)
    slack.response_url_delay = NEVER_S

    async with serving(slack, cloud):
        delivery = await slack.command(EXAMPLE_INSTANCE)
        (answer,) = await slack.answers(delivery)

    assert answer.text.startswith("Done: slow log")
    assert slack.posted == (answer,)


async def test_whoever_slack_makes_wait_is_answered_once_by_the_same_door(
    cloud: CloudApi, crowded: CrowdedSlack
) -> None:
    for method in ("chat.postMessage", "chat.postEphemeral"):
        crowded.refuse_next(method, "ratelimited")

    async with serving(crowded, cloud):
        asked = await asyncio.gather(
            crowded.command(EXAMPLE_INSTANCE),
            crowded.mention(EXAMPLE_INSTANCE, user=BEN),
            crowded.mention(EXAMPLE_INSTANCE, user=BEN, channel=SHARED),
            crowded.say(EXAMPLE_INSTANCE),
        )
        await asyncio.gather(*map(crowded.answers, asked))

    came = sorted((each.via, each.channel) for each in crowded.posted)
    assert all(each.text.startswith("Done: slow log") for each in crowded.posted)
    assert came == [
        ("chat.postEphemeral", SHARED),
        ("chat.postMessage", WITH_APP),
        ("chat.postMessage", crowded.workspace.open_dm(ANNA).id),
        ("response_url", WITH_APP),
    ]


@pytest.mark.parametrize(
    ("times", "has_blocks"),
    [
        pytest.param(1, True, id="the layout"),
        pytest.param(2, False, id="the simplest layout too"),
    ],
)
async def test_refused_blocks_are_sent_in_a_simpler_layout(
    stand: Stand, times: int, has_blocks: bool
) -> None:
    stand.slack.refuse_blocks_times = times

    answer = await stand.ask(EXAMPLE_INSTANCE)

    assert answer.text.startswith("Done: slow log")
    assert bool(answer.blocks) is has_blocks
