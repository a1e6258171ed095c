"""What Slack tells an app: slash commands, and what became of everything it told. Pure.

person, place, words → payload ──► the app ──► Acknowledgement, Delivery
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from bot.demo.workspace import APP, TEAM, TEAM_DOMAIN, Channel, Person

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
            the body is no message that Slack could show. In our own word
            `invalid_view_response` when a submission's body asks for what Slack can't do; people
            then read "We had some trouble connecting", as after the first two.
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
    """One thing that went to the app, and its acknowledgement.

    A command, a click, a shortcut, a submission, an event, or a raw request.

    Attributes:
        id: unique; `Posted.answers` names it. Empty for a raw request.
        user, channel: who acted, and where; empty for a raw request; no channel in a view.
        response_url: where the app may answer; empty for an event, a raw request and whatever
            comes from a view or a global shortcut.
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
