"""An errand: one thing that somebody wants, from its beginning to its answer."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from bot.model import Condition, Message
from bot.slack.apps import Apps
from bot.slack.ledger import Ledger
from bot.slack.lookups import Lookups
from bot.slack.newest import Newest
from bot.slack.once import Once
from bot.slack.recent import Recent
from bot.slack.reply import Replies
from bot.slack.rights import Rights
from bot.slack.screens import Screens


class Errand(Protocol):
    """What the desk runs: each has a task of its own."""

    async def run(self) -> None:
        """Do it, and answer.

        Raises:
            MongologError: when there is something to tell instead; the desk will.
        """

    async def tell(self, message: Message) -> None:
        """Tell the asker what came in between.

        Raises:
            SlackRefused: when Slack does not take it.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What errands work with.

    Attributes:
        lookups: answers questions about exports.
        rights: who may do what.
        replies: sends messages.
        screens: opens and changes modals and App Home.
        ledger: what is written down of who asked what.
        condition: how the app itself is just now.
        once: so that a double click does what one click does.
        apps: which other apps are heard.
        newest: so that a slow answer does not cover a later one.
        homes: whose App Home was drawn in the last seconds.
        now: the current time, aware.
    """

    lookups: Lookups
    rights: Rights
    replies: Replies
    screens: Screens
    ledger: Ledger
    condition: Callable[[], Condition]
    once: Once
    apps: Apps
    newest: Newest
    homes: Recent[datetime]
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
