"""Who may do what: (actor, action, place) → allowed, or Refused. Pure.

There are no rules yet that could name anybody, so the defaults stand: every full member may do
everything; guests and people of other organisations nothing; and nothing that others will see goes
into a channel shared with another organisation. What can't be established is refused.
"""

import enum
from dataclasses import dataclass

from bot.errors import Refusal, Refused


class Kind(enum.StrEnum):
    """What somebody is to this workspace."""

    MEMBER = "member"
    GUEST = "guest"
    FOREIGN = "foreign"  # of another organisation
    UNKNOWN = "unknown"  # Slack did not say


class Action(enum.StrEnum):
    """What somebody wants to do."""

    LOOK_UP = "lookup"
    SHARE = "share"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who wants it: Slack's ids, and what this person is to the workspace."""

    user: str
    team: str
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where; `is_shared` is also True when Slack did not say."""

    channel: str
    is_shared: bool


NOBODY = {
    Kind.GUEST: Refusal.GUEST,
    Kind.FOREIGN: Refusal.FOREIGN,
    Kind.UNKNOWN: Refusal.UNKNOWN_PERSON,
}


def check(actor: Actor, action: Action, place: Place | None = None) -> None:
    """Let pass what is allowed.

    Args:
        actor: who.
        action: what.
        place: where it will be seen; needed for what others will see.

    Raises:
        Refused: with the reason.
    """
    if actor.kind in NOBODY:
        raise Refused(NOBODY[actor.kind])
    if action is Action.SHARE and (place is None or place.is_shared):
        raise Refused(Refusal.SHARED_CHANNEL)
