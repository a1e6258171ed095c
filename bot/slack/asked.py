"""A question as it reached us from Slack: who, where, which words, and the way back. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One slash command.

    Attributes:
        user, team, channel: Slack's ids; "" when Slack left one out.
        text: the words behind the command, as Slack escaped them.
        command: the command itself, `/mongolog`.
        response_url: a bearer secret that answers this question 5 times within 30 minutes.
    """

    user: str
    team: str
    channel: str
    text: str
    command: str
    response_url: str = field(repr=False)

    @classmethod
    def by_command(cls, body: Mapping[str, Any]) -> "Asked":
        """From the body of a slash command.

        Source: https://docs.slack.dev/interactivity/implementing-slash-commands
        """
        names = ("user_id", "team_id", "channel_id", "text", "command", "response_url")
        user, team, channel, text, command, response_url = (
            str(body.get(name) or "") for name in names
        )
        return cls(
            user=user,
            team=team,
            channel=channel,
            text=text,
            command=command or "/mongolog",
            response_url=response_url,
        )
