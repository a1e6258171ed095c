"""People click, submit and close in the simulated Slack's modals and Home tabs, as in Slack."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import httpx
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack_api import SlackApi
from bot.demo.slack_surfaces import View
from bot.demo.workspace import (
    ANNA,
    ANNAS_DM,
    BEN,
    PRIVATE,
    SHARED,
    WITH_APP,
    WITHOUT_APP,
    small_workspace,
)
from tests.integration.played import TOKEN, Clock, PlayedApp, slack_with


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def option(value: str) -> dict[str, Any]:
    return {"text": plain(value), "value": value}


def field(block_id: str, element: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(block_id),
        "element": element,
        **fields,
    }


REFRESH = {"type": "button", "action_id": "ml.refresh", "text": plain("Refresh"), "value": "v1|q|x"}
MORE = {"type": "overflow", "action_id": "ml.more", "options": [option("v1|d|x")]}
PICK = {"type": "static_select", "action_id": "ml.pick", "options": [option("a"), option("b")]}
BUTTONS = {"type": "actions", "block_id": "nav", "elements": [REFRESH, MORE, PICK]}
TEXT = {"type": "plain_text_input", "action_id": "id", "min_length": 3, "max_length": 20}
INSTANCE = field("instance", TEXT)
STATE = field(
    "state",
    {"type": "static_select", "action_id": "state", "options": [option("all"), option("failed")]},
    optional=True,
)
SHARE = {
    "type": "conversations_select",
    "action_id": "where",
    "filter": {"include": ["public", "private"], "exclude_external_shared_channels": True},
}


def modal(*blocks: dict[str, Any], **fields: Any) -> dict[str, Any]:
    shown = list(blocks or (INSTANCE, STATE))
    return {"type": "modal", "title": plain("Logs"), "blocks": shown, **fields}


FORM = modal(submit=plain("Look up"), callback_id="ml.lookup", private_metadata="note")
ANSWER = modal(BUTTONS, callback_id="ml.lookup")


@pytest.fixture
def app() -> PlayedApp:
    return PlayedApp()


@pytest.fixture
async def slack(app: PlayedApp) -> AsyncIterator[SlackApi]:
    async with slack_with(app, Clock()) as slack:
        yield slack


@pytest.fixture
def client(slack: SlackApi) -> AsyncWebClient:
    client = AsyncWebClient(token=TOKEN, base_url=slack.api_url, retry_handlers=[])
    client.proxy = None  # the SDK takes a proxy from the environment, even for loopback
    return client


async def opened(slack: SlackApi, client: AsyncWebClient, view: dict[str, Any]) -> View:
    trigger_id = slack.triggers.issue(user=ANNA, conversation=WITH_APP)
    await client.views_open(trigger_id=trigger_id, view=view)
    return slack.views[-1]


async def pushed(slack: SlackApi, client: AsyncWebClient, view: dict[str, Any]) -> View:
    below = slack.views[-1]
    trigger_id = slack.triggers.issue(user=ANNA, view_id=below.id)
    await client.views_push(trigger_id=trigger_id, view=view)
    return slack.views[-1]


# Clicks


async def test_a_click_in_a_modal_brings_the_view_and_no_place(
    slack: SlackApi, client: AsyncWebClient, app: PlayedApp
) -> None:
    view = await opened(slack, client, modal(BUTTONS, private_metadata="note"))

    delivery = await slack.click_in(view, "ml.refresh")

    said = app.payload
    assert said["type"] == "block_actions"
    assert said["container"] == {"type": "view", "view_id": view.id}
    assert (said["view"]["id"], said["view"]["hash"]) == (view.id, view.hash)
    assert said["view"]["root_view_id"] == view.id
    assert said["view"]["private_metadata"] == "note"
    assert not {"channel", "message", "response_url", "state"} & said.keys()
    (action,) = said["actions"]
    assert (action["block_id"], action["value"]) == ("nav", "v1|q|x")
    assert (delivery.outcome, delivery.user, delivery.response_url) == ("ok", ANNA, "")


async def test_the_trigger_of_a_click_in_a_modal_pushes_on_it(
    slack: SlackApi, client: AsyncWebClient, app: PlayedApp
) -> None:
    view = await opened(slack, client, ANSWER)
    await slack.click_in(view, "ml.refresh")
    await client.views_push(trigger_id=app.payload["trigger_id"], view=ANSWER)
    assert slack.views[-1].previous == view.id


async def test_menus_in_a_modal_say_what_was_chosen_and_hold_it(
    slack: SlackApi, client: AsyncWebClient, app: PlayedApp
) -> None:
    view = await opened(slack, client, ANSWER)
    await slack.click_in(view, "ml.more", "v1|d|x")
    assert app.payload["actions"][0]["selected_option"] == option("v1|d|x")
    await slack.click_in(view, "ml.pick", "b")
    held = {"nav": {"ml.pick": {"type": "static_select", "selected_option": option("b")}}}
    assert app.payload["view"]["state"]["values"] == held == slack.surfaces.values(view)


async def test_a_conversation_is_chosen_from_those_that_the_menu_offers(
    slack: SlackApi, client: AsyncWebClient, app: PlayedApp
) -> None:
    section = {"type": "section", "text": plain("Share to"), "accessory": SHARE}
    view = await opened(slack, client, modal(section))
    for channel in (WITH_APP, WITHOUT_APP, PRIVATE):
        await slack.click_in(view, "where", channel)
        assert app.payload["actions"][0]["selected_conversation"] == channel
    for missing in (ANNAS_DM, SHARED, "C0NOWHERE1", None):
        with pytest.raises(ValueError, match="nothing to use"):
            await slack.click_in(view, "where", missing)


async def test_a_click_on_the_home_tab_opens_a_modal_of_its_own(
    slack: SlackApi, client: AsyncWebClient, app: PlayedApp
) -> None:
    await client.views_publish(user_id=BEN, view={"type": "home", "blocks": [BUTTONS]})
    tab = slack.home_of(BEN)
    assert tab is not None
    await slack.click_in(tab, "ml.refresh")
    assert (app.payload["view"]["type"], app.payload["user"]["id"]) == ("home", BEN)
    await client.views_open(trigger_id=app.payload["trigger_id"], view=ANSWER)
    assert [view.user for view in slack.views] == [BEN]


async def test_a_button_that_an_update_took_away_is_clicked_in_the_old_copy(
    slack: SlackApi, client: AsyncWebClient, app: PlayedApp
) -> None:
    old = await opened(slack, client, ANSWER)
    await client.views_update(view_id=old.id, view=FORM)
    await slack.click_in(old, "ml.refresh")
    assert app.payload["view"]["hash"] == old.hash


async def test_nobody_clicks_in_what_is_closed_is_not_there_or_is_another_s(
    slack: SlackApi, client: AsyncWebClient, app: PlayedApp
) -> None:
    view = await opened(slack, client, ANSWER)
    with pytest.raises(ValueError, match="nothing to use"):
        await slack.click_in(view, "ml.gone")
    with pytest.raises(ValueError, match="does not see"):
        await slack.click_in(view, "ml.refresh", user=BEN)
    await slack.close(view)
    with pytest.raises(ValueError, match="closed"):
        await slack.click_in(view, "ml.refresh")
    assert app.payloads == []


async def test_two_quick_clicks_in_a_modal_both_arrive(
    slack: SlackApi, client: AsyncWebClient, app: PlayedApp
) -> None:
    view = await opened(slack, client, ANSWER)
    await asyncio.gather(*(slack.click_in(view, "ml.refresh") for _ in "ab"))
    first, second = app.payloads
    assert first["trigger_id"] != second["trigger_id"]


# Submissions


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"id": "cmgo-k2p5su09", "state": "failed"}, id="by action id"),
        pytest.param(
            {"instance": {"id": "cmgo-k2p5su09"}, "state": {"state": "failed"}}, id="by block too"
        ),
    ],
)
async def test_a_submission_brings_what_was_filled_in_and_closes_the_view(
    slack: SlackApi, client: AsyncWebClient, app: PlayedApp, values: Any
) -> None:
    view = await opened(slack, client, FORM)

    delivery = await slack.submit(view, values)

    assert (app.payload["type"], app.payload["view"]["callback_id"]) == (
        "view_submission",
        "ml.lookup",
    )
    assert app.payload["view"]["private_metadata"] == "note"
    assert app.payload["view"]["state"]["values"] == {
        "instance": {"id": {"type": "plain_text_input", "value": "cmgo-k2p5su09"}},
        "state": {"state": {"type": "static_select", "selected_option": option("failed")}},
    }
    assert app.payload["response_urls"] == []
    assert (delivery.outcome, slack.views) == ("ok", ())


async def test_a_field_left_empty_holds_null(
    slack: SlackApi, client: AsyncWebClient, app: PlayedApp
) -> None:
    view = await opened(slack, client, FORM)
    await slack.submit(view, {"id": "cmgo-k2p5su09"})
    values = app.payload["view"]["state"]["values"]
    assert values["state"]["state"]["selected_option"] is None


@pytest.mark.parametrize(
    ("values", "why"),
    [
        pytest.param({}, "must be filled in", id="nothing"),
        pytest.param({"id": ""}, "must be filled in", id="an empty text"),
        pytest.param({"id": "ab"}, "takes 3 to 20", id="too short"),
        pytest.param({"id": "a" * 21}, "takes 3 to 20", id="too long"),
        pytest.param({"id": "abc", "state": "odd"}, "does not offer", id="no such option"),
        pytest.param({"name": "abc"}, "no field", id="no such field"),
        pytest.param({"state": {"id": "abc"}}, "no field", id="in another block"),
    ],
)
async def test_the_person_s_slack_sends_no_form_that_does_not_fit(
    slack: SlackApi, client: AsyncWebClient, app: PlayedApp, values: Any, why: str
) -> None:
    view = await opened(slack, client, FORM)
    with pytest.raises(ValueError, match=why):
        await slack.submit(view, values)
    assert app.payloads == []


async def test_nobody_submits_without_a_button_or_below_another_view(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    bare = await opened(slack, client, ANSWER)
    with pytest.raises(ValueError, match="no submit button"):
        await slack.submit(bare)
    covered = await opened(slack, client, FORM)
    await pushed(slack, client, ANSWER)
    with pytest.raises(ValueError, match="covered"):
        await slack.submit(covered, {"id": "abc"})


async def test_errors_stand_below_their_inputs_until_the_next_try(
    slack: SlackApi, client: AsyncWebClient, app: PlayedApp
) -> None:
    view = await opened(slack, client, FORM)
    app.reply = {"response_action": "errors", "errors": {"instance": "No such id"}}
    assert (await slack.submit(view, {"id": "abc"})).outcome == "ok"
    assert slack.surfaces.errors(view) == {"instance": "No such id"}
    assert slack.views == (view,)
    app.reply = None
    await slack.submit(view)
    assert not slack.surfaces.errors(view)
    assert not slack.views


async def test_errors_go_with_the_version_that_they_were_about(
    slack: SlackApi, client: AsyncWebClient, app: PlayedApp
) -> None:
    view = await opened(slack, client, FORM)
    app.reply = {"response_action": "errors", "errors": {"instance": "No such id"}}
    await slack.submit(view, {"id": "abc"})
    await client.views_update(view_id=view.id, view=FORM)
    assert slack.surfaces.errors(view) == {}


async def test_a_submission_is_answered_by_another_view_in_its_place(
    slack: SlackApi, client: AsyncWebClient, app: PlayedApp
) -> None:
    view = await opened(slack, client, FORM)
    app.reply = {"response_action": "update", "view": ANSWER}
    await slack.submit(view, {"id": "abc"})
    (now,) = slack.views
    assert (now.id, now.revision, now.view) == (view.id, 1, ANSWER)


async def test_a_submission_is_answered_by_another_view_on_top(
    slack: SlackApi, client: AsyncWebClient, app: PlayedApp
) -> None:
    view = await opened(slack, client, FORM)
    app.reply = {"response_action": "push", "view": ANSWER}
    await slack.submit(view, {"id": "abc"})
    (top,) = slack.views
    assert (top.previous, top.root, top.view) == (view.id, view.id, ANSWER)
    await slack.close(top)
    assert slack.views == (view,)


async def test_an_answer_without_words_closes_one_view_and_clear_closes_all(
    slack: SlackApi, client: AsyncWebClient, app: PlayedApp
) -> None:
    first = await opened(slack, client, ANSWER)
    await slack.submit(await pushed(slack, client, FORM), {"id": "abc"})
    assert slack.views == (first,)
    app.reply = {"response_action": "clear"}
    await slack.submit(await pushed(slack, client, FORM), {"id": "abc"})
    assert not slack.views
    assert [each.closed for each in slack.view_history[-2:]] == [True, True]


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param({"response_action": "errors", "errors": {"nav": "no input"}}, id="no input"),
        pytest.param({"response_action": "errors", "errors": {"instance": ""}}, id="no words"),
        pytest.param({"response_action": "errors", "errors": {}}, id="no errors"),
        pytest.param({"response_action": "errors"}, id="errors left out"),
        pytest.param({"response_action": "update"}, id="no view"),
        pytest.param(
            {"response_action": "update", "view": modal(INSTANCE)}, id="inputs without a submit"
        ),
        pytest.param({"response_action": "push", "view": {"type": "home"}}, id="a home tab"),
        pytest.param({"response_action": "close"}, id="an unknown action"),
        pytest.param({"text": "Thanks"}, id="a message"),
        pytest.param(["clear"], id="a list"),
    ],
)
async def test_what_slack_can_t_do_leaves_the_form_open(
    slack: SlackApi, client: AsyncWebClient, app: PlayedApp, reply: Any
) -> None:
    form = modal(BUTTONS, INSTANCE, submit=plain("Look up"))
    view = await opened(slack, client, form)
    app.reply = reply
    delivery = await slack.submit(view, {"id": "abc"})
    assert (delivery.outcome, slack.views) == ("invalid_view_response", (view,))


async def test_a_fourth_view_is_not_pushed_by_an_answer_either(
    slack: SlackApi, client: AsyncWebClient, app: PlayedApp
) -> None:
    await opened(slack, client, ANSWER)
    await pushed(slack, client, ANSWER)
    third = await pushed(slack, client, FORM)
    app.reply = {"response_action": "push", "view": ANSWER}
    assert (await slack.submit(third, {"id": "abc"})).outcome == "invalid_view_response"
    assert slack.views == (third,)


async def test_an_app_that_fails_leaves_the_form_open_with_what_was_typed(
    slack: SlackApi, client: AsyncWebClient, app: PlayedApp
) -> None:
    view = await opened(slack, client, FORM)
    app.status = 500
    assert (await slack.submit(view, {"id": "abc"})).outcome == "dispatch_failed"
    assert slack.views == (view,)
    assert slack.surfaces.values(view)["instance"]["id"]["value"] == "abc"


async def test_a_menu_may_bring_a_response_url_for_what_is_chosen(
    slack: SlackApi, client: AsyncWebClient, app: PlayedApp
) -> None:
    where = {**SHARE, "default_to_current_conversation": True, "response_url_enabled": True}
    view = await opened(slack, client, modal(field("to", where), submit=plain("Share")))
    await slack.submit(view)
    (told,) = app.payload["response_urls"]
    assert (told["block_id"], told["action_id"], told["channel_id"]) == ("to", "where", WITH_APP)
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(
            told["response_url"], json={"text": "shared", "response_type": "in_channel"}
        )
    assert (answer.status_code, slack.posted[-1].channel) == (200, WITH_APP)


# Closing


async def test_the_app_hears_of_a_closed_view_only_when_it_asked_to(
    slack: SlackApi, client: AsyncWebClient, app: PlayedApp
) -> None:
    assert await slack.close(await opened(slack, client, ANSWER)) == ()
    view = await opened(slack, client, {**ANSWER, "notify_on_close": True})
    await slack.close(view)
    (said,) = app.payloads
    assert (said["type"], said["is_cleared"]) == ("view_closed", False)
    assert said["view"]["id"] == view.id


@pytest.mark.parametrize(
    ("fields", "whole"),
    [
        pytest.param({}, True, id="by the cross"),
        pytest.param({"clear_on_close": True}, False, id="by the view's own wish"),
    ],
)
async def test_a_modal_may_be_closed_with_all_its_views(
    slack: SlackApi, client: AsyncWebClient, app: PlayedApp, fields: dict[str, Any], whole: Any
) -> None:
    first = await opened(slack, client, {**ANSWER, "notify_on_close": True})
    top = await pushed(slack, client, {**ANSWER, "notify_on_close": True, **fields})
    await slack.close(top, whole=whole)
    assert [(said["view"]["id"], said["is_cleared"]) for said in app.payloads] == [
        (top.id, True),
        (first.id, True),
    ]
    assert slack.views == ()


async def test_only_what_is_on_top_can_be_closed(slack: SlackApi, client: AsyncWebClient) -> None:
    covered = await opened(slack, client, ANSWER)
    await pushed(slack, client, ANSWER)
    with pytest.raises(ValueError, match="on top"):
        await slack.close(covered)


# Socket Mode


async def test_only_a_submission_s_envelope_takes_an_answer() -> None:
    async with (
        SlackApi(
            small_workspace(), bot_token=TOKEN, app_token="xapp-1", signing_secret="invented"
        ) as slack,
        aiohttp.ClientSession(trust_env=False) as http,
    ):
        slack.mode = "socket"
        slack.surfaces.open(ANNA, FORM)
        (view,) = slack.views
        path = slack.sockets.path()
        async with http.ws_connect(f"{slack.origin}{path}") as line:
            await line.receive_json()
            submitting = asyncio.ensure_future(slack.submit(view, {"id": "abc"}))
            envelope = await line.receive_json()
            answer = {"response_action": "update", "view": ANSWER}
            await line.send_json({"envelope_id": envelope["envelope_id"], "payload": answer})
            assert (await submitting).outcome == "ok"
            clicking = asyncio.ensure_future(slack.click_in(slack.views[0], "ml.refresh"))
            click = await line.receive_json()
            await line.send_json({"envelope_id": click["envelope_id"]})
            await clicking
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("interactive", True)
    assert (click["type"], click["accepts_response_payload"]) == ("interactive", False)
    assert slack.views[0].view == ANSWER
