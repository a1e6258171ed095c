"""The cloud is down for a while under load: nobody is left without a final answer."""

import asyncio
from itertools import cycle

from bot.demo.cloud_api import CloudApi
from bot.demo.cloud_mishap import ErrorAnswer, NoAnswer, Normal
from bot.demo.slack_api import SlackApi
from bot.demo.slack_delivery import Delivery
from bot.demo.world import GUANGZHOU, task
from tests.acceptance.stand import IN_BOTH_MODES, finals, people, serving

pytestmark = IN_BOTH_MODES

BETWEEN_TWO_S = 0.1
COMMANDS = 8  # in each half of the outage
INSTANCES = [f"cmgo-outage{number:02d}" for number in range(5)]
FACTS, NO_CLOUD = "Done: slow log of", ("No answer", "The cloud's API failed")


async def ask_for_a_while(slack: SlackApi, users: list[str], count: int) -> list[Delivery]:
    """About ten commands a second, by several people about several instances."""
    asked = []
    for _, user, instance in zip(range(count), cycle(users), cycle(INSTANCES), strict=False):
        place = slack.workspace.open_dm(user).id
        asked.append(await slack.command(instance, user=user, channel=place))
        await asyncio.sleep(BETWEEN_TWO_S)
    return asked


async def final_answers(slack: SlackApi, asked: list[Delivery]) -> list[str]:
    """What each was told in the end, once everybody was told something."""

    async def told(delivery: Delivery) -> None:
        while not finals(slack, delivery):
            await asyncio.sleep(0.02)

    async with asyncio.timeout(20):
        await asyncio.gather(*map(told, asked))
    return [text for delivery in asked for text in (each.text for each in finals(slack, delivery))]


async def test_every_command_gets_one_final_answer_and_the_next_question_gets_facts(
    slack: SlackApi, cloud: CloudApi
) -> None:
    users = people(slack, 7)
    for instance in INSTANCES:
        cloud.world.add(instance, GUANGZHOU, tasks=[task("export-1")])

    async with serving(slack, cloud):
        cloud.every_answer = NoAnswer()
        asked = await ask_for_a_while(slack, users, COMMANDS)
        cloud.every_answer = ErrorAnswer(code="InternalError")
        asked += await ask_for_a_while(slack, users, COMMANDS)
        during = await final_answers(slack, asked)
        cloud.every_answer = Normal()
        (at_once,) = await slack.answers(await slack.command(INSTANCES[0]))
        after = await final_answers(slack, await ask_for_a_while(slack, users, len(INSTANCES)))

    assert [text for text in during if not text.startswith(NO_CLOUD)] == []
    assert at_once.text.startswith(FACTS)
    assert [text for text in after if not text.startswith(FACTS)] == []
    assert [len(finals(slack, delivery)) for delivery in asked] == [1] * len(asked)
