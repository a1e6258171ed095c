"""The end of the process, and faults of our own: nobody is left in silence."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

from bot.demo.cloud_api import CloudApi
from bot.demo.cloud_mishap import Silence
from bot.demo.slack_api import SlackApi
from bot.demo.workspace import ANNA, TEAM, WITH_APP
from bot.demo.world import EXAMPLE_INSTANCE
from bot.memory import BoundedMemory
from bot.model import Condition
from bot.policy import EVERY_MEMBER
from bot.query import open_query
from bot.settings import constant
from bot.slack.asked import Asked
from bot.slack.desk import Desk
from bot.slack.opening import open_desk, open_rights
from bot.slack.session import open_session, web_client
from bot.slack.work import Work
from bot.store import open_store
from tests.acceptance.stand import settings_between


@asynccontextmanager
async def desk_between(
    slack: SlackApi, cloud: CloudApi, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> AsyncIterator[Desk]:
    settings = constant(**settings_between(slack, cloud))
    query = open_query(settings, BoundedMemory())
    async with open_session(settings) as session:
        client = web_client(settings, session)
        async with open_store("sqlite://", audit_days=1) as store:
            desk = open_desk(
                settings,
                query=query,
                store=store,
                rights=open_rights(settings, client, {"team_id": TEAM}, EVERY_MEMBER),
                session=session,
                slack=client,
                condition=lambda: Condition(
                    version="0", mode="http", started_at=now(), requests_per_s=15
                ),
            )
            yield replace(desk, means=replace(desk.means, now=now))
    await query.aclose()


def asked(slack: SlackApi, text: str = EXAMPLE_INSTANCE) -> Asked:
    url, _ = slack.issue("commands", user=ANNA, channel=WITH_APP)
    return Asked(
        user=ANNA,
        team=TEAM,
        channel=WITH_APP,
        text=text,
        command="/mongolog",
        response_url=url,
    )


async def test_whoever_can_not_be_answered_in_time_is_told_to_ask_again(
    slack: SlackApi, cloud: CloudApi
) -> None:
    cloud.every_answer = Silence()
    work = Work()
    async with desk_between(slack, cloud) as desk:
        work.start(desk.serve(asked(slack)))
        async with asyncio.timeout(5):
            while not cloud.requests:
                await asyncio.sleep(0)
        await work.drain(within_s=0)

    (answer,) = slack.posted
    assert "restarting" in answer.text.lower()
    assert answer.ephemeral_to == ANNA


async def test_what_is_being_shared_when_the_end_comes_is_shared_and_that_is_all(
    slack: SlackApi, cloud: CloudApi
) -> None:
    slack.refuse_next("chat.postMessage", "ratelimited", retry_after_s=1)
    work = Work()
    async with desk_between(slack, cloud) as desk:
        work.start(desk.serve(asked(slack, f"{EXAMPLE_INSTANCE} here")))
        async with asyncio.timeout(5):
            while not cloud.requests:
                await asyncio.sleep(0)
        await asyncio.sleep(0.2)  # Slack has asked for its pause now
        await work.drain(within_s=0)

    (shared,) = slack.posted
    assert (shared.via, shared.channel) == ("chat.postMessage", WITH_APP)
    assert "Shared by" in json.dumps(shared.blocks)


def a_clock_that_breaks() -> Callable[[], datetime]:
    moments: Iterator[datetime] = iter([datetime(2026, 11, 24, tzinfo=UTC)])
    return lambda: next(moments)


async def test_a_fault_of_our_own_becomes_a_sentence_with_a_reference(
    slack: SlackApi, cloud: CloudApi
) -> None:
    async with desk_between(slack, cloud, now=a_clock_that_breaks()) as desk:
        await desk.serve(asked(slack))

    (answer,) = slack.posted
    assert answer.text.startswith("Something broke on our side")
    assert "ml-" in json.dumps(answer.blocks)
    assert "StopIteration" not in json.dumps(answer.blocks)
