"""The Web API methods of the simulated Slack: arguments in, answer out. Pure.

    Request → scopes → arguments → what the channel allows → the answer

A method that is not in `METHODS` does not exist here.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.demo.block_kit import MOST_TEXT, MOST_UPDATED_TEXT, message_faults
from bot.demo.slack_arguments import Request, checked
from bot.demo.slack_objects import channel_object, message_object, user_object
from bot.demo.slack_refusal import SlackRefusal, refuse_faults
from bot.demo.workspace import BOT, BOT_USER, TEAM, TEAM_DOMAIN, Channel, Posted, Workspace

TS_PATTERN = re.compile(r"\d{10}\.\d{6}")
SCOPE_TO_READ = {"channel": "channels:read", "private": "groups:read", "im": "im:read"}
PARSE_MODES = ("none", "full")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call that may be answered: `arguments` are typed, `now` is in Unix seconds.

    `new_link` makes the URL at which a websocket may be opened.
    """

    workspace: Workspace
    new_link: Callable[[], str]
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


def answer(
    name: str,
    request: Request,
    *,
    workspace: Workspace,
    scopes: frozenset[str],
    now: float,
    new_link: Callable[[], str],
) -> dict[str, Any]:
    """The answer of the method `name` of `METHODS` to a call whose token is right.

    Raises:
        SlackRefusal: with the error word Slack would use.
    """
    method = METHODS[name]
    if method.scopes and not scopes.intersection(method.scopes):
        raise _missing_scope(method.scopes[0], scopes)
    sent = request.arguments if method.takes_json or not request.is_json else {}
    arguments = checked(sent, required=method.required, optional=(*method.optional, WORKSPACE))
    call = Call(workspace=workspace, scopes=scopes, now=now, arguments=arguments, new_link=new_link)
    warning = {"warning": "missing_charset"} if request.lacks_charset else {}
    return {"ok": True, **method.answer(call), **warning}


def _missing_scope(needed: str, scopes: frozenset[str]) -> SlackRefusal:
    return SlackRefusal("missing_scope", needed=needed, provided=",".join(sorted(scopes)))


def _apps_connections_open(call: Call) -> dict[str, Any]:
    return {"url": call.new_link()}


def _auth_test(_call: Call) -> dict[str, Any]:
    return {
        "url": f"https://{TEAM_DOMAIN}.slack.com/",
        "team": TEAM_DOMAIN.title(),
        "user": "mongolog",
        "team_id": TEAM,
        "user_id": BOT_USER,
        "bot_id": BOT,
        "is_enterprise_install": False,
    }


def _users_info(call: Call) -> dict[str, Any]:
    person = call.workspace.person(call["user"])
    if person is None:
        raise SlackRefusal("user_not_found")
    locale = {"locale": "en-US"} if call["include_locale"] else {}
    channels = call.workspace.channels
    is_met = any(channel.has_app and person.id in channel.members for channel in channels)
    return {"user": {**user_object(person, is_met=is_met, now=call.now), **locale}}


def _conversations_info(call: Call) -> dict[str, Any]:
    channel = _visible(call, call["channel"])
    needed = SCOPE_TO_READ[channel.kind]
    if needed not in call.scopes:
        raise _missing_scope(needed, call.scopes)
    count = {"num_members": len(channel.members)} if call["include_num_members"] else {}
    return {"channel": {**channel_object(channel), **count}}


def _chat_post_message(call: Call) -> dict[str, Any]:
    channel = _place(call)
    _refuse_bad_message(call)
    posted = call.workspace.post(
        Posted(
            channel=channel.id,
            ts=call.workspace.new_ts(call.now),
            reply_broadcast=call["reply_broadcast"] or False,
            via="chat.postMessage",
            **_said(call),
        )
    )
    return {"channel": channel.id, "ts": posted.ts, "message": message_object(posted)}


def _chat_post_ephemeral(call: Call) -> dict[str, Any]:
    channel = _writable(call, call["channel"])
    if call["user"] not in channel.members:
        raise SlackRefusal("user_not_in_channel")
    _refuse_bad_message(call)
    ts = call.workspace.new_ts(call.now)
    posted = Posted(
        channel=channel.id,
        ts=ts,
        ephemeral_to=call["user"],
        via="chat.postEphemeral",
        **_said(call),
    )
    # In a thread Slack shows it only when somebody has answered there, and says ok all the same.
    if posted.thread_ts is None or call.workspace.has_thread(channel.id, posted.thread_ts):
        call.workspace.post(posted)
    return {"message_ts": ts}


def _chat_update(call: Call) -> dict[str, Any]:
    posted = _own_message(call, "cant_update_message")
    _refuse_bad_message(call, most_text=MOST_UPDATED_TEXT)
    edited = call.workspace.edit(posted, **_changes(call), answers=None)
    message = message_object(edited)
    return {"channel": posted.channel, "ts": posted.ts, "text": edited.text, "message": message}


def _changes(call: Call) -> dict[str, Any]:
    """What an update changes: blocks go when only text is given, metadata stays when left out.

    docs.slack.dev/reference/methods/chat.update
    """
    changes = {"parse": call["parse"]}
    if call["text"] is not None:
        changes |= {"text": call["text"], "blocks": ()}
    if call["blocks"] is not None:
        changes["blocks"] = tuple(call["blocks"])
    if call["metadata"] is not None:
        changes["metadata"] = call["metadata"]
    return changes


def _chat_delete(call: Call) -> dict[str, Any]:
    posted = _own_message(call, "cant_delete_message")
    call.workspace.delete(posted)
    return {"channel": posted.channel, "ts": posted.ts}


def _visible(call: Call, channel_id: str) -> Channel:
    """The channel, if our app may know of it. Names are no ids: `#general` is not found."""
    channel = call.workspace.channel(channel_id)
    if channel is None or (channel.kind != "channel" and not channel.has_app):
        raise SlackRefusal("channel_not_found")
    return channel


def _writable(call: Call, channel_id: str) -> Channel:
    channel = _visible(call, channel_id)
    if channel.archived:
        raise SlackRefusal("is_archived")
    if not channel.has_app and "chat:write.public" not in call.scopes:
        raise SlackRefusal("not_in_channel")
    return channel


def _place(call: Call) -> Channel:
    """Where a post goes: the channel, or the DM when `channel` is a person's id."""
    person = call.workspace.person(call["channel"])
    if person is None:
        return _writable(call, call["channel"])
    if person.kind == "bot":
        raise SlackRefusal("cannot_dm_bot")
    if person.deleted or person.kind == "foreign":
        raise SlackRefusal("channel_not_found")
    return call.workspace.open_dm(person.id)


def _own_message(call: Call, error: str) -> Posted:
    """The message at `ts`. Slack keeps no ephemeral ones: they can't be changed afterwards."""
    _writable(call, call["channel"])
    posted = call.workspace.find(call["channel"], call["ts"])
    if posted is None:
        raise SlackRefusal("message_not_found")
    if posted.ephemeral_to is not None:
        raise SlackRefusal(error)
    return posted


def _refuse_bad_message(call: Call, *, most_text: int = MOST_TEXT) -> None:
    refuse_faults(message_faults(call.arguments, most_text=most_text))
    thread = call["thread_ts"]
    if thread is not None and not TS_PATTERN.fullmatch(thread):
        raise SlackRefusal("invalid_thread_ts")
    if call["parse"] is not None and call["parse"] not in PARSE_MODES:
        raise SlackRefusal("invalid_arguments")


def _said(call: Call) -> dict[str, Any]:
    names = ("thread_ts", "metadata", "unfurl_links", "unfurl_media", "parse")
    sent = {name: call[name] for name in names}
    return {"text": call["text"] or "", "blocks": tuple(call["blocks"] or ()), **sent}


WORKSPACE = "team_id"  # every method takes it, for tokens of a whole organisation
MESSAGE = ("text", "blocks", "parse", "link_names")
METHODS: Mapping[str, Method] = {
    "apps.connections.open": Method(answer=_apps_connections_open, caller="app"),
    "auth.test": Method(answer=_auth_test),
    "users.info": Method(
        answer=_users_info,
        scopes=("users:read",),
        required=("user",),
        optional=("include_locale",),
        takes_json=False,
    ),
    "conversations.info": Method(
        answer=_conversations_info,
        scopes=tuple(SCOPE_TO_READ.values()),
        required=("channel",),
        optional=("include_locale", "include_num_members"),
        takes_json=False,
    ),
    "chat.postMessage": Method(
        answer=_chat_post_message,
        scopes=("chat:write",),
        required=("channel",),
        optional=(
            *MESSAGE,
            "thread_ts",
            "reply_broadcast",
            "metadata",
            "mrkdwn",
            "unfurl_links",
            "unfurl_media",
        ),
    ),
    "chat.postEphemeral": Method(
        answer=_chat_post_ephemeral,
        scopes=("chat:write",),
        required=("channel", "user"),
        optional=(*MESSAGE, "thread_ts"),
    ),
    "chat.update": Method(
        answer=_chat_update,
        scopes=("chat:write",),
        required=("channel", "ts"),
        optional=(*MESSAGE, "metadata", "reply_broadcast", "as_user"),
    ),
    "chat.delete": Method(
        answer=_chat_delete,
        scopes=("chat:write",),
        required=("channel", "ts"),
        optional=("as_user",),
    ),
}
COVERAGE: Mapping[str, tuple[str, ...]] = {name: each.scopes for name, each in METHODS.items()}
