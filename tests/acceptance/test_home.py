"""App Home and the menu: what somebody asked about lately, one tap away."""

import asyncio

from bot.demo.workspace import ANNA, BEN, GITA_GUEST
from bot.demo.world import EXAMPLE_INSTANCE, LINKED_INSTANCE
from tests.acceptance.seen import all_text, controls, words
from tests.acceptance.stand import IN_BOTH_MODES, Stand

pytestmark = IN_BOTH_MODES


async def test_home_has_recents_how_to_ask_and_the_health(stand: Stand) -> None:
    await stand.ask(LINKED_INSTANCE)

    await stand.slack.open_home()
    home = await stand.slack.wait_for_view(lambda view: view.is_home)

    assert LINKED_INSTANCE in controls(home)
    assert "/mongolog cmgo-" in words(home)
    assert "All is well" in words(home)


async def test_from_home_to_the_link_it_takes_two_taps(stand: Stand) -> None:
    await stand.ask(LINKED_INSTANCE)
    await stand.slack.open_home()
    home = await stand.slack.wait_for_view(lambda view: view.is_home)

    await stand.slack.click_in(home, "ml.page", f"v1|q|{LINKED_INSTANCE}")
    view = await stand.slack.wait_for_view(lambda each: "Download" in words(each))

    assert "myqcloud" in controls(view)["Download"]["url"]


async def test_home_is_drawn_at_most_every_ten_seconds(stand: Stand) -> None:
    for _ in range(3):
        await stand.slack.open_home()
    await stand.slack.open_home(tab="messages")
    await stand.slack.wait_for_view(lambda view: view.is_home)
    await asyncio.sleep(0.2)

    published = [call for call in stand.slack.asked if call.method == "views.publish"]
    assert len(published) == 1


async def test_home_tells_a_guest_why_there_is_nothing_to_see(stand: Stand) -> None:
    await stand.slack.open_home(user=GITA_GUEST)

    home = await stand.slack.wait_for_view(lambda view: view.is_home)

    assert "Guests" in words(home)


async def test_the_menu_has_what_was_asked_about_here_and_by_me(stand: Stand) -> None:
    await stand.ask(EXAMPLE_INSTANCE, user=BEN)
    await stand.ask(LINKED_INSTANCE, channel="C0LEADS001")

    menu = await stand.ask("")

    assert "Asked about here lately" in all_text(menu)
    assert "Asked about by you lately" in all_text(menu)
    assert {EXAMPLE_INSTANCE, LINKED_INSTANCE} <= set(controls(menu))


async def test_a_button_of_the_menu_turns_it_into_the_answer(stand: Stand) -> None:
    await stand.ask(LINKED_INSTANCE)
    menu = await stand.ask("")

    await stand.slack.click(menu, "ml.page", value=f"v1|q|{LINKED_INSTANCE}")
    answer = await stand.slack.wait_for(
        lambda posted: posted.ts == menu.ts and posted.revision == 1
    )

    assert answer.ephemeral_to == ANNA
    assert "Download" in controls(answer)
