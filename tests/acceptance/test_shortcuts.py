"""The two shortcuts: on a message, such as an alert, and anywhere."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.demo.cloud_mishap import LateAnswer
from bot.demo.slack_surfaces import View
from bot.demo.workspace import ANNA, BEN, GITA_GUEST, SHARED, WITH_APP, WITHOUT_APP, Said
from bot.demo.world import EXAMPLE_INSTANCE, LINKED_INSTANCE, MIXED_INSTANCE, RUNNING_INSTANCE
from tests.acceptance.seen import all_text, controls, words
from tests.acceptance.stand import IN_BOTH_MODES, Stand

pytestmark = IN_BOTH_MODES

ON_MESSAGE, ANYWHERE = "mongolog_lookup_message", "mongolog_lookup"
LOADING = "Asking the cloud"


def alert(stand: Stand, *, channel: str = WITH_APP, **parts: Any) -> Said:
    """A message of another app."""
    return stand.slack.post_as("B0ALERTS01", channel=channel, **parts)


async def answered(stand: Stand, user: str = ANNA) -> View:
    """The modal, once it shows something else than that it is loading."""
    return await stand.slack.wait_for_view(
        lambda view: view.user == user and LOADING not in words(view)
    )


RICH = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [{"type": "text", "text": f"node {LINKED_INSTANCE}_0-node-slave0"}],
                }
            ],
        }
    ],
}
WHERE: dict[str, dict[str, Any]] = {
    "text": {"text": f"slow: {LINKED_INSTANCE.upper()}"},
    "rich text": {"blocks": [RICH]},
    "a section's fields": {
        "blocks": [
            {"type": "section", "fields": [{"type": "mrkdwn", "text": f"*id* {LINKED_INSTANCE}"}]}
        ]
    },
    "an attachment's fields": {
        "attachments": [{"fields": [{"title": "instance", "value": LINKED_INSTANCE}]}]
    },
    "blocks in an attachment": {"attachments": [{"blocks": [RICH]}]},
    "the target of a link": {
        "attachments": [{"title": "Alert", "title_link": f"https://x.example/?i={LINKED_INSTANCE}"}]
    },
    "an encoded target": {"text": f"<https://x.example/?next=%2Fmongodb%2F{LINKED_INSTANCE}|open>"},
}


@pytest.mark.parametrize("parts", WHERE.values(), ids=WHERE)
async def test_an_instance_is_found_wherever_a_message_names_it(
    stand: Stand, parts: dict[str, Any]
) -> None:
    await stand.slack.message_shortcut(ON_MESSAGE, alert(stand, **parts))

    view = await answered(stand)

    assert LINKED_INSTANCE in words(view)
    assert "myqcloud" in controls(view)["Download"]["url"]


async def test_a_modal_says_at_once_that_it_is_loading(stand: Stand) -> None:
    stand.cloud.every_answer = LateAnswer(delay_s=0.3)

    await stand.slack.message_shortcut(ON_MESSAGE, alert(stand, text=EXAMPLE_INSTANCE))
    first = await stand.slack.wait_for_view(lambda view: LOADING in words(view))
    view = await answered(stand)

    assert (first.id, first.revision) == (view.id, 0)
    methods = [call.method for call in stand.slack.asked]
    assert methods.index("views.open") < methods.index("users.info")


async def test_ten_are_looked_up_and_the_rest_can_be_chosen(stand: Stand) -> None:
    names = [f"cmgo-alert{number:03}" for number in range(12)]

    await stand.slack.message_shortcut(ON_MESSAGE, alert(stand, text=" ".join(names)))
    view = await answered(stand)
    assert "2 more in this message" in words(view)
    await stand.slack.click_in(view, "ml.page", f"v1|q|{names[11]}")
    chosen = await stand.slack.wait_for_view(lambda each: "11 more" in words(each))

    assert names[11] in words(chosen)


async def test_one_of_several_is_opened_from_the_modal(stand: Stand) -> None:
    text = f"{MIXED_INSTANCE} and {RUNNING_INSTANCE}"
    await stand.slack.message_shortcut(ON_MESSAGE, alert(stand, text=text))
    view = await answered(stand)

    await stand.slack.click_in(view, "ml.page", f"v1|q|{RUNNING_INSTANCE}")
    opened = await stand.slack.wait_for_view(lambda each: "1 more in this" in words(each))

    assert "Running" in words(opened)


@pytest.mark.usefixtures("impatient")
async def test_a_line_on_the_way_that_slack_does_not_show_costs_no_answer(stand: Stand) -> None:
    stand.cloud.next_answers.append(LateAnswer(delay_s=0.6))
    stand.slack.refuse_next("views.update", "internal_error")

    await stand.slack.message_shortcut(ON_MESSAGE, alert(stand, text=EXAMPLE_INSTANCE))
    view = await stand.slack.wait_for_view(lambda each: "Post in thread" in words(each))

    assert "Done" in words(view)


async def test_an_answer_that_slack_does_not_show_in_a_modal_is_told_beside_it(
    stand: Stand,
) -> None:
    stand.slack.refuse_next("views.update", "internal_error")

    await stand.slack.message_shortcut(ON_MESSAGE, alert(stand, text=LINKED_INSTANCE))
    told = await stand.slack.wait_for(lambda posted: posted.ephemeral_to == ANNA)

    assert told.text.startswith("Done")


async def test_a_fault_of_our_own_in_a_modal_is_told_beside_it(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("bot.slack.modal.modal_of")

    await stand.slack.message_shortcut(ON_MESSAGE, alert(stand, text=EXAMPLE_INSTANCE))
    told = await stand.slack.wait_for(lambda posted: posted.ephemeral_to == ANNA)

    assert told.text.startswith("Something broke on our side")
    assert "modal_of" not in all_text(told)


@pytest.mark.usefixtures("impatient")
async def test_a_choice_in_a_modal_that_takes_long_says_so(stand: Stand) -> None:
    text = f"{MIXED_INSTANCE} {RUNNING_INSTANCE}"
    await stand.slack.message_shortcut(ON_MESSAGE, alert(stand, text=text))
    view = await answered(stand)
    stand.cloud.next_answers.append(LateAnswer(delay_s=0.6))

    await stand.slack.click_in(view, "ml.refresh", f"v1|q|{text}")

    await stand.slack.wait_for_view(lambda each: "Still asking" in words(each))
    await stand.slack.wait_for_view(lambda each: "2 instances" in words(each))


async def test_a_slow_answer_does_not_cover_the_one_that_was_chosen_later(stand: Stand) -> None:
    text = f"{MIXED_INSTANCE} {RUNNING_INSTANCE} {EXAMPLE_INSTANCE}"
    await stand.slack.message_shortcut(ON_MESSAGE, alert(stand, text=text))
    view = await answered(stand)
    stand.cloud.next_answers.append(LateAnswer(delay_s=0.5))

    await stand.slack.click_in(view, "ml.refresh", f"v1|q|{text.lower()}")
    await stand.slack.click_in(view, "ml.page", f"v1|q|{RUNNING_INSTANCE}")
    chosen = await stand.slack.wait_for_view(lambda each: "2 more in this" in words(each))
    async with asyncio.timeout(5):
        while not stand.logged("view.outdated"):
            await asyncio.sleep(0.02)

    (shown,) = stand.slack.views
    assert shown == chosen


async def test_an_old_button_in_a_modal_gets_a_sentence_there(stand: Stand) -> None:
    await stand.slack.message_shortcut(ON_MESSAGE, alert(stand, text=f"{MIXED_INSTANCE} {ANNA}"))
    view = await answered(stand)
    old = replace(view, view={**view.view, "blocks": [old_row()]})

    await stand.slack.click_in(old, "ml.page", "v0|q|cmgo-k2p5su09")
    told = await stand.slack.wait_for_view(lambda each: "older version" in words(each))

    assert told.id == view.id


def old_row() -> dict[str, Any]:
    """A row of controls as an older version of the app made it."""
    text = {"type": "plain_text", "text": "Old"}
    button = {"type": "button", "action_id": "ml.page", "text": text, "value": "v0|q|cmgo-k2p5su09"}
    return {"type": "actions", "block_id": "old:1:1", "elements": [button]}


async def test_post_in_thread_posts_without_links_as_the_app(stand: Stand) -> None:
    said = alert(stand, text=LINKED_INSTANCE)
    await stand.slack.message_shortcut(ON_MESSAGE, said)
    view = await answered(stand)

    post = controls(view)["Post in thread"]
    await asyncio.gather(
        stand.slack.click_in(view, "ml.share", post["value"]),
        stand.slack.click_in(view, "ml.share", post["value"]),
    )
    posted = await stand.slack.wait_for(lambda each: each.via == "chat.postMessage")
    done = await stand.slack.wait_for_view(lambda each: "Shared in" in words(each))

    assert (posted.channel, posted.thread_ts) == (WITH_APP, said.ts)
    assert f"Shared by <@{ANNA}>" in all_text(posted)
    assert "myqcloud" not in all_text(posted)
    assert done.id == view.id
    assert len(stand.slack.posted) == 1


@pytest.mark.parametrize(
    ("channel", "says"),
    [
        pytest.param(WITHOUT_APP, "/invite @mongolog", id="not invited"),
        pytest.param(SHARED, "shared with another organisation", id="shared channel"),
    ],
)
async def test_post_in_thread_says_why_it_can_not(stand: Stand, channel: str, says: str) -> None:
    await stand.slack.message_shortcut(
        ON_MESSAGE, alert(stand, text=LINKED_INSTANCE, channel=channel)
    )
    view = await answered(stand)

    await stand.slack.click_in(view, "ml.share", controls(view)["Post in thread"]["value"])
    told = await stand.slack.wait_for_view(lambda each: says in words(each))

    assert told.id == view.id
    assert not stand.slack.posted


async def test_the_message_may_be_deleted_meanwhile(stand: Stand) -> None:
    said = alert(stand, text=LINKED_INSTANCE)
    await stand.slack.message_shortcut(ON_MESSAGE, said)
    view = await answered(stand)
    stand.slack.delete_said(said)

    click = await stand.slack.click_in(view, "ml.share", controls(view)["Post in thread"]["value"])
    told = await stand.slack.wait_for_view(lambda each: "hared" in words(each))

    assert click.outcome == "ok"
    assert told.id == view.id


async def test_no_instance_in_the_message_leads_to_a_field_for_one(stand: Stand) -> None:
    said = stand.slack.post_as(BEN, text="is the database slow?")
    await stand.slack.message_shortcut(ON_MESSAGE, said)
    view = await stand.slack.wait_for_view(lambda each: "no instance id" in words(each))

    wrong = await stand.slack.submit(view, {"instance": "cgmo-k2p5su09"})
    await stand.slack.submit(view, {"instance": EXAMPLE_INSTANCE})
    found = await stand.slack.wait_for_view(lambda each: "Post in thread" in words(each))

    assert "cmgo-k2p5su09" in wrong.body
    assert EXAMPLE_INSTANCE in words(found)


async def test_a_modal_that_was_closed_meanwhile_is_left_closed(stand: Stand) -> None:
    stand.cloud.every_answer = LateAnswer(delay_s=0.3)
    await stand.slack.message_shortcut(ON_MESSAGE, alert(stand, text=EXAMPLE_INSTANCE))
    view = await stand.slack.wait_for_view(lambda each: LOADING in words(each))

    await stand.slack.close(view)
    async with asyncio.timeout(5):
        while not stand.logged("view.closed"):
            await asyncio.sleep(0.02)

    assert not stand.slack.views
    assert not stand.slack.posted


async def test_an_expired_trigger_is_answered_by_a_private_message(stand: Stand) -> None:
    stand.slack.refuse_next("views.open", "expired_trigger_id")

    await stand.slack.message_shortcut(ON_MESSAGE, alert(stand, text=EXAMPLE_INSTANCE))
    told = await stand.slack.wait_for(lambda posted: posted.ephemeral_to == ANNA)

    assert "choose the shortcut once more" in all_text(told)


async def test_a_guest_sees_the_refusal_in_the_modal(stand: Stand) -> None:
    said = alert(stand, text=LINKED_INSTANCE)

    await stand.slack.message_shortcut(ON_MESSAGE, said, user=GITA_GUEST)
    view = await answered(stand, GITA_GUEST)

    assert "Guests" in words(view)
    assert "myqcloud" not in words(view)
    assert not stand.cloud.requests


async def test_a_layout_that_slack_refuses_is_shown_in_the_simplest_one(stand: Stand) -> None:
    stand.slack.refuse_next("views.update", "invalid_arguments")

    await stand.slack.message_shortcut(ON_MESSAGE, alert(stand, text=LINKED_INSTANCE))
    view = await answered(stand)

    assert LINKED_INSTANCE in words(view)
    assert "myqcloud" not in words(view)


async def test_the_form_answers_in_its_own_modal_and_shares_where_the_sharer_is(
    stand: Stand,
) -> None:
    await stand.slack.shortcut(ANYWHERE)
    (form,) = await opened(stand)

    await stand.slack.submit(form, {"instance": MIXED_INSTANCE, "state": "failed"})
    view = await stand.slack.wait_for_view(lambda each: "failed only" in words(each))
    await stand.slack.submit(view, {"conversation": WITH_APP})
    posted = await stand.slack.wait_for(lambda each: each.via == "chat.postMessage")

    assert view.id == form.id
    assert posted.channel == WITH_APP
    assert "failed only" in all_text(posted)


async def opened(stand: Stand) -> tuple[View, ...]:
    await stand.slack.wait_for_view(lambda view: "Look up" in str(view.view))
    return stand.slack.views


async def test_a_form_names_what_it_does_not_understand_at_its_field(stand: Stand) -> None:
    await stand.slack.shortcut(ANYWHERE)
    (form,) = await opened(stand)

    submitted = await stand.slack.submit(form, {"instance": "crs-k2p5su09"})

    assert submitted.outcome == "ok"
    assert "TencentDB for Redis" in submitted.body
    assert not stand.cloud.requests


async def test_the_form_offers_what_was_asked_about_lately(stand: Stand) -> None:
    await stand.ask(LINKED_INSTANCE)
    await stand.slack.shortcut(ANYWHERE)
    (form,) = await opened(stand)

    await stand.slack.click_in(form, "ml.page", f"v1|q|{LINKED_INSTANCE}")
    view = await stand.slack.wait_for_view(lambda each: "Download" in words(each))

    assert view.id == form.id


async def test_nobody_shares_where_they_are_not(stand: Stand) -> None:
    place = stand.slack.workspace.channel(WITH_APP)
    assert place is not None
    stand.slack.workspace.put_channel(replace(place, members=(BEN,)))
    await stand.slack.shortcut(ANYWHERE)
    (form,) = await opened(stand)
    await stand.slack.submit(form, {"instance": EXAMPLE_INSTANCE})
    view = await stand.slack.wait_for_view(lambda each: "Share in" in words(each))

    await stand.slack.submit(view, {"conversation": WITH_APP})
    told = await stand.slack.wait_for_view(lambda each: "not in that conversation" in words(each))

    assert told.id == form.id
    assert not stand.slack.posted
