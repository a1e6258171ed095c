"""Patterns of instance ids: `*` is any characters, `?` is one character. Pure."""

import re
from fnmatch import translate
from functools import cache
from string import ascii_lowercase, digits

from bot.model import InstanceId

LETTERS = frozenset(ascii_lowercase + digits)
START = tuple(frozenset(letter) for letter in "cmgo-")
SHORTEST, LONGEST = len(START) + 6, len(START) + 16  # as in `bot.model.INSTANCE_ID_PATTERN`
ID = (*START, *[LETTERS] * (LONGEST - len(START)))  # what may stand in each place of an id


def fits_any(instance: InstanceId | None, patterns: tuple[str, ...]) -> bool:
    """Whether the whole id fits one of the patterns; what is about no instance fits none."""
    return instance is not None and any(_pattern(each).fullmatch(instance) for each in patterns)


def can_fit(pattern: str) -> bool:
    """Whether there can be an instance id that fits: a rule that never matches protects nothing."""
    reached = _past_stars({0}, pattern)
    for place, letters in enumerate(ID):
        if place >= SHORTEST and len(pattern) in reached:
            return True
        reached = _past_stars(set(_steps(reached, pattern, letters)), pattern)
    return len(pattern) in reached


def _steps(reached: set[int], pattern: str, letters: frozenset[str]) -> list[int]:
    """How far into the pattern one more character of the id can lead."""
    within = [at for at in reached if at < len(pattern)]
    stays = [at for at in within if pattern[at] == "*"]
    return stays + [at + 1 for at in within if pattern[at] == "?" or pattern[at] in letters]


def _past_stars(reached: set[int], pattern: str) -> set[int]:
    """A star may also stand for nothing."""
    found = set(reached)
    for at, letter in enumerate(pattern):
        if at in found and letter == "*":
            found.add(at + 1)
    return found


@cache  # as many as are in the file
def _pattern(text: str) -> re.Pattern[str]:
    # `translate` takes no longer for many stars, which a plain `.*` for each would.
    return re.compile(translate(text))
