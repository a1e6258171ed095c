"""The only sender: private answers and posts, and what to do when Slack does not take them.

    a command: response_url → chat.postEphemeral → a direct message
    a mention: its thread (private in a shared channel) → chat.postEphemeral → a direct message
    a direct message: the same place → a new direct message
    each of them: the layout → the same facts in the simplest layout → plain text

A door whose outcome is unknown counts as closed: an answer twice is better than none.
Nobody is left in silence: what could not be delivered anywhere is logged as `reply.lost`.
Source: https://docs.slack.dev/interactivity/handling-user-interaction (response_url).
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SlackRefused
from bot.model import Message
from bot.render.simplest import simplest
from bot.settings.values import is_loopback
from bot.slack.asked import Asked, Door
from bot.slack.call import UNREACHABLE, result_of
from bot.telemetry import event

# Slack's words for a message it can't lay out; anything else is a closed door.
LAYOUT_WORDS = frozenset(
    {
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_payload",
        "msg_blocks_too_long",
        "msg_too_long",
        "too_many_blocks",
    }
)
LONGEST_NOTE_S = 3.0  # the answer waits for the note, so that it comes after it
LONGEST_PAUSE_S = 5.0
MOST_PAUSES = 2
TOO_MANY_REQUESTS, OK = 429, 200

Way = Callable[[Asked, Message], Awaitable[None]]


class Replies:
    """Sends what was rendered.

    Args:
        session: the one aiohttp session towards Slack, with its own deadlines.
        slack: the Web API over the same session.
        hosts: hosts that a response_url may point to; it comes from outside and is a secret.
        sleep: waits that many seconds, when Slack asks for a pause.
    """

    def __init__(
        self,
        *,
        session: aiohttp.ClientSession,
        slack: AsyncWebClient,
        hosts: tuple[str, ...],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._session = session
        self._slack = slack
        self._hosts = hosts
        self._sleep = sleep

    async def answer(self, asked: Asked, message: Message) -> None:
        """Answer where it was asked, or else by whatever door is open."""
        for name, way in self._ways(asked).items():
            try:
                await _in_some_layout(partial(way, asked), message)
            except SlackRefused as refusal:
                event("reply.refused", logging.WARNING, door=name, code=refusal.code)
            else:
                event("reply.sent", door=name)
                return
        event("reply.lost", logging.ERROR)

    def _ways(self, asked: Asked) -> dict[str, Way]:
        ways: dict[str, Way] = {}
        if asked.door is Door.COMMAND:
            ways["response_url"] = self._by_response_url
        elif not asked.is_private:
            ways["post"] = self._by_post
        if asked.door is not Door.DIRECT:
            ways["ephemeral"] = self._by_ephemeral
        return {**ways, "direct_message": self._by_direct_message}

    async def note(self, asked: Asked, message: Message) -> None:
        """A line on the way to the answer; when it can't be sent, the answer still will be."""
        try:
            async with asyncio.timeout(LONGEST_NOTE_S):
                await self._note_of(asked)(asked, message)
        except SlackRefused as refusal:
            event("reply.note_refused", code=refusal.code)
        except TimeoutError:
            event("reply.note_refused", code=UNREACHABLE)

    def _note_of(self, asked: Asked) -> Way:
        match asked.door:
            case Door.COMMAND:
                return self._by_response_url
            case Door.DIRECT:
                return self._by_post
            case Door.MENTION:
                return self._by_ephemeral  # a line in everybody's thread would stay there

    async def share(self, channel: str, message: Message) -> None:
        """Post for everyone in a channel. Never sent twice: an unknown outcome is an error.

        Raises:
            SlackRefused: with Slack's word, such as `not_in_channel`.
        """
        await _in_some_layout(partial(self._post, channel), message)
        event("reply.shared")

    async def _by_response_url(self, asked: Asked, message: Message) -> None:
        if not self._is_slack(asked.response_url):
            raise SlackRefused("response_url_host")
        body: dict[str, Any] = {
            "response_type": "ephemeral",
            "text": message.text,
            "unfurl_links": False,
            "unfurl_media": False,
        }
        if message.blocks:
            body["blocks"] = list(message.blocks)
        else:
            body["mrkdwn"] = False  # foreign words in it are not ours to format
        for _ in range(MOST_PAUSES):
            pause_s = await self._push(asked.response_url, body)
            if pause_s is None:
                return
            await self._sleep(pause_s)
        if await self._push(asked.response_url, body) is not None:
            raise SlackRefused("ratelimited")

    async def _push(self, url: str, body: dict[str, Any]) -> float | None:
        """One POST; the seconds Slack asks us to wait when it wants none now.

        Raises:
            SlackRefused: when it was not taken.
        """
        try:
            async with self._session.post(url, json=body, allow_redirects=False) as response:
                status, text = response.status, await response.text(errors="replace")
                asked_for = response.headers.get("Retry-After", "")
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise SlackRefused(UNREACHABLE) from None
        if status == TOO_MANY_REQUESTS:
            return _pause(asked_for)
        if (word := _refusal_word(status, text)) is not None:
            raise SlackRefused(word)
        return None

    async def _by_ephemeral(self, asked: Asked, message: Message) -> None:
        await result_of(
            self._slack.chat_postEphemeral(
                channel=asked.channel,
                user=asked.user,
                text=message.text,
                blocks=list(message.blocks) or None,
                thread_ts=asked.thread_ts or None,
                parse="none",
            )
        )

    async def _by_post(self, asked: Asked, message: Message) -> None:
        await self._post(asked.channel, message, thread_ts=asked.thread_ts)

    async def _by_direct_message(self, asked: Asked, message: Message) -> None:
        # A direct message is kept and searched: without buttons there is no link in it.
        await self._post(asked.user, simplest(message))

    async def _post(self, channel: str, message: Message, *, thread_ts: str = "") -> None:
        await result_of(
            self._slack.chat_postMessage(
                channel=channel,
                text=message.text,
                blocks=list(message.blocks) or None,
                thread_ts=thread_ts or None,
                parse="none",
                mrkdwn=bool(message.blocks),  # text alone may hold foreign words
                unfurl_links=False,
                unfurl_media=False,
            )
        )

    def _is_slack(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            return False
        host = parts.hostname or ""
        if host not in self._hosts or "@" in parts.netloc:
            return False
        return is_loopback(host) or (parts.scheme == "https" and port in (None, 443))


async def _in_some_layout(send: Callable[[Message], Awaitable[None]], message: Message) -> None:
    layouts = _layouts(message)
    layout = next(layouts)
    while True:
        try:
            return await send(layout)
        except SlackRefused as refusal:
            simpler = next(layouts, None)
            if refusal.code not in LAYOUT_WORDS or simpler is None:
                raise
            event("reply.layout_refused", logging.WARNING, code=refusal.code)
            layout = simpler


def _layouts(message: Message) -> Iterator[Message]:
    yield message
    if message.blocks:
        yield simplest(message)
        yield Message(text=message.text)


def _pause(asked_for: str) -> float:
    pause_s = float(asked_for) if asked_for.isascii() and asked_for.isdecimal() else 1.0
    if pause_s > LONGEST_PAUSE_S:  # another door is open now
        raise SlackRefused("ratelimited")
    return pause_s


def _refusal_word(status: int, text: str) -> str | None:
    """Slack's error word for an answer of a response_url; None when the message was taken."""
    word = re.search(r'"error"\s*:\s*"([a-z_]+)"', text)
    if word:
        return word[1]
    if status == OK and '"ok":false' not in text.replace(" ", ""):
        return None
    bare = re.fullmatch(r"\s*([a-z_]{3,40})\s*", text)
    return bare[1] if bare else f"http_{status}"
