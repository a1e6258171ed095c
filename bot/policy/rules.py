"""The rules, from top to bottom, and which of them are about a question. Pure."""

from dataclasses import dataclass, field
from typing import Literal

from bot.model import InstanceId
from bot.policy.nouns import Action, Actor, Kind, Place
from bot.policy.patterns import fits_any

Effect = Literal["allow", "deny"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule; what it leaves out matches everything, save for `kinds`.

    Attributes:
        name: as in the file, unique.
        line: where it begins in the file, from 1.
        instances: patterns of instance ids, with `*` and `?`.
        regions: of the cloud.
        users, groups, channels, apps: Slack's ids.
        kinds: of people. Left out in a rule that allows it means members, and everybody whom
            `users` or `apps` names: whoever is named by id is meant, whatever Slack says they are.
            Left out in a rule that refuses it means everybody.
        actions: what the rule is about.
        effect: what it says.
        ask: the user group that can give the right; "" when none is named.
    """

    name: str
    line: int = 0
    instances: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    channels: tuple[str, ...] = ()
    apps: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()
    effect: Effect = "allow"
    ask: str = ""

    def is_about(
        self, actor: Actor, action: Action, instance: InstanceId | None, place: Place | None
    ) -> bool:
        """Whether everything but the region matches."""
        return (
            (not self.actions or action in self.actions)
            and self._is_for(actor)
            and (not self.instances or fits_any(instance, self.instances))
            and (not self.channels or (place is not None and place.channel in self.channels))
        )

    def _is_for(self, actor: Actor) -> bool:
        if self.users and actor.user not in self.users:
            return False
        if self.groups and not actor.groups.intersection(self.groups):
            return False
        if not self._is_for_app(actor.app):
            return False
        if self.kinds:
            return actor.kind in self.kinds
        is_named = bool(self.users or self.apps)
        return actor.kind is Kind.MEMBER or is_named or self.effect == "deny"

    def _is_for_app(self, app: str) -> bool:
        """Whether the app that asks, or none, is meant; one that may is named by its own id."""
        if self.apps:
            return app in self.apps
        return not app or self.effect == "deny"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """All rules, in the order of the file; the first that matches decides.

    Attributes:
        rules: may be empty.
        default: what is said when none matches.
    """

    rules: tuple[Rule, ...] = field(default=())
    default: Effect = "allow"

    @property
    def groups(self) -> frozenset[str]:
        """Every user group whose members must be known to decide."""
        return frozenset(group for rule in self.rules for group in rule.groups)

    @property
    def apps(self) -> frozenset[str]:
        """Every app that some rule lets ask something."""
        return frozenset(app for rule in self.rules if rule.effect == "allow" for app in rule.apps)


EVERY_MEMBER = Rules()
