"""`mongolog rules`: a rules file in words, or every fault in it; `--example` prints one.

    FILE, or the file in MONGOLOG_POLICY ──► one line a rule, in the order in which they are read

Nobody is asked about anything: `mongolog check --as` says what the rules mean for a person.
"""

import sys
from collections.abc import Iterator

from bot.errors import SettingsError
from bot.policy import Kind, Rule, Rules
from bot.policy.example import EXAMPLE
from bot.rules_file import open_rules
from bot.settings import load

DONE, USAGE = 0, 2
NO_FILE = (
    "MONGOLOG_POLICY is not set: every full member may do everything, links included.",
    "`mongolog rules --example` prints a file to start from.",
)
EVERYTHING, EVERYBODY = "everything", "everybody"
PEOPLE = {
    Kind.MEMBER: "members",
    Kind.GUEST: "guests",
    Kind.FOREIGN: "people of other organisations",
    Kind.UNKNOWN: "people whom Slack does not describe",
}
OTHERWISE = {"allow": "members may do everything", "deny": "nobody may do anything"}
CLOSED = (
    "Whatever the default: guests, people of other organisations, apps, and sharing or watching in"
    " shared channels need a rule that names them."
)


def run(*, example: bool, path: str | None) -> int:
    """Print what was asked for; gives the exit code: 2 when the file can't be used.

    Args:
        example: print the example, and read nothing.
        path: of the file; None for the one that is set.
    """
    if example:
        print(EXAMPLE, end="")
        return DONE
    try:
        chosen = path if path is not None else load("check").policy
        lines = list(NO_FILE) if chosen is None else list(_told(open_rules(chosen)))
    except SettingsError as error:
        for fault in error.faults:
            print(fault, file=sys.stderr)
        return USAGE
    for line in lines:
        print(line)
    return DONE


def in_words(rule: Rule) -> str:
    """What a rule says, as one sentence."""
    verb = "allows" if rule.effect == "allow" else "refuses"
    actions = ", ".join(rule.actions) or EVERYTHING
    ask = f"; ask {rule.ask}" if rule.ask else ""
    return f"{verb} {actions} {' '.join(_conditions(rule))}{ask}."


def _told(rules: Rules) -> Iterator[str]:
    for rule in rules.rules:
        yield f"line {rule.line}  {rule.name}: {in_words(rule)}"
    yield f"{'otherwise' if rules.rules else 'no rules'}: {OTHERWISE[rules.default]}."
    yield CLOSED


def _conditions(rule: Rule) -> Iterator[str]:
    yield f"to {_whom(rule)}"
    if rule.groups:
        yield f"in group {_any_of(rule.groups)}"
    if rule.instances:
        yield f"for {_any_of(rule.instances)}"
    if rule.regions:
        yield f"in {_any_of(rule.regions)}"
    if rule.channels:
        yield f"in channel {_any_of(rule.channels)}"


def _whom(rule: Rule) -> str:
    apps = f"app {_any_of(rule.apps)}" if rule.apps else ""
    named = " as ".join(filter(None, (apps, _any_of(rule.users))))
    kinds = _any_of(tuple(PEOPLE[kind] for kind in rule.kinds))
    if not named:
        return kinds or (EVERYBODY if rule.effect == "deny" else PEOPLE[Kind.MEMBER])
    return f"{named} among {kinds}" if kinds else named


def _any_of(names: tuple[str, ...]) -> str:
    *most, last = names or ("",)
    return f"{', '.join(most)} or {last}" if most else last
