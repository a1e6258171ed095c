"""One call of a Web API method, what a method is, and what all of them check. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from bot.demo.slack_refusal import SlackRefusal
from bot.demo.slack_surfaces import Surfaces
from bot.demo.slack_triggers import Triggers
from bot.demo.workspace import Channel, Workspace

NewLink = Callable[[], str]
SCOPE_TO_READ = {"channel": "channels:read", "private": "groups:read", "im": "im:read"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call that may be answered: `arguments` are typed, `now` is in Unix seconds.

    `new_link` makes the URL at which a websocket may be opened.
    """

    workspace: Workspace
    surfaces: Surfaces
    triggers: Triggers
    new_link: NewLink
    scopes: frozenset[str]
    now: float
    arguments: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        """The argument; None when it was not given."""
        return self.arguments.get(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One method.

    Attributes:
        answer: makes the fields of the answer beside `ok`.
        scopes: any one of these is needed of a bot token; none when empty.
        required, optional: names of its arguments; all others are refused.
        takes_json: Slack's reading methods ignore a JSON body.
        caller: whose token it takes; no other works.
    """

    answer: Callable[[Call], dict[str, Any]]
    scopes: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    takes_json: bool = True
    caller: Literal["bot", "app"] = "bot"


def missing_scope(needed: str, scopes: frozenset[str]) -> SlackRefusal:
    """What a token without a scope is told."""
    return SlackRefusal("missing_scope", needed=needed, provided=",".join(sorted(scopes)))


def visible(call: Call, channel_id: str) -> Channel:
    """The channel, if our app may know of it. Names are no ids: `#general` is not found."""
    channel = call.workspace.channel(channel_id)
    if channel is None or (channel.kind != "channel" and not channel.has_app):
        raise SlackRefusal("channel_not_found")
    return channel


def readable(call: Call, channel_id: str) -> Channel:
    """The channel, if our app may know of it and the token may read about its kind."""
    channel = visible(call, channel_id)
    needed = SCOPE_TO_READ[channel.kind]
    if needed not in call.scopes:
        raise missing_scope(needed, call.scopes)
    return channel
