"""Who may do what, where: what Slack knows of somebody, and what the rules say of that.

What can't be established is refused: a group whose members Slack does not tell, a place that Slack
does not describe.
"""

import logging
from dataclasses import dataclass, replace

from bot.errors import Refusal, Refused, SlackRefused
from bot.model import InstanceId
from bot.policy import NOBODY, Action, Actor, Decision, Kind, Place, Rules, Verdict, decide
from bot.slack.groups import Groups
from bot.slack.people import People, Person
from bot.telemetry import event


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """Decides, from the rules of this process.

    Attributes:
        rules: from the rules file; without one every full member may do everything.
        people: who somebody is, and what a channel is.
        groups: which of the groups in the rules somebody is in.
    """

    rules: Rules
    people: People
    groups: Groups

    async def person(self, user: str, team: str, *, app: str = "") -> Person:
        """Who it is, with the groups that the rules name.

        Args:
            user: Slack's id.
            team: of the workspace.
            app: the app that asks, when it is no person.

        Raises:
            Refused: when Slack does not say who is in a group that the rules name.
        """
        if app:
            actor = Actor(user=user, team=team, kind=Kind.UNKNOWN, app=app)
            return Person(actor=actor, zone=self.people.zone)
        person = await self.people.person(user, team)
        try:
            groups = await self.groups.of(user)
        except SlackRefused as refusal:
            event("groups.unknown", logging.WARNING, code=refusal.code)
            raise Refused(Refusal.UNKNOWN_PERSON) from None
        return replace(person, actor=replace(person.actor, groups=groups)) if groups else person

    async def place(self, channel: str) -> Place:
        """What the channel is just now; it counts as shared when Slack does not describe it."""
        try:
            return await self.people.place(channel, is_fresh=True)
        except SlackRefused:
            return Place(channel=channel, is_shared=True)

    def decide(
        self,
        person: Person,
        action: Action,
        place: Place | None,
        *,
        instance: InstanceId | None = None,
        region: str | None = None,
    ) -> Decision:
        """What the rules say; see `bot.policy.decide`."""
        return decide(
            self.rules, person.actor, action, instance=instance, region=region, place=place
        )

    def require_known(
        self, person: Person, place: Place | None, *, is_about_nothing: bool = False
    ) -> None:
        """Refuse guests, people of other organisations and strangers whom no rule names.

        Args:
            person: who.
            place: where; None outside channels.
            is_about_nothing: what is wanted is about no instance; else the rules are asked again
                when the instance is known.

        Raises:
            Refused: with the reason.
        """
        if person.actor.kind in NOBODY and (is_about_nothing or not self.rules.rules):
            self.require(person, Action.LOOK_UP, place)

    def visible(
        self,
        person: Person,
        place: Place | None,
        instances: tuple[InstanceId, ...],
        *,
        is_own: bool,
    ) -> tuple[InstanceId, ...]:
        """Those instances whose names this person may see here.

        Args:
            person: who.
            place: where; None outside channels.
            instances: which.
            is_own: this person asked about them before; then the region may stay open.
        """
        enough = {Verdict.ALLOWED, Verdict.OPEN} if is_own else {Verdict.ALLOWED}
        return tuple(
            each
            for each in instances
            if self.decide(person, Action.LOOK_UP, place, instance=each).verdict in enough
        )

    def require(
        self,
        person: Person,
        action: Action,
        place: Place | None,
        *,
        instance: InstanceId | None = None,
        region: str | None = None,
    ) -> Decision:
        """Let pass what is allowed, or may turn out to be once the region is known.

        Raises:
            Refused: with the rule that decided and whom to ask.
        """
        decision = self.decide(person, action, place, instance=instance, region=region)
        if decision.verdict is Verdict.REFUSED:
            raise refused(decision)
        return decision


def refused(decision: Decision) -> Refused:
    """The error of a decision that says no."""
    return Refused(decision.reason or Refusal.RULE, rule=decision.rule, ask=decision.ask)
