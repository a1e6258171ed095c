"""What people see in a message."""

import json
from collections.abc import Iterator
from typing import Any

from bot.demo.workspace import Posted


def all_text(posted: Posted) -> str:
    """Everything in its blocks, as one string to search in."""
    return json.dumps(posted.blocks, ensure_ascii=False)


def objects(part: Any) -> Iterator[dict[str, Any]]:
    """Every object within blocks, however deep."""
    if isinstance(part, dict):
        yield part
    for inner in part.values() if isinstance(part, dict) else part:
        if isinstance(inner, dict | list | tuple):
            yield from objects(inner)


def markup(posted: Posted) -> str:
    """All that Slack would read as markup."""
    marked = [part["text"] for part in objects(posted.blocks) if part.get("type") == "mrkdwn"]
    return "\n".join([posted.text, *marked])


def buttons(posted: Posted) -> list[dict[str, Any]]:
    """Every button."""
    return [part for part in objects(posted.blocks) if part.get("type") == "button"]


def controls(shown: Any) -> dict[str, dict[str, Any]]:
    """Every button, option and menu by its label, in a message or a view."""
    found = {}
    for part in objects(shown.blocks):
        is_option = "value" in part and "text" in part and "type" not in part
        if is_option or part.get("type") == "button":
            found[part["text"]["text"]] = part
    return found


def words(shown: Any) -> str:
    """Everything that can be read in a message or a view."""
    return json.dumps(shown.blocks, ensure_ascii=False)
