"""What we note in a modal when we open it, and read again when somebody acts in it. Pure.

It travels through Slack and comes back from outside, so it holds no secret and decides nothing:
whoever acts is asked for their rights again, in the place that it names.
"""

import json
from dataclasses import dataclass
from typing import Any

from bot.model import InstanceId

MOST_INSTANCES = 100  # Slack's own limit of options in a select
LONGEST = 3000  # Slack's limit of private_metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Where a modal comes from, and what it is about.

    Attributes:
        channel, thread_ts: of the message whose shortcut opened it; "" for none.
        instances: every one that the message speaks of.
        question: what the modal answers, as a command; "" before anything was asked.
    """

    channel: str = ""
    thread_ts: str = ""
    instances: tuple[InstanceId, ...] = ()
    question: str = ""

    def write(self) -> str:
        """As text, at most 3,000 characters: instances that do not fit are left out."""
        facts = [self.channel, self.thread_ts, self.question]
        names = list(self.instances[:MOST_INSTANCES])
        while len(text := json.dumps([*facts, names], separators=(",", ":"))) > LONGEST:
            if not names:
                return ""
            names.pop()
        return text

    @classmethod
    def read(cls, text: str) -> "Context":
        """From what `write` wrote; an empty one when it can't be read."""
        try:
            channel, thread_ts, question, names = json.loads(text)
            return cls(
                channel=_text(channel),
                thread_ts=_text(thread_ts),
                question=_text(question),
                instances=tuple(InstanceId(_text(name)) for name in names[:MOST_INSTANCES]),
            )
        except (ValueError, TypeError, RecursionError):
            return cls()


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
