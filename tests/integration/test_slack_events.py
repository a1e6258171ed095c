"""The simulated Slack tells an app what people say, as Slack does, and finds what answers it."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack_api import SlackApi
from bot.demo.workspace import (
    ANNA,
    ANNAS_DM,
    APP,
    ARCHIVED,
    BEN,
    BOT,
    BOT_USER,
    FRED_FOREIGN,
    OTHER_TEAM,
    PRIVATE,
    SHARED,
    TEAM,
    WITH_APP,
    WITHOUT_APP,
    Person,
    Said,
    small_workspace,
)

TOKEN, SIGNING_SECRET = "xoxb-invented", "invented-secret"
THREAD = "1795000000.000100"


class App:
    """Our app, played: it keeps what it is sent."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []

    async def take(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        self.headers.append(dict(request.headers))
        return web.Response()

    @property
    def callback(self) -> Any:
        """What it was sent last."""
        return json.loads(self.bodies[-1])

    @property
    def event(self) -> Any:
        """The event it was sent last."""
        return self.callback["event"]


@pytest.fixture
def app() -> App:
    return App()


@pytest.fixture
async def slack(app: App) -> AsyncIterator[SlackApi]:
    application = web.Application()
    application.router.add_post("/slack/events", app.take)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with SlackApi(small_workspace(), bot_token=TOKEN, signing_secret=SIGNING_SECRET) as slack:
        slack.events_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
        yield slack
    await runner.cleanup()


@pytest.fixture
def client(slack: SlackApi) -> AsyncWebClient:
    client = AsyncWebClient(token=TOKEN, base_url=slack.api_url, retry_handlers=[])
    client.proxy = None  # the SDK takes a proxy from the environment, even for loopback
    return client


# Mentions


async def test_a_mention_comes_as_slacks_callback(slack: SlackApi, app: App) -> None:
    delivery = await slack.mention("cmgo-k2p5su09", user=BEN)
    callback, event = app.callback, app.event
    assert (callback["type"], callback["team_id"], callback["api_app_id"]) == (
        "event_callback",
        TEAM,
        APP,
    )
    assert callback["event_id"] == delivery.event_id
    assert callback["event_id"].startswith("Ev")
    assert callback["authorizations"][0]["user_id"] == BOT_USER
    assert callback["is_ext_shared_channel"] is False
    assert (event["type"], event["text"]) == ("app_mention", f"<@{BOT_USER}> cmgo-k2p5su09")
    assert (event["user"], event["team"], event["channel"]) == (BEN, TEAM, WITH_APP)
    assert event["ts"] == event["event_ts"] == delivery.ts
    assert event.keys().isdisjoint({"thread_ts", "bot_id", "subtype", "user_team"})
    assert app.headers[-1]["Content-Type"] == "application/json"
    assert "X-Slack-Retry-Num" not in app.headers[-1]
    assert delivery.outcome == "ok"


async def test_what_is_typed_is_escaped_in_the_text_and_plain_in_the_blocks(
    slack: SlackApi, app: App
) -> None:
    await slack.mention("a < b & c")
    assert app.event["text"] == f"<@{BOT_USER}> a &lt; b &amp; c"
    (block,) = app.event["blocks"]
    assert block["elements"][0]["elements"] == [
        {"type": "user", "user_id": BOT_USER},
        {"type": "text", "text": " a < b & c"},
    ]


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        pytest.param("", f"<@{BOT_USER}>", id="nothing else"),
        pytest.param("cmgo-k2p5su09 @mongolog", f"cmgo-k2p5su09 <@{BOT_USER}>", id="at the end"),
        pytest.param("hey @mongolog help", f"hey <@{BOT_USER}> help", id="amid"),
    ],
)
async def test_the_mention_stands_where_it_is_typed(
    slack: SlackApi, app: App, typed: str, text: str
) -> None:
    await slack.mention(typed)
    assert app.event["text"] == text


async def test_a_mention_in_a_thread_names_it(slack: SlackApi, app: App) -> None:
    delivery = await slack.mention("help", thread_ts=THREAD)
    assert app.event["thread_ts"] == delivery.thread_ts == THREAD
    assert app.event["ts"] != THREAD


async def test_a_partner_in_a_shared_channel_is_known_by_the_team(
    slack: SlackApi, app: App
) -> None:
    await slack.mention("help", user=FRED_FOREIGN, channel=SHARED)
    assert app.callback["is_ext_shared_channel"] is True
    assert app.callback["team_id"] == TEAM
    teams = [app.event[name] for name in ("team", "user_team", "source_team")]
    assert teams == [OTHER_TEAM] * 3


async def test_the_team_of_a_mention_may_be_another(slack: SlackApi, app: App) -> None:
    await slack.mention("help", team="T0ELSEWHER")
    assert (app.event["team"], app.event["user_team"]) == ("T0ELSEWHER", "T0ELSEWHER")


async def test_a_bot_is_known_by_its_id(slack: SlackApi, app: App) -> None:
    await slack.mention("help", bot_id="B0OTHER001")
    assert (app.event["bot_id"], app.event["user"]) == ("B0OTHER001", ANNA)
    await slack.mention("help", bot_id=BOT)
    assert (app.event["bot_id"], app.event["user"]) == (BOT, BOT_USER)


@pytest.mark.parametrize(
    ("user", "channel"),
    [
        pytest.param(ANNA, WITHOUT_APP, id="without the app"),
        pytest.param(ANNA, ANNAS_DM, id="a DM"),
        pytest.param(ANNA, ARCHIVED, id="archived"),
        pytest.param(FRED_FOREIGN, PRIVATE, id="not a member"),
        pytest.param("U0NOBODY01", WITH_APP, id="nobody"),
    ],
)
async def test_the_app_hears_no_mention_elsewhere(
    slack: SlackApi, app: App, user: str, channel: str
) -> None:
    with pytest.raises(ValueError, match=r"can't act in|hears no mention"):
        await slack.mention("help", user=user, channel=channel)
    assert app.bodies == []


async def test_a_deactivated_person_says_nothing(slack: SlackApi) -> None:
    slack.workspace.put_person(Person(id=BEN, name="ben", deleted=True))
    with pytest.raises(ValueError, match="can't act in"):
        await slack.mention("help", user=BEN)


async def test_the_app_hears_what_it_subscribed_to_and_may_read(slack: SlackApi, app: App) -> None:
    slack.subscriptions.discard("app_mention")
    slack.scopes.discard("im:history")
    with pytest.raises(ValueError, match="app_mention"):
        await slack.mention("help")
    with pytest.raises(ValueError, match="im:history"):
        await slack.say("help")
    assert app.bodies == []


# Direct messages


async def test_a_direct_message_comes_as_a_message_in_an_im(slack: SlackApi, app: App) -> None:
    delivery = await slack.say("cmgo-k2p5su09 <now>")
    assert (app.event["type"], app.event["channel_type"]) == ("message", "im")
    assert (app.event["user"], app.event["channel"]) == (ANNA, ANNAS_DM)
    assert app.event["text"] == "cmgo-k2p5su09 &lt;now&gt;"
    assert "subtype" not in app.event
    assert (delivery.channel, delivery.ts, delivery.thread_ts) == (
        ANNAS_DM,
        app.event["ts"],
        None,
    )


async def test_a_first_direct_message_opens_the_dm(slack: SlackApi, app: App) -> None:
    await slack.say("help", user=BEN, thread_ts=THREAD)
    place = slack.workspace.channel(app.event["channel"])
    assert place is not None
    assert (place.kind, place.members, app.event["thread_ts"]) == ("im", (BEN,), THREAD)


async def test_nobody_has_no_dm(slack: SlackApi) -> None:
    before = slack.workspace.channels
    with pytest.raises(ValueError, match="has no DM"):
        await slack.say("help", user="U0NOBODY01")
    assert slack.workspace.channels == before


async def test_other_messages_than_plain_ones_carry_their_subtype(
    slack: SlackApi, app: App
) -> None:
    await slack.say("help", subtype="file_share")
    assert (app.event["subtype"], app.event["text"]) == ("file_share", "help")
    await slack.say("help", subtype="message_changed")
    assert (app.event["subtype"], app.event["message"]["text"]) == ("message_changed", "help")
    assert "user" not in app.event
    await slack.say("help", subtype="message_deleted")
    assert "message" not in app.event
    assert app.event["previous_message"]["user"] == ANNA


async def test_the_workspace_keeps_what_people_say_apart_from_what_the_app_does(
    slack: SlackApi,
) -> None:
    mentioned = await slack.mention("a < b")
    await slack.say("help", bot_id=BOT)
    await slack.say("help", subtype="message_changed")
    assert slack.workspace.said == (
        Said(channel=WITH_APP, ts=mentioned.ts, user=ANNA, text=f"<@{BOT_USER}> a &lt; b"),
    )
    assert slack.workspace.history == ()


# Sent again


async def test_an_event_that_is_sent_again_says_so_in_its_headers(
    slack: SlackApi, app: App
) -> None:
    first = await slack.mention("help")
    second = await slack.redeliver(first)
    third = await slack.redeliver(second, reason="http_error")
    retries = [
        (headers["X-Slack-Retry-Num"], headers["X-Slack-Retry-Reason"])
        for headers in app.headers[1:]
    ]
    assert retries == [("1", "http_timeout"), ("2", "http_error")]
    assert len(set(app.bodies)) == 1
    assert first.event_id == second.event_id == third.event_id


async def test_slack_sends_nothing_but_events_again(slack: SlackApi) -> None:
    delivery = await slack.command("help")
    with pytest.raises(ValueError, match="only events"):
        await slack.redeliver(delivery)


# Answers


async def test_the_answer_of_a_mention_stands_in_its_thread(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    delivery = await slack.mention("help")
    await client.chat_postMessage(channel=WITH_APP, text="beside it")
    await client.chat_postMessage(channel=WITH_APP, text="another thread", thread_ts=THREAD)
    await client.chat_postMessage(channel=PRIVATE, text="elsewhere", thread_ts=delivery.ts)
    await client.chat_postMessage(channel=WITH_APP, text="the answer", thread_ts=delivery.ts)
    (answer,) = await slack.answers(delivery)
    assert answer.text == "the answer"


async def test_the_answer_of_a_mention_within_a_thread_stands_there(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    delivery = await slack.mention("help", thread_ts=THREAD)
    await client.chat_postMessage(channel=WITH_APP, text="a new one", thread_ts=delivery.ts)
    await client.chat_postMessage(channel=WITH_APP, text="the answer", thread_ts=THREAD)
    (answer,) = await slack.answers(delivery)
    assert answer.text == "the answer"


async def test_a_mention_may_be_answered_to_its_author_alone(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    delivery = await slack.mention("help", channel=SHARED)
    await client.chat_postEphemeral(channel=SHARED, user=BEN, text="for another")
    await client.chat_postEphemeral(channel=SHARED, user=ANNA, text="the answer")
    (answer,) = await slack.answers(delivery)
    assert answer.text == "the answer"


async def test_a_direct_message_is_answered_in_the_dm(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    await client.chat_postMessage(channel=ANNA, text="of before")
    delivery = await slack.say("help")
    await client.chat_postMessage(channel=BEN, text="for another")
    await client.chat_postMessage(channel=ANNA, text="the answer")
    (answer,) = await slack.answers(delivery)
    assert answer.text == "the answer"
    with pytest.raises(TimeoutError, match="the answer"):
        await slack.answers(delivery, 2, timeout_s=0.01)


async def test_bolt_understands_mentions_and_direct_messages(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None, team_id=TEAM, bot_token=TOKEN, bot_id=BOT, bot_user_id=BOT_USER
        )

    heard: list[tuple[str, str]] = []

    async def hear(event: dict[str, Any]) -> None:
        heard.append((event["type"], event["text"]))

    bolt = AsyncApp(
        client=client,
        authorize=authorize,
        signing_secret=SIGNING_SECRET,
        process_before_response=True,
    )
    bolt.event("app_mention")(hear)
    bolt.event({"type": "message", "subtype": None})(hear)
    runner = web.AppRunner(bolt.web_app(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.events_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    deliveries = [
        await slack.mention("help"),
        await slack.say("help"),
        await slack.say("our own", bot_id=BOT),
    ]
    await runner.cleanup()
    assert [each.outcome for each in deliveries] == ["ok"] * 3
    assert heard == [("app_mention", f"<@{BOT_USER}> help"), ("message", "help")]
