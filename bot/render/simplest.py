"""The same message in Slack's simplest layout, for when Slack refuses the real one. Pure.

Reads only what `blocks` makes: mrkdwn with code spans, bold, emoji codes, date tokens, mentions.
"""

import html
import re
from collections.abc import Iterator
from typing import Any

from bot.model import Message
from bot.render.blocks import LIFE, Block, message, plain_section

EMOJI_CODE = re.compile(r":[a-z0-9_]+: ?")
DATE_TOKEN = re.compile(r"<!date\^[^|>]*\|([^>]*)>")
MENTION = re.compile(r"<(@[A-Z0-9]+)>")


def simplest(rich: Message) -> Message:
    """The facts of `rich` as plain paragraphs; buttons, and so links, are left out."""
    told = (block for block in rich.blocks if not block["block_id"].startswith(f"{LIFE}:"))
    paragraphs = (_words(block) for block in told)
    plain = message((), (plain_section("plain", words) for words in paragraphs if words))
    return Message(text=rich.text, blocks=plain.blocks)


def _words(block: Block) -> str:
    return " · ".join(filter(None, (_unmarked(text) for text in _texts(block))))


def _texts(block: Block) -> Iterator[dict[str, Any]]:
    if block["type"] == "context":
        yield from block["elements"]
    elif block["type"] == "section":
        yield block["text"]


def _unmarked(text: dict[str, Any]) -> str:
    if text["type"] == "plain_text":
        return str(text["text"])
    pieces = text["text"].split("`")  # every second one is a code span
    pieces[::2] = [_without_marks(piece) for piece in pieces[::2]]
    return html.unescape("".join(pieces))


def _without_marks(markup: str) -> str:
    words = EMOJI_CODE.sub("", markup).replace("*", "")
    return MENTION.sub(r"\1", DATE_TOKEN.sub(r"\1", words))
