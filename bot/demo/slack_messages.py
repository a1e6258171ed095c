"""The messages of a simulated workspace: our app's, in versions, and those of others. Pure."""

from dataclasses import dataclass
from typing import Any, Literal

Via = Literal["response_url", "acknowledgement", "chat.postMessage", "chat.postEphemeral"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """One message of our app, in one of its versions.

    Attributes:
        ts: Slack's id of the message in its channel: seconds, a dot, six digits.
        text: as sent; empty when there was none.
        blocks: as sent.
        thread_ts: the message it replies to.
        reply_broadcast: a reply that is shown in the channel too.
        ephemeral_to: the only person who sees it; None when the whole channel does.
        via: how it was said first; a later version keeps it.
        answers: id of the delivery whose response_url or acknowledgement said this version.
        metadata: as sent.
        unfurl_links, unfurl_media, parse: as sent; None when not given.
        revision: 0 when posted, one more with each edit.
        deleted: this version says that the message was deleted.
    """

    channel: str
    ts: str
    text: str = ""
    blocks: tuple[dict[str, Any], ...] = ()
    thread_ts: str | None = None
    reply_broadcast: bool = False
    ephemeral_to: str | None = None
    via: Via
    answers: str | None = None
    metadata: dict[str, Any] | None = None
    unfurl_links: bool | None = None
    unfurl_media: bool | None = None
    parse: str | None = None
    revision: int = 0
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message of somebody else than our app.

    Attributes:
        ts: its id in the channel, from the same row as those of our app's messages.
        user: who said it; empty when a bot did.
        text: in Slack's own writing, escaped.
        thread_ts: the message it replies to.
        blocks, attachments: as another app sent them, of any sort.
        bot_id: of the bot that said it; None for a person.
        username: the bot's name.
        deleted: its author took it away.
    """

    channel: str
    ts: str
    user: str
    text: str
    thread_ts: str | None = None
    blocks: tuple[dict[str, Any], ...] = ()
    attachments: tuple[dict[str, Any], ...] = ()
    bot_id: str | None = None
    username: str = ""
    deleted: bool = False
