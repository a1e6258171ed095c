"""What Slack tells an app: slash commands and clicks, and what became of them. Pure.

person, place, words → payload ──► the app ──► Acknowledgement, Delivery
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from bot.demo.block_kit import actionable
from bot.demo.slack_objects import message_object
from bot.demo.workspace import APP, TEAM, TEAM_DOMAIN, Channel, Person, Posted

# The verification token that the signature has replaced; Slack still sends one.
VERIFICATION_TOKEN = "invented-verification-token"  # noqa: S105 - it opens nothing
CHANNEL_NAMES = {"im": "directmessage", "private": "privategroup"}
USER_AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """What the app's endpoint did with one request.

    Attributes:
        outcome: in Slack's words: `ok`; `operation_timeout` when it was late; `dispatch_failed`
            without a connection or with another status than 200; `invalid_command_response` when
            the body is no message that Slack could show.
        status: None when no answer came in time, or a websocket brought it.
        body: the answer's body; empty when no answer came in time.
        content_type: its media type; empty when no answer came in time.
        seconds: until it answered, or until Slack stopped waiting.
    """

    outcome: str
    status: int | None = None
    body: str = ""
    content_type: str = ""
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One command, click, event or raw request that went to the app, and its acknowledgement.

    Attributes:
        id: unique; `Posted.answers` names it. Empty for a raw request.
        user, channel: who acted, and where; empty for a raw request.
        response_url: where the app may answer; empty for an event and a raw request.
        ts: of the person's own message, for an event.
        thread_ts: the message that it replies to, for an event in a thread.
        event_id: unique, and the same when it is sent again; empty for all but events.
        callback: the event as it was sent.
        retry_number: how often the event had been sent before.
        began: how many versions of messages there were when it was sent.
        acknowledgement: how the app took it.
    """

    id: str = ""
    user: str = ""
    channel: str = ""
    response_url: str = ""
    ts: str = ""
    thread_ts: str | None = None
    event_id: str = ""
    callback: dict[str, Any] | None = field(default=None, repr=False, compare=False)
    retry_number: int = 0
    began: int
    acknowledgement: Acknowledgement

    @property
    def response_path(self) -> str:
        """The secret path of `response_url`."""
        return urlsplit(self.response_url).path

    @property
    def outcome(self) -> str:
        """See `Acknowledgement`."""
        return self.acknowledgement.outcome

    @property
    def status(self) -> int | None:
        """See `Acknowledgement`."""
        return self.acknowledgement.status

    @property
    def body(self) -> str:
        """See `Acknowledgement`."""
        return self.acknowledgement.body

    @property
    def seconds(self) -> float:
        """See `Acknowledgement`."""
        return self.acknowledgement.seconds


def signed_headers(body: bytes, *, signing_secret: str, timestamp: str) -> dict[str, str]:
    """The two headers that prove a request comes from Slack.

    docs.slack.dev/authentication/verifying-requests-from-slack
    """
    signed = b":".join((b"v0", timestamp.encode(), body))
    digest = hmac.new(signing_secret.encode(), signed, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}


def escaped(words: str) -> str:
    """The three characters that mean something in Slack's text, as entities."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def command_payload(
    *,
    person: Person,
    channel: Channel,
    command: str,
    words: str,
    response_url: str,
    trigger_id: str,
) -> dict[str, Any]:
    """What a slash command says, its fields in Slack's order.

    docs.slack.dev/interactivity/implementing-slash-commands
    """
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": CHANNEL_NAMES.get(channel.kind, channel.name),
        "user_id": person.id,
        "user_name": person.name,
        "command": command,
        "text": escaped(words),
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def click_payload(
    *,
    person: Person,
    channel: Channel,
    posted: Posted,
    action: dict[str, Any],
    response_url: str,
    trigger_id: str,
) -> dict[str, Any]:
    """What a click says; the message itself comes along unless it is ephemeral.

    docs.slack.dev/reference/interaction-payloads/block_actions-payload
    """
    return {
        "type": "block_actions",
        "user": {
            "id": person.id,
            "username": person.name,
            "name": person.name,
            "team_id": person.team,
        },
        "api_app_id": APP,
        "token": VERIFICATION_TOKEN,
        "container": _container(posted),
        "trigger_id": trigger_id,
        "team": {"id": TEAM, "domain": TEAM_DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {
            "id": channel.id,
            "name": CHANNEL_NAMES.get(channel.kind, channel.name),
        },
        **({} if posted.ephemeral_to else {"message": message_object(posted)}),
        "state": {"values": {}},
        "response_url": response_url,
        "actions": [action],
    }


def _container(posted: Posted) -> dict[str, Any]:
    thread = {"thread_ts": posted.thread_ts} if posted.thread_ts else {}
    return {
        "type": "message",
        "message_ts": posted.ts,
        "channel_id": posted.channel,
        "is_ephemeral": posted.ephemeral_to is not None,
        **thread,
    }


def action_in(
    posted: Posted, action_id: str, *, value: str | None, action_ts: str
) -> dict[str, Any]:
    """The action of a click on the first element that has this id and can give this value.

    Raises:
        ValueError: when the message shows no such button, menu or option.
    """
    for block in message_object(posted)["blocks"]:
        for element in actionable(block):
            action = _chosen(element, value) if element.get("action_id") == action_id else None
            if action is not None:
                return {"block_id": block["block_id"], "action_ts": action_ts, **action}
    raise ValueError(f"the message shows nothing to click with {action_id=} and {value=}")


def _chosen(element: dict[str, Any], value: str | None) -> dict[str, Any] | None:
    named: dict[str, Any] = {"type": element["type"], "action_id": element["action_id"]}
    if element["type"] == "button":
        fields = {key: element[key] for key in ("text", "value", "style") if key in element}
        return named | fields if value in (None, element.get("value")) else None
    option = next((each for each in _options(element) if each["value"] == value), None)
    return None if option is None else named | {"selected_option": option}


def _options(element: dict[str, Any]) -> list[dict[str, Any]]:
    groups = element.get("option_groups", ())
    return [*element.get("options", ()), *(each for group in groups for each in group["options"])]
