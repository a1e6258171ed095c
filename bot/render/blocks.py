"""Block Kit's pieces as plain dicts, and the message they make. Pure.

Limits and the date token: https://docs.slack.dev/reference/block-kit/blocks and
https://docs.slack.dev/messaging/formatting-message-text. Every text is `verbatim`, so that Slack
makes no links or mentions of its own; whoever calls has escaped what is foreign.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from bot.model import Message
from bot.render.foreign import escaped, plain
from bot.render.times import clock, moment

Block = dict[str, Any]
Element = dict[str, Any]

MAX_BLOCKS = 50
MAX_SECTION_TEXT = 3000
MAX_BUTTON_URL = 3000
MAX_MESSAGE_TEXT = 250  # ours: what a screen reader reads out
SHORTEST_CUT = 20  # a shorter rest of a sentence is left away

LIFE = "life"  # of the link behind the button; without the button it says nothing
CLOUD_SAYS = "The cloud's own words:"  # before its message, quoted


def section(kind: str, markup: str, *, accessory: Element | None = None) -> Block:
    """A paragraph of mrkdwn, at most with one element beside it."""
    block = {"type": "section", "block_id": kind, "text": _mrkdwn(markup)}
    return block if accessory is None else {**block, "accessory": accessory}


def plain_section(kind: str, text: str) -> Block:
    """A paragraph in which no markup works; `text` is not empty and cut when too long."""
    return {"type": "section", "block_id": kind, "text": _plain(text[:MAX_SECTION_TEXT])}


def context(kind: str, markup: str) -> Block:
    """A small line of mrkdwn."""
    return {"type": "context", "block_id": kind, "elements": [_mrkdwn(markup)]}


def plain_context(kind: str, text: str) -> Block:
    """A small line in which no markup works: the place for foreign sentences."""
    return {"type": "context", "block_id": kind, "elements": [_plain(text)]}


def button(
    label: str,
    *,
    action: str,
    value: str,
    url: str = "",
    spoken: str = "",
    is_primary: bool = False,
) -> Element:
    """A button that says `value`, and opens `url` when there is one; `spoken` is read out."""
    return {
        "type": "button",
        "action_id": action,
        "text": _plain(label),
        **({"url": url} if url else {}),
        **({"value": value} if value else {}),
        **({"style": "primary"} if is_primary else {}),
        **({"accessibility_label": spoken} if spoken else {}),
    }


def option(label: str, value: str) -> Element:
    """One choice of a menu."""
    return {"text": _plain(label), "value": value}


def url_option(label: str, url: str) -> Element:
    """A choice of an overflow menu which opens `url`; says it too, as every option says something.

    `url` has at most 75 characters.
    """
    return {**option(label, url), "url": url}


def overflow(action: str, options: Iterable[Element]) -> Element:
    """The menu behind three dots; 1 to 5 options."""
    return {"type": "overflow", "action_id": action, "options": list(options)}


def select(
    action: str, placeholder: str, options: Iterable[Element], *, chosen: Element | None = None
) -> Element:
    """A menu of 1 to 100 options."""
    return {
        "type": "static_select",
        "action_id": action,
        "placeholder": _plain(placeholder),
        "options": list(options),
        **({"initial_option": chosen} if chosen else {}),
    }


def actions(kind: str, elements: Iterable[Element]) -> Block:
    """A row of controls."""
    return {"type": "actions", "block_id": kind, "elements": list(elements)}


def numbered(action: str, number: int) -> str:
    """The name of the `number`th action of a kind within one block, from 1."""
    return action if number == 1 else f"{action}.{number}"


def date_token(at: datetime, zone: str) -> str:
    """A moment that each reader sees in the device's own zone; the fallback is in `zone`."""
    tokens = "{date_short_pretty} {time}"
    return f"<!date^{int(at.timestamp())}^{tokens}|{moment(at, zone)}>"


def time_token(at: datetime, zone: str) -> str:
    """Like `date_token`, the clock time alone: for moments that are hours away at most."""
    return f"<!date^{int(at.timestamp())}^{{time}}|{clock(at, zone)}>"


def message(sentences: Iterable[str], blocks: Iterable[Block], *, revision: int = 1) -> Message:
    """A message of `blocks` whose text is as many of the `sentences` (phrases) as fit.

    The block ids become `<kind>:<n>:<revision>`; Slack wants new ones with every update.
    """
    numbered = tuple(
        {**block, "block_id": f"{block['block_id']}:{number}:{revision}"}
        for number, block in enumerate(blocks, start=1)
    )
    return Message(text=_spoken(sentences), blocks=numbered)


def _spoken(sentences: Iterable[str]) -> str:
    text = ""
    for sentence in sentences:
        words = f" {_speakable(sentence)}" if text else _speakable(sentence)
        room = MAX_MESSAGE_TEXT - len(text)
        if len(words) > room:
            return text if room < SHORTEST_CUT else text + _cut(words, room)
        text += words
    return text


def _speakable(phrase: str) -> str:
    return escaped(plain(phrase))


def _cut(text: str, length: int) -> str:
    start = text[: length - 1]
    return re.sub(r"&[a-z]*$", "", start) + "…"  # never half an entity


def _mrkdwn(markup: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": markup, "verbatim": True}


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}
