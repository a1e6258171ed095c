"""`/mongolog health` and `/mongolog status`: how the app itself is, asked in Slack."""

from bot.demo.cloud_mishap import NoAnswer
from bot.demo.world import EXAMPLE_INSTANCE, GUANGZHOU, SINGAPORE, UNKNOWN_INSTANCE
from tests.acceptance.seen import all_text
from tests.acceptance.stand import IN_BOTH_MODES, Stand

pytestmark = IN_BOTH_MODES


async def test_health_says_that_all_is_well(stand: Stand) -> None:
    await stand.ask(EXAMPLE_INSTANCE)
    answer = await stand.ask("health")

    assert answer.text.startswith("All is well")
    assert f"Cloud API in {GUANGZHOU}: answered" in all_text(answer)


async def test_health_does_not_ask_the_cloud(stand: Stand) -> None:
    answer = await stand.ask("health")

    assert not stand.cloud.requests
    assert f"Cloud API in {SINGAPORE}: not asked since the start" in all_text(answer)


async def test_health_names_the_region_that_gave_no_answer(stand: Stand) -> None:
    stand.cloud.region_answers[GUANGZHOU] = NoAnswer()
    await stand.ask(EXAMPLE_INSTANCE)
    answer = await stand.ask("health")

    assert answer.text.startswith("Not all is well")
    assert f"Cloud API in {GUANGZHOU}: No answer from the cloud" in answer.text
    assert f"Cloud API in {SINGAPORE}: answered" in all_text(answer)


async def test_an_instance_that_does_not_exist_is_an_answer_too(stand: Stand) -> None:
    await stand.ask(UNKNOWN_INSTANCE)
    answer = await stand.ask("health")

    assert answer.text.startswith("All is well")


async def test_status_without_an_instance_says_what_is_watched_and_the_health_last(
    stand: Stand,
) -> None:
    answer = await stand.ask("status")

    assert answer.text == "Nothing is watched here. All is well so far."
    assert "All is well" in str(answer.blocks[-1])


async def test_health_says_without_rules_who_may_do_what(stand: Stand) -> None:
    assert "every full member may do everything" in all_text(await stand.ask("health"))
