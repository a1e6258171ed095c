"""The simulated Slack delivers to an app as Slack does, and judges what comes back."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.signature import Clock as SdkClock
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack_api import SlackApi
from bot.demo.slack_delivery import Delivery
from bot.demo.workspace import (
    ANNA,
    ANNAS_DM,
    ARCHIVED,
    BEN,
    FRED_FOREIGN,
    PRIVATE,
    TEAM,
    WITH_APP,
    WITHOUT_APP,
    Posted,
    small_workspace,
)

TOKEN, SIGNING_SECRET = "xoxb-invented", "invented-secret"
BUTTON = {
    "type": "button",
    "action_id": "ml.refresh",
    "text": {"type": "plain_text", "text": "Refresh"},
    "value": "v1|q|cmgo-k2p5su09",
}
OPTION = {"text": {"type": "plain_text", "text": "Watch"}, "value": "v1|e|watch"}
MENU = {"type": "overflow", "action_id": "ml.more", "options": [OPTION]}
BLOCKS = [{"type": "actions", "block_id": "nav:1", "elements": [BUTTON, MENU]}]
FAULTY = [{"type": "header", "text": {"type": "plain_text", "text": ""}}]


class Clock(SdkClock):
    """A clock that a test moves, for Slack and for slack_sdk."""

    def __init__(self) -> None:
        self.seconds = 1795487734.0

    def now(self) -> float:
        return self.seconds

    def __call__(self) -> float:
        return self.seconds


class App:
    """Our app, played: keeps what it is sent and answers as it is told."""

    def __init__(self) -> None:
        self.url = ""
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.answer: Callable[[], Awaitable[web.Response]] = self.silence

    async def silence(self) -> web.Response:
        return web.Response()

    async def take(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        self.headers.append(dict(request.headers))
        return await self.answer()

    def says(self, **response: Any) -> None:
        """From now on, answer so."""

        async def answer() -> web.Response:
            return web.Response(**response)

        self.answer = answer

    @property
    def form(self) -> dict[str, str]:
        """The form it was sent last."""
        fields = parse_qs(self.bodies[-1].decode(), keep_blank_values=True, strict_parsing=True)
        return {name: value for name, (value,) in fields.items()}

    @property
    def payload(self) -> Any:
        """The click it was sent last."""
        return json.loads(self.form["payload"])


@asynccontextmanager
async def served(application: web.Application) -> AsyncIterator[str]:
    """The URL at which an application takes Slack's deliveries."""
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    await runner.cleanup()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def held() -> list[float]:
    """How long each answer of a response_url would have been held."""
    return []


@pytest.fixture
async def app() -> AsyncIterator[App]:
    app = App()
    application = web.Application()
    application.router.add_post("/slack/events", app.take)
    async with served(application) as app.url:
        yield app


@pytest.fixture
async def slack(app: App, clock: Clock, held: list[float]) -> AsyncIterator[SlackApi]:
    async def hold(seconds: float) -> None:
        held.append(seconds)

    async with SlackApi(
        small_workspace(),
        bot_token=TOKEN,
        signing_secret=SIGNING_SECRET,
        clock=clock,
        sleep=hold,
    ) as slack:
        slack.events_url = app.url
        yield slack


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as http:
        yield http


@pytest.fixture
def client(slack: SlackApi) -> AsyncWebClient:
    client = AsyncWebClient(token=TOKEN, base_url=slack.api_url, retry_handlers=[])
    client.proxy = None  # the SDK takes a proxy from the environment, even for loopback
    return client


Respond = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
def respond(http: httpx.AsyncClient) -> Respond:
    async def respond(delivery: Delivery, **payload: Any) -> httpx.Response:
        return await http.post(delivery.response_url, json=payload)

    return respond


# Slash commands


async def test_a_command_comes_as_slacks_form(slack: SlackApi, app: App) -> None:
    delivery = await slack.command("cmgo-k2p5su09 failed", user=BEN)
    assert list(app.form) == [
        "token",
        "team_id",
        "team_domain",
        "channel_id",
        "channel_name",
        "user_id",
        "user_name",
        "command",
        "text",
        "api_app_id",
        "is_enterprise_install",
        "response_url",
        "trigger_id",
    ]
    assert (app.form["user_id"], app.form["user_name"]) == (BEN, "ben")
    assert (app.form["channel_id"], app.form["channel_name"]) == (WITH_APP, "db-oncall")
    assert (app.form["command"], app.form["text"]) == ("/mongolog", "cmgo-k2p5su09 failed")
    assert app.form["response_url"] == delivery.response_url
    assert delivery.response_path.startswith(f"/commands/{TEAM}/")
    assert (delivery.outcome, delivery.status, delivery.body) == ("ok", 200, "")
    assert b"text=cmgo-k2p5su09+failed&" in app.bodies[-1]


async def test_a_command_is_signed_so_that_slacks_sdk_believes_it(
    slack: SlackApi, app: App, clock: Clock
) -> None:
    await slack.command("")
    headers, body = app.headers[-1], app.bodies[-1]
    assert SignatureVerifier(SIGNING_SECRET, clock).is_valid_request(body, headers)
    assert not SignatureVerifier("other", clock).is_valid_request(body, headers)


@pytest.mark.parametrize(
    ("channel", "name"),
    [
        pytest.param(ANNAS_DM, "directmessage", id="dm"),
        pytest.param(PRIVATE, "privategroup", id="private"),
    ],
)
async def test_private_places_hide_their_name(
    slack: SlackApi, app: App, channel: str, name: str
) -> None:
    await slack.command("", channel=channel)
    assert app.form["channel_name"] == name


async def test_slack_escapes_three_characters_of_the_words(slack: SlackApi, app: App) -> None:
    await slack.command("<!channel> & “so”")
    assert app.form["text"] == "&lt;!channel&gt; &amp; “so”"


@pytest.mark.parametrize(
    ("user", "channel"),
    [
        pytest.param(FRED_FOREIGN, WITH_APP, id="no member of the channel"),
        pytest.param(ANNA, ARCHIVED, id="archived channel"),
        pytest.param("U0NOBODY01", WITH_APP, id="nobody"),
    ],
)
async def test_nobody_types_where_slack_would_not_let_them(
    slack: SlackApi, app: App, user: str, channel: str
) -> None:
    with pytest.raises(ValueError, match="can't act in"):
        await slack.command("", user=user, channel=channel)
    assert app.bodies == []


@pytest.mark.parametrize("status", [404, 500, 302, 204])
async def test_another_status_than_200_is_dispatch_failed(
    slack: SlackApi, app: App, status: int
) -> None:
    words = "never shown" if status != 204 else None
    app.says(status=status, text=words, headers={"Location": "/elsewhere"})
    delivery = await slack.command("")
    assert (delivery.outcome, delivery.status) == ("dispatch_failed", status)
    assert slack.posted == ()


async def test_an_app_that_is_down_is_dispatch_failed(slack: SlackApi, app: App) -> None:
    host, _, _ = slack.events_url.rpartition(":")
    slack.events_url = f"{host}:1/slack/events"
    delivery = await slack.command("")
    assert (delivery.outcome, delivery.status, app.bodies) == ("dispatch_failed", None, [])


async def test_a_late_acknowledgement_is_operation_timeout(app: App) -> None:
    released = asyncio.Event()

    async def wait() -> web.Response:
        await released.wait()
        return web.Response(text="too late")

    app.answer = wait
    async with SlackApi(
        small_workspace(), bot_token=TOKEN, signing_secret=SIGNING_SECRET, deadline_s=0.05
    ) as slack:
        slack.events_url = app.url
        delivery = await slack.command("")
        released.set()
    assert (delivery.outcome, delivery.status) == ("operation_timeout", None)
    assert slack.posted == ()


@pytest.mark.parametrize(
    ("response", "seen_by"),
    [
        pytest.param({"text": "Got it"}, ANNA, id="plain text"),
        pytest.param(
            {"text": '{"text": "Got it"}', "content_type": "application/json"}, ANNA, id="json"
        ),
        pytest.param(
            {
                "text": '{"text": "Got it", "response_type": "in_channel"}',
                "content_type": "application/json",
            },
            None,
            id="json for all",
        ),
    ],
)
async def test_a_message_in_the_acknowledgement_is_posted(
    slack: SlackApi, app: App, response: dict[str, Any], seen_by: str | None
) -> None:
    app.says(**response)
    (posted,) = await slack.answers(await slack.command(""))
    assert (posted.text, posted.via, posted.ephemeral_to) == ("Got it", "acknowledgement", seen_by)


async def test_an_acknowledgement_without_words_posts_nothing(slack: SlackApi, app: App) -> None:
    app.says(text='{"response_type": "in_channel"}', content_type="application/json")
    assert (await slack.command("")).outcome == "ok"
    assert slack.posted == ()


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("{", id="broken json"),
        pytest.param(json.dumps({"blocks": FAULTY}), id="faulty blocks"),
    ],
)
async def test_an_acknowledgement_that_is_no_message_is_refused(
    slack: SlackApi, app: App, body: str
) -> None:
    app.says(text=body, content_type="application/json")
    assert (await slack.command("")).outcome == "invalid_command_response"
    assert slack.posted == ()


# Raw deliveries


async def test_a_raw_delivery_may_be_unsigned_forged_or_stale(
    slack: SlackApi, app: App, clock: Clock
) -> None:
    await slack.deliver(b"a=1", sign=False)
    await slack.deliver(b"a=1", signature="v0=0000")
    await slack.deliver(b"a=1", timestamp=str(int(clock.seconds) - 301))
    await slack.deliver(b"a=1", timestamp="yesterday")
    await slack.deliver(b"{}", {"Content-Type": "application/json"})
    assert app.bodies == [b"a=1"] * 4 + [b"{}"]
    unsigned, forged, stale, odd, signed = app.headers
    verifier = SignatureVerifier(SIGNING_SECRET, clock)
    assert "X-Slack-Signature" not in unsigned
    assert not verifier.is_valid_request(b"a=1", forged)
    assert not verifier.is_valid_request(b"a=1", stale)
    assert odd["X-Slack-Request-Timestamp"] == "yesterday"
    assert verifier.is_valid_request(b"{}", signed)
    assert signed["Content-Type"] == "application/json"


# response_url


async def test_an_answer_is_for_the_asker_alone_unless_it_says_otherwise(
    slack: SlackApi, respond: Respond
) -> None:
    delivery = await slack.command("", channel=WITHOUT_APP)
    first = await respond(delivery, text="for Anna", blocks=BLOCKS, thread_ts="1795487000.000100")
    await respond(
        delivery, text="for all", response_type="in_channel", thread_ts="1795487000.000100"
    )
    assert (first.status_code, first.text) == (200, "ok")
    private, public = await slack.answers(delivery, count=2)
    assert (private.ephemeral_to, private.thread_ts) == (ANNA, None)
    assert (public.ephemeral_to, public.thread_ts) == (None, "1795487000.000100")
    assert {private.channel, public.channel} == {WITHOUT_APP}
    assert {private.via, public.via} == {"response_url"}


async def test_a_response_url_is_used_up_after_five_answers(
    slack: SlackApi, respond: Respond
) -> None:
    delivery = await slack.command("")
    statuses = [(await respond(delivery, text="words")).status_code for _ in range(5)]
    sixth = await respond(delivery, text="words")
    assert statuses == [200] * 5
    assert (sixth.status_code, sixth.json()) == (404, {"ok": False, "error": "used_url"})
    assert len(slack.posted) == 5


async def test_a_response_url_lives_for_thirty_minutes(
    slack: SlackApi, respond: Respond, clock: Clock
) -> None:
    delivery = await slack.command("")
    clock.seconds += 1800
    assert (await respond(delivery, text="just in time")).status_code == 200
    clock.seconds += 1
    late = await respond(delivery, text="late")
    assert (late.status_code, late.json()["error"]) == (404, "expired_url")


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        pytest.param({"blocks": FAULTY}, "invalid_blocks", id="faulty blocks"),
        pytest.param({}, "no_text", id="nothing"),
        pytest.param({"text": "a" * 40_001}, "msg_too_long", id="too long"),
        pytest.param({"text": "a", "color": "red"}, "invalid_arguments", id="unknown field"),
        pytest.param({"text": "a", "response_type": "loud"}, "invalid_arguments", id="bad type"),
        pytest.param({"delete_original": True}, "unsupported_delete", id="delete a command"),
    ],
)
async def test_an_answer_that_slack_would_not_take_is_refused(
    slack: SlackApi, respond: Respond, payload: dict[str, Any], error: str
) -> None:
    refused = await respond(await slack.command(""), **payload)
    assert (refused.status_code, refused.json()["error"]) == (400, error)
    assert slack.posted == ()


async def test_an_answer_must_be_json(slack: SlackApi, http: httpx.AsyncClient) -> None:
    delivery = await slack.command("")
    form = await http.post(delivery.response_url, data={"text": "words"})
    listed = await http.post(delivery.response_url, json=["words"])
    unnamed = await http.post(delivery.response_url, content=b'{"text": "words"}')
    assert [form.status_code, listed.status_code, unnamed.status_code] == [400] * 3
    assert slack.posted == ()


async def test_an_invented_response_url_is_expired(
    slack: SlackApi, http: httpx.AsyncClient
) -> None:
    url = f"{slack.origin}/commands/{TEAM}/1/guess"
    assert (await http.post(url, json={"text": "words"})).status_code == 404


async def test_after_a_command_replace_original_posts_a_second_message(
    slack: SlackApi, respond: Respond
) -> None:
    delivery = await slack.command("")
    await respond(delivery, text="Still asking")
    await respond(delivery, text="Done", replace_original=True)
    assert [posted.text for posted in slack.posted] == ["Still asking", "Done"]


async def test_after_a_command_replace_original_may_replace_too(
    slack: SlackApi, respond: Respond
) -> None:
    slack.replaces_last = True
    delivery = await slack.command("")
    await respond(delivery, text="Still asking")
    await respond(delivery, text="Done", replace_original=True)
    assert [posted.text for posted in slack.posted] == ["Done"]
    assert [posted.text for posted in await slack.answers(delivery, 2)] == ["Still asking", "Done"]


async def test_response_urls_fail_on_request(
    slack: SlackApi, respond: Respond, held: list[float]
) -> None:
    delivery = await slack.command("")
    slack.refuse_blocks_times = 1
    refused = await respond(delivery, text="words", blocks=BLOCKS)
    plain = await respond(delivery, text="words")
    slack.response_url_delay = 2.5
    taken = await respond(delivery, text="words", blocks=BLOCKS)
    slack.response_urls_dead = True
    dead = await respond(delivery, text="words")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_blocks")
    assert (plain.status_code, taken.status_code) == (200, 200)
    assert (dead.status_code, dead.json()["error"]) == (404, "expired_url")
    assert held == [2.5, 2.5]


# Clicks


async def shown(slack: SlackApi, respond: Respond, **payload: Any) -> Posted:
    """A message with buttons."""
    delivery = await slack.command("")
    await respond(delivery, text="old", blocks=BLOCKS, **payload)
    return (await slack.answers(delivery))[0]


async def test_a_click_in_an_ephemeral_message_does_not_bring_the_message(
    slack: SlackApi, app: App, respond: Respond
) -> None:
    posted = await shown(slack, respond)
    delivery = await slack.click(posted, "ml.refresh")
    payload = app.payload
    assert (payload["type"], payload["user"]["id"]) == ("block_actions", ANNA)
    assert payload["container"] == {
        "type": "message",
        "message_ts": posted.ts,
        "channel_id": WITH_APP,
        "is_ephemeral": True,
    }
    assert "message" not in payload
    (action,) = payload["actions"]
    assert (action["action_id"], action["block_id"], action["value"]) == (
        "ml.refresh",
        "nav:1",
        BUTTON["value"],
    )
    assert payload["response_url"] == delivery.response_url
    assert delivery.response_path.startswith(f"/actions/{TEAM}/")


async def test_a_click_in_a_shared_message_brings_it(
    slack: SlackApi, app: App, respond: Respond
) -> None:
    posted = await shown(slack, respond, response_type="in_channel")
    await slack.click(posted, "ml.refresh", user=BEN)
    assert app.payload["user"]["id"] == BEN
    assert app.payload["container"]["is_ephemeral"] is False
    assert app.payload["message"]["blocks"] == BLOCKS


async def test_a_menu_is_used_by_the_value_of_its_option(
    slack: SlackApi, app: App, respond: Respond
) -> None:
    posted = await shown(slack, respond)
    await slack.click(posted, "ml.more", value="v1|e|watch")
    assert app.payload["actions"][0]["selected_option"] == OPTION


async def test_nothing_is_clicked_that_is_not_shown_to_the_one_who_clicks(
    slack: SlackApi, respond: Respond
) -> None:
    private = await shown(slack, respond)
    public = await shown(slack, respond, response_type="in_channel")
    with pytest.raises(ValueError, match="nothing to click"):
        await slack.click(private, "ml.link")
    with pytest.raises(ValueError, match="nothing to click"):
        await slack.click(private, "ml.more", value="v1|e|other")
    with pytest.raises(ValueError, match="does not see"):
        await slack.click(private, "ml.refresh", user=BEN)
    with pytest.raises(ValueError, match="say who clicks"):
        await slack.click(public, "ml.refresh")


async def test_after_a_click_the_message_is_replaced_in_its_place_and_for_its_viewer(
    slack: SlackApi, respond: Respond
) -> None:
    posted = await shown(slack, respond)
    click = await slack.click(posted, "ml.refresh")
    await respond(click, text="new", replace_original=True, response_type="in_channel")
    (now,) = slack.posted
    assert (now.ts, now.text, now.blocks, now.ephemeral_to) == (posted.ts, "new", (), ANNA)
    assert await slack.answers(click) == (now,)


async def test_after_a_click_a_new_message_leaves_the_old_one(
    slack: SlackApi, respond: Respond
) -> None:
    posted = await shown(slack, respond)
    await respond(await slack.click(posted, "ml.refresh"), text="new")
    assert [each.text for each in slack.posted] == ["old", "new"]


async def test_after_a_click_the_message_can_be_deleted_once(
    slack: SlackApi, respond: Respond
) -> None:
    posted = await shown(slack, respond)
    click = await slack.click(posted, "ml.refresh")
    assert (await respond(click, delete_original=True)).status_code == 200
    assert (await respond(click, delete_original=True)).json()["error"] == "message_not_found"
    assert slack.posted == ()
    with pytest.raises(ValueError, match="gone"):
        await slack.click(posted, "ml.refresh")


# Waiting and watching


async def test_waiting_for_answers_ends_when_the_last_one_comes(
    slack: SlackApi, respond: Respond
) -> None:
    delivery = await slack.command("")
    waiting = asyncio.create_task(slack.answers(delivery, count=2))
    await respond(delivery, text="one")
    assert not waiting.done()
    await respond(delivery, text="two")
    assert [posted.text for posted in await waiting] == ["one", "two"]


async def test_an_answer_that_comes_before_the_acknowledgement_counts(
    slack: SlackApi, app: App, http: httpx.AsyncClient
) -> None:
    async def answer_first() -> web.Response:
        await http.post(app.form["response_url"], json={"text": "early"})
        return web.Response()

    app.answer = answer_first
    (posted,) = await slack.answers(await slack.command(""), timeout_s=0)
    assert posted.text == "early"


async def test_waiting_in_vain_says_what_was_seen(slack: SlackApi, respond: Respond) -> None:
    delivery = await slack.command("")
    await respond(delivery, text="one")
    with pytest.raises(TimeoutError, match=r"2 answers awaited.*'one'"):
        await slack.answers(delivery, count=2, timeout_s=0)
    with pytest.raises(TimeoutError, match="no such message"):
        await slack.wait_for(lambda posted: posted.text == "two", timeout_s=0)


async def test_a_private_post_after_the_command_counts_as_its_answer(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    await client.chat_postEphemeral(channel=WITH_APP, user=ANNA, text="before")
    delivery = await slack.command("")
    await client.chat_postEphemeral(channel=WITH_APP, user=BEN, text="for Ben")
    await client.chat_postMessage(channel=WITH_APP, text="for all")
    await client.chat_postEphemeral(channel=WITH_APP, user=ANNA, text="fallback")
    await client.chat_postMessage(channel=ANNA, text="in her DM")
    answers = await slack.answers(delivery, count=2)
    assert [posted.text for posted in answers] == ["fallback", "in her DM"]


async def test_the_answer_to_one_command_is_not_taken_for_another(
    slack: SlackApi, respond: Respond
) -> None:
    first, second = await slack.command("one"), await slack.command("two")
    await respond(second, text="to the second")
    await respond(first, text="to the first")
    assert [posted.text for posted in await slack.answers(first)] == ["to the first"]
    assert [posted.text for posted in await slack.answers(second)] == ["to the second"]


async def test_any_message_can_be_waited_for(slack: SlackApi, client: AsyncWebClient) -> None:
    waiting = asyncio.create_task(slack.wait_for(lambda posted: "done" in posted.text))
    await client.chat_postMessage(channel=WITH_APP, text="running")
    posted = await client.chat_postMessage(channel=WITH_APP, text="done")
    assert (await waiting).ts == posted["ts"]


async def test_who_listens_is_told_of_every_version(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    heard: list[Posted] = []
    slack.on_posted.append(heard.append)
    posted = await client.chat_postMessage(channel=WITH_APP, text="running")
    await client.chat_update(channel=WITH_APP, ts=posted["ts"], text="done")
    await client.chat_delete(channel=WITH_APP, ts=posted["ts"])
    assert [(each.text, each.deleted) for each in heard] == [
        ("running", False),
        ("done", False),
        ("done", True),
    ]


# The real framework


async def test_bolt_takes_the_commands_and_clicks(respond: Respond) -> None:
    bolt = AsyncApp(
        signing_secret=SIGNING_SECRET,
        authorize=authorize,
        process_before_response=True,
    )
    seen: list[str] = []

    @bolt.command("/mongolog")
    async def on_command(ack: AsyncAck, command: dict[str, Any]) -> None:
        seen.append(command["text"])
        await ack()

    @bolt.action("ml.refresh")
    async def on_click(ack: AsyncAck, action: dict[str, Any]) -> None:
        seen.append(action["value"])
        await ack()

    async with (
        served(bolt.web_app()) as events_url,
        SlackApi(small_workspace(), bot_token=TOKEN, signing_secret=SIGNING_SECRET) as slack,
    ):
        slack.events_url = events_url
        posted = await shown(slack, respond)
        click = await slack.click(posted, "ml.refresh")
        forged = await slack.deliver(b"command=/mongolog", signature="v0=0000")
    assert seen == ["", BUTTON["value"]]
    assert (click.outcome, forged.status) == ("ok", 401)


async def authorize() -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=None, team_id=TEAM, bot_token=TOKEN)
