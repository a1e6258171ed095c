"""What an alert bot and a colleague have said before a visitor comes, to try the shortcut on."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from bot.demo import world
from bot.demo.slack_shortcuts import SlackShortcuts
from bot.demo.workspace import BEN, WITH_APP

ALERT_BOT = "B0ALERTS01"

# Author → what is said, oldest first; the last one is what the page's example is tried on.
ALERTS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    (BEN, MappingProxyType({"text": "Is it only me, or are the orders slow again?"})),
    (
        ALERT_BOT,
        MappingProxyType(
            {
                "text": ":bell: Slow queries: 214 in 5 min on"
                f" `{world.RUNNING_INSTANCE}_0-node-slave0` (orders), the limit is 50"
            }
        ),
    ),
    (
        ALERT_BOT,
        MappingProxyType(
            {
                "text": "Replication lag 48 s (payments)",
                "blocks": (
                    {
                        "type": "section",
                        "text": {
                            "type": "mrkdwn",
                            "text": ":warning: *Replication lag 48 s* · payments · since 6 min",
                        },
                    },
                ),
                "attachments": (
                    {
                        "color": "#c01343",
                        "fields": (
                            {"title": "Primary", "value": world.LINKED_INSTANCE, "short": True},
                            {"title": "Limit", "value": "10 s", "short": True},
                        ),
                        "footer": "db-monitor",
                    },
                ),
            }
        ),
    ),
)


def seed(slack: SlackShortcuts) -> None:
    """Let all of it be said in `WITH_APP`."""
    for author, said in ALERTS:
        slack.post_as(author, channel=WITH_APP, **said)
