"""What is written down of who asked what: look-ups, and what became of links. Pure."""

import enum
from dataclasses import dataclass
from datetime import datetime

from bot.model import InstanceId


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One look-up of one instance by one person.

    Attributes:
        user, team, channel: Slack's ids; channel is "" where there is none (App Home).
        at: when it was asked.
    """

    user: str
    team: str
    channel: str
    instance: InstanceId
    at: datetime


class Deed(enum.StrEnum):
    """What became of a link, or of an answer that others were to see."""

    SHOWN = "link.shown"  # behind *Download* in an answer to a look-up
    GIVEN = "link.given"  # asked for with *Get link*, or as a curl command
    PRESSED = "link.pressed"  # somebody pressed *Download*
    REFUSED = "link.refused"
    SHARED = "answer.shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One line of the audit. Never the link itself.

    Attributes:
        at: when.
        user, team, channel: who and where, as Slack's ids; channel is "" in the terminal.
        instance, region, export: what; "" where it was not known.
        deed: what happened.
        rule: the name of the rule that decided; "" for the default.
        reference: of the answer, as in the log.
    """

    at: datetime
    user: str
    team: str
    channel: str
    instance: str
    region: str
    export: str
    deed: Deed
    rule: str = ""
    reference: str
