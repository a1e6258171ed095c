"""The text of a rules file → Rules, or every fault in it with its line. Pure.

    tomllib ──► tables ──► each key by its own check ──► Rule

tomllib tells no lines of what it has read: `bot.policy.lines` finds them in the text.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bot.errors import SettingsError
from bot.policy.lines import Section, sections
from bot.policy.nouns import Action, Kind
from bot.policy.patterns import can_fit
from bot.policy.rules import Rule, Rules

VARIABLE = "MONGOLOG_POLICY"
MOST_CHARACTERS = 256 * 1024
MOST_RULES = 500
MOST_FAULTS = 20
LONGEST_NAME = 60
MARKUP = frozenset("`|<>&")  # what Slack would take for more than text
TOP_KEYS = frozenset({"default", "rule"})
EFFECTS = ("allow", "deny")
NO_TOML = "this can't be read as TOML: is a quote, a bracket or a comma missing here or above?"
NO_RULE = "each rule begins with [[rule]] on a line of its own"
STANDS_ABOVE = "`default` stands above the first [[rule]]"
NO_SUCH_ID = "fits no instance: ids are cmgo- and 6 to 16 letters or digits, as in cmgo-prod*"
WHERE = re.compile(r"\(at line (\d+), column \d+\)\Z")  # how tomllib's complaints end

Fault = tuple[int, str]  # a line, and what is wrong there
Check = Callable[[Any], str]  # what is wrong with a value; "" when nothing is


def read_rules(text: str) -> Rules:
    """The rules in the text of a file.

    Raises:
        SettingsError: with one line for each fault, 20 at most, each naming its line.
    """
    tables = _parsed(text)
    top, *places = sections(text)
    faults = list(_top_faults(tables, top))
    rules = tables.get("rule", [])
    # A rule that is written in another way is refused, as nobody could be told its line.
    if not isinstance(rules, list) or len(rules) != len(places):
        raise _faulty([*faults, (top.line_of("rule"), NO_RULE)])
    for table, place in zip(rules, places, strict=True):
        faults += _rule_faults(table, place)
    faults += _repeated(rules, places)
    if faults:
        raise _faulty(faults)
    return Rules(
        default=tables.get("default", "allow"),
        rules=tuple(_rule(table, place.line) for table, place in zip(rules, places, strict=True)),
    )


def _faulty(faults: list[Fault]) -> SettingsError:
    told = [f"{VARIABLE}: line {line}: {fault}" for line, fault in sorted(faults)]
    return SettingsError(tuple(told[:MOST_FAULTS]))


def _parsed(text: str) -> dict[str, Any]:
    if len(text) > MOST_CHARACTERS:
        raise SettingsError((f"{VARIABLE}: the file is longer than 256 KiB",))
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise _faulty([(1, NO_TOML)]) from None
    except ValueError as error:  # also of a number with thousands of digits, without a line
        found = WHERE.search(str(error))
        raise _faulty([(int(found[1]) if found else text.count("\n") + 1, NO_TOML)]) from None


def _top_faults(tables: Mapping[str, Any], top: Section) -> Iterator[Fault]:
    for name in tables.keys() - TOP_KEYS:
        yield top.line_of(name), f"`{_quoted(name)}` is no key of a rules file"
    if tables.get("default", "allow") not in EFFECTS:
        yield top.line_of("default"), "`default` must be allow or deny"
    rules = tables.get("rule", [])
    if isinstance(rules, list) and len(rules) > MOST_RULES:
        yield 1, f"there may be {MOST_RULES} rules at most"


def _rule_faults(table: Mapping[str, Any], place: Section) -> Iterator[Fault]:
    for name in table:
        if name not in KEYS:
            told = f"`{_quoted(name)}` is no key of a rule"
            yield place.line_of(name), STANDS_ABOVE if name == "default" else told
        elif fault := KEYS[name](table[name]):
            yield place.line_of(name), f"`{name}` {fault}"
    yield from ((place.line, f"`{name}` is missing") for name in NEEDED if name not in table)


def _repeated(tables: list[Mapping[str, Any]], places: list[Section]) -> Iterator[Fault]:
    seen: set[str] = set()
    for table, place in zip(tables, places, strict=True):
        name = table.get("name")
        if isinstance(name, str):
            if name in seen:
                yield place.line_of("name"), "another rule has this name already"
            seen.add(name)


def _quoted(name: str) -> str:
    """A key as it stands in the file, fit for one line of a terminal or a log."""
    return "".join(each if each.isprintable() else "?" for each in name[:40])


def _rule(table: Mapping[str, Any], line: int) -> Rule:
    return Rule(
        line=line,
        name=table["name"],
        effect=table["effect"],
        ask=table.get("ask", ""),
        kinds=tuple(Kind(each) for each in table.get("kinds", ())),
        actions=tuple(Action(each) for each in table.get("actions", ())),
        **{name: tuple(table.get(name, ())) for name in PLAIN_LISTS},
    )


def _name(value: Any) -> str:
    is_plain = isinstance(value, str) and value.isprintable() and value == value.strip()
    is_name = is_plain and 0 < len(value) <= LONGEST_NAME and not set(value) & MARKUP
    return "" if is_name else f"must be a name of 1 to {LONGEST_NAME} characters without ` | < > &"


def _matches(pattern: str, meaning: str) -> Check:
    whole = re.compile(pattern)

    def check(value: Any) -> str:
        return "" if isinstance(value, str) and whole.fullmatch(value) else f"must be {meaning}"

    return check


def _instances(value: Any) -> str:
    fault = _matches(r"[a-z0-9*?-]{1,40}", "a pattern such as cmgo-prod*")(value)
    return fault or ("" if can_fit(value) else NO_SUCH_ID)


def _list_of(check: Check) -> Check:
    def check_all(value: Any) -> str:
        if not isinstance(value, list) or not value:
            return "must be a list that is not empty"
        faults = (f"has an entry that {fault}" for each in value if (fault := check(each)))
        return next(faults, "")

    return check_all


def _word_of(words: type[Kind] | type[Action]) -> Check:
    known = [word.value for word in words]
    return _matches("|".join(known), f"one of {', '.join(known)}")


def _id(letters: str, meaning: str) -> Check:
    example = f"{letters[0]}0123456789"
    return _matches(rf"[{letters}][A-Z0-9]{{1,20}}", f"the id of {meaning}, such as {example}")


KEYS: Mapping[str, Check] = {
    "name": _name,
    "effect": _matches("allow|deny", "allow or deny"),
    "ask": _id("S", "a user group"),
    "instances": _list_of(_instances),
    "regions": _list_of(_matches(r"[a-z]{2}-[a-z]+(-[a-z0-9]+)?", "a region such as ap-tokyo")),
    "users": _list_of(_id("UW", "a user")),
    "groups": _list_of(_id("S", "a user group")),
    "channels": _list_of(_id("CGD", "a channel")),
    "apps": _list_of(_id("A", "an app")),
    "kinds": _list_of(_word_of(Kind)),
    "actions": _list_of(_word_of(Action)),
}
NEEDED = ("name", "effect")
PLAIN_LISTS = ("instances", "regions", "users", "groups", "channels", "apps")
