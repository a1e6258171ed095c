"""The only sender: private answers and posts, and what to do when Slack does not take them.

    a command: response_url → chat.postEphemeral → a direct message
    a mention: its thread (private in a shared channel) → chat.postEphemeral → a direct message
    a direct message: the same place → a new direct message
    a click: in place of the message, or beside it → chat.postEphemeral → a direct message
    a modal that is gone: chat.postEphemeral where it came from → a direct message
    each of them: the layout → the same facts in the simplest layout → plain text

A door whose outcome is unknown counts as closed: an answer twice is better than none.
Nobody is left in silence: what could not be delivered anywhere is logged as `reply.lost`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SlackRefused
from bot.model import Message
from bot.render.simplest import simplest
from bot.slack.asked import Asked, Door
from bot.slack.call import UNREACHABLE, result_of
from bot.slack.locks import Locks
from bot.slack.response_url import ResponseUrls
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
PRIVATE_DOORS = (Door.COMMAND, Door.MENTION, Door.CLICK, Door.VIEW)
LONGEST_TURN_S = 10.0  # behind others who post in the same channel
LONGEST_POST_S = 5.0  # then another door may be open
LONGEST_NOTE_S = 3.0  # the answer waits for the note, so that it comes after it

Way = Callable[[Asked, Message], Awaitable[None]]


class Replies:
    """Sends what was rendered.

    Args:
        session: the one aiohttp session towards Slack, with its own deadlines.
        slack: the Web API over the same session.
        hosts: hosts that a response_url may point to; it comes from outside and is a secret.
        open_fresh: opens another session, for a second try when a kept connection was dead.
        sleep: waits that many seconds, when Slack asks for a pause.
    """

    def __init__(
        self,
        *,
        session: aiohttp.ClientSession,
        slack: AsyncWebClient,
        hosts: tuple[str, ...],
        open_fresh: Callable[[], aiohttp.ClientSession] = aiohttp.ClientSession,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._response_urls = ResponseUrls(session, open_fresh, hosts, sleep)
        self._slack = slack
        self._posting = Locks()

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
        if asked.door in (Door.MENTION, Door.DIRECT) and not asked.is_private:
            ways["post"] = self._by_post
        if asked.door in PRIVATE_DOORS:
            ways.update(self._private_ways(asked))
        return {**ways, "direct_message": self._by_direct_message}

    def _private_ways(self, asked: Asked) -> dict[str, Way]:
        """The ways to show something to one person alone, where it was asked."""
        url: dict[str, Way] = {"response_url": self._by_response_url} if asked.response_url else {}
        ephemeral: dict[str, Way] = {"ephemeral": self._by_ephemeral} if asked.channel else {}
        # What a response_url says beside a message is not shown in that message's thread.
        is_beside = asked.is_in_thread and not asked.replaces
        return {**ephemeral, **url} if is_beside else {**url, **ephemeral}

    async def hand(self, asked: Asked, message: Message) -> None:
        """Show something to one person alone that may not stay anywhere, such as a link.

        Raises:
            SlackRefused: when no such way is open.
        """
        refusal = SlackRefused(UNREACHABLE)
        for name, way in self._private_ways(asked).items():
            try:
                await way(asked, message)
            except SlackRefused as error:
                event("reply.refused", logging.WARNING, door=name, code=error.code)
                refusal = error
            else:
                event("reply.sent", door=name)
                return
        raise refusal

    async def post(self, channel: str, message: Message) -> None:
        """Post in a conversation; a user's id means the direct messages with that person.

        Raises:
            SlackRefused: with Slack's word.
        """
        await _in_some_layout(partial(self._post, channel), message)
        event("reply.sent", door="post")

    async def update(self, channel: str, ts: str, message: Message) -> None:
        """Change a message of ours that everybody sees.

        Raises:
            SlackRefused: with Slack's word, such as `message_not_found`.
        """

        async def send(layout: Message) -> None:
            call = self._slack.chat_update(
                channel=channel,
                ts=ts,
                text=layout.text,
                blocks=list(layout.blocks),
                parse="none",
            )
            await result_of(call, within_s=LONGEST_POST_S)

        await _in_some_layout(send, message)
        event("reply.sent", door="update")

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
            case _:
                return self._by_ephemeral  # a line in everybody's thread would stay there

    async def share(self, channel: str, message: Message, *, thread_ts: str = "") -> None:
        """Post for everyone in a channel. Never sent twice: an unknown outcome is an error.

        Raises:
            SlackRefused: with Slack's word, such as `not_in_channel`.
        """
        await _in_some_layout(partial(self._post, channel, thread_ts=thread_ts), message)
        event("reply.shared")

    async def _by_response_url(self, asked: Asked, message: Message) -> None:
        body: dict[str, Any] = {
            "response_type": "ephemeral",
            "text": message.text,
            "unfurl_links": False,
            "unfurl_media": False,
        }
        if asked.door is Door.CLICK:
            body["replace_original"] = asked.replaces
        if message.blocks:
            body["blocks"] = list(message.blocks)
        else:
            body["mrkdwn"] = False  # foreign words in it are not ours to format
        await self._response_urls.send(asked.response_url, body)

    async def _by_ephemeral(self, asked: Asked, message: Message) -> None:
        await result_of(
            self._slack.chat_postEphemeral(
                channel=asked.channel,
                user=asked.user,
                text=message.text,
                blocks=list(message.blocks) or None,
                # Slack shows it in a thread only when somebody has said something there already.
                thread_ts=asked.thread_ts if asked.is_in_thread else None,
                parse="none",
            )
        )

    async def _by_post(self, asked: Asked, message: Message) -> None:
        await self._post(asked.channel, message, thread_ts=asked.thread_ts)

    async def _by_direct_message(self, asked: Asked, message: Message) -> None:
        # A direct message is kept and searched: without buttons there is no link in it.
        await self._post(asked.user, simplest(message))

    async def _post(self, channel: str, message: Message, *, thread_ts: str = "") -> None:
        # Slack takes about one a second in a channel: who comes at once would be refused together.
        lock = self._posting.of(channel)
        try:
            async with asyncio.timeout(LONGEST_TURN_S):
                await lock.acquire()
        except TimeoutError:
            raise SlackRefused(UNREACHABLE) from None
        try:
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
                ),
                within_s=LONGEST_POST_S,
            )
        finally:
            lock.release()


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
