"""`mongolog check --as @user cmgo-… '#channel'`: what the rules answer, and which line decided.

    who, instance, where ──► Slack: person, groups, channel ──► bot.policy ──► one line an action

The cloud is not asked, so where an answer depends on the region each region has its own line.
Nothing is done and nobody is told.
"""

import asyncio
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from bot.cli.finding import coded
from bot.errors import Refusal, Refused, SettingsError, SlackRefused
from bot.model import InstanceId
from bot.policy import Action, Actor, Decision, Kind, Place, Rules, Verdict, decide
from bot.policy.deciding import ELSEWHERE
from bot.policy.nouns import SEEN_BY_OTHERS
from bot.rules_file import open_rules
from bot.settings import Settings, load
from bot.slack.call import result_of
from bot.slack.opening import open_rights
from bot.slack.rights import Rights
from bot.slack.session import open_session, web_client
from bot.telemetry import set_up_logs

DONE, NO_SLACK, USAGE = 0, 1, 2
USER = re.compile(r"<?@?([UW][A-Z0-9]{1,20})(?:\|[^>]*)?>?")
CHANNEL = re.compile(r"<?#?([CGD][A-Z0-9]{1,20})(?:\|[^>]*)?>?")
NO_USER = "--as: must be the id of a person, such as U0123456789; a name can be anybody's"
NO_CHANNEL = "channel: must be the id of a channel, such as C0123456789; a name can change"
NO_INSTANCE = "instance: must be the id of an instance, such as cmgo-k2p5su09"
UNSET = "SLACK_BOT_TOKEN: must be set, as Slack is asked who that is"
NO_GROUPS = "Slack does not say who is in the user groups of the rules: everything is refused."
KINDS = {
    Kind.MEMBER: "a member",
    Kind.GUEST: "a guest",
    Kind.FOREIGN: "of another organisation",
    Kind.UNKNOWN: "nobody whom Slack describes",
}
# What refuses without any rule.
DEFAULTS = {
    Refusal.GUEST: "no rule names this guest",
    Refusal.FOREIGN: "no rule names this person of another organisation",
    Refusal.UNKNOWN_PERSON: "no rule names this person, whom Slack does not describe",
    Refusal.SHARED_CHANNEL: "no rule that allows it names this shared channel",
    Refusal.RULE: "no rule matches, and the default is deny",
}
ANYWHERE_ELSE = "elsewhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What the rules are asked about.

    Attributes:
        user: a person's id.
        instance: on which instance.
        channel: where; "" for no channel, so that nothing is asked about sharing and watching.
    """

    user: str
    instance: InstanceId
    channel: str


def run(who: str, instance: str, where: str | None) -> int:
    """Ask and print; gives the exit code.

    Args:
        who: `U…` or `<@U…>`.
        instance: its id.
        where: `C…` or `<#C…>`; None to leave it out.
    """
    try:
        case = read_case(who, instance, where)
        settings = load("check")
        rules = open_rules(settings.policy)
        set_up_logs(settings.secrets, style=settings.log, level="error")
        lines = asyncio.run(explain_rules(settings, rules, case))
    except SettingsError as error:
        return _complain(USAGE, *error.faults)
    except SlackRefused as refusal:
        return _complain(NO_SLACK, coded("Slack refuses to say who that is", refusal.code))
    for line in lines:
        print(line)
    return DONE


def read_case(who: str, instance: str, where: str | None) -> Case:
    """What was typed, understood.

    Raises:
        SettingsError: with one line for each argument that is no id.
    """
    user, channel = USER.fullmatch(who), CHANNEL.fullmatch(where or "")
    faults = [] if user else [NO_USER]
    try:
        asked = InstanceId(instance.lower())
    except ValueError:
        faults.append(NO_INSTANCE)
    if where and not channel:
        faults.append(NO_CHANNEL)
    if user is None or faults:
        raise SettingsError(tuple(faults))
    return Case(user=user[1], instance=asked, channel=channel[1] if channel else "")


async def explain_rules(settings: Settings, rules: Rules, case: Case) -> list[str]:
    """What the rules answer, as lines to print.

    Raises:
        SettingsError: when there is no token for Slack, or no certificates.
        SlackRefused: when Slack does not take the token, or does not answer.
    """
    if settings.slack_bot_token is None:
        raise SettingsError((UNSET,))
    async with open_session(settings) as session:
        rights = await _rights(settings, rules, web_client(settings, session))
        try:
            actor = (await rights.person(case.user, "")).actor
        except Refused:
            return [NO_GROUPS]
        place = await _place(rights, case.channel)
    return [
        *_who_and_where(actor, place),
        *_answers(rules, actor, place, case.instance, settings.regions),
    ]


async def _rights(settings: Settings, rules: Rules, slack: AsyncWebClient) -> Rights:
    return open_rights(settings, slack, await result_of(slack.auth_test()), rules)


async def _place(rights: Rights, channel: str) -> Place | None:
    if not channel:
        return None
    if channel.startswith("D"):  # of such a place Slack says nothing, and there is nothing to say
        return Place(channel=channel, is_shared=False)
    return await rights.place(channel)


def _who_and_where(actor: Actor, place: Place | None) -> Iterator[str]:
    groups = f", in {', '.join(sorted(actor.groups))}" if actor.groups else ""
    yield f"{actor.user} is {KINDS[actor.kind]}{groups}."
    if place is not None:
        shared = "counts as" if place.is_shared else "is not"
        yield f"{place.channel} {shared} shared with another organisation."


def _answers(
    rules: Rules,
    actor: Actor,
    place: Place | None,
    instance: InstanceId,
    regions: tuple[str, ...],
) -> Iterator[str]:
    for action in Action:
        if place is None and action in SEEN_BY_OTHERS:
            continue

        def decided(region: str | None, action: Action = action) -> Decision:
            return decide(rules, actor, action, instance=instance, region=region, place=place)

        if (decision := decided(None)).verdict is not Verdict.OPEN:
            yield f"{action:<6}  {_because(decision)}"
            continue
        for region in regions or (*_named(rules), ELSEWHERE):
            name = ANYWHERE_ELSE if region == ELSEWHERE else region
            yield f"{action:<6}  in {name}: {_because(decided(region))}"


def _named(rules: Rules) -> list[str]:
    return sorted({region for rule in rules.rules for region in rule.regions})


def _because(decision: Decision) -> str:
    if decision.line is None:
        reason = DEFAULTS[decision.reason] if decision.reason else "no rule matches"
    else:
        reason = f"line {decision.line}, {decision.rule}"
    ask = f"; ask {decision.ask}" if decision.ask else ""
    return f"{decision.verdict.value}: {reason}{ask}"


def _complain(code: int, *faults: str) -> int:
    for fault in faults:
        print(fault, file=sys.stderr)
    return code
