"""What becomes of an answer when a response_url or the Web API says odd things."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SettingsError, SlackRefused
from bot.model import Message
from bot.slack.asked import Asked
from bot.slack.call import UNREACHABLE, result_of
from bot.slack.reply import Replies
from bot.slack.response_url import ResponseUrls

MESSAGE = Message(text="Done", blocks=({"type": "divider", "block_id": "a:1:1"},))
Answer = Callable[[], web.Response]


class Slack:
    """A response_url that gives these answers in turn, and a Web API that says `ok`."""

    def __init__(self, *answers: Answer, api: object = None) -> None:
        self.answers = list(answers)
        self.api = {"ok": True} if api is None else api
        self.pushed: list[dict[str, Any]] = []
        self.called: list[str] = []
        self.sent: list[dict[str, Any]] = []

    async def take_push(self, request: web.Request) -> web.Response:
        self.pushed.append(await request.json())
        return self.answers.pop(0)()

    async def take_call(self, request: web.Request) -> web.Response:
        self.called.append(request.match_info["method"])
        self.sent.append(await request.json() if request.can_read_body else {})
        return web.json_response(self.api)


@asynccontextmanager
async def answering(slack: Slack) -> AsyncIterator[tuple[Replies, Asked, list[float]]]:
    application = web.Application()
    application.router.add_post("/url", slack.take_push)
    application.router.add_post("/api/{method}", slack.take_call)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(token="xoxb-x", base_url=f"{origin}/api/", session=session)
        client.proxy = None
        replies = Replies(session=session, slack=client, hosts=("127.0.0.1",), sleep=sleep)
        asked = Asked(
            user="U1",
            team="T1",
            channel="C1",
            text="",
            command="/mongolog",
            response_url=f"{origin}/url",
        )
        yield replies, asked, pauses
    await runner.cleanup()


def says(text: str = "ok", status: int = 200, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda: web.Response(body=text.encode(), status=status, headers=named)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(says("ok"), id="ok"),
        pytest.param(says('{"ok": true}'), id="a document"),
        pytest.param(says(""), id="nothing"),
    ],
)
async def test_a_message_that_was_taken_is_sent_once(answer: Answer) -> None:
    slack = Slack(answer)
    async with answering(slack) as (replies, asked, _):
        await replies.answer(asked, MESSAGE)
    assert (len(slack.pushed), slack.called) == (1, [])


@pytest.mark.parametrize("charset", ["hex", "idna", "none-such"])
async def test_an_answer_in_no_charset_is_read_all_the_same(charset: str) -> None:
    slack = Slack(says("ok", Content_Type=f"text/plain; charset={charset}"))
    async with answering(slack) as (replies, asked, _):
        await replies.answer(asked, MESSAGE)
    assert (len(slack.pushed), slack.called) == (1, [])


async def test_kept_connections_that_have_all_died_lose_no_answer() -> None:
    together = 4
    arrived = asyncio.Barrier(together)
    hang_up = asyncio.Event()

    async def take(request: web.Request) -> web.Response:
        if request.transport is not None and hang_up.is_set() and request.transport in known:
            request.transport.abort()
            await asyncio.Event().wait()
        known.add(request.transport)
        if not hang_up.is_set():
            await arrived.wait()  # so that each has a connection of its own
        return web.Response(text="ok")

    known: set[asyncio.BaseTransport | None] = set()
    application = web.Application()
    application.router.add_post("/url", take)
    async with TestServer(application) as server, aiohttp.ClientSession() as session:
        urls = ResponseUrls(session, aiohttp.ClientSession, ("127.0.0.1",), asyncio.sleep)
        url = str(server.make_url("/url"))
        await asyncio.gather(*(urls.send(url, {}) for _ in range(together)))
        hang_up.set()
        await urls.send(url, {})
    assert len(known) == together + 1


async def test_a_slack_that_takes_an_answer_and_hangs_up_gets_it_twice_at_most() -> None:
    taken: list[Any] = []

    async def take(request: web.Request) -> web.Response:
        taken.append(await request.json())
        assert request.transport is not None
        request.transport.abort()
        return web.Response(text="ok")

    application = web.Application()
    application.router.add_post("/url", take)
    async with TestServer(application) as server, aiohttp.ClientSession() as session:
        urls = ResponseUrls(session, aiohttp.ClientSession, ("127.0.0.1",), asyncio.sleep)
        with pytest.raises(SlackRefused):
            await urls.send(str(server.make_url("/url")), {})
    assert len(taken) == 2


async def test_certificates_that_have_gone_since_the_start_close_that_door_alone() -> None:
    def open_fresh() -> aiohttp.ClientSession:
        raise SettingsError(("SSL_CERT_FILE: must be a file of certificates in PEM form",))

    async with aiohttp.ClientSession() as session:
        urls = ResponseUrls(session, open_fresh, ("127.0.0.1",), asyncio.sleep)
        with pytest.raises(SlackRefused):
            await urls.send("http://127.0.0.1:9/url", {})  # nobody listens on the discard port


async def test_nobody_waits_for_ever_behind_others_in_a_channel(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.slack.reply.LONGEST_TURN_S", 0.02)
    hold = asyncio.Event()

    async def take(_: web.Request) -> web.Response:
        await hold.wait()
        return web.json_response({"ok": True})

    application = web.Application()
    application.router.add_post("/api/chat.postMessage", take)
    async with TestServer(application) as server, aiohttp.ClientSession() as session:
        client = AsyncWebClient(base_url=str(server.make_url("/api/")), session=session)
        client.proxy = None
        replies = Replies(session=session, slack=client, hosts=())
        first = asyncio.create_task(replies.share("C1", MESSAGE))
        await asyncio.sleep(0)
        with pytest.raises(SlackRefused):
            await replies.share("C1", MESSAGE)
        hold.set()
        await first


async def test_posts_to_one_channel_follow_each_other() -> None:
    under_way, most = 0, 0

    async def take(_: web.Request) -> web.Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.01)
        under_way -= 1
        return web.json_response({"ok": True})

    application = web.Application()
    application.router.add_post("/api/chat.postMessage", take)
    async with TestServer(application) as server, aiohttp.ClientSession() as session:
        client = AsyncWebClient(base_url=str(server.make_url("/api/")), session=session)
        client.proxy = None
        replies = Replies(session=session, slack=client, hosts=())
        await asyncio.gather(*(replies.share("C1", MESSAGE) for _ in range(3)))
        assert most == 1
        await asyncio.gather(*(replies.share(channel, MESSAGE) for channel in ("C1", "C2")))
        assert most == 2


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(says('{"ok": false, "error": "used_url"}', 404), id="used up"),
        pytest.param(says('{"ok":false,"error":"expired_url"}'), id="expired, status 200"),
        pytest.param(says("no_service", 404), id="a bare word"),
        pytest.param(says("<html>", 500), id="a page"),
        pytest.param(says("", 302, Location="http://127.0.0.1:9/"), id="a redirect"),
        pytest.param(says("", 429, Retry_After="60"), id="a long pause"),
    ],
)
async def test_a_closed_door_leads_to_the_next_at_once(answer: Answer) -> None:
    slack = Slack(answer)
    async with answering(slack) as (replies, asked, pauses):
        await replies.answer(asked, MESSAGE)
    assert (len(slack.pushed), pauses) == (1, [])
    assert slack.called == ["chat.postEphemeral"]


async def test_a_short_pause_is_kept_and_the_message_sent_again() -> None:
    slack = Slack(says("", 429, Retry_After="2"), says())
    async with answering(slack) as (replies, asked, pauses):
        await replies.answer(asked, MESSAGE)
    assert (len(slack.pushed), slack.called, pauses) == (2, [], [2.0])


async def test_pauses_without_end_lead_to_the_next_door() -> None:
    slack = Slack(*[says("", 429, Retry_After="1")] * 3)
    async with answering(slack) as (replies, asked, _):
        await replies.answer(asked, MESSAGE)
    assert slack.called == ["chat.postEphemeral"]


@pytest.mark.parametrize("word", ["invalid_blocks", "msg_too_long", "invalid_payload"])
async def test_refused_layouts_get_simpler_until_there_is_only_text(word: str) -> None:
    refusal = says(f'{{"ok": false, "error": "{word}"}}', 400)
    slack = Slack(refusal, refusal, says())
    async with answering(slack) as (replies, asked, _):
        await replies.answer(asked, MESSAGE)
    assert [push.get("blocks") for push in slack.pushed][-1] is None
    assert slack.pushed[-1]["mrkdwn"] is False
    assert slack.called == []


async def test_a_post_of_text_alone_is_not_read_as_markup() -> None:
    slack = Slack()
    async with answering(slack) as (replies, _, _):
        await replies.share("C1", Message(text="*foreign* _words_"))
        await replies.share("C1", MESSAGE)
    assert [sent["mrkdwn"] for sent in slack.sent] == [False, True]


@pytest.mark.parametrize(
    "api",
    [
        pytest.param([], id="a list"),
        pytest.param({"ok": False, "error": "xoxb-LEAK \x1b[31m<"}, id="a word that is none"),
        pytest.param({"ok": False, "error": None}, id="no word"),
        pytest.param({"ok": False, "error": "x" * 1000}, id="a word without end"),
    ],
)
async def test_an_odd_refusal_of_the_web_api_has_a_word_of_ours(api: object) -> None:
    slack = Slack(api=api)
    async with answering(slack) as (replies, _, _):
        with pytest.raises(SlackRefused) as caught:
            await result_of(replies._slack.auth_test())
    assert caught.value.code == UNREACHABLE
