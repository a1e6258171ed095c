"""`/mongolog … here`: an answer for everybody in the channel, or why there is none."""

from dataclasses import replace

import pytest

from bot.demo.workspace import ANNA, SHARED, WITH_APP, WITHOUT_APP, Channel
from bot.demo.world import EXAMPLE_INSTANCE, LINKED_INSTANCE
from tests.acceptance.seen import all_text
from tests.acceptance.stand import IN_BOTH_MODES, Stand

pytestmark = IN_BOTH_MODES

HIDDEN = Channel(id="C0HIDDEN01", name="hidden", kind="private", members=("U0ANNA0001",))


async def test_here_shares_the_answer_in_the_channel_without_links(stand: Stand) -> None:
    await stand.slack.command(f"{LINKED_INSTANCE} here")

    shared = await stand.slack.wait_for(lambda posted: posted.via == "chat.postMessage")

    assert shared.channel == WITH_APP
    assert "Shared by <@U0ANNA0001>" in all_text(shared)
    assert "myqcloud" not in all_text(shared)
    assert len(stand.slack.posted) == 1


@pytest.mark.parametrize(
    ("channel", "says"),
    [
        pytest.param(WITHOUT_APP, "/invite @mongolog", id="not invited"),
        pytest.param(HIDDEN.id, "/invite @mongolog", id="private and not invited"),
        pytest.param(SHARED, "shared with another organisation", id="shared channel"),
    ],
)
async def test_here_says_why_it_can_not_share(stand: Stand, channel: str, says: str) -> None:
    stand.slack.workspace.put_channel(HIDDEN)

    answer = await stand.ask(f"{EXAMPLE_INSTANCE} here", channel=channel)

    assert answer.ephemeral_to == ANNA
    assert says in all_text(answer)


async def test_a_channel_that_became_shared_is_seen_before_anything_is_posted(
    stand: Stand,
) -> None:
    await stand.slack.command(f"{EXAMPLE_INSTANCE} here")
    await stand.slack.wait_for(lambda posted: posted.via == "chat.postMessage")
    place = stand.slack.workspace.channel(WITH_APP)
    assert place is not None
    stand.slack.workspace.put_channel(replace(place, shared=True))

    answer = await stand.ask(f"{LINKED_INSTANCE} here")

    assert answer.ephemeral_to == ANNA
    assert "shared with another organisation" in all_text(answer)


async def test_an_answer_that_can_not_be_shared_is_not_lost(stand: Stand) -> None:
    stand.slack.refuse_next("chat.postMessage", "restricted_action")

    answer = await stand.ask(f"{EXAMPLE_INSTANCE} here")

    assert answer.ephemeral_to == ANNA
    assert answer.text.startswith("Done: slow log")
    assert "Not shared: Slack did not take it (`restricted_action`)" in all_text(answer)


async def test_a_place_that_slack_does_not_describe_counts_as_shared(stand: Stand) -> None:
    stand.slack.refuse_next("conversations.info", "internal_error")

    answer = await stand.ask(f"{EXAMPLE_INSTANCE} here")

    assert "shared with another organisation" in all_text(answer)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("method", ["users.info", "conversations.info"])
async def test_a_slack_that_asks_for_a_long_pause_does_not_keep_the_asker_waiting(
    stand: Stand, method: str
) -> None:
    stand.slack.refuse_next(method, "ratelimited", retry_after_s=60)

    answer = await stand.ask(f"{EXAMPLE_INSTANCE} here")

    assert answer.ephemeral_to == ANNA
