"""What the buttons of an answer do, wherever they are pressed."""

import asyncio
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from bot.demo.cloud_mishap import ErrorAnswer, LateAnswer, Normal
from bot.demo.slack_delivery import Delivery
from bot.demo.slack_parcel import Parcel
from bot.demo.workspace import ANNA, BEN, FRED_FOREIGN, GITA_GUEST, SHARED, WITH_APP, Posted
from bot.demo.world import EXAMPLE_INSTANCE, LINKED_INSTANCE, MIXED_INSTANCE
from tests.acceptance.seen import all_text, buttons, controls
from tests.acceptance.stand import IN_BOTH_MODES, Stand

pytestmark = IN_BOTH_MODES


async def press(stand: Stand, posted: Posted, label: str, **where: Any) -> Delivery:
    """Press the button, or choose the option, that says `label`."""
    control = controls(posted)[label]
    action = control.get("action_id") or menu_of(posted, control)
    return await stand.slack.click(posted, action, value=control["value"], **where)


def menu_of(posted: Posted, option: dict[str, Any]) -> str:
    for block in posted.blocks:
        for element in (*block.get("elements", ()), block.get("accessory", {})):
            if option in element.get("options", ()):
                return str(element["action_id"])
    raise AssertionError("no menu has this option")


async def settled(stand: Stand, posted: Posted, revision: int = 1) -> Posted:
    """The message once it has been replaced."""
    return await stand.slack.wait_for(
        lambda each: each.ts == posted.ts and each.revision >= revision
    )


async def shared_one(stand: Stand, instance: str = LINKED_INSTANCE, **where: str) -> Posted:
    await stand.slack.command(f"{instance} here", **where)
    return await stand.slack.wait_for(lambda posted: posted.via == "chat.postMessage")


async def test_refresh_replaces_a_private_answer_with_a_new_one(stand: Stand) -> None:
    answer = await stand.ask(EXAMPLE_INSTANCE)
    asked = len(stand.cloud.requests)

    await press(stand, answer, "Refresh")
    again = await settled(stand, answer)

    assert again.ephemeral_to == ANNA
    assert len(stand.cloud.requests) == asked + 1  # also within the two seconds of reuse
    assert len(stand.slack.posted) == 1


async def test_pages_are_turned_without_asking_the_cloud_again(stand: Stand) -> None:
    answer = await stand.ask(MIXED_INSTANCE)
    asked = len(stand.cloud.requests)

    await press(stand, answer, "Older")
    older = await settled(stand, answer)
    await press(stand, older, "Newer")
    newer = await settled(stand, answer, 2)

    assert "page 2 of" in all_text(older)
    assert "page 1 of" in all_text(newer)
    assert len(stand.cloud.requests) == asked


async def test_a_state_is_chosen_from_a_menu(stand: Stand) -> None:
    answer = await stand.ask(MIXED_INSTANCE)
    label = next(label for label in controls(answer) if label.startswith("Failed"))

    await press(stand, answer, label)
    filtered = await settled(stand, answer)

    assert "failed only" in all_text(filtered)


async def test_share_here_posts_the_answer_without_links_once_for_a_double_click(
    stand: Stand,
) -> None:
    answer = await stand.ask(LINKED_INSTANCE)

    await asyncio.gather(
        press(stand, answer, "Share here"),
        press(stand, answer, "Share here"),
    )
    shared = await stand.slack.wait_for(lambda posted: posted.via == "chat.postMessage")
    await press(stand, answer, "Share here")

    assert f"Shared by <@{ANNA}>" in all_text(shared)
    assert "myqcloud" not in all_text(shared)
    assert [posted.via for posted in stand.slack.posted].count("chat.postMessage") == 1


async def test_a_share_that_failed_may_be_tried_again_at_once(stand: Stand) -> None:
    answer = await stand.ask(LINKED_INSTANCE)
    stand.slack.refuse_next("chat.postMessage", "restricted_action")

    await press(stand, answer, "Share here")
    await stand.slack.wait_for(lambda posted: "Not shared" in all_text(posted))
    await press(stand, answer, "Share here")
    shared = await stand.slack.wait_for(lambda posted: posted.via == "chat.postMessage")

    assert "Shared by" in all_text(shared)


async def test_get_link_shows_a_fresh_link_to_the_clicker_alone_and_is_audited(
    stand: Stand,
) -> None:
    shared = await shared_one(stand)

    await press(stand, shared, "Get link", user=BEN)
    given = await stand.slack.wait_for(lambda posted: posted.ephemeral_to == BEN)

    (download,) = buttons(given)
    assert "myqcloud" in download["url"]
    assert "Works until" in all_text(given)
    assert "myqcloud" not in all_text(shared)
    (entry,) = stand.logged("link.given")
    assert (entry["user"], entry["instance"]) == (BEN, LINKED_INSTANCE)


async def test_get_link_in_a_thread_is_answered_in_the_thread(stand: Stand) -> None:
    said = stand.slack.post_as(BEN, text="who exported this?")
    await stand.slack.mention(LINKED_INSTANCE, thread_ts=said.ts)
    answer = await stand.slack.wait_for(lambda posted: posted.via == "chat.postMessage")

    await press(stand, answer, "Get link", user=ANNA)
    given = await stand.slack.wait_for(lambda posted: posted.ephemeral_to == ANNA)

    assert given.thread_ts == said.ts


async def test_a_guest_gets_no_link_and_that_is_audited(stand: Stand) -> None:
    shared = await shared_one(stand)
    asked = len(stand.cloud.requests)

    await press(stand, shared, "Get link", user=GITA_GUEST)
    refusal = await stand.slack.wait_for(lambda posted: posted.ephemeral_to == GITA_GUEST)

    assert "Guests" in all_text(refusal)
    assert "myqcloud" not in all_text(refusal)
    assert len(stand.cloud.requests) == asked
    assert [each["user"] for each in stand.logged("link.refused")] == [GITA_GUEST]


async def test_refreshing_a_shared_answer_changes_it_for_everybody(stand: Stand) -> None:
    shared = await shared_one(stand)

    await press(stand, shared, "Refresh", user=BEN)
    refreshed = await settled(stand, shared)

    assert refreshed.ephemeral_to is None
    assert f"Shared by <@{ANNA}>" in all_text(refreshed)
    assert "myqcloud" not in all_text(refreshed)


async def test_a_channel_that_became_shared_keeps_its_message_and_the_clicker_gets_a_copy(
    stand: Stand,
) -> None:
    shared = await shared_one(stand)
    place = stand.slack.workspace.channel(WITH_APP)
    assert place is not None
    stand.slack.workspace.put_channel(replace(place, shared=True))

    await press(stand, shared, "Refresh", user=BEN)
    copy = await stand.slack.wait_for(lambda posted: posted.ephemeral_to == BEN)

    assert "Done" in copy.text
    assert stand.slack.workspace.find(shared.channel, shared.ts) == shared


async def test_a_message_that_can_not_be_changed_any_more_is_answered_beside(
    stand: Stand,
) -> None:
    shared = await shared_one(stand)
    stand.slack.refuse_next("chat.update", "edit_window_closed")

    await press(stand, shared, "Refresh", user=BEN)
    copy = await stand.slack.wait_for(lambda posted: posted.ephemeral_to == BEN)

    assert "Done" in copy.text


async def test_a_shared_answer_that_slack_can_not_lay_out_is_changed_in_the_simplest_layout(
    stand: Stand,
) -> None:
    shared = await shared_one(stand)
    stand.slack.refuse_next("chat.update", "invalid_blocks")

    await press(stand, shared, "Refresh", user=BEN)
    refreshed = await settled(stand, shared)

    assert LINKED_INSTANCE in all_text(refreshed)
    assert not buttons(refreshed)


@pytest.mark.usefixtures("impatient")
async def test_get_link_says_when_it_takes_long(stand: Stand) -> None:
    shared = await shared_one(stand)
    stand.cloud.next_answers.append(LateAnswer(delay_s=0.6))

    await press(stand, shared, "Get link", user=BEN)
    noted = await stand.slack.wait_for(lambda posted: posted.ephemeral_to == BEN)
    given = await stand.slack.wait_for(lambda posted: "myqcloud" in all_text(posted))

    assert noted.text.startswith("Still asking")
    assert given.ephemeral_to == BEN


def is_for(user: str, posted: Posted) -> bool:
    return posted.ephemeral_to == user


async def test_get_link_asks_the_cloud_anew_for_everybody(stand: Stand) -> None:
    shared = await shared_one(stand)
    asked = len(stand.cloud.requests)

    for user in (BEN, ANNA):
        await press(stand, shared, "Get link", user=user)
        await stand.slack.wait_for(partial(is_for, user))

    assert len(stand.cloud.requests) == asked + 2


async def test_the_console_is_slack_s_to_open_and_needs_no_answer(stand: Stand) -> None:
    answer = await stand.ask(EXAMPLE_INSTANCE)
    url = "https://console.tencentcloud.com/mongodb"
    option = {"text": {"type": "plain_text", "text": "Open"}, "value": url, "url": url}
    menu = {"type": "overflow", "action_id": "ml.more", "options": [option]}
    block = {"type": "actions", "block_id": "more:9:1", "elements": [menu]}
    shown = stand.slack.workspace.edit(answer, blocks=(*answer.blocks[:1], block))
    asked = len(stand.cloud.requests)

    click = await stand.slack.click(shown, "ml.more", value=url)
    await stand.ask("help")

    assert (click.outcome, click.body) == ("ok", "")
    assert len(stand.cloud.requests) == asked
    assert len(stand.slack.posted) == 2


async def test_a_shared_answer_has_no_button_that_shares_it_again(stand: Stand) -> None:
    shared = await shared_one(stand)

    assert "Share here" not in controls(shared)
    assert "Copy curl command" not in controls(shared)


@pytest.mark.parametrize("action", ["ml.page", "ml.download"])
async def test_a_click_in_a_message_of_another_app_gets_a_sentence(
    stand: Stand, action: str
) -> None:
    posted = await stand.ask(EXAMPLE_INSTANCE)
    url, _ = stand.slack.issue("actions", user=ANNA, channel=WITH_APP, clicked=posted)
    payload = {
        "type": "block_actions",
        "user": {"id": ANNA, "team_id": "T0ACME0001"},
        "team": {"id": "T0ACME0001"},
        "api_app_id": "A0MONGOLOG",
        "channel": {"id": WITH_APP},
        "container": {"type": "message", "message_ts": "1795000000.000100"},
        "message": {"bot_id": "B0OTHERAPP", "ts": "1795000000.000100"},
        "response_url": url,
        "trigger_id": "1.2.3",
        "actions": [{"action_id": action, "block_id": "x", "value": f"v1|q|{EXAMPLE_INSTANCE}"}],
    }
    asked = len(stand.cloud.requests)

    await stand.slack.send(Parcel(kind="interactive", payload=payload))
    await stand.slack.wait_for(lambda each: "older version" in each.text)

    assert len(stand.cloud.requests) == asked
    assert not stand.logged("link.pressed")


async def test_a_page_of_a_shared_answer_is_turned_for_the_clicker_alone(stand: Stand) -> None:
    shared = await shared_one(stand, MIXED_INSTANCE)

    await press(stand, shared, "Older", user=BEN)
    copy = await stand.slack.wait_for(lambda posted: posted.ephemeral_to == BEN)

    assert "page 2 of" in all_text(copy)
    assert stand.slack.workspace.find(shared.channel, shared.ts).revision == 0  # type: ignore[union-attr]


async def test_send_to_my_dm_keeps_the_answer_there_without_a_link(stand: Stand) -> None:
    answer = await stand.ask(LINKED_INSTANCE)

    await press(stand, answer, "Send to my DM")
    kept = await stand.slack.wait_for(lambda posted: posted.via == "chat.postMessage")
    told = await stand.slack.wait_for(lambda posted: "Sent" in posted.text)

    assert kept.channel.startswith("D")
    assert "myqcloud" not in all_text(kept)
    assert "Get link" in controls(kept)
    assert told.ephemeral_to == ANNA


async def test_refresh_in_a_direct_message_changes_that_message(stand: Stand) -> None:
    await stand.slack.say(LINKED_INSTANCE)
    answer = await stand.slack.wait_for(lambda posted: posted.via == "chat.postMessage")

    await press(stand, answer, "Refresh")
    refreshed = await settled(stand, answer)

    assert "myqcloud" not in all_text(refreshed)
    assert len(stand.slack.posted) == 1


async def test_the_curl_command_is_shown_to_the_asker_alone(stand: Stand) -> None:
    answer = await stand.ask(LINKED_INSTANCE)

    await press(stand, answer, "Copy curl command")
    given = await stand.slack.wait_for(lambda posted: "curl --fail" in all_text(posted))

    assert given.ephemeral_to == ANNA
    assert "curl --fail --output" in all_text(given)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "v0|q|cmgo-k2p5su09",
        "v1|q|drop table",
        "v1|e|ap-x",
        "v1|e||cmgo-bad|x",
        "v1|z|x",
        "q" * 75,
    ],
)
async def test_a_button_of_another_version_gets_a_sentence(stand: Stand, value: str) -> None:
    answer = await stand.ask(EXAMPLE_INSTANCE)
    block = {
        "type": "actions",
        "block_id": "old:1:1",
        "elements": [
            {
                "type": "button",
                "action_id": "ml.page",
                "text": {"type": "plain_text", "text": "Old"},
                **({"value": value} if value else {}),
            }
        ],
    }
    old = stand.slack.workspace.edit(answer, blocks=(block,))
    asked = len(stand.cloud.requests)

    click = await stand.slack.click(old, "ml.page", value=value or None)
    told = await stand.slack.wait_for(lambda posted: "older version" in posted.text)

    assert click.outcome == "ok"
    assert told.ephemeral_to == ANNA
    assert len(stand.cloud.requests) == asked


async def test_a_page_that_no_longer_exists_gets_a_sentence(stand: Stand) -> None:
    answer = await stand.ask(f"{MIXED_INSTANCE} page 2")
    older = {**controls(answer)["Newer"], "value": f"v1|q|{MIXED_INSTANCE} page 99"}
    block = {"type": "actions", "block_id": "old:1:1", "elements": [older]}
    old = stand.slack.workspace.edit(answer, blocks=(block,))

    await stand.slack.click(old, older["action_id"], value=older["value"])
    told = await settled(stand, old, 2)

    assert "There is no page 99" in all_text(told)


async def test_the_link_of_an_export_that_has_vanished_gets_a_sentence(stand: Stand) -> None:
    shared = await shared_one(stand)
    gone = {**controls(shared)["Get link"]}
    gone["value"] = gone["value"].rpartition("|")[0] + "|export-gone"
    block = {"type": "actions", "block_id": "old:1:1", "elements": [gone]}
    old = stand.slack.workspace.edit(shared, blocks=(block,))

    await stand.slack.click(old, "ml.link", value=gone["value"], user=ANNA)
    told = await stand.slack.wait_for(lambda posted: posted.ephemeral_to == ANNA)

    assert "no longer lists this export" in all_text(told)


async def test_a_person_of_another_organisation_may_not_press_anything(stand: Stand) -> None:
    stand.slack.workspace.put_channel(
        stand.slack.workspace.channel(SHARED)  # type: ignore[arg-type]
    )
    await stand.slack.mention(EXAMPLE_INSTANCE, channel=SHARED)
    answer = await stand.slack.wait_for(lambda posted: posted.ephemeral_to == ANNA)
    assert answer.channel == SHARED

    shared = stand.slack.workspace.post(
        Posted(channel=SHARED, ts="1795000000.000100", blocks=answer.blocks, via="chat.postMessage")
    )
    await press(stand, shared, "Refresh", user=FRED_FOREIGN)
    told = await stand.slack.wait_for(lambda posted: posted.ephemeral_to == FRED_FOREIGN)

    assert "other organisations" in all_text(told)


async def test_the_last_known_answer_is_shown_with_its_age_when_the_cloud_is_down(
    stand: Stand,
) -> None:
    await stand.ask(LINKED_INSTANCE)
    await asyncio.sleep(2.1)  # the answer of a moment ago is given again until then
    stand.cloud.every_answer = ErrorAnswer(code="InternalError")

    answer = await stand.ask(LINKED_INSTANCE)

    assert answer.text.startswith("Not current, ")
    assert "Not current · " in all_text(answer)
    assert "myqcloud" not in all_text(answer)
    stand.cloud.every_answer = Normal()
    await press(stand, answer, "Try again")
    current = await settled(stand, answer)
    assert current.text.startswith("Done")


async def test_who_asked_here_before_is_named_to_the_next(stand: Stand) -> None:
    await stand.ask(EXAMPLE_INSTANCE, user=BEN)

    answer = await stand.ask(EXAMPLE_INSTANCE)
    elsewhere = await stand.ask(EXAMPLE_INSTANCE, channel="C0LEADS001")

    assert f"ago by <@{BEN}>" in all_text(answer)
    assert "ago by" not in all_text(elsewhere)
    assert answer.channel == WITH_APP
