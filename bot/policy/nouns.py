"""Who wants what, and where. Pure."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from bot.errors import Refusal


class Kind(enum.StrEnum):
    """What somebody is to this workspace."""

    MEMBER = "member"
    GUEST = "guest"
    FOREIGN = "foreign"  # of another organisation
    UNKNOWN = "unknown"  # Slack did not say


class Action(enum.StrEnum):
    """What somebody wants to do."""

    LOOK_UP = "lookup"
    LINK = "link"
    WATCH = "watch"
    SHARE = "share"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who wants it.

    Attributes:
        user, team: Slack's ids.
        kind: what this person is to the workspace.
        groups: the user groups of the rules that this person is in.
        app: the app that asks, when it is no person; "" else.
    """

    user: str
    team: str
    kind: Kind
    groups: frozenset[str] = frozenset()
    app: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where; `is_shared` is also True when Slack did not say. `channel` is "" outside channels."""

    channel: str
    is_shared: bool


# Whoever is none of ours may do nothing, unless a rule names them.
NOBODY: Mapping[Kind, Refusal] = {
    Kind.GUEST: Refusal.GUEST,
    Kind.FOREIGN: Refusal.FOREIGN,
    Kind.UNKNOWN: Refusal.UNKNOWN_PERSON,
}
# What others will see or be told: it needs a place that is known to be this organisation's alone.
SEEN_BY_OTHERS = frozenset({Action.SHARE, Action.WATCH})
