"""What is done on the demo's page happens in Slack, and what Slack shows is told to the page."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from bot.demo.page import Page
from bot.demo.page.acts import GLOBAL_SHORTCUT, MESSAGE_SHORTCUT
from bot.demo.page.alerts import ALERT_BOT, seed
from bot.demo.slack_api import SlackApi
from bot.demo.slack_surfaces import View
from bot.demo.workspace import ANNA, ANNAS_DM, BEN, FRED_FOREIGN, PRIVATE, WITH_APP, Posted
from bot.demo.world import DEMO_INSTANCES
from tests.integration.played import Clock, PlayedApp, slack_with

MANIFEST = Path(__file__).parents[2] / "manifest.yaml"

Event = tuple[str, dict[str, Any]]


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def button(action_id: str = "ml.page", value: str = "v1|q|cmgo-k2p5su09") -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": plain("Go"), "value": value}


FIELD = {
    "type": "input",
    "block_id": "instance",
    "label": plain("Instance"),
    "element": {"type": "plain_text_input", "action_id": "instance", "initial_value": "cmgo-"},
}
MODAL: dict[str, Any] = {
    "type": "modal",
    "title": plain("Mongo log exports"),
    "submit": plain("Look up"),
    "close": plain("Close"),
    "notify_on_close": True,
    "blocks": [FIELD, {"type": "actions", "block_id": "row", "elements": [button()]}],
}
ANSWER: dict[str, Any] = {
    "type": "modal",
    "title": plain("Mongo log exports"),
    "blocks": [{"type": "section", "text": plain("Done")}],
}
HOME: dict[str, Any] = {
    "type": "home",
    "blocks": [{"type": "actions", "block_id": "row", "elements": [button()]}],
}


@pytest.fixture
def app() -> PlayedApp:
    return PlayedApp()


@pytest.fixture
async def slack(app: PlayedApp) -> AsyncIterator[SlackApi]:
    async with slack_with(app, Clock()) as slack:
        yield slack


@pytest.fixture
async def http(slack: SlackApi) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        Page(slack, port=0) as page,
        httpx.AsyncClient(base_url=page.url, trust_env=False) as http,
    ):
        yield http


@asynccontextmanager
async def reading(http: httpx.AsyncClient) -> AsyncIterator[AsyncIterator[Event]]:
    """The events of the page, one after the other."""
    async with http.stream("GET", "/messages", timeout=10) as response:
        yield _events(response.aiter_lines())


async def _events(lines: AsyncIterator[str]) -> AsyncIterator[Event]:
    async for line in lines:
        if line.startswith("event: "):
            data = await anext(lines)
            yield line.removeprefix("event: "), json.loads(data.removeprefix("data: "))


async def past(http: httpx.AsyncClient) -> list[Event]:
    """What a reader who comes now is told first."""
    told = []
    async with reading(http) as events:
        async for kind, facts in events:
            if kind == "ready":
                break
            told.append((kind, facts))
    return told


def opened(slack: SlackApi, view: dict[str, Any] = MODAL) -> View:
    return slack.surfaces.open(ANNA, view)


def say(slack: SlackApi, **more: Any) -> Posted:
    """Let the app say something."""
    workspace = slack.workspace
    ts = workspace.new_ts(slack.clock())
    return workspace.post(
        Posted(channel=WITH_APP, ts=ts, text="Done", via="chat.postMessage", **more)
    )


# What the page is told


async def test_messages_of_others_are_told_with_all_that_is_in_them(
    http: httpx.AsyncClient, slack: SlackApi
) -> None:
    attachment = {"fields": [{"title": "Primary", "value": "cmgo-linked01"}]}
    slack.post_as(BEN, text="is it slow?")
    slack.post_as(ALERT_BOT, text="lag", attachments=[attachment])

    (_, by_ben), (kind, by_bot) = await past(http)

    assert kind == "said"
    assert (by_ben["user"], by_ben["text"], by_ben["bot_id"]) == (BEN, "is it slow?", None)
    assert (by_bot["bot_id"], by_bot["username"]) == (ALERT_BOT, "Alerts")
    assert by_bot["attachments"] == [attachment]


async def test_a_message_that_its_author_takes_away_is_told_once_more(
    http: httpx.AsyncClient, slack: SlackApi
) -> None:
    async with reading(http) as events:
        await anext(events)
        said = slack.post_as(BEN, text="never mind")
        slack.delete_said(said)
        told = [(await anext(events))[1]["deleted"] for _ in range(2)]

    assert told == [False, True]
    assert await past(http) == []


async def test_a_modal_is_told_from_its_opening_to_its_closing(
    http: httpx.AsyncClient, slack: SlackApi
) -> None:
    async with reading(http) as events:
        await anext(events)
        view = slack.surfaces.update(opened(slack), ANSWER)
        slack.surfaces.close(view)
        told = [await anext(events) for _ in range(3)]

    first, second, last = (facts for _, facts in told)
    assert {kind for kind, _ in told} == {"shown"}
    assert (first["title"], first["submit"], first["close"]) == (
        "Mongo log exports",
        "Look up",
        "Close",
    )
    assert first["values"]["instance"]["instance"]["value"] == "cmgo-"
    assert "submit" not in second
    assert second["blocks"][0]["block_id"]
    assert [each["revision"] for each in (first, second, last)] == [0, 1, 2]
    assert [each["closed"] for each in (first, second, last)] == [False, False, True]


async def test_a_reader_who_comes_late_is_told_only_what_is_open(
    http: httpx.AsyncClient, slack: SlackApi
) -> None:
    below = opened(slack)
    above = slack.surfaces.push(below, ANSWER)
    slack.surfaces.close(slack.surfaces.push(above, ANSWER))
    slack.surfaces.publish(BEN, HOME)

    told = await past(http)

    assert [(facts["id"], facts["previous"]) for _, facts in told[:2]] == [
        (below.id, None),
        (above.id, below.id),
    ]
    assert [(facts["user"], facts["is_home"]) for _, facts in told[2:]] == [(BEN, True)]


async def test_everybody_of_the_team_has_a_place_for_the_app(http: httpx.AsyncClient) -> None:
    state = (await http.get("/state")).json()

    owners = {each["members"][0] for each in state["channels"] if each["kind"] == "im"}
    kinds = {person["id"]: person["kind"] for person in state["people"]}
    assert {kinds[owner] for owner in owners} == {"member", "guest"}
    assert {ANNA, BEN} <= owners
    assert FRED_FOREIGN not in owners


async def test_the_shortcuts_are_those_of_the_manifest(http: httpx.AsyncClient) -> None:
    features = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))["features"]
    listed = {each["type"]: each for each in features["shortcuts"]}
    state = (await http.get("/state")).json()

    for kind, (callback_id, name) in (("message", MESSAGE_SHORTCUT), ("global", GLOBAL_SHORTCUT)):
        assert (listed[kind]["callback_id"], listed[kind]["name"]) == (callback_id, name)
        assert state["shortcuts"][kind] == name


# Talking


async def test_what_is_typed_to_the_app_itself_is_a_message(
    http: httpx.AsyncClient, app: PlayedApp
) -> None:
    typed = {"text": "cmgo-k2p5su09", "user": ANNA, "channel": ANNAS_DM}

    assert (await http.post("/ask", json=typed)).json() == {"outcome": "ok"}

    event = app.payload["event"]
    assert (event["type"], event["channel_type"]) == ("message", "im")
    assert event["text"] == "cmgo-k2p5su09"
    ((kind, said),) = await past(http)
    assert (kind, said["user"], said["channel"]) == ("said", ANNA, ANNAS_DM)


async def test_a_mention_is_told_to_the_app_and_seen_by_all(
    http: httpx.AsyncClient, app: PlayedApp
) -> None:
    typed = {"text": "@mongolog cmgo-k2p5su09", "user": BEN, "channel": PRIVATE}

    assert (await http.post("/ask", json=typed)).json() == {"outcome": "ok"}

    event = app.payload["event"]
    assert (event["type"], event["channel"]) == ("app_mention", PRIVATE)
    assert event["text"].endswith("> cmgo-k2p5su09")
    assert [kind for kind, _ in await past(http)] == ["said"]


async def test_nobody_mentions_the_app_where_it_is_not(
    http: httpx.AsyncClient, app: PlayedApp
) -> None:
    typed = {"text": "@mongolog help", "user": ANNA, "channel": "C0RANDOM01"}

    answer = await http.post("/ask", json=typed)

    assert (answer.status_code, answer.text) == (400, "the app hears no mention in C0RANDOM01")
    assert app.payloads == []


# Shortcuts and the Home tab


async def test_the_shortcut_on_an_alert_brings_the_whole_message(
    http: httpx.AsyncClient, slack: SlackApi, app: PlayedApp
) -> None:
    attachment = {"text": "cmgo-linked01"}
    said = slack.post_as(ALERT_BOT, text="lag", attachments=[attachment])

    answer = await http.post(
        "/message-shortcut", json={"user": BEN, "channel": said.channel, "ts": said.ts}
    )

    assert answer.json() == {"outcome": "ok"}
    assert app.payload["callback_id"] == "mongolog_lookup_message"
    assert (app.payload["user"]["id"], app.payload["message_ts"]) == (BEN, said.ts)
    assert app.payload["message"]["attachments"] == [attachment]


async def test_the_shortcut_works_on_the_app_s_own_message_too(
    http: httpx.AsyncClient, slack: SlackApi, app: PlayedApp
) -> None:
    posted = say(slack)

    await http.post(
        "/message-shortcut", json={"user": ANNA, "channel": posted.channel, "ts": posted.ts}
    )

    assert app.payload["message"]["text"] == "Done"


@pytest.mark.parametrize(
    ("is_there", "status", "sentence"),
    [
        pytest.param(True, 400, "no shortcuts on an ephemeral message", id="ephemeral"),
        pytest.param(False, 404, "the message is gone", id="gone"),
    ],
)
async def test_there_is_no_shortcut_on_what_slack_would_not_offer_it_on(
    http: httpx.AsyncClient,
    slack: SlackApi,
    app: PlayedApp,
    *,
    is_there: bool,
    status: int,
    sentence: str,
) -> None:
    ts = say(slack, ephemeral_to=ANNA).ts if is_there else "1.000000"

    answer = await http.post(
        "/message-shortcut", json={"user": ANNA, "channel": WITH_APP, "ts": ts}
    )

    assert answer.status_code == status
    assert sentence in answer.text
    assert app.payloads == []


async def test_the_shortcut_that_works_anywhere_tells_of_no_channel(
    http: httpx.AsyncClient, app: PlayedApp
) -> None:
    assert (await http.post("/shortcut", json={"user": BEN})).json() == {"outcome": "ok"}

    assert app.payload["callback_id"] == "mongolog_lookup"
    assert app.payload["user"]["id"] == BEN
    assert "channel" not in app.payload


async def test_looking_at_home_tells_the_app_who_looks(
    http: httpx.AsyncClient, app: PlayedApp
) -> None:
    assert (await http.post("/home", json={"user": BEN})).json() == {"outcome": "ok"}

    event = app.payload["event"]
    assert (event["type"], event["tab"], event["user"]) == ("app_home_opened", "home", BEN)


async def test_an_app_that_fails_is_shown_in_slacks_word_for_it(
    http: httpx.AsyncClient, app: PlayedApp
) -> None:
    app.status = 500

    answer = await http.post("/shortcut", json={"user": ANNA})

    assert answer.json() == {"outcome": "dispatch_failed"}


# In a modal


async def test_a_button_in_a_modal_or_on_a_home_tab_reaches_the_app(
    http: httpx.AsyncClient, slack: SlackApi, app: PlayedApp
) -> None:
    for view in (opened(slack), slack.surfaces.publish(ANNA, HOME)):
        use = {"view": view.id, "user": ANNA, "action_id": "ml.page", "value": None}

        assert (await http.post("/use", json=use)).json() == {"outcome": "ok"}
        assert app.payload["view"]["id"] == view.id
        assert app.payload["actions"][0]["value"] == "v1|q|cmgo-k2p5su09"


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        pytest.param({"view": "V0"}, 404, "it is closed already", id="closed"),
        pytest.param({"user": BEN}, 400, "does not see this view", id="of somebody else"),
        pytest.param({"action_id": "ml.share"}, 400, "nothing to use", id="no such button"),
        pytest.param({"value": "v1|q|other"}, 400, "nothing to use", id="no such value"),
    ],
)
async def test_what_is_not_in_the_modal_can_not_be_used(
    http: httpx.AsyncClient,
    slack: SlackApi,
    app: PlayedApp,
    changes: dict[str, str],
    status: int,
    sentence: str,
) -> None:
    use = {"view": opened(slack).id, "user": ANNA, "action_id": "ml.page", **changes}

    answer = await http.post("/use", json=use)

    assert answer.status_code == status
    assert sentence in answer.text
    assert app.payloads == []


def filled(view: View, typed: str | None) -> dict[str, Any]:
    return {"view": view.id, "user": ANNA, "values": {"instance": {"instance": typed}}}


async def test_a_submission_that_the_app_takes_closes_the_modal(
    http: httpx.AsyncClient, slack: SlackApi, app: PlayedApp
) -> None:
    view = opened(slack)

    answer = await http.post("/submit", json=filled(view, "cmgo-k2p5su09"))

    assert answer.json() == {"outcome": "ok", "errors": {}}
    values = app.payload["view"]["state"]["values"]
    assert values["instance"]["instance"]["value"] == "cmgo-k2p5su09"
    assert slack.views == ()


async def test_what_is_wrong_with_a_field_is_told_by_its_block(
    http: httpx.AsyncClient, slack: SlackApi, app: PlayedApp
) -> None:
    view = opened(slack)
    errors = {"instance": "This is no instance."}
    app.reply = {"response_action": "errors", "errors": errors}

    answer = await http.post("/submit", json=filled(view, "nonsense"))
    ((_, shown),) = await past(http)

    assert answer.json() == {"outcome": "ok", "errors": errors}
    assert (shown["errors"], shown["revision"]) == (errors, 0)
    assert shown["values"]["instance"]["instance"]["value"] == "nonsense"


async def test_an_answer_in_the_modal_itself_is_told_as_its_next_version(
    http: httpx.AsyncClient, slack: SlackApi, app: PlayedApp
) -> None:
    view = opened(slack)
    app.reply = {"response_action": "update", "view": ANSWER}

    await http.post("/submit", json=filled(view, "cmgo-k2p5su09"))
    ((_, shown),) = await past(http)

    assert (shown["id"], shown["revision"]) == (view.id, 1)
    assert shown["blocks"][0]["text"]["text"] == "Done"


async def test_a_field_that_slack_would_not_let_through_is_a_sentence(
    http: httpx.AsyncClient, slack: SlackApi, app: PlayedApp
) -> None:
    answer = await http.post("/submit", json=filled(opened(slack), None))

    assert answer.status_code == 400
    assert answer.text == "the field in instance must be filled in"
    assert app.payloads == []


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(None, id="none"),
        pytest.param([], id="a list"),
        pytest.param({"instance": "cmgo-k2p5su09"}, id="no actions"),
        pytest.param({"instance": {"instance": 7}}, id="no text"),
    ],
)
async def test_values_that_are_none_are_refused_with_a_sentence(
    http: httpx.AsyncClient, slack: SlackApi, app: PlayedApp, values: object
) -> None:
    submission = {**filled(opened(slack), ""), "values": values}

    answer = await http.post("/submit", json=submission)

    assert answer.status_code == 400
    assert answer.text == "an object of objects of texts is needed: values"
    assert app.payloads == []


@pytest.mark.parametrize(("whole", "left"), [("no", 1), ("yes", 0)])
async def test_a_view_is_closed_alone_or_with_those_below_it(
    http: httpx.AsyncClient, slack: SlackApi, app: PlayedApp, whole: str, left: int
) -> None:
    view = slack.surfaces.push(opened(slack), MODAL)

    closed = await http.post("/close", json={"view": view.id, "whole": whole})
    again = await http.post("/close", json={"view": view.id})

    assert closed.json() == {"outcome": "ok"}
    assert {each["type"] for each in app.payloads} == {"view_closed"}
    assert len(slack.views) == left
    assert (again.status_code, again.text) == (404, "it is closed already")


# What the visitor finds


async def test_the_alerts_name_an_instance_in_their_text_elsewhere_and_not_at_all(
    slack: SlackApi,
) -> None:
    seed(slack)

    said = slack.workspace.said
    in_text = [bool(_named(each.text)) for each in said]
    elsewhere = [_named(each.blocks, each.attachments) for each in said]

    assert in_text == [False, True, False]
    assert list(map(bool, elsewhere)) == [False, False, True]
    assert _named([each.text for each in said], elsewhere[-1:]) <= {
        name for name, *_ in DEMO_INSTANCES
    }


def _named(*parts: Any) -> set[str]:
    return set(re.findall(r"cmgo-[a-z0-9]{6,16}", json.dumps(parts, default=list)))
