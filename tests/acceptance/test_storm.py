"""One person can't fill the queue: the twenty-third look-up gets a sentence, others an answer."""

import asyncio

import pytest

from bot.demo.cloud_mishap import LateAnswer
from bot.demo.workspace import ANNA, BEN
from bot.demo.world import EXAMPLE_INSTANCE
from tests.acceptance.stand import IN_BOTH_MODES, Stand, finals

pytestmark = IN_BOTH_MODES


@pytest.mark.usefixtures("impatient")
async def test_who_waits_for_a_turn_of_their_own_is_told_too(
    stand: Stand,
) -> None:
    stand.cloud.every_answer = LateAnswer(delay_s=1.5)
    mine = [await stand.slack.command(f"cmgo-storm{number:04}") for number in range(3)]

    told = await stand.slack.wait_for(
        lambda posted: posted.answers == mine[2].id and "Your other look-ups" in posted.text
    )

    assert told.ephemeral_to == ANNA


async def test_a_person_with_too_many_look_ups_is_told_and_another_one_is_answered(
    stand: Stand,
) -> None:
    stand.cloud.every_answer = LateAnswer(delay_s=0.5)
    mine = [await stand.slack.command(f"cmgo-storm{number:04}", user=ANNA) for number in range(23)]
    refused = await stand.slack.wait_for(lambda posted: posted.text.startswith("Two of your"))
    other = await stand.slack.command(EXAMPLE_INSTANCE, user=BEN)

    (answer,) = await stand.slack.answers(other)

    assert refused.answers == mine[-1].id
    assert answer.text.startswith("Done")
    stand.cloud.every_answer = LateAnswer(delay_s=0)
    async with asyncio.timeout(20):
        while not all(finals(stand.slack, each) for each in mine):
            await asyncio.sleep(0.05)
