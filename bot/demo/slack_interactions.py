"""What Slack tells an app about clicks, shortcuts and modals. Pure.

docs.slack.dev/reference/interaction-payloads
"""

from typing import Any

from bot.demo.slack_delivery import CHANNEL_NAMES, VERIFICATION_TOKEN
from bot.demo.slack_inputs import Values
from bot.demo.slack_objects import message_object, view_object
from bot.demo.slack_surfaces import View
from bot.demo.workspace import APP, TEAM, TEAM_DOMAIN, Channel, Person, Posted


def click_payload(
    *,
    person: Person,
    channel: Channel,
    posted: Posted,
    action: dict[str, Any],
    values: Values,
    response_url: str,
    trigger_id: str,
) -> dict[str, Any]:
    """What a click in a message says; the message comes along unless it is ephemeral."""
    return {
        "type": "block_actions",
        **_actor(person),
        "container": _container(posted),
        "trigger_id": trigger_id,
        "channel": _place(channel),
        **({} if posted.ephemeral_to else {"message": message_object(posted)}),
        "state": {"values": values},
        "response_url": response_url,
        "actions": [action],
    }


def view_click_payload(
    *, person: Person, view: View, values: Values, action: dict[str, Any], trigger_id: str
) -> dict[str, Any]:
    """What a click in a modal or a Home tab says: no channel, no response_url."""
    return {
        "type": "block_actions",
        **_actor(person),
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": trigger_id,
        "view": view_object(view, values),
        "actions": [action],
    }


def message_shortcut_payload(
    *,
    person: Person,
    channel: Channel,
    callback_id: str,
    message: dict[str, Any],
    response_url: str,
    trigger_id: str,
    action_ts: str,
) -> dict[str, Any]:
    """What a message shortcut says; `message` is the whole message."""
    return {
        "type": "message_action",
        **_actor(person),
        "action_ts": action_ts,
        "channel": _place(channel),
        "callback_id": callback_id,
        "trigger_id": trigger_id,
        "response_url": response_url,
        "message_ts": message["ts"],
        "message": message,
    }


def shortcut_payload(
    *, person: Person, callback_id: str, trigger_id: str, action_ts: str
) -> dict[str, Any]:
    """What a global shortcut says: no channel, no response_url."""
    return {
        "type": "shortcut",
        **_actor(person),
        "action_ts": action_ts,
        "callback_id": callback_id,
        "trigger_id": trigger_id,
    }


def submission_payload(
    *,
    person: Person,
    view: View,
    values: Values,
    trigger_id: str,
    response_urls: list[dict[str, str]],
) -> dict[str, Any]:
    """What the submission of a modal's view says."""
    return {
        "type": "view_submission",
        **_actor(person),
        "trigger_id": trigger_id,
        "view": view_object(view, values),
        "response_urls": response_urls,
    }


def closed_payload(
    *, person: Person, view: View, values: Values, is_cleared: bool
) -> dict[str, Any]:
    """What the closing of a view says; `is_cleared` when its whole stack went."""
    return {
        "type": "view_closed",
        **_actor(person),
        "view": view_object(view, values),
        "is_cleared": is_cleared,
    }


def _actor(person: Person) -> dict[str, Any]:
    user = {"id": person.id, "username": person.name, "name": person.name, "team_id": person.team}
    return {
        "user": user,
        "api_app_id": APP,
        "token": VERIFICATION_TOKEN,
        "team": {"id": TEAM, "domain": TEAM_DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _place(channel: Channel) -> dict[str, str]:
    return {"id": channel.id, "name": CHANNEL_NAMES.get(channel.kind, channel.name)}


def _container(posted: Posted) -> dict[str, Any]:
    thread = {"thread_ts": posted.thread_ts} if posted.thread_ts else {}
    return {
        "type": "message",
        "message_ts": posted.ts,
        "channel_id": posted.channel,
        "is_ephemeral": posted.ephemeral_to is not None,
        **thread,
    }
