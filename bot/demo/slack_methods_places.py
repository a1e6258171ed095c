"""The methods of the simulated Slack about people, user groups and channels. Pure."""

from collections.abc import Mapping
from typing import Any

from bot.demo.slack_call import SCOPE_TO_READ, Call, Method, readable
from bot.demo.slack_objects import channel_object, group_object, user_object
from bot.demo.slack_refusal import SlackRefusal
from bot.demo.workspace import BOT_USER, UserGroup

# docs.slack.dev/reference/methods/conversations.members
USUAL_LIMIT, MOST_MEMBERS = 100, 999
CURSOR = "member:"  # Slack's cursors are opaque


def _users_info(call: Call) -> dict[str, Any]:
    person = call.workspace.person(call["user"])
    if person is None:
        raise SlackRefusal("user_not_found")
    locale = {"locale": "en-US"} if call["include_locale"] else {}
    channels = call.workspace.channels
    is_met = any(channel.has_app and person.id in channel.members for channel in channels)
    return {"user": {**user_object(person, is_met=is_met, now=call.now), **locale}}


def _conversations_info(call: Call) -> dict[str, Any]:
    channel = readable(call, call["channel"])
    count = {"num_members": len(channel.members)} if call["include_num_members"] else {}
    return {"channel": {**channel_object(channel), **count}}


def _conversations_members(call: Call) -> dict[str, Any]:
    """A page of the members, our app among them where it is in."""
    channel = readable(call, call["channel"])
    members = [*channel.members, *([BOT_USER] if channel.has_app else [])]
    start, limit = _start(call["cursor"], len(members)), _limit(call["limit"])
    end = start + limit
    cursor = f"{CURSOR}{end}" if end < len(members) else ""
    return {"members": members[start:end], "response_metadata": {"next_cursor": cursor}}


def _start(cursor: str | None, count: int) -> int:
    if not cursor:
        return 0
    number = cursor.removeprefix(CURSOR)
    if number == cursor or not number.isdecimal() or int(number) >= count:
        raise SlackRefusal("invalid_cursor")
    return int(number)


def _limit(limit: int | None) -> int:
    if limit is None:
        return USUAL_LIMIT
    if not 1 <= limit <= MOST_MEMBERS:
        raise SlackRefusal("invalid_limit")
    return limit


def _usergroups_list(call: Call) -> dict[str, Any]:
    """The user groups; those switched off only with `include_disabled`."""
    _refuse_without_groups(call)
    shown = [each for each in call.workspace.groups if _is_shown(call, each)]
    with_users, with_count = bool(call["include_users"]), bool(call["include_count"])
    return {
        "usergroups": [
            group_object(group, with_users=with_users, with_count=with_count) for group in shown
        ]
    }


def _usergroups_users_list(call: Call) -> dict[str, Any]:
    _refuse_without_groups(call)
    group = call.workspace.group(call["usergroup"])
    if group is None or not _is_shown(call, group):
        raise SlackRefusal("no_such_subteam")
    return {"users": list(group.users)}


def _is_shown(call: Call, group: UserGroup) -> bool:
    return not group.disabled or bool(call["include_disabled"])


def _refuse_without_groups(call: Call) -> None:
    if not call.workspace.has_groups:
        raise SlackRefusal("plan_upgrade_required")


PLACE_METHODS: Mapping[str, Method] = {
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
    "conversations.members": Method(
        answer=_conversations_members,
        scopes=tuple(SCOPE_TO_READ.values()),
        required=("channel",),
        optional=("cursor", "limit"),
        takes_json=False,
    ),
    "usergroups.list": Method(
        answer=_usergroups_list,
        scopes=("usergroups:read",),
        optional=("include_count", "include_disabled", "include_users"),
        takes_json=False,
    ),
    "usergroups.users.list": Method(
        answer=_usergroups_users_list,
        scopes=("usergroups:read",),
        required=("usergroup",),
        optional=("include_disabled",),
        takes_json=False,
    ),
}
