"""The same message in Slack's simplest layout, for when Slack refuses the real one. Pure.

Reads only what `blocks` makes: mrkdwn with code spans, bold, emoji codes, date tokens, mentions.
Controls are left out; what a button would ask is told as the words to type.
"""

import html
import re
from collections.abc import Iterator
from typing import Any

from bot.model import Message
from bot.render.blocks import LIFE, Block, message, plain_section
from bot.render.ids import PAGE
from bot.render.values import words_asked

EMOJI_CODE = re.compile(r":[a-z0-9_]+: ?")
DATE_TOKEN = re.compile(r"<!date\^[^|>]*\|([^>]*)>")
MENTION = re.compile(r"<(?:!subteam\^)?([@#]?[A-Z0-9]+)>")


def simplest(rich: Message) -> Message:
    """The facts of `rich` as plain paragraphs; buttons, and so links, are left out."""
    told = (block for block in rich.blocks if not block["block_id"].startswith(f"{LIFE}:"))
    paragraphs = (_words(block) for block in told)
    plain = message((), (plain_section("plain", words) for words in paragraphs if words))
    return Message(text=rich.text, blocks=plain.blocks)


def _words(block: Block) -> str:
    return " · ".join(filter(None, _texts(block)))


def _texts(block: Block) -> Iterator[str]:
    match block["type"]:
        case "context":
            yield from map(_unmarked, block["elements"])
        case "section":
            yield _unmarked(block["text"])
        case "actions":
            yield from map(_words_to_type, block["elements"])


def _words_to_type(element: dict[str, Any]) -> str:
    """What leads to another page or instance; "" for every other control."""
    words = words_asked(element.get("value", ""))
    if not words or not element["action_id"].startswith(PAGE):
        return ""
    label = element["text"]["text"]
    return words if label == words else f"{label}: {words}"


def _unmarked(text: dict[str, Any]) -> str:
    if text["type"] == "plain_text":
        return str(text["text"])
    pieces = text["text"].split("`")  # every second one is a code span
    pieces[::2] = [_without_marks(piece) for piece in pieces[::2]]
    return html.unescape("".join(pieces))


def _without_marks(markup: str) -> str:
    words = EMOJI_CODE.sub("", markup).replace("*", "")
    return MENTION.sub(r"\1", DATE_TOKEN.sub(r"\1", words))
