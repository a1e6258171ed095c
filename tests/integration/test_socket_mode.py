"""Two connections out of step, against the simulated Slack, with time in the test's hands."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack_api import SlackApi
from bot.demo.workspace import small_workspace
from bot.socket_mode import FIRST_RENEWAL_S, LOOK_S, SILENT_S, SocketFace

APP_TOKEN = "xapp-1-tests"


class Time:
    """A clock that stands, and sleeps that end when the test says so."""

    def __init__(self) -> None:
        self.now = 0.0
        self.asked: list[float] = []
        self._wakes = asyncio.Semaphore(0)

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.asked.append(seconds)
        await self._wakes.acquire()

    def wake(self) -> None:
        self._wakes.release()


async def acknowledge(_: AsyncBoltRequest) -> BoltResponse:
    return BoltResponse(status=200)


@pytest.fixture
async def slack() -> AsyncIterator[SlackApi]:
    async with SlackApi(
        small_workspace(), bot_token="xoxb-tests", signing_secret="tests", app_token=APP_TOKEN
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
    )


def numbers(slack: SlackApi) -> list[int]:
    return [each.number for each in slack.connections if not each.is_leaving]


async def until_the_second_is_renewed(slack: SlackApi, before: list[int]) -> None:
    async with asyncio.timeout(5):
        while len(numbers(slack)) != 2 or numbers(slack) == before:
            await asyncio.sleep(0.01)


async def test_the_second_connection_is_renewed_while_the_first_stays(
    slack: SlackApi, face: SocketFace, time: Time
) -> None:
    async with face.connected():
        await slack.wait_connected(2, 5)
        first, second = numbers(slack)
        time.wake()
        await until_the_second_is_renewed(slack, [first, second])
        assert numbers(slack)[0] == first
    assert FIRST_RENEWAL_S[0] <= time.asked[0] <= FIRST_RENEWAL_S[1]
    assert time.asked[1] == LOOK_S


async def test_draining_tells_a_command_to_come_back(slack: SlackApi, face: SocketFace) -> None:
    async with face.connected():
        await slack.wait_connected(2, 5)
        face.stop_intake()
        delivery = await slack.command("cmgo-k2p5su09")
    assert delivery.outcome == "ok"
    assert "Come back later." in delivery.body


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
