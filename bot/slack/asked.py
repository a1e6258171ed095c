"""A question as it reached us from Slack: who, where, which words, and the way back. Pure."""

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class Door(enum.Enum):
    """How a question came in; each has its own way back."""

    COMMAND = "command"  # a slash command: a private answer by its response_url
    MENTION = "mention"  # in a channel or a thread: an answer in that thread
    DIRECT = "direct"  # in the direct messages with the app
    CLICK = "click"  # a button of a message, or a message shortcut: a private answer
    VIEW = "view"  # a modal or App Home; when that is gone, the direct messages


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question.

    Attributes:
        user, team, channel: Slack's ids; "" when Slack left one out.
        text: the words of the question, as Slack escaped them.
        command: how questions begin there, `/mongolog` or `@mongolog`.
        door: how it came in.
        response_url: a bearer secret that answers a command 5 times within 30 minutes; else "".
        thread_ts: the thread the answer belongs to; "" for none.
        is_in_thread: that thread is there already: what one person alone sees is shown in it.
        is_shared: the channel is known to be shared with another organisation.
        app: the app that asks, when it is no person; "" else.
        replaces: the answer to a click takes the place of the message that was clicked.
    """

    user: str
    team: str
    channel: str
    text: str
    command: str
    door: Door = Door.COMMAND
    response_url: str = field(default="", repr=False)
    thread_ts: str = ""
    is_in_thread: bool = False
    is_shared: bool = False
    app: str = ""
    replaces: bool = False

    @property
    def is_private(self) -> bool:
        """Whether the asker alone sees the answer, and nobody keeps it."""
        return self.door is Door.COMMAND or self.is_shared

    @classmethod
    def by_command(cls, body: Mapping[str, Any]) -> "Asked":
        """From the body of a slash command.

        Source: https://docs.slack.dev/interactivity/implementing-slash-commands
        """
        names = ("user_id", "team_id", "channel_id", "text", "command", "response_url")
        user, team, channel, text, command, response_url = (
            str(body.get(name) or "") for name in names
        )
        return cls(
            user=user,
            team=team,
            channel=channel,
            text=text,
            command=command or "/mongolog",
            response_url=response_url,
        )

    @classmethod
    def by_mention(cls, body: Mapping[str, Any], app: str) -> "Asked":
        """From the body of an `app_mention` event: answered in its thread, or in a new one.

        Args:
            body: the event and whose it is.
            app: the user id of this app.

        Source: https://docs.slack.dev/reference/events/app_mention
        """
        event = body["event"]
        return cls(
            **_said(body, event, app),
            command="@mongolog",
            door=Door.MENTION,
            thread_ts=str(event.get("thread_ts") or event.get("ts") or ""),
            is_in_thread=bool(event.get("thread_ts")),
            is_shared=bool(body.get("is_ext_shared_channel")),
            app=app_behind(event),
        )

    @classmethod
    def by_direct_message(cls, body: Mapping[str, Any], app: str) -> "Asked":
        """From the body of a `message.im` event: threaded only when it was asked in a thread.

        Args: as of `by_mention`.

        Source: https://docs.slack.dev/reference/events/message.im
        """
        event = body["event"]
        return cls(
            **_said(body, event, app),
            command="/mongolog",
            door=Door.DIRECT,
            thread_ts=str(event.get("thread_ts") or ""),
        )


def is_from_a_person(event: Mapping[str, Any]) -> bool:
    """Whether somebody typed this just now: no bot, no app, no edit, no notice of Slack's own."""
    return bool(event.get("user")) and not any(
        event.get(name) for name in ("bot_id", "bot_profile", "app_id", "subtype", "edited")
    )


def app_behind(event: Mapping[str, Any]) -> str:
    """The app that said this just now; "" when a person did, or when it can't be told."""
    profile = event.get("bot_profile")
    is_said = bool(event.get("bot_id")) and not event.get("edited")
    if not is_said or event.get("subtype") not in (None, "bot_message"):
        return ""
    named = profile.get("app_id") if isinstance(profile, Mapping) else None
    return str(event.get("app_id") or named or "")


def _said(body: Mapping[str, Any], event: Mapping[str, Any], app: str) -> dict[str, Any]:
    text = str(event.get("text") or "")
    return {
        "user": str(event.get("user") or event.get("bot_id") or ""),
        "team": str(event.get("user_team") or event.get("team") or body.get("team_id") or ""),
        "channel": str(event.get("channel") or ""),
        "text": re.sub(rf"<@{re.escape(app)}(?:\|[^<>]*)?>", " ", text).strip(),
    }
