"""The simulated Slack's Socket Mode: connections, envelopes, acknowledgements and bad days."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import httpx
import pytest
from aiohttp import WSMsgType
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack_api import SlackApi
from bot.demo.workspace import ANNA, APP, BEN, WITH_APP, small_workspace

BOT_TOKEN, APP_TOKEN = "xoxb-invented", "xapp-invented"
BUTTON = {
    "type": "button",
    "action_id": "ml.refresh",
    "text": {"type": "plain_text", "text": "Refresh"},
    "value": "v1|q|cmgo-k2p5su09",
}
BLOCKS = [{"type": "actions", "block_id": "nav:1", "elements": [BUTTON]}]
SOON_S = 5.0


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1795487734.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Line:
    """The app's end of one websocket; it acknowledges nothing of itself."""

    socket: aiohttp.ClientWebSocketResponse
    hello: dict[str, Any] = field(default_factory=dict)

    async def receive(self) -> aiohttp.WSMessage:
        """The next frame of any sort."""
        return await asyncio.wait_for(self.socket.receive(), SOON_S)

    async def read(self) -> dict[str, Any]:
        """The next message."""
        frame = await self.receive()
        assert frame.type is WSMsgType.TEXT
        message = json.loads(frame.data)
        assert isinstance(message, dict)
        return message

    async def heard_within(self, seconds: float) -> list[WSMsgType]:
        """The sorts of all frames that come in this time."""
        kinds: list[WSMsgType] = []
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    kinds.append((await self.socket.receive()).type)
        return kinds

    async def acknowledge(self, **payload: Any) -> dict[str, Any]:
        """Take the next envelope, and acknowledge it."""
        envelope = await self.read()
        body = {"payload": payload} if payload else {}
        await self.socket.send_json({"envelope_id": envelope["envelope_id"], **body})
        return envelope


Connect = Callable[[], Awaitable[Line]]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def slack(clock: Clock) -> AsyncIterator[SlackApi]:
    async with SlackApi(
        small_workspace(),
        bot_token=BOT_TOKEN,
        app_token=APP_TOKEN,
        signing_secret="invented",
        clock=clock,
    ) as slack:
        slack.mode = "socket"
        slack.events_url = "http://127.0.0.1:9/nobody"
        yield slack


@pytest.fixture
async def hasty(clock: Clock) -> AsyncIterator[SlackApi]:
    """A Slack that waits a moment only for an acknowledgement."""
    async with SlackApi(
        small_workspace(),
        bot_token=BOT_TOKEN,
        app_token=APP_TOKEN,
        signing_secret="invented",
        clock=clock,
        deadline_s=0.05,
    ) as slack:
        slack.mode = "socket"
        yield slack


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(trust_env=False) as http:
        yield http


async def ticket_url(slack: SlackApi) -> str:
    client = AsyncWebClient(base_url=slack.api_url, retry_handlers=[])
    client.proxy = None  # the SDK takes a proxy from the environment, even for loopback
    answer = await client.apps_connections_open(app_token=APP_TOKEN)
    url = answer["url"]
    assert isinstance(url, str)
    return url


async def connected(slack: SlackApi, http: aiohttp.ClientSession) -> Line:
    line = Line(await http.ws_connect(await ticket_url(slack), autoping=False))
    line.hello = await line.read()
    return line


async def handshake_status(http: aiohttp.ClientSession, url: str) -> int:
    """The status with which a websocket is refused."""
    with pytest.raises(aiohttp.WSServerHandshakeError) as raised:
        await http.ws_connect(url)
    return raised.value.status


@pytest.fixture
def connect(slack: SlackApi, http: aiohttp.ClientSession) -> Connect:
    lines = []  # a websocket that nobody holds closes

    async def connect() -> Line:
        lines.append(await connected(slack, http))
        return lines[-1]

    return connect


# apps.connections.open


async def test_the_app_token_opens_a_websocket(slack: SlackApi) -> None:
    url = await ticket_url(slack)
    assert url.startswith(slack.origin.replace("http", "ws") + "/link/?ticket=")


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        pytest.param({}, "not_authed", id="no token"),
        pytest.param({"Authorization": "Bearer xapp-other"}, "invalid_auth", id="a wrong one"),
        pytest.param(
            {"Authorization": f"Bearer {BOT_TOKEN}"}, "not_allowed_token_type", id="the bot's"
        ),
    ],
)
async def test_no_other_token_opens_a_websocket(
    slack: SlackApi, headers: dict[str, str], error: str
) -> None:
    async with httpx.AsyncClient(base_url=slack.api_url, trust_env=False) as http:
        answer = await http.post("apps.connections.open", headers=headers)
    assert answer.json() == {"ok": False, "error": error}


async def test_the_app_token_is_taken_from_the_header_of_a_post_alone(slack: SlackApi) -> None:
    async with httpx.AsyncClient(base_url=slack.api_url, trust_env=False) as http:
        form = await http.post("apps.connections.open", data={"token": APP_TOKEN})
        headers = {"Authorization": f"Bearer {APP_TOKEN}"}
        got = await http.get("apps.connections.open", headers=headers)
    assert form.json()["error"] == "not_authed"
    assert got.json()["error"] == "insecure_request"


async def test_the_app_token_calls_nothing_else(slack: SlackApi) -> None:
    client = AsyncWebClient(token=APP_TOKEN, base_url=slack.api_url, retry_handlers=[])
    client.proxy = None
    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        await client.auth_test()


@pytest.mark.parametrize("token", [APP_TOKEN, BOT_TOKEN])
async def test_an_app_without_an_app_token_opens_none(token: str) -> None:
    async with (
        SlackApi(small_workspace(), bot_token=BOT_TOKEN, signing_secret="invented") as slack,
        httpx.AsyncClient(base_url=slack.api_url, trust_env=False) as http,
    ):
        headers = {"Authorization": f"Bearer {token}"}
        answer = await http.post("apps.connections.open", headers=headers)
    assert answer.json()["error"] == "invalid_auth"


async def test_opening_can_be_refused(slack: SlackApi) -> None:
    slack.refuse_next("apps.connections.open", "ratelimited", retry_after_s=7)
    with pytest.raises(SlackApiError) as raised:
        await ticket_url(slack)
    assert (raised.value.response.status_code, raised.value.response["error"]) == (
        429,
        "ratelimited",
    )
    assert raised.value.response.headers["Retry-After"] == "7"
    assert await ticket_url(slack)


async def test_a_ticket_is_good_once_and_for_half_a_minute(
    slack: SlackApi, clock: Clock, http: aiohttp.ClientSession
) -> None:
    used, old = await ticket_url(slack), await ticket_url(slack)
    await http.ws_connect(used)
    assert await handshake_status(http, used) == 404
    clock.seconds += 30
    assert await handshake_status(http, old) == 404
    assert await handshake_status(http, old.partition("?")[0]) == 404


# Connections


async def test_hello_tells_how_many_connections_there_are(connect: Connect) -> None:
    first, second = await connect(), await connect()
    assert (first.hello["type"], first.hello["num_connections"]) == ("hello", 1)
    assert first.hello["connection_info"] == {"app_id": APP}
    assert first.hello["debug_info"]["approximate_connection_time"] == 3600
    assert second.hello["num_connections"] == 2


async def test_connections_are_known_oldest_first(
    slack: SlackApi, clock: Clock, connect: Connect
) -> None:
    await connect()
    clock.seconds += 600
    await connect()
    links = await slack.wait_connected(2)
    assert links == slack.connections
    assert [(each.number, clock() - each.opened_at) for each in links] == [(1, 600), (2, 0)]


async def test_waiting_for_connections_that_do_not_come_ends(
    slack: SlackApi, connect: Connect
) -> None:
    await connect()
    with pytest.raises(TimeoutError, match="1 came"):
        await slack.wait_connected(2, timeout_s=0.01)


async def test_the_eleventh_connection_is_one_too_many(slack: SlackApi, connect: Connect) -> None:
    for _ in range(10):
        await connect()
    eleventh = await connect()
    assert (eleventh.hello["type"], eleventh.hello["reason"]) == (
        "disconnect",
        "too_many_websockets",
    )
    assert (await eleventh.receive()).type is WSMsgType.CLOSE
    assert len(slack.connections) == 10


async def test_a_connection_that_the_app_closes_is_gone(slack: SlackApi, connect: Connect) -> None:
    first, _second = await connect(), await connect()
    await first.socket.close()
    await slack.wait_connected(1)
    assert [each.number for each in slack.connections] == [2]


async def test_pings_are_answered_in_the_same_words(connect: Connect) -> None:
    line = await connect()
    await line.socket.ping(b"sdk-ping-pong:1.5")
    pong = await line.receive()
    assert (pong.type, bytes(pong.data)) == (WSMsgType.PONG, b"sdk-ping-pong:1.5")


async def test_slack_pings_too(slack: SlackApi, connect: Connect) -> None:
    slack.sockets.ping_s = 0.01
    line = await connect()
    for _ in range(2):
        assert (await line.receive()).type is WSMsgType.PING


# Envelopes


async def test_a_command_comes_in_an_envelope_and_nothing_over_http(
    slack: SlackApi, connect: Connect
) -> None:
    line = await connect()
    sending = asyncio.create_task(slack.command("cmgo-k2p5su09 <now>", user=BEN))
    envelope = await line.acknowledge()
    delivery = await sending
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
    assert "retry_attempt" not in envelope
    assert envelope["payload"]["text"] == "cmgo-k2p5su09 &lt;now&gt;"
    assert envelope["payload"]["user_id"] == BEN
    assert envelope["payload"]["response_url"] == delivery.response_url
    assert (delivery.outcome, delivery.status, delivery.body) == ("ok", None, "")


async def test_a_payload_in_the_acknowledgement_answers_the_command(
    slack: SlackApi, connect: Connect
) -> None:
    line = await connect()
    sending = asyncio.create_task(slack.command("help"))
    await line.acknowledge(text="Ask so: ...")
    (answer,) = await slack.answers(await sending)
    assert (answer.text, answer.ephemeral_to, answer.via) == (
        "Ask so: ...",
        ANNA,
        "acknowledgement",
    )


async def test_a_payload_that_slack_can_t_show_is_invalid(
    slack: SlackApi, connect: Connect
) -> None:
    line = await connect()
    sending = asyncio.create_task(slack.command("help"))
    await line.acknowledge(text="words", blocks=[{"type": "nonsense"}])
    assert (await sending).outcome == "invalid_command_response"
    assert slack.posted == ()


async def test_a_click_comes_in_an_envelope(slack: SlackApi, connect: Connect) -> None:
    client = AsyncWebClient(token=BOT_TOKEN, base_url=slack.api_url, retry_handlers=[])
    client.proxy = None
    await client.chat_postMessage(channel=WITH_APP, text="words", blocks=BLOCKS)
    line = await connect()
    sending = asyncio.create_task(slack.click(slack.posted[0], "ml.refresh", user=BEN))
    envelope = await line.acknowledge()
    assert (await sending).outcome == "ok"
    assert (envelope["type"], envelope["payload"]["type"]) == ("interactive", "block_actions")
    assert envelope["payload"]["actions"][0]["value"] == BUTTON["value"]


async def test_an_event_comes_in_an_envelope_and_again_with_the_reason(
    slack: SlackApi, connect: Connect
) -> None:
    line = await connect()
    sending = asyncio.create_task(slack.mention("cmgo-k2p5su09"))
    first = await line.acknowledge()
    delivery = await sending
    sending = asyncio.create_task(slack.redeliver(delivery, reason="timeout"))
    second = await line.acknowledge()
    assert (await sending).event_id == delivery.event_id
    assert first["type"] == second["type"] == "events_api"
    assert first["accepts_response_payload"] is False
    assert (first["retry_attempt"], first["retry_reason"]) == (0, "")
    assert (second["retry_attempt"], second["retry_reason"]) == (1, "timeout")
    assert first["payload"] == second["payload"]
    assert first["envelope_id"] != second["envelope_id"]


async def test_without_a_connection_nothing_is_delivered(slack: SlackApi) -> None:
    assert (await slack.command("help")).outcome == "dispatch_failed"


async def test_an_envelope_that_is_not_acknowledged_is_late(
    hasty: SlackApi, http: aiohttp.ClientSession
) -> None:
    line = await connected(hasty, http)
    assert (await hasty.command("help")).outcome == "operation_timeout"
    assert (await line.read())["payload"]["text"] == "help"


@pytest.mark.parametrize("answer", ["no json", "[]", "{}", '{"envelope_id": "another"}'])
async def test_what_acknowledges_nothing_counts_for_nothing(
    hasty: SlackApi, http: aiohttp.ClientSession, answer: str
) -> None:
    line = await connected(hasty, http)
    sending = asyncio.create_task(hasty.command("help"))
    await line.read()
    await line.socket.send_str(answer)
    assert (await sending).outcome == "operation_timeout"


async def test_an_acknowledgement_on_another_connection_counts_for_nothing(
    hasty: SlackApi, http: aiohttp.ClientSession
) -> None:
    first, second = await connected(hasty, http), await connected(hasty, http)
    hasty.next_connection = 0
    sending = asyncio.create_task(hasty.command("help"))
    envelope = await first.read()
    await second.socket.send_json({"envelope_id": envelope["envelope_id"]})
    assert (await sending).outcome == "operation_timeout"


async def test_envelopes_take_turns_unless_one_connection_is_named(
    slack: SlackApi, connect: Connect
) -> None:
    lines = [await connect(), await connect()]

    async def number_of_next() -> int:
        sending = asyncio.create_task(slack.command("help"))
        taking = [asyncio.create_task(line.acknowledge()) for line in lines]
        await sending
        took = [task.done() for task in taking].index(True)
        for task in taking:
            task.cancel()
        await asyncio.gather(*taking, return_exceptions=True)
        return took

    assert [await number_of_next() for _ in range(4)] == [0, 1, 0, 1]
    slack.next_connection = 1
    assert [await number_of_next() for _ in range(2)] == [1, 1]


# Bad days


async def test_a_warned_connection_is_told_and_closed_later(
    slack: SlackApi, connect: Connect
) -> None:
    line, _other = await connect(), await connect()
    await slack.warn(0, closes_after_s=0.01)
    message = await line.read()
    assert (message["type"], message["reason"]) == ("disconnect", "warning")
    assert (await line.receive()).type is WSMsgType.CLOSE


async def test_a_warned_connection_still_carries_but_no_longer_counts(
    slack: SlackApi, connect: Connect
) -> None:
    line = await connect()
    await slack.warn(0, closes_after_s=None)
    assert (await line.read())["reason"] == "warning"
    sending = asyncio.create_task(slack.command("help"))
    await line.acknowledge()
    assert (await sending).outcome == "ok"
    with pytest.raises(TimeoutError):
        await slack.wait_connected(1, timeout_s=0.01)


async def test_a_connection_may_be_asked_to_come_anew(slack: SlackApi, connect: Connect) -> None:
    line = await connect()
    await slack.refresh(0, closes_after_s=0)
    assert (await line.read())["reason"] == "refresh_requested"
    assert (await line.receive()).type is WSMsgType.CLOSE


async def test_with_the_link_disabled_all_must_go_and_none_may_come(
    slack: SlackApi, connect: Connect
) -> None:
    lines = [await connect(), await connect()]
    slack.link_disabled()
    for line in lines:
        assert (await line.read())["reason"] == "link_disabled"
        assert (await line.receive()).type is WSMsgType.CLOSE
    with pytest.raises(SlackApiError, match="socket_mode_not_enabled"):
        await connect()


async def test_a_dropped_connection_breaks_off(slack: SlackApi, connect: Connect) -> None:
    line, _other = await connect(), await connect()
    await slack.drop(0)
    assert (await line.receive()).type in {WSMsgType.CLOSED, WSMsgType.ERROR}
    (link,) = await slack.wait_connected(1)
    assert link.number == 2


async def test_a_frozen_connection_stays_open_and_hears_and_says_nothing(
    hasty: SlackApi, http: aiohttp.ClientSession
) -> None:
    hasty.sockets.ping_s = 0.01
    line = await connected(hasty, http)
    hasty.freeze(0)
    assert hasty.connections[0].is_frozen
    await line.socket.ping(b"there?")
    assert (await hasty.command("help")).outcome == "operation_timeout"
    assert set(await line.heard_within(0.01)) <= {WSMsgType.PING}  # sent before it froze
    assert await line.heard_within(0.05) == []
    assert not line.socket.closed
    assert len(hasty.connections) == 1
    with pytest.raises(TimeoutError):
        await hasty.wait_connected(1, timeout_s=0.01)


async def test_a_frozen_connection_does_not_hear_a_farewell(
    slack: SlackApi, connect: Connect
) -> None:
    line = await connect()
    slack.freeze(0)
    line.socket._timeout = aiohttp.ClientWSTimeout(ws_close=0.05)
    await line.socket.close()
    assert line.socket.close_code == aiohttp.WSCloseCode.ABNORMAL_CLOSURE
    assert len(slack.connections) == 1


# slack_sdk's own client


@dataclass
class Sdk:
    """The SDK's client, and what it has heard."""

    client: SocketModeClient
    heard: list[dict[str, Any]] = field(default_factory=list)

    async def take(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        self.heard.append(request.payload)
        response = SocketModeResponse(envelope_id=request.envelope_id, payload={"text": "Got it"})
        await client.send_socket_mode_response(response)


@pytest.fixture
async def sdk(slack: SlackApi) -> AsyncIterator[Sdk]:
    web = AsyncWebClient(base_url=slack.api_url, retry_handlers=[])
    web.proxy = None
    client = SocketModeClient(APP_TOKEN, web_client=web, ping_interval=0.05)
    client.proxy = None
    sdk = Sdk(client)
    client.socket_mode_request_listeners.append(sdk.take)
    await client.connect()  # type: ignore[no-untyped-call]
    yield sdk
    await client.close()  # type: ignore[no-untyped-call]
    await asyncio.sleep(0)  # its cancelled tasks end


async def test_the_sdk_takes_an_envelope_and_its_answer_is_shown(slack: SlackApi, sdk: Sdk) -> None:
    await slack.wait_connected(1)
    delivery = await slack.command("cmgo-k2p5su09")
    assert delivery.outcome == "ok"
    assert [each["text"] for each in sdk.heard] == ["cmgo-k2p5su09"]
    (answer,) = await slack.answers(delivery)
    assert answer.text == "Got it"


async def warn(slack: SlackApi) -> None:
    await slack.warn(0)


async def refresh(slack: SlackApi) -> None:
    await slack.refresh(0)


async def drop(slack: SlackApi) -> None:
    await slack.drop(0)


async def freeze(slack: SlackApi) -> None:
    slack.freeze(0)


@pytest.mark.parametrize("mishap", [warn, refresh, drop, freeze])
async def test_the_sdk_comes_back(
    slack: SlackApi, sdk: Sdk, mishap: Callable[[SlackApi], Awaitable[None]]
) -> None:
    (old,) = await slack.wait_connected(1)
    await mishap(slack)
    (new,) = await slack.wait_connected(1)
    assert new.number > old.number
    slack.next_connection = slack.connections.index(new)
    assert (await slack.command("again")).outcome == "ok"
    assert [each["text"] for each in sdk.heard] == ["again"]
