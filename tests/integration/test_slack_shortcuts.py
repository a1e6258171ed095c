"""The simulated Slack delivers shortcuts, Home tabs and clicks on old copies as Slack does."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack_api import SlackApi
from bot.demo.workspace import (
    ANNA,
    ANNAS_DM,
    ARCHIVED,
    BEN,
    BOT_USER,
    FRED_FOREIGN,
    OTHER_TEAM,
    SHARED,
    TEAM,
    WITH_APP,
    WITHOUT_APP,
    Posted,
)
from tests.integration.played import TOKEN, Clock, PlayedApp, slack_with

ALERTS = "B0ALERTS01"
LOOKUP = "mongolog_lookup_message"
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "cmgo-k2p5su09 is slow"}}
ODD_BLOCK = {"type": "data_table", "caption": "what mongolog would not send"}
ATTACHMENT = {"color": "danger", "fields": [{"title": "host", "value": "cmgo-k2p5su09_0"}]}


def button(value: str, action_id: str = "ml.page") -> dict[str, Any]:
    text = {"type": "plain_text", "text": "Next"}
    return {"type": "button", "action_id": action_id, "text": text, "value": value}


def row(*elements: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "actions", "block_id": "nav", "elements": list(elements)}]


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


async def posted(slack: SlackApi, client: AsyncWebClient, **message: Any) -> Posted:
    await client.chat_postMessage(**{"channel": WITH_APP, "text": "words", **message})
    return slack.posted[-1]


# Message shortcuts


async def test_a_shortcut_on_an_alert_brings_the_whole_message(
    slack: SlackApi, app: PlayedApp
) -> None:
    alert = slack.post_as(
        ALERTS, text="slow", blocks=[SECTION, ODD_BLOCK], attachments=[ATTACHMENT]
    )

    delivery = await slack.message_shortcut(LOOKUP, alert, user=BEN)

    said = app.payload
    assert (said["type"], said["callback_id"]) == ("message_action", LOOKUP)
    assert (said["user"]["id"], said["channel"]["name"]) == (BEN, "db-oncall")
    assert said["message_ts"] == said["message"]["ts"] == alert.ts
    assert (said["message"]["subtype"], said["message"]["bot_id"]) == ("bot_message", ALERTS)
    assert "user" not in said["message"]
    assert said["message"]["text"] == "slow"
    assert [block["type"] for block in said["message"]["blocks"]] == ["section", "data_table"]
    assert said["message"]["attachments"] == [ATTACHMENT]
    assert said["response_url"] == delivery.response_url
    assert delivery.response_path.startswith(f"/app/{TEAM}/")
    assert (delivery.outcome, delivery.user, delivery.channel) == ("ok", BEN, WITH_APP)


async def test_a_shortcut_works_on_what_people_and_our_app_said(
    slack: SlackApi, client: AsyncWebClient, app: PlayedApp
) -> None:
    by_anna = slack.post_as(ANNA, text="look at cmgo-k2p5su09", channel=WITHOUT_APP)
    await slack.message_shortcut(LOOKUP, by_anna, user=BEN)
    assert (app.payload["message"]["user"], app.payload["channel"]["id"]) == (ANNA, WITHOUT_APP)
    assert "blocks" not in app.payload["message"]

    ours = await posted(slack, client, text="ours", thread_ts=by_anna.ts)
    await slack.message_shortcut(LOOKUP, ours)
    assert app.payload["message"]["user"] == BOT_USER
    assert app.payload["message"]["thread_ts"] == by_anna.ts


async def test_a_foreign_person_s_shortcut_says_where_they_come_from(
    slack: SlackApi, app: PlayedApp
) -> None:
    alert = slack.post_as(ALERTS, text="slow", channel=SHARED)
    await slack.message_shortcut(LOOKUP, alert, user=FRED_FOREIGN)
    assert (app.payload["user"]["team_id"], app.payload["team"]["id"]) == (OTHER_TEAM, TEAM)


async def test_a_shortcut_s_response_url_answers_where_our_app_is_not(
    slack: SlackApi, http_post: Any
) -> None:
    alert = slack.post_as(ALERTS, text="slow", channel=WITHOUT_APP)
    delivery = await slack.message_shortcut(LOOKUP, alert)
    assert await http_post(delivery.response_url, {"text": "seen"}) == 200
    (answer,) = await slack.answers(delivery)
    assert (answer.text, answer.ephemeral_to, answer.channel) == ("seen", ANNA, WITHOUT_APP)


@pytest.fixture
async def http_post() -> AsyncIterator[Any]:
    async with httpx.AsyncClient(trust_env=False) as http:

        async def post(url: str, payload: dict[str, Any]) -> int:
            return (await http.post(url, json=payload)).status_code

        yield post


async def test_there_is_no_shortcut_on_what_one_person_alone_sees(
    slack: SlackApi, client: AsyncWebClient, app: PlayedApp
) -> None:
    await client.chat_postEphemeral(channel=WITH_APP, user=ANNA, text="for you")
    with pytest.raises(ValueError, match="ephemeral"):
        await slack.message_shortcut(LOOKUP, slack.posted[-1])
    assert app.payloads == []


async def test_there_is_no_shortcut_on_what_is_gone_nor_for_who_is_not_there(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    alert = slack.post_as(ALERTS, text="slow")
    with pytest.raises(ValueError, match="can't act in"):
        await slack.message_shortcut(LOOKUP, alert, user=FRED_FOREIGN)
    slack.delete_said(alert)
    with pytest.raises(ValueError, match="gone"):
        await slack.message_shortcut(LOOKUP, alert)
    ours = await posted(slack, client)
    await client.chat_delete(channel=ours.channel, ts=ours.ts)
    with pytest.raises(ValueError, match="gone"):
        await slack.message_shortcut(LOOKUP, ours)
    assert slack.workspace.said == ()


@pytest.mark.parametrize(
    ("author", "channel"),
    [
        pytest.param(FRED_FOREIGN, WITH_APP, id="no member"),
        pytest.param(ANNA, ARCHIVED, id="archived"),
        pytest.param(ALERTS, "C0NOWHERE1", id="nowhere"),
    ],
)
async def test_nobody_posts_where_slack_would_not_let_them(
    slack: SlackApi, author: str, channel: str
) -> None:
    with pytest.raises(ValueError, match=r"can't act in|there is no"):
        slack.post_as(author, text="words", channel=channel)


async def test_the_trigger_of_a_shortcut_opens_a_modal_for_who_used_it(
    slack: SlackApi, client: AsyncWebClient, app: PlayedApp
) -> None:
    await slack.message_shortcut(LOOKUP, slack.post_as(ALERTS, text="slow"), user=BEN)
    view = {"type": "modal", "title": {"type": "plain_text", "text": "a"}, "blocks": [SECTION]}
    await client.views_open(trigger_id=app.payload["trigger_id"], view=view)
    assert [(each.user, each.conversation) for each in slack.views] == [(BEN, WITH_APP)]


# Global shortcuts and the Home tab


async def test_a_global_shortcut_has_no_place_and_no_response_url(
    slack: SlackApi, app: PlayedApp
) -> None:
    delivery = await slack.shortcut("mongolog_lookup", user=BEN)
    assert (app.payload["type"], app.payload["callback_id"]) == ("shortcut", "mongolog_lookup")
    assert app.payload["user"]["id"] == BEN
    assert not {"channel", "response_url", "message"} & app.payload.keys()
    assert (delivery.response_url, delivery.channel, delivery.user) == ("", "", BEN)


async def test_opening_the_home_tab_tells_what_is_published_there(
    slack: SlackApi, client: AsyncWebClient, app: PlayedApp
) -> None:
    first = await slack.open_home()
    event = app.payload["event"]
    assert (event["type"], event["tab"]) == ("app_home_opened", "home")
    assert (event["user"], event["channel"]) == (ANNA, ANNAS_DM)
    assert "view" not in event

    await client.views_publish(user_id=ANNA, view={"type": "home", "blocks": [SECTION]})
    await slack.open_home()
    assert app.payload["event"]["view"]["type"] == "home"
    await slack.open_home(tab="messages")
    assert (app.payload["event"]["tab"], "view" in app.payload["event"]) == ("messages", False)

    again = await slack.redeliver(first)
    assert (app.payload["event_id"], again.retry_number) == (first.event_id, 1)


async def test_no_home_tab_opens_that_is_switched_off_or_that_nobody_listens_to(
    slack: SlackApi,
) -> None:
    slack.subscriptions.remove("app_home_opened")
    with pytest.raises(ValueError, match="not subscribed"):
        await slack.open_home()
    slack.surfaces.has_home = False
    with pytest.raises(ValueError, match="no Home tab"):
        await slack.open_home()
    with pytest.raises(ValueError, match="there is no"):
        await slack.open_home(user="U0NOBODY01", tab="messages")


# Clicks in messages


async def test_a_button_that_an_edit_took_away_is_clicked_in_the_old_copy(
    slack: SlackApi, client: AsyncWebClient, app: PlayedApp
) -> None:
    old = await posted(slack, client, blocks=row(button("page 2")))
    await client.chat_update(
        channel=old.channel, ts=old.ts, text="new", blocks=row(button("page 3"))
    )

    await slack.click(old, "ml.page", value="page 2", user=BEN)
    assert app.payload["actions"][0]["value"] == "page 2"
    assert app.payload["message"]["blocks"] == row(button("page 2"))

    await slack.click(old, "ml.page", user=BEN)
    assert app.payload["actions"][0]["value"] == "page 3"
    with pytest.raises(ValueError, match="nothing to click"):
        await slack.click(old, "ml.page", value="page 4", user=BEN)


async def test_two_quick_clicks_both_arrive_each_with_a_response_url_of_its_own(
    slack: SlackApi, client: AsyncWebClient, app: PlayedApp
) -> None:
    message = await posted(slack, client, blocks=row(button("once")))
    one, two = await asyncio.gather(*(slack.click(message, "ml.page", user=ANNA) for _ in "ab"))
    assert (one.outcome, two.outcome, len(app.payloads)) == ("ok", "ok", 2)
    assert one.response_url != two.response_url


async def test_menus_in_messages_say_what_was_chosen_and_what_they_hold(
    slack: SlackApi, client: AsyncWebClient, app: PlayedApp
) -> None:
    options = [
        {"text": {"type": "plain_text", "text": word}, "value": word} for word in ("all", "done")
    ]
    select = {
        "type": "static_select",
        "action_id": "ml.filter",
        "options": options,
        "initial_option": options[0],
    }
    link = {**options[1], "value": "console", "url": "https://example.com/"}
    more = {"type": "overflow", "action_id": "ml.more", "options": [link]}
    message = await posted(slack, client, blocks=row(select, more))

    await slack.click(message, "ml.more", value="console", user=BEN)
    assert app.payload["actions"][0]["selected_option"] == link
    assert app.payload["state"]["values"]["nav"]["ml.filter"]["selected_option"] == options[0]
    await slack.click(message, "ml.filter", value="done", user=BEN)
    assert app.payload["actions"][0]["selected_option"] == options[1]
    assert app.payload["state"]["values"]["nav"]["ml.filter"]["selected_option"] == options[1]
