"""The instances that a message of somebody speaks of, wherever in it they stand. Pure.

text, blocks (however deep), attachments, targets of links ──► instance ids, in their order
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.model import InstanceId
from bot.parse import instance_ids

# The fields of Slack's messages, blocks and attachments that hold words or addresses.
# docs.slack.dev/reference/block-kit, docs.slack.dev/legacy/legacy-messaging
SAYING = frozenset(
    {
        *("text", "fallback", "pretext", "title", "title_link", "footer", "value", "url"),
        *("author_name", "author_link", "from_url", "original_url", "image_url", "thumb_url"),
        *("alt_text", "description", "label", "name", "markdown_text", "expression"),
    }
)
MOST_DEEP = 30  # Slack's own nest less than ten


def mentioned(message: Mapping[str, Any]) -> tuple[InstanceId, ...]:
    """Every instance that the message speaks of, each once; empty when there is none."""
    return instance_ids("\n".join(_words(message, 0)))


def _words(part: Any, depth: int) -> Iterator[str]:
    if depth > MOST_DEEP:
        return
    if isinstance(part, list):
        for inner in part:
            yield from _words(inner, depth + 1)
    elif isinstance(part, Mapping):
        for name, inner in part.items():
            if isinstance(inner, str):
                if name in SAYING:
                    yield inner
            else:
                yield from _words(inner, depth + 1)
