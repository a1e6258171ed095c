"""The first rule that matches decides; the defaults decide when none does. Pure."""

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from bot.errors import Refusal
from bot.model import InstanceId
from bot.policy.nouns import NOBODY, SEEN_BY_OTHERS, Action, Actor, Place
from bot.policy.rules import Rule, Rules

ELSEWHERE = "-"  # a region that no rule can name


class Verdict(enum.Enum):
    """What the rules say."""

    ALLOWED = "allowed"
    REFUSED = "refused"
    OPEN = "open"  # it depends on the region, which is not known yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the rules say, and why.

    Attributes:
        verdict: what.
        rule: the name of the rule that decided; "" for the defaults.
        line: where that rule begins in the file; None for the defaults.
        ask: the user group that can give the right; "" when none is named.
        reason: why not; None when it is not refused.
    """

    verdict: Verdict
    rule: str = ""
    line: int | None = None
    ask: str = ""
    reason: Refusal | None = None


def decide(
    rules: Rules,
    actor: Actor,
    action: Action,
    *,
    instance: InstanceId | None = None,
    region: str | None = None,
    place: Place | None = None,
) -> Decision:
    """Whether `actor` may do `action`.

    Args:
        rules: from the file; `EVERY_MEMBER` without one.
        actor: who.
        action: what.
        instance: on which; None for what is about no instance: rules with patterns don't match.
        region: where that is; None when it is not known yet; "" when it never will be: then rules
            with regions match when they refuse and not when they allow, so that an instance that
            is not there looks like one that is forbidden.
        place: where it will be seen; None outside channels.
    """
    matching = tuple(_matching(rules, actor, action, instance, place))

    def in_region(name: str) -> Decision:
        first = next((rule for rule in matching if _is_there(rule, name)), None)
        return _default(rules, actor, action, place) if first is None else _said(first)

    if region is not None:
        return in_region(region)
    elsewhere = in_region(ELSEWHERE)
    named = {each for rule in matching for each in rule.regions}
    is_settled = all(in_region(each).verdict is elsewhere.verdict for each in named)
    return elsewhere if is_settled else Decision(verdict=Verdict.OPEN)


def _is_there(rule: Rule, region: str) -> bool:
    if not rule.regions or region in rule.regions:
        return True
    return not region and rule.effect == "deny"


def _matching(
    rules: Rules,
    actor: Actor,
    action: Action,
    instance: InstanceId | None,
    place: Place | None,
) -> Iterator[Rule]:
    is_exposed = _is_exposed(action, place)
    for rule in rules.rules:
        # What others would see is allowed there by a rule that names the channel, by no other.
        is_enough = rule.effect == "deny" or rule.channels or not is_exposed
        if is_enough and rule.is_about(actor, action, instance, place):
            yield rule


def _said(rule: Rule) -> Decision:
    if rule.effect == "allow":
        return Decision(verdict=Verdict.ALLOWED, rule=rule.name, line=rule.line)
    return Decision(
        verdict=Verdict.REFUSED,
        rule=rule.name,
        line=rule.line,
        ask=rule.ask,
        reason=Refusal.RULE,
    )


def _default(rules: Rules, actor: Actor, action: Action, place: Place | None) -> Decision:
    reason: Refusal | None = None
    if actor.app:  # only a rule that names an app lets it do anything
        reason = Refusal.RULE
    elif actor.kind in NOBODY:
        reason = NOBODY[actor.kind]
    elif _is_exposed(action, place):
        reason = Refusal.SHARED_CHANNEL
    elif rules.default == "deny":
        reason = Refusal.RULE
    verdict = Verdict.REFUSED if reason else Verdict.ALLOWED
    return Decision(verdict=verdict, reason=reason)


def _is_exposed(action: Action, place: Place | None) -> bool:
    """Whether others would see it who may be of another organisation."""
    return action in SEEN_BY_OTHERS and (place is None or place.is_shared)
