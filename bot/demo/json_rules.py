"""Rules for the shape of JSON values, and the faults they find. Pure; knows no Block Kit.

A rule takes a value and the JSON pointer at which it stands, and yields what is wrong with it.
No rule raises, whatever the value: `block_kit` is a table of them.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

URL_PATTERN = re.compile(r"https?://[^\s/?#]+\S*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that Slack would refuse.

    Attributes:
        error: Slack's error word for the whole message.
        pointer: the JSON pointer (RFC 6901) of the value that is wrong; empty for the whole.
        message: what is wrong with it, in Slack's words where they are known.
    """

    error: str = "invalid_blocks"
    pointer: str
    message: str

    def __str__(self) -> str:
        return f"{self.message} [json-pointer:{self.pointer}]" if self.pointer else self.message


Rule = Callable[[Any, str], Iterator[Fault]]


def under(pointer: str, key: str | int) -> str:
    """The pointer of `key` inside the value at `pointer`."""
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"


def text(*, most: int, least: int = 1) -> Rule:
    """A string of `least` to `most` characters."""

    def check(value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, str):
            yield Fault(pointer=at, message="must provide a string")
        elif len(value) < least:
            yield Fault(pointer=at, message=f"must be more than {least - 1} characters")
        elif len(value) > most:
            yield Fault(pointer=at, message=f"must be less than {most + 1} characters")

    return check


def url(*, most: int) -> Rule:
    """A web address, http or https, of at most `most` characters."""
    measure = text(most=most)

    def check(value: Any, at: str) -> Iterator[Fault]:
        yield from measure(value, at)
        if isinstance(value, str) and not URL_PATTERN.fullmatch(value):
            yield Fault(pointer=at, message="must be a valid http or https url")

    return check


def boolean(value: Any, at: str) -> Iterator[Fault]:
    """True or false."""
    if not isinstance(value, bool):
        yield Fault(pointer=at, message="must provide a boolean")


def integer(*, least: int = 0, most: int | None = None) -> Rule:
    """A whole number from `least` to `most`; no upper bound when `most` is None."""

    def check(value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield Fault(pointer=at, message="must provide an integer")
        elif value < least or (most is not None and value > most):
            yield Fault(pointer=at, message=f"must be from {least} to {most}")

    return check


def word(*words: str) -> Rule:
    """One of `words`, exactly."""

    def check(value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, str) or value not in words:
            yield Fault(pointer=at, message=f"must be one of: {', '.join(words)}")

    return check


def array(item: Rule, *, least: int = 1, most: int | None = None) -> Rule:
    """A list of `least` to `most` values that each follow `item`."""

    def check(value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, list):
            yield Fault(pointer=at, message="must provide an array")
            return
        if len(value) < least:
            yield Fault(pointer=at, message=f"no fewer than {least} items allowed")
        if most is not None and len(value) > most:
            yield Fault(pointer=at, message=f"no more than {most} items allowed")
        for index, member in enumerate(value):
            yield from item(member, under(at, index))

    return check


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A JSON object; itself a rule.

    Attributes:
        type: the word that its field `type` must hold; None when it must have no such field.
        required, optional: its fields; any other is refused.
        laws: what must hold between the fields; called with any object, whatever its fields hold.
    """

    type: str | None = None
    required: Mapping[str, Rule] = field(default_factory=dict)
    optional: Mapping[str, Rule] = field(default_factory=dict)
    laws: tuple[Rule, ...] = ()

    def __call__(self, value: Any, at: str) -> Iterator[Fault]:
        """Yield every fault of the value at `at`."""
        if not isinstance(value, dict):
            yield Fault(pointer=at, message="must provide an object")
            return
        rules = self._rules()
        yield from _missing(self.required, value, at)
        for name, member in value.items():
            if name in rules:
                yield from rules[name](member, under(at, name))
            else:
                yield Fault(pointer=at, message=f"invalid additional property: {name}")
        for law in self.laws:
            yield from law(value, at)

    def _rules(self) -> dict[str, Rule]:
        type_rule = {"type": word(self.type)} if self.type else {}
        return {**type_rule, **self.required, **self.optional}


def any_of(*shapes: Shape) -> Rule:
    """An object that follows the shape its field `type` names."""
    by_type = {shape.type: shape for shape in shapes}

    def check(value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, dict):
            yield Fault(pointer=at, message="must provide an object")
            return
        name = value.get("type")
        if isinstance(name, str) and name in by_type:
            yield from by_type[name](value, at)
        elif "type" in value:
            yield Fault(pointer=under(at, "type"), message=f"unsupported type: {name}")
        else:
            yield Fault(pointer=at, message="missing required field: type")

    return check


def exactly_one(first: str, second: str) -> Rule:
    """The law that one of two fields is given, and not both."""

    def check(value: Any, at: str) -> Iterator[Fault]:
        if (first in value) == (second in value):
            yield Fault(pointer=at, message=f"must define exactly one of `{first}`, `{second}`")

    return check


def at_least_one(first: str, second: str) -> Rule:
    """The law that one of two fields is given, or both."""

    def check(value: Any, at: str) -> Iterator[Fault]:
        if first not in value and second not in value:
            # Slack points at the type here: slackapi/java-slack-sdk issue 1017.
            message = f"must define either `{first}` or `{second}`"
            yield Fault(pointer=under(at, "type"), message=message)

    return check


def _missing(required: Mapping[str, Rule], value: dict[str, Any], at: str) -> Iterator[Fault]:
    for name in required:
        if name not in value:
            yield Fault(pointer=at, message=f"missing required field: {name}")
