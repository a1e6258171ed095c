"""A click, a shortcut or a submission as it reached us from Slack: who, where, on what. Pure.

Sources: https://docs.slack.dev/reference/interaction-payloads, its pages on block_actions,
view_submission and shortcuts.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.slack.asked import Asked, Door
from bot.slack.context import Context

SHARER = re.compile(r"<@([UW][A-Z0-9]{1,20})>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """A button pressed, or an option chosen.

    Attributes:
        action: what it is named, without its prefix and its number: `page` for `ml.page.2`.
        value: what it says.
        user, team, channel: Slack's ids; channel is "" outside messages.
        message_ts: of the message clicked; "" outside messages.
        thread_ts: of the thread that the message stands in; "" for none.
        is_ephemeral: one person alone sees the message.
        is_ours: false when the message is known to be another app's.
        shared_by: who shared the message clicked; "" when nobody did.
        response_url: a bearer secret that answers for a while; "" outside messages.
        trigger_id: opens one modal within 3 s.
        view: the kind of the view clicked, `modal` or `home`; "" for a message.
        view_id: its id.
        callback_id: which of our modals it is.
        context: what we noted in the modal when we opened it.
    """

    action: str
    value: str
    user: str
    team: str
    channel: str = ""
    message_ts: str = ""
    thread_ts: str = ""
    is_ephemeral: bool = False
    is_ours: bool = True
    shared_by: str = ""
    response_url: str = field(default="", repr=False)
    trigger_id: str = field(default="", repr=False)
    view: Literal["", "modal", "home"] = ""
    view_id: str = ""
    callback_id: str = ""
    context: Context = field(default_factory=Context)

    @property
    def is_direct(self) -> bool:
        """Whether it was clicked in the direct messages with this app."""
        return self.channel.startswith("D") and not self.is_ephemeral

    @property
    def asked(self) -> Asked:
        """As a question: its way back is a private answer beside the message."""
        return Asked(
            user=self.user,
            team=self.team,
            channel=self.channel or self.context.channel,
            text="",
            command="/mongolog",
            door=Door.VIEW if self.view else Door.CLICK,
            response_url=self.response_url,
            thread_ts=self.thread_ts,
            is_in_thread=bool(self.thread_ts),
        )

    @classmethod
    def of(cls, body: Mapping[str, Any], bot: str) -> "Click":
        """From a `block_actions` payload.

        Args:
            body: the payload.
            bot: the bot id of this app.
        """
        action = _first(body.get("actions"))
        container, message = _part(body, "container"), _part(body, "message")
        view = _part(body, "view")
        return cls(
            action=_name(str(action.get("action_id") or "")),
            value=_value(action),
            channel=str(_part(body, "channel").get("id") or ""),
            message_ts=str(container.get("message_ts") or ""),
            thread_ts=str(container.get("thread_ts") or ""),
            is_ephemeral=bool(container.get("is_ephemeral")),
            is_ours=not message or message.get("bot_id") == bot,
            shared_by=_sharer(message),
            response_url=str(body.get("response_url") or ""),
            view=_kind_of(view),
            view_id=str(view.get("id") or ""),
            callback_id=str(view.get("callback_id") or ""),
            context=Context.read(str(view.get("private_metadata") or "")),
            **_whose(body),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcut:
    """A shortcut chosen, on a message or anywhere.

    Attributes:
        message: the message it was chosen on; None for a global one.
        channel, thread_ts: where that message stands, and the thread it begins or belongs to.
    """

    user: str
    team: str
    trigger_id: str = field(repr=False)
    message: Mapping[str, Any] | None = field(default=None, repr=False)
    channel: str = ""
    thread_ts: str = ""
    response_url: str = field(default="", repr=False)

    @property
    def asked(self) -> Asked:
        """As a question, for when the modal can't be opened."""
        return Asked(
            user=self.user,
            team=self.team,
            channel=self.channel,
            text="",
            command="/mongolog",
            door=Door.CLICK if self.channel else Door.VIEW,
            response_url=self.response_url,
        )

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "Shortcut":
        """From a `message_action` or a `shortcut` payload."""
        message = body.get("message")
        found = message if isinstance(message, dict) else None
        return cls(
            message=found,
            channel=str(_part(body, "channel").get("id") or ""),
            thread_ts=str((found or {}).get("thread_ts") or (found or {}).get("ts") or ""),
            response_url=str(body.get("response_url") or ""),
            **_whose(body),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A modal submitted.

    Attributes:
        fields: what was typed or chosen, by the id of the field; "" for an empty one.
    """

    user: str
    team: str
    trigger_id: str = field(repr=False)
    view_id: str
    callback_id: str
    fields: Mapping[str, str]
    context: Context

    @property
    def words(self) -> str:
        """The question of a form, as somebody would type it."""
        state = self.fields.get("state", "").replace("any", "")
        return " ".join(filter(None, (self.fields.get("instance", ""), state)))

    @property
    def conversation(self) -> str | None:
        """Where to share the answer; None when this was a form to ask with."""
        return self.fields.get("conversation")

    @property
    def asked(self) -> Asked:
        """As a question, for when the modal is gone."""
        return Asked(
            user=self.user,
            team=self.team,
            channel=self.context.channel,
            text=self.words,
            command="/mongolog",
            door=Door.VIEW,
        )

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "Submission":
        """From a `view_submission` payload."""
        view = _part(body, "view")
        return cls(
            view_id=str(view.get("id") or ""),
            callback_id=str(view.get("callback_id") or ""),
            fields=dict(_fields(_part(_part(view, "state"), "values"))),
            context=Context.read(str(view.get("private_metadata") or "")),
            **_whose(body),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeOpened:
    """Somebody looks at App Home."""

    user: str
    team: str

    @property
    def asked(self) -> Asked:
        """As a question."""
        return Asked(
            user=self.user,
            team=self.team,
            channel="",
            text="",
            command="/mongolog",
            door=Door.VIEW,
        )

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "HomeOpened":
        """From the body of an `app_home_opened` event."""
        user = str(body["event"].get("user") or "")
        return cls(user=user, team=str(body.get("team_id") or ""))


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = body.get(name)
    return part if isinstance(part, Mapping) else {}


def _whose(body: Mapping[str, Any]) -> dict[str, str]:
    user, team = _part(body, "user"), _part(body, "team")
    return {
        "user": str(user.get("id") or ""),
        "team": str(user.get("team_id") or team.get("id") or ""),
        "trigger_id": str(body.get("trigger_id") or ""),
    }


def _name(action_id: str) -> str:
    return action_id.removeprefix("ml.").partition(".")[0]


def _value(action: Mapping[str, Any]) -> str:
    chosen = action.get("selected_option")
    return str((chosen if isinstance(chosen, Mapping) else action).get("value") or "")


def _kind_of(view: Mapping[str, Any]) -> Literal["", "modal", "home"]:
    kind = view.get("type")
    return kind if kind in ("modal", "home") else ""


def _sharer(message: Mapping[str, Any]) -> str:
    """Who shared this message: it says so in its first block, which is ours."""
    first = _first(message.get("blocks"))
    if not str(first.get("block_id", "")).startswith("shared:"):
        return ""
    found = SHARER.search(str(_first(first.get("elements")).get("text") or ""))
    return found[1] if found else ""


def _first(listed: Any) -> Mapping[str, Any]:
    first = listed[0] if isinstance(listed, list) and listed else None
    return first if isinstance(first, Mapping) else {}


def _fields(values: Mapping[str, Any]) -> dict[str, str]:
    fields = {}
    for block in values:
        actions = _part(values, block)
        for name in actions:
            state = _part(actions, name)
            chosen = state.get("selected_option")
            said = chosen.get("value") if isinstance(chosen, Mapping) else state.get("value")
            fields[str(name)] = str(said or state.get("selected_conversation") or "")
    return fields
