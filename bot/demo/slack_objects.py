"""People, channels and messages in Slack's JSON. Pure.

The fields are those of docs.slack.dev/reference/objects, without the ones nobody here would read.
"""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.demo.slack_inputs import Values, with_ids
from bot.demo.slack_surfaces import View
from bot.demo.workspace import (
    APP,
    BOT,
    BOT_USER,
    OTHER_TEAM,
    TEAM,
    Channel,
    Person,
    Posted,
    Said,
    UserGroup,
)

# docs.slack.dev/reference/objects/user-object: only single-channel guests are "ultra" restricted.
GUESTS = ("guest", "multi_channel_guest")


def user_object(person: Person, *, is_met: bool, now: float) -> dict[str, Any]:
    """A person as `users.info` tells it.

    People of other organisations are known by their `team_id`. `is_stranger` marks only those
    who are in no channel with our app (not `is_met`), and nothing says whether they are guests.
    """
    return {
        "id": person.id,
        "team_id": person.team,
        "name": person.name,
        "deleted": person.deleted,
        "real_name": person.real_name,
        **_clock_of(person, now),
        "profile": {"real_name": person.real_name, "display_name": person.name},
        "is_bot": person.kind == "bot",
        "is_app_user": False,
        "updated": int(now),
        **({"is_stranger": not is_met} if person.kind == "foreign" else _rank_of(person)),
    }


def _clock_of(person: Person, now: float) -> dict[str, Any]:
    here = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(person.tz))
    offset = here.utcoffset()
    seconds = int(offset.total_seconds()) if offset else 0
    return {"tz": person.tz, "tz_label": here.tzname() or person.tz, "tz_offset": seconds}


def _rank_of(person: Person) -> dict[str, Any]:
    return {
        "is_admin": False,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": person.kind in GUESTS,
        "is_ultra_restricted": person.kind == "guest",
    }


def channel_object(channel: Channel) -> dict[str, Any]:
    """A channel as `conversations.info` tells it to our app."""
    if channel.kind == "im":
        return {**_common(channel), "user": channel.members[0], "is_user_deleted": False}
    return {
        **_common(channel),
        "name": channel.name,
        "name_normalized": channel.name,
        "is_general": False,
        "is_member": channel.has_app,
        "is_pending_ext_shared": channel.pending_shared,
        "pending_shared": [OTHER_TEAM] if channel.pending_shared else [],
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }


def _common(channel: Channel) -> dict[str, Any]:
    return {
        "id": channel.id,
        "created": 1_700_000_000,
        "context_team_id": TEAM,
        "is_channel": channel.kind == "channel",
        "is_group": False,
        "is_im": channel.kind == "im",
        "is_mpim": False,
        "is_private": channel.kind != "channel",
        "is_archived": channel.archived,
        "is_shared": channel.shared,
        "is_ext_shared": channel.shared,
        "is_org_shared": False,
    }


def message_object(posted: Posted) -> dict[str, Any]:
    """A message as the Web API and a click show it. Blocks without an id get one, as in Slack."""
    optional = {"thread_ts": posted.thread_ts, "metadata": posted.metadata}
    return {
        "type": "message",
        "user": BOT_USER,
        "bot_id": BOT,
        "app_id": APP,
        "team": TEAM,
        "ts": posted.ts,
        "text": posted.text,
        "blocks": with_ids(posted.blocks),
        **{name: value for name, value in optional.items() if value is not None},
    }


def said_object(said: Said) -> dict[str, Any]:
    """A message of somebody else, as a message shortcut shows it."""
    author: dict[str, Any] = {"user": said.user, "team": TEAM}
    if said.bot_id is not None:
        author = {"subtype": "bot_message", "bot_id": said.bot_id, "username": said.username}
    optional = {
        "thread_ts": said.thread_ts,
        "blocks": with_ids(said.blocks) or None,
        "attachments": list(said.attachments) or None,
    }
    return {
        "type": "message",
        **author,
        "ts": said.ts,
        "text": said.text,
        **{name: value for name, value in optional.items() if value is not None},
    }


def group_object(group: UserGroup, *, with_users: bool, with_count: bool) -> dict[str, Any]:
    """A user group as `usergroups.list` tells it."""
    return {
        "id": group.id,
        "team_id": TEAM,
        "is_usergroup": True,
        "name": group.name,
        "handle": group.handle,
        "is_external": False,
        "date_delete": 1_700_000_000 if group.disabled else 0,
        **({"users": list(group.users)} if with_users else {}),
        **({"user_count": len(group.users)} if with_count else {}),
    }


def view_object(view: View, values: Values) -> dict[str, Any]:
    """A view as the Web API, a click and a submission show it.

    docs.slack.dev/reference/interaction-payloads/view-interactions-payload
    """
    sent = view.view
    texts = {} if view.is_home else {key: sent.get(key) for key in ("title", "close", "submit")}
    return {
        "id": view.id,
        "team_id": TEAM,
        "type": sent["type"],
        "blocks": view.blocks,
        "private_metadata": sent.get("private_metadata", ""),
        "callback_id": sent.get("callback_id", ""),
        "state": {"values": values},
        "hash": view.hash,
        **texts,
        "clear_on_close": sent.get("clear_on_close", False),
        "notify_on_close": sent.get("notify_on_close", False),
        "previous_view_id": view.previous,
        "root_view_id": view.root,
        "app_id": APP,
        "external_id": view.external_id,
        "app_installed_team_id": TEAM,
        "bot_id": BOT,
    }
