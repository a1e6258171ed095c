"""Two connections out of step, against the simulated Slack, with time in the test's hands."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack_api import SlackApi
from bot.demo.workspace import ANNA, WITH_APP, Posted, small_workspace
from bot.socket_mode import FIRST_RENEWAL_S, SILENT_S, TOO_CLOSE_S, SocketFace

APP_TOKEN = "xapp-1-tests"


class Time:
    """A clock that stands, and sleeps that end when the test says so."""

    def __init__(self) -> None:
        self.now = 0.0
        self.looks: list[float] = []
        self._wakes = asyncio.Semaphore(0)

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.looks.append(seconds)
        await self._wakes.acquire()

    def wake(self) -> None:
        self._wakes.release()


async def acknowledge(_: AsyncBoltRequest) -> BoltResponse:
    return BoltResponse(status=200)


@pytest.fixture
async def slack() -> AsyncIterator[SlackApi]:
    async with SlackApi(
        small_workspace(),
        bot_token="xoxb-tests",
        signing_secret="tests",
        app_token=APP_TOKEN,
        deadline_s=1,
    ) as api:
        api.mode = "socket"
        yield api


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def face(slack: SlackApi, time: Time) -> SocketFace:
    client = AsyncWebClient(base_url=slack.api_url)
    client.proxy = None
    return SocketFace(
        acknowledge,
        app_token=APP_TOKEN,
        slack=client,
        uses_proxy=False,
        goodbye="Come back later.",
        clock=time.clock,
        sleep=time.sleep,
        ping_s=0.05,
    )


def numbers(slack: SlackApi) -> list[int]:
    return [each.number for each in slack.connections if not each.is_leaving]


async def until_the_second_is_renewed(slack: SlackApi, before: list[int]) -> None:
    async with asyncio.timeout(5):
        while len(numbers(slack)) != 2 or numbers(slack) == before:
            await asyncio.sleep(0.01)


async def looked_after(time: Time) -> None:
    """Let one look at the connections happen, to its end."""
    looks = len(time.looks)
    time.wake()
    async with asyncio.timeout(5):
        while len(time.looks) == looks:
            await asyncio.sleep(0.01)


async def test_the_second_connection_is_renewed_once_while_the_first_stays(
    slack: SlackApi, face: SocketFace, time: Time
) -> None:
    async with face.connected():
        await slack.wait_connected(2, 5)
        first, second = numbers(slack)
        time.now = FIRST_RENEWAL_S[0] - 1
        await looked_after(time)
        assert numbers(slack) == [first, second]
        time.now = FIRST_RENEWAL_S[1]
        await looked_after(time)
        await until_the_second_is_renewed(slack, [first, second])
        assert numbers(slack)[0] == first
        renewed = numbers(slack)
        await looked_after(time)
        assert numbers(slack) == renewed  # their ages are far apart now


async def test_connections_of_one_age_are_put_out_of_step(
    slack: SlackApi, face: SocketFace, time: Time
) -> None:
    async with face.connected():
        await slack.wait_connected(2, 5)
        time.now = FIRST_RENEWAL_S[1]
        before = numbers(slack)
        await looked_after(time)
        await until_the_second_is_renewed(slack, before)
        before = numbers(slack)
        face._connections[0].opened_at = time.now - TOO_CLOSE_S / 2
        await looked_after(time)
        await until_the_second_is_renewed(slack, before)


async def test_nothing_is_renewed_while_the_first_connection_is_down(
    slack: SlackApi, face: SocketFace, time: Time
) -> None:
    async with face.connected():
        await slack.wait_connected(2, 5)
        client = face._connections[0].client
        client.auto_reconnect_enabled = False  # down, and stays so
        await client.disconnect()  # type: ignore[no-untyped-call]
        async with asyncio.timeout(5):
            while len(numbers(slack)) != 1:
                await asyncio.sleep(0.01)
        (second,) = numbers(slack)
        time.now = FIRST_RENEWAL_S[1]
        await looked_after(time)
        assert numbers(slack) == [second]


async def test_a_connection_that_dies_silently_is_made_anew(
    slack: SlackApi, face: SocketFace
) -> None:
    async with face.connected():
        await slack.wait_connected(2, 5)
        slack.freeze(0)
        await slack.wait_connected(2, 10)
        slack.next_connection = len(slack.connections) - 1
        assert (await slack.command("cmgo-k2p5su09")).outcome == "ok"


async def test_an_address_that_does_not_work_is_not_tried_for_ever(
    slack: SlackApi, face: SocketFace, time: Time
) -> None:
    async with face.connected():
        await slack.wait_connected(2, 5)
        client = face._connections[0].client
        client.wss_uri = f"{client.wss_uri}-used"
        connecting = asyncio.create_task(client.connect())  # type: ignore[no-untyped-call]
        async with asyncio.timeout(5):
            while len(slack.connections) != 1:
                await asyncio.sleep(0.01)
        await looked_after(time)
        await slack.wait_connected(2, 5)
        await connecting


async def test_a_renewal_that_slack_refuses_is_tried_again(
    slack: SlackApi, face: SocketFace, time: Time
) -> None:
    async with face.connected():
        await slack.wait_connected(2, 5)
        before = numbers(slack)
        time.now = FIRST_RENEWAL_S[1]
        slack.refuse_next("apps.connections.open", "internal_error")
        await looked_after(time)
        assert numbers(slack) == before
        await looked_after(time)
        await until_the_second_is_renewed(slack, before)


async def test_draining_tells_a_command_to_come_back(slack: SlackApi, face: SocketFace) -> None:
    async with face.connected():
        await slack.wait_connected(2, 5)
        face.stop_intake()
        delivery = await slack.command("cmgo-k2p5su09")
    assert delivery.outcome == "ok"
    assert "Come back later." in delivery.body


async def test_draining_acknowledges_a_click(slack: SlackApi, face: SocketFace) -> None:
    button = {"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "Go"}}
    blocks = ({"type": "actions", "block_id": "b", "elements": [button]},)
    posted = slack.workspace.post(
        Posted(
            channel=WITH_APP,
            ts=slack.workspace.new_ts(slack.clock()),
            blocks=blocks,
            via="chat.postMessage",
        )
    )
    async with face.connected():
        await slack.wait_connected(2, 5)
        face.stop_intake()
        assert (await slack.click(posted, "a", user=ANNA)).outcome == "ok"


async def test_draining_leaves_an_event_for_slack_to_repeat(
    slack: SlackApi, face: SocketFace
) -> None:
    async with face.connected():
        await slack.wait_connected(2, 5)
        face.stop_intake()
        assert (await slack.mention("help")).outcome == "operation_timeout"


async def test_a_minute_without_a_word_from_slack_is_trouble(
    slack: SlackApi, face: SocketFace, time: Time
) -> None:
    async with face.connected():
        await slack.wait_connected(2, 5)
        assert face.trouble() is None
        for connection in face._connections:  # the SDK's pongs carry the machine's own clock
            connection.client.last_ping_pong_time = None
        time.now += SILENT_S + 1
        assert face.trouble() == "no connection to Slack was heard for a minute"


@asynccontextmanager
async def another_slack(answer: dict[str, object]) -> AsyncIterator[AsyncWebClient]:
    """The Web API of a Slack that says the same to every call."""

    async def say(_: web.Request) -> web.Response:
        return web.json_response(answer)

    application = web.Application()
    application.router.add_route("*", "/api/{method}", say)
    async with TestServer(application) as server:
        client = AsyncWebClient(base_url=str(server.make_url("/api/")))
        client.proxy = None
        yield client


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"ok": True}, id="no address"),
        pytest.param({"ok": True, "url": "ws://127.0.0.1:9/"}, id="an address that does not work"),
    ],
)
async def test_a_renewal_that_comes_to_nothing_is_not_the_last(
    slack: SlackApi,
    face: SocketFace,
    time: Time,
    answer: dict[str, object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.socket_mode.RENEWAL_S", 0.1)
    async with face.connected(), another_slack(answer) as strange:
        await slack.wait_connected(2, 5)
        before = numbers(slack)
        client = face._connections[1].client
        usual, client.web_client = client.web_client, strange
        time.now = FIRST_RENEWAL_S[1]
        await looked_after(time)
        client.web_client = usual
        monkeypatch.setattr("bot.socket_mode.RENEWAL_S", 5)  # this one may take its time
        await looked_after(time)
        await until_the_second_is_renewed(slack, before)
        assert numbers(slack)[0] == before[0]


async def test_leaving_does_not_wait_for_a_slack_that_is_gone(
    slack: SlackApi, face: SocketFace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.socket_mode.CLOSE_S", 0.1)
    async with asyncio.timeout(6), face.connected():  # the SDK would wait 10 s for each
        await slack.wait_connected(2, 5)
        slack.freeze(0)
        slack.freeze(1)


async def test_sockets_that_say_nothing_are_not_well(
    face: SocketFace, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.socket_mode.CLOSE_S", 0.1)

    async def accept(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        async for _ in socket:
            pass  # no hello, and no pong
        return socket

    application = web.Application()
    application.router.add_get("/", accept)
    async with TestServer(application) as server:
        url = str(server.make_url("/")).replace("http", "ws", 1)
        async with another_slack({"ok": True, "url": url}) as strange:
            face._slack = strange
            async with face.connected():
                client = face._connections[0].client
                async with asyncio.timeout(5):
                    while client.last_ping_pong_time is None:  # the SDK takes its ping for a pong
                        await asyncio.sleep(0.01)
                time.now = SILENT_S + 1
                assert face.trouble() == "no connection to Slack was heard for a minute"


async def test_one_connection_serves_while_the_other_is_still_tried(
    slack: SlackApi, face: SocketFace
) -> None:
    async with asyncio.timeout(10), face.connected():
        face._connections[1].client.web_client = AsyncWebClient(base_url="http://127.0.0.1:9/")
        await slack.wait_connected(1, 5)
        assert (await slack.command("cmgo-k2p5su09")).outcome == "ok"
