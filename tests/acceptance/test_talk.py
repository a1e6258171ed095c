"""Asked by mention and by direct message: where the answer goes, and who is not answered."""

import json
from typing import Any

import pytest

from bot.demo.cloud_mishap import LateAnswer
from bot.demo.slack_delivery import Delivery
from bot.demo.slack_parcel import Parcel
from bot.demo.workspace import (
    ANNA,
    ANNAS_DM,
    BOT_USER,
    FRED_FOREIGN,
    SHARED,
    TEAM,
    WITH_APP,
    Posted,
)
from bot.demo.world import EXAMPLE_INSTANCE, LINKED_INSTANCE
from tests.acceptance.stand import IN_BOTH_MODES, Stand

pytestmark = IN_BOTH_MODES

TS = "1795000000.000100"


async def send(stand: Stand, event: dict[str, Any], *, event_id: str = "Ev0001") -> Delivery:
    """Deliver an event as Slack does, in the mode of this Slack."""
    body = {
        "type": "event_callback",
        "team_id": TEAM,
        "api_app_id": "A0MONGOLOG",
        "event_id": event_id,
        "event_time": 1795000000,
        "authorizations": [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True}],
        "event": {"user": ANNA, "team": TEAM, "ts": TS, "event_ts": TS, **event},
    }
    delivery = await stand.slack.send(Parcel(kind="events_api", payload=body))
    assert delivery.outcome == "ok"
    return delivery


def mention(words: str, **more: Any) -> dict[str, Any]:
    text = f"<@{BOT_USER}> {words}"
    return {"type": "app_mention", "text": text, "channel": WITH_APP, **more}


def message(words: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "message",
        "text": words,
        "channel": ANNAS_DM,
        "channel_type": "im",
        **more,
    }


async def answer(stand: Stand, event: dict[str, Any]) -> Posted:
    await send(stand, event)
    return await stand.slack.wait_for(lambda _: True)


async def test_a_mention_is_answered_in_a_thread_under_it(stand: Stand) -> None:
    posted = await answer(stand, mention(EXAMPLE_INSTANCE))

    assert posted.text.startswith("Done: slow log")
    assert (posted.channel, posted.thread_ts, posted.ephemeral_to) == (WITH_APP, TS, None)


async def test_a_mention_within_a_thread_is_answered_there(stand: Stand) -> None:
    posted = await answer(stand, mention(EXAMPLE_INSTANCE, thread_ts="1794000000.000001"))

    assert posted.thread_ts == "1794000000.000001"


async def test_a_mention_after_the_words_is_one_too(stand: Stand) -> None:
    event = {**mention(""), "text": f"{EXAMPLE_INSTANCE} <@{BOT_USER}>"}

    assert (await answer(stand, event)).text.startswith("Done: slow log")


async def test_in_a_shared_channel_the_asker_alone_sees_the_answer(stand: Stand) -> None:
    posted = await answer(stand, mention(EXAMPLE_INSTANCE, channel=SHARED))

    assert posted.ephemeral_to == ANNA
    assert posted.thread_ts is None  # in a thread that is not there yet nobody would see it


async def test_in_a_thread_of_a_shared_channel_the_asker_alone_sees_the_answer_there(
    stand: Stand,
) -> None:
    delivery = await stand.slack.mention(EXAMPLE_INSTANCE, channel=SHARED, thread_ts=TS)
    (posted,) = await stand.slack.answers(delivery)

    assert (posted.ephemeral_to, posted.thread_ts) == (ANNA, TS)


async def test_people_of_other_organisations_are_refused_where_nobody_else_sees_it(
    stand: Stand,
) -> None:
    foreigner = {"user": FRED_FOREIGN, "team": "T0PARTNER1"}
    posted = await answer(stand, mention(EXAMPLE_INSTANCE, channel=SHARED, **foreigner))

    assert posted.ephemeral_to == FRED_FOREIGN
    assert not stand.cloud.requests


async def test_a_direct_message_is_answered_beside_it(stand: Stand) -> None:
    posted = await answer(stand, message(EXAMPLE_INSTANCE))

    assert posted.text.startswith("Done: slow log")
    assert (posted.channel, posted.thread_ts) == (ANNAS_DM, None)


async def test_a_direct_message_in_a_thread_is_answered_in_it(stand: Stand) -> None:
    posted = await answer(stand, message(EXAMPLE_INSTANCE, thread_ts=TS))

    assert posted.thread_ts == TS


@pytest.mark.parametrize("event", [mention(LINKED_INSTANCE), message(LINKED_INSTANCE)])
async def test_what_is_kept_holds_no_link(stand: Stand, event: dict[str, Any]) -> None:
    posted = await answer(stand, event)

    assert "myqcloud" not in json.dumps(posted.blocks) + posted.text


async def test_a_bare_mention_says_how_to_ask(stand: Stand) -> None:
    posted = await answer(stand, mention(""))

    assert "cmgo-" in json.dumps(posted.blocks)


IGNORED = [
    pytest.param(mention("help", bot_id="B0OTHER001"), id="a bot's mention"),
    pytest.param(mention("help", edited={"user": ANNA, "ts": TS}), id="an edit"),
    pytest.param(message("help", bot_id="B0OTHER001"), id="a bot's message"),
    pytest.param(message("help", user=BOT_USER, bot_id="B0MONGOLOG"), id="our own"),
    pytest.param(message("help", subtype="message_changed"), id="a changed message"),
    pytest.param(message("help", user=None), id="nobody's"),
    pytest.param(message("help", channel=WITH_APP, channel_type="channel"), id="talk in a channel"),
]


@pytest.mark.parametrize("event", IGNORED)
async def test_what_nobody_typed_to_the_app_is_taken_and_not_answered(
    stand: Stand, event: dict[str, Any]
) -> None:
    await send(stand, event, event_id="Ev0001")  # help would come sooner than the cloud's answer
    await send(stand, mention(EXAMPLE_INSTANCE), event_id="Ev0002")

    await stand.slack.wait_for(lambda posted: posted.text.startswith("Done"))
    assert len(stand.slack.workspace.posted) == 1


async def test_an_event_that_slack_sends_again_is_answered_once(stand: Stand) -> None:
    stand.cloud.next_answers.append(LateAnswer(delay_s=0.05))
    for _ in range(3):
        await send(stand, mention(EXAMPLE_INSTANCE))
    await send(stand, mention("help"), event_id="Ev0002")

    await stand.slack.wait_for(lambda posted: posted.text.startswith("Done"))
    assert len(stand.slack.workspace.posted) == 2
