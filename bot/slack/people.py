"""What Slack knows about who is asking and where: member or guest, time zone, shared channel.

Answers are kept for 5 minutes. When Slack gives none, the person is unknown and the place counts
as shared: what can't be established is refused.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import NOT_INVITED_CODES, SlackRefused
from bot.policy import Actor, Kind, Place
from bot.settings.values import is_zone
from bot.slack.call import read
from bot.slack.locks import Locks
from bot.slack.recent import Recent
from bot.telemetry import event

UNKNOWN_S = 1.0  # who was asked about in vain; for those who come at the same moment
MOST_PAGES_OF_MEMBERS = 20  # of 999 each; who is not among those counts as no member
PATIENCE_S = 3.0  # somebody waits for an answer that needs this one first


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who is asking.

    Attributes:
        actor: what the policy needs.
        zone: the person's own time zone, as an IANA name.
    """

    actor: Actor
    zone: str


class People:
    """Asks Slack about people and places.

    Args:
        slack: the Web API.
        team: the workspace this app belongs to.
        enterprise: its Enterprise Grid organisation; "" without one.
        zone: for people whose zone Slack does not tell.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        slack: AsyncWebClient,
        *,
        team: str,
        enterprise: str,
        zone: str,
        clock: Callable[[], float],
    ) -> None:
        self._slack = slack
        self.team = team
        self._enterprise = enterprise
        self.zone = zone
        self._people: Recent[Person] = Recent(clock)
        self._places: Recent[Place] = Recent(clock)
        self._asking = Locks()

    async def person(self, user: str, team: str) -> Person:
        """Who `user` is, asking from the workspace `team`; of unknown kind when Slack won't say."""
        if known := self._people.get(user):
            return known
        async with self._asking.of(user):  # one call for all who come meanwhile
            return self._people.get(user) or await self._learn(user, team)

    async def _learn(self, user: str, team: str) -> Person:
        try:
            answer = await read(lambda: self._slack.users_info(user=user), within_s=PATIENCE_S)
            facts = answer.get("user")
        except SlackRefused as refusal:
            event("person.unknown", logging.WARNING, code=refusal.code)
            facts = None
        if isinstance(facts, dict):
            return self._people.put(user, self._read(user, facts))
        stranger = Person(actor=Actor(user=user, team=team, kind=Kind.UNKNOWN), zone=self.zone)
        return self._people.put(user, stranger, kept_s=UNKNOWN_S)

    async def place(self, channel: str, *, is_fresh: bool = False) -> Place:
        """What `channel` is; it counts as shared unless Slack says that it is not.

        Args:
            channel: its id.
            is_fresh: ask anew, as before something is posted there.

        Raises:
            SlackRefused: when this app is not in the channel.
        """
        if is_fresh:
            return await self._look_at(channel)
        if known := self._places.get(channel):
            return known
        async with self._asking.of(channel):
            return self._places.get(channel) or await self._look_at(channel)

    async def _look_at(self, channel: str) -> Place:
        try:
            answer = await read(
                lambda: self._slack.conversations_info(channel=channel), within_s=PATIENCE_S
            )
        except SlackRefused as refusal:
            if refusal.code in NOT_INVITED_CODES:
                raise
            event("place.unknown", logging.WARNING, code=refusal.code)
            answer = {}
        facts = answer.get("channel")
        if not isinstance(facts, dict):
            unknown = Place(channel=channel, is_shared=True)
            return self._places.put(channel, unknown, kept_s=UNKNOWN_S)
        is_shared = facts.get("is_ext_shared") is not False or bool(
            facts.get("is_pending_ext_shared")
        )
        return self._places.put(channel, Place(channel=channel, is_shared=is_shared))

    async def is_member(self, channel: str, user: str) -> bool:
        """Whether somebody is in a conversation; asked anew each time.

        Raises:
            SlackRefused: when this app is not in it, or Slack does not say.
        """
        cursor = ""
        for _ in range(MOST_PAGES_OF_MEMBERS):
            answer = await read(
                partial(
                    self._slack.conversations_members, channel=channel, cursor=cursor, limit=999
                ),
                within_s=PATIENCE_S,
            )
            if user in (answer.get("members") or ()):
                return True
            cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                break
        return False

    def _read(self, user: str, facts: Mapping[str, Any]) -> Person:
        team, zone = str(facts.get("team_id") or ""), str(facts.get("tz") or "")
        return Person(
            actor=Actor(user=user, team=team, kind=self._kind(team, facts)),
            zone=zone if is_zone(zone) else self.zone,
        )

    def _kind(self, team: str, facts: Mapping[str, Any]) -> Kind:
        if (
            facts.get("deleted")
            or facts.get("is_bot")
            or not (team or facts.get("enterprise_user"))
        ):
            return Kind.UNKNOWN
        if facts.get("is_stranger") or not self._is_ours(team, facts):
            return Kind.FOREIGN
        flags = [facts.get(name) for name in ("is_restricted", "is_ultra_restricted")]
        if any(flags):
            return Kind.GUEST
        # A member is who Slack says is no guest; saying nothing is not enough.
        return Kind.MEMBER if flags == [False, False] else Kind.UNKNOWN

    def _is_ours(self, team: str, facts: Mapping[str, Any]) -> bool:
        grid = facts.get("enterprise_user") or {}
        in_organisation = bool(self._enterprise) and grid.get("enterprise_id") == self._enterprise
        at_home = bool(team) and team == self.team
        return at_home or self.team in (grid.get("teams") or ()) or in_organisation
