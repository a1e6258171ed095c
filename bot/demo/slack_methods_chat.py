"""The chat methods of the simulated Slack: post, show to one person, change, delete. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from bot.demo.block_kit import MOST_TEXT, MOST_UPDATED_TEXT, message_faults
from bot.demo.slack_call import Call, Method, visible
from bot.demo.slack_objects import message_object
from bot.demo.slack_refusal import SlackRefusal, refuse_faults
from bot.demo.workspace import Channel, Posted

TS_PATTERN = re.compile(r"\d{10}\.\d{6}")
PARSE_MODES = ("none", "full")


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


def _writable(call: Call, channel_id: str) -> Channel:
    channel = visible(call, channel_id)
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


MESSAGE = ("text", "blocks", "parse", "link_names")
CHAT_METHODS: Mapping[str, Method] = {
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
