"""Who may do what: (rules, actor, action, instance, place) → Decision. Pure.

    rules file ── reading ──► Rules ─┐
    Actor, Action, instance, region, Place ── deciding ──► Decision

Without a rules file every full member may do everything. Guests, people of other organisations and
people whom Slack does not describe may do nothing unless a rule names them, and nothing that
others will see goes into a shared channel unless a rule names the channel.
"""

from bot.policy.deciding import Decision, Verdict, decide
from bot.policy.nouns import NOBODY, Action, Actor, Kind, Place
from bot.policy.reading import read_rules
from bot.policy.rules import EVERY_MEMBER, Rule, Rules

__all__ = [
    "EVERY_MEMBER",
    "NOBODY",
    "Action",
    "Actor",
    "Decision",
    "Kind",
    "Place",
    "Rule",
    "Rules",
    "Verdict",
    "decide",
    "read_rules",
]
