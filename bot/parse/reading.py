"""Reads the words of a command, left to right, into a Command; says which word is wrong.

    words ──► _Reader: one reader per keyword ──► Lookup ──► at most ten instances, or parts of it

The first word that makes no sense is the one reported: nothing is half-done. What only shows in
the whole is reported after that, in this order: a period that is empty, no instance, too many.

- Several states, or several kinds, are alternatives: `done failed` is either.
- Several periods must all hold: `today last 6h` is the shorter of the two.
- Region, zone, window, page and limit may be said twice only if they say the same.
- `zone NAME` holds for the times behind it. It is written by `canonical`, so that a button reads
  the same for everyone, and taught nowhere.
"""

import re
from collections import deque
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import TypeVar

from bot.errors import BadCommand, Problem
from bot.model import MAX_INSTANCES, Command, InstanceId, Lookup, Menu
from bot.parse import times
from bot.parse.about import about_app
from bot.parse.guesses import explain
from bot.parse.vocabulary import (
    DAY_WORDS,
    FILLERS,
    HEALTH,
    HERE,
    KIND_PLURALS,
    KIND_WORDS,
    QUESTION_MARK,
    STATE_WORDS,
    VALUE_WORDS,
    is_region,
    looks_like_region,
)
from bot.parse.words import Word, split_words
from bot.parse.writing import canonical

_FILTER_WORDS = frozenset({*STATE_WORDS, *KIND_WORDS})
_ALTERNATIVES = re.compile("[/+&]")  # slow/error, failed+done
_NUMBER = re.compile("[0-9]{1,6}")

MAX_LIMIT = 100
MAX_PAGE = 9999

Value = TypeVar("Value")


def parse(text: str, *, now: datetime, zone: str) -> Command:
    """What a person asked for.

    Args:
        text: as Slack delivers it, or as it was typed in a terminal; without `/mongolog`.
        now: aware; counted in whole seconds.
        zone: the IANA name of the asker's time zone.

    Raises:
        BadCommand: when the words make no question; never anything else, whatever the text.
        ZoneInfoNotFoundError: when a typed time needs `zone` and there is no such zone.
    """
    words = split_words(text)
    reader = _Reader(words, now=now.astimezone(UTC).replace(microsecond=0), zone=zone)
    return about_app(words) or reader.read()


class _Reader:
    """One pass over the words of a question."""

    def __init__(self, words: tuple[Word, ...], *, now: datetime, zone: str) -> None:
        self._rest = deque(words)
        self._now = now
        self._asker_zone = zone
        self._instances: dict[InstanceId, None] = {}  # a dict for its order
        self._filters: set[str] = set()
        self._starts: list[datetime] = []
        self._ends: list[datetime] = []
        self._period_words: list[str] = []
        self._zone: str | None = None
        self._region: str | None = None
        self._window: tuple[str, str] | None = None
        self._page: int | None = None
        self._limit: int | None = None
        self._here = False
        self._says_something = False

    def read(self) -> Command:
        while self._rest:
            self._read_word(self._rest.popleft())
        if not (self._instances or self._says_something):
            return Menu()
        lookup = self._lookup()
        self._check(lookup)
        return lookup

    def _read_word(self, word: Word) -> None:
        if word.ids:
            self._instances.update(dict.fromkeys(word.ids))
        elif word.plain not in FILLERS and word.plain != QUESTION_MARK:
            self._says_something = True
            self._read_meaning(word)

    def _read_meaning(self, word: Word) -> None:
        filters = {KIND_PLURALS.get(part, part) for part in _ALTERNATIVES.split(word.plain)}
        if filters <= _FILTER_WORDS:
            self._filters |= filters
        elif word.plain in VALUE_WORDS:
            self._expect_value(word)
            self._read_value(word)
        elif word.plain in DAY_WORDS:
            self._read_day(word)
        elif word.plain == HERE:
            self._here = True
        elif word.plain == HEALTH:
            raise BadCommand(Problem.STANDS_ALONE, word=word.typed)
        elif looks_like_region(word.plain) and is_region(word.plain):
            self._region = _once(self._region, word.plain, Problem.BAD_REGION, word.typed)
        else:
            raise explain(word, now=self._now, zone=self._asker_zone)

    def _expect_value(self, keyword: Word) -> None:
        following = self._rest[0] if self._rest else None
        if following is None or following.ids or following.plain in VALUE_WORDS:
            raise BadCommand(Problem.MISSING_VALUE, word=keyword.typed)

    def _read_value(self, keyword: Word) -> None:
        readers = {
            "since": self._read_since,
            "last": self._read_last,
            "until": self._read_until,
            "region": self._read_region,
            "zone": self._read_zone,
            "window": self._read_window,
            "page": self._read_page,
            "limit": self._read_limit,
        }
        readers[keyword.plain](keyword)

    def _read_since(self, keyword: Word) -> None:
        stretch, typed = self._take_time()
        self._bound(keyword.typed, typed, start=stretch.start)

    def _read_until(self, keyword: Word) -> None:
        stretch, typed = self._take_time()
        self._bound(keyword.typed, typed, end=stretch.end)

    def _read_last(self, keyword: Word) -> None:
        phrase, typed = self._take_phrase()
        stretch = times.read_past(phrase, now=self._now)
        if stretch is None:
            raise BadCommand(Problem.BAD_TIME, word=typed)
        self._bound(keyword.typed, typed, start=stretch.start)

    def _read_day(self, word: Word) -> None:
        day = times.read_time(word.plain, now=self._now, zone=self._time_zone)
        if day is None:  # a clock that stands at the end of what datetime can hold
            raise BadCommand(Problem.BAD_TIME, word=word.typed)
        self._keep_zone(word.typed)
        self._bound(word.typed, start=day.start, end=day.end)

    def _take_time(self) -> tuple[times.Stretch, str]:
        phrase, typed = self._take_phrase()
        stretch = times.read_past(phrase, now=self._now) or times.read_time(
            phrase, now=self._now, zone=self._time_zone
        )
        if stretch is None:
            raise BadCommand(Problem.BAD_TIME, word=typed)
        if stretch.in_zone:
            self._keep_zone(typed)
        return stretch, typed

    def _take_phrase(self) -> tuple[str, str]:
        """The words of one time: what they say, and as they were typed."""
        words = self._take(times.phrase_length(self._coming(times.MOST_PHRASE_WORDS)))
        return " ".join(word.plain for word in words), " ".join(word.typed for word in words)

    def _coming(self, most: int) -> tuple[str, ...]:
        return tuple(word.plain for word in islice(self._rest, most))

    def _take(self, count: int) -> tuple[Word, ...]:
        return tuple(self._rest.popleft() for _ in range(count))

    def _bound(
        self, *typed: str, start: datetime | None = None, end: datetime | None = None
    ) -> None:
        self._period_words += typed
        self._starts += [start] if start else []
        self._ends += [end] if end else []

    @property
    def _time_zone(self) -> str:
        return self._zone or self._asker_zone

    def _keep_zone(self, typed: str) -> None:
        self._zone = _once(self._zone, self._time_zone, Problem.BAD_TIME, typed)

    def _read_zone(self, _keyword: Word) -> None:
        (name,) = self._take(1)
        if not times.is_zone(name.text):
            raise BadCommand(Problem.BAD_TIME, word=name.typed)
        self._zone = _once(self._zone, name.text, Problem.BAD_TIME, name.typed)

    def _read_region(self, _keyword: Word) -> None:
        (name,) = self._take(1)
        if not is_region(name.plain):
            raise BadCommand(Problem.BAD_REGION, word=name.typed)
        self._region = _once(self._region, name.plain, Problem.BAD_REGION, name.typed)

    def _read_page(self, _keyword: Word) -> None:
        self._page = self._take_number(self._page, most=MAX_PAGE)

    def _read_limit(self, _keyword: Word) -> None:
        self._limit = self._take_number(self._limit, most=MAX_LIMIT)

    def _take_number(self, before: int | None, *, most: int) -> int:
        (word,) = self._take(1)
        number = int(word.text) if _NUMBER.fullmatch(word.text) else 0
        if not 1 <= number <= most:
            raise BadCommand(Problem.BAD_NUMBER, word=word.typed)
        return _once(before, number, Problem.BAD_NUMBER, word.typed)

    def _read_window(self, _keyword: Word) -> None:
        words = self._take(times.window_length(self._coming(times.MOST_WINDOW_WORDS)))
        typed = " ".join(word.typed for word in words)
        window = times.split_window(" ".join(word.text for word in words))
        if window is None:
            raise BadCommand(Problem.BAD_WINDOW, word=typed)
        if not times.is_forward(window):
            raise BadCommand(Problem.BAD_PERIOD, word=typed)
        self._window = _once(self._window, window, Problem.BAD_WINDOW, typed)

    def _lookup(self) -> Lookup:
        return Lookup(
            instances=tuple(self._instances),
            states=frozenset(self._filters.intersection(STATE_WORDS)),
            kinds=frozenset(self._filters.intersection(KIND_WORDS)),
            since=max(self._starts, default=None),
            until=min(self._ends, default=None),
            zone=self._zone or "",
            window=self._window,
            region=self._region,
            page=self._page or 1,
            limit=self._limit,
            here=self._here,
        )

    def _check(self, lookup: Lookup) -> None:
        if lookup.since and lookup.until and lookup.since >= lookup.until:
            raise BadCommand(Problem.BAD_PERIOD, word=" ".join(self._period_words))
        if not lookup.instances:
            raise BadCommand(Problem.NO_INSTANCE)
        if len(lookup.instances) > MAX_INSTANCES:
            raise BadCommand(Problem.TOO_MANY, commands=_parts(lookup))


def _once(before: Value | None, value: Value, problem: Problem, typed: str) -> Value:
    """The value, unless something else was said before."""
    if before is not None and before != value:
        raise BadCommand(problem, word=typed)
    return value


def _parts(lookup: Lookup) -> tuple[str, ...]:
    """The same question about ten instances at a time."""
    return tuple(
        canonical(replace(lookup, instances=lookup.instances[start : start + MAX_INSTANCES]))
        for start in range(0, len(lookup.instances), MAX_INSTANCES)
    )
