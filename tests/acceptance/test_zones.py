"""Typed times are read in the asker's own zone, at every door, and the answer says so."""

from bot.demo.workspace import BEN
from bot.demo.world import MIXED_INSTANCE
from tests.acceptance.seen import all_text, words
from tests.acceptance.stand import IN_BOTH_MODES, Stand

pytestmark = IN_BOTH_MODES

SINCE = f"{MIXED_INSTANCE} since 2024-03-07 9:22"
READ = "created since 2024-03-07 09:22, Europe/Berlin time"


async def test_a_command_and_its_pages_are_read_in_the_zone_of_the_asker(stand: Stand) -> None:
    answer = await stand.ask(SINCE, user=BEN)
    await stand.slack.click(answer, "ml.page", user=BEN)
    older = await stand.slack.wait_for(
        lambda posted: posted.ts == answer.ts and posted.revision > 0
    )

    assert READ in all_text(answer)
    assert READ in all_text(older)


async def test_a_form_is_read_in_the_zone_of_the_asker(stand: Stand) -> None:
    await stand.slack.shortcut("mongolog_lookup", user=BEN)
    form = await stand.slack.wait_for_view(lambda view: "Look up" in str(view.view))
    await stand.slack.submit(form, {"instance": SINCE})

    view = await stand.slack.wait_for_view(lambda each: READ in words(each))

    assert view.id == form.id


async def test_a_page_turned_by_somebody_else_means_the_same_times(stand: Stand) -> None:
    await stand.slack.mention(SINCE, user=BEN)
    answer = await stand.slack.wait_for(lambda posted: posted.via == "chat.postMessage")

    await stand.slack.click(answer, "ml.page", user="U0ANNA0001")
    copy = await stand.slack.wait_for(lambda posted: posted.ephemeral_to == "U0ANNA0001")

    assert READ in all_text(copy)
