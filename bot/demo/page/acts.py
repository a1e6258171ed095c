"""What a person does on the page, passed on to the simulated Slack as it would happen there.

    /ask /click /shortcut /message-shortcut /home /use /submit /close ──► SlackApi ──► the app

Each answers with what became of it, in Slack's words. What Slack would not let somebody do is a
400 with a sentence; a message or a view that is gone meanwhile is a 404.
"""

import re
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from aiohttp import web

from bot.demo.page.feed import Asked, Feed
from bot.demo.page.guard import read_entries, read_fields
from bot.demo.slack_api import SlackApi
from bot.demo.slack_delivery import Delivery
from bot.demo.slack_surfaces import View
from bot.demo.workspace import Posted, Said

# The shortcuts of the app's manifest.
MESSAGE_SHORTCUT = ("mongolog_lookup_message", "Look up Mongo logs")
GLOBAL_SHORTCUT = ("mongolog_lookup", "Mongo log exports")

COMMAND = re.compile(r"\s*/mongolog(?:\s+|$)")
MENTION = re.compile(r"\s*@mongolog\b\s*")

Done = TypeVar("Done")
Act = Callable[[web.Request], Coroutine[Any, Any, web.Response]]


class Acts:
    """Passes on what people do.

    Args:
        slack: where it is done.
        feed: is told of questions, which Slack itself shows to nobody else.
    """

    def __init__(self, slack: SlackApi, feed: Feed) -> None:
        self._slack = slack
        self._feed = feed

    def routes(self) -> dict[str, Act]:
        """By path, for POST."""
        return {
            "/ask": self.ask,
            "/click": self.click,
            "/shortcut": self.shortcut,
            "/message-shortcut": self.message_shortcut,
            "/home": self.open_home,
            "/use": self.use,
            "/submit": self.submit,
            "/close": self.close,
        }

    async def ask(self, request: web.Request) -> web.Response:
        """Send what was typed: to the app's DM, as a mention of the app, or as its command."""
        fields = await read_fields(request, "text", "user", "channel")
        text, user, channel = fields["text"], fields["user"], fields["channel"]
        place = self._slack.workspace.channel(channel)
        if MENTION.match(text):
            words = MENTION.sub("", text, count=1)
            return _told(await _allowed(self._slack.mention(words, user=user, channel=channel)))
        if place is not None and place.kind == "im" and not COMMAND.match(text):
            return _told(await _allowed(self._slack.say(text, user=user)))
        return await self._command(COMMAND.sub("", text, count=1), user=user, channel=channel)

    async def _command(self, words: str, *, user: str, channel: str) -> web.Response:
        typed_at = self._slack.clock()
        delivery = await _allowed(self._slack.command(words, user=user, channel=channel))
        self._feed.tell_asked(
            Asked(
                ts=f"{typed_at:.6f}",
                user=delivery.user,
                channel=delivery.channel,
                text=words,
                outcome=delivery.outcome,
            )
        )
        return _told(delivery)

    async def click(self, request: web.Request) -> web.Response:
        """Press a button of a message, or choose in one of its menus."""
        fields = await read_fields(
            request, "channel", "ts", "action_id", optional=("value", "user")
        )
        posted = self._slack.workspace.find(fields["channel"], fields["ts"])
        if posted is None:
            raise web.HTTPNotFound(text="the message is gone")
        clicking = self._slack.click(
            posted, fields["action_id"], value=fields.get("value"), user=fields.get("user")
        )
        return _told(await _allowed(clicking))

    async def shortcut(self, request: web.Request) -> web.Response:
        """Use the shortcut that works anywhere."""
        fields = await read_fields(request, "user")
        return _told(await _allowed(self._slack.shortcut(GLOBAL_SHORTCUT[0], user=fields["user"])))

    async def message_shortcut(self, request: web.Request) -> web.Response:
        """Use the shortcut on a message, of whomever."""
        fields = await read_fields(request, "user", "channel", "ts")
        message = self._message(fields["channel"], fields["ts"])
        using = self._slack.message_shortcut(MESSAGE_SHORTCUT[0], message, user=fields["user"])
        return _told(await _allowed(using))

    async def open_home(self, request: web.Request) -> web.Response:
        """Look at the app's Home tab."""
        fields = await read_fields(request, "user")
        return _told(await _allowed(self._slack.open_home(user=fields["user"])))

    async def use(self, request: web.Request) -> web.Response:
        """Press or choose something in a modal or on a Home tab."""
        fields = await read_fields(request, "view", "user", "action_id", optional=("value",))
        using = self._slack.click_in(
            self._view(fields["view"]),
            fields["action_id"],
            fields.get("value"),
            user=fields["user"],
        )
        return _told(await _allowed(using))

    async def submit(self, request: web.Request) -> web.Response:
        """Submit a modal with what is in its fields; answers with the sentences below them too."""
        fields = await read_fields(request, "view", "user")
        entries = await read_entries(request, "values")
        view = self._view(fields["view"])
        delivery = await _allowed(self._slack.submit(view, entries, user=fields["user"]))
        return _told(delivery, errors=self._slack.surfaces.errors(view))

    async def close(self, request: web.Request) -> web.Response:
        """Close the view on top of a modal, or with `whole` = `yes` all of the modal."""
        fields = await read_fields(request, "view", optional=("whole",))
        view = self._view(fields["view"])
        await _allowed(self._slack.close(view, whole=fields.get("whole") == "yes"))
        return web.json_response({"outcome": "ok"})

    def _message(self, channel: str, ts: str) -> Posted | Said:
        workspace = self._slack.workspace
        message = workspace.find(channel, ts) or workspace.find_said(channel, ts)
        if message is None:
            raise web.HTTPNotFound(text="the message is gone")
        return message

    def _view(self, view_id: str) -> View:
        view = self._slack.surfaces.find(view_id)
        if view is None:
            raise web.HTTPNotFound(text="it is closed already")
        return view


async def _allowed(doing: Awaitable[Done]) -> Done:
    try:
        return await doing
    except ValueError as error:
        raise web.HTTPBadRequest(text=str(error)) from error


def _told(delivery: Delivery, **more: Any) -> web.Response:
    return web.json_response({"outcome": delivery.outcome, **more})
