"""Reads the times people type, in their own zone; knows no other words.

A day is a stretch: `until 2024-03-07` includes that day. A clock time is an instant; alone, and
still to come, it means yesterday's. Where clocks are set back a time that happens twice means the
first; one that is skipped means as long after the change as it was typed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from itertools import takewhile
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_DAY = timedelta(days=1)
_UNITS = {
    name: unit
    for unit, names in (
        (timedelta(minutes=1), "m min mins minute minutes"),
        (timedelta(hours=1), "h hr hrs hour hours"),
        (_DAY, "d day days"),
        (timedelta(weeks=1), "w wk week weeks"),
    )
    for name in names.split()
}
_UNITS_ALONE = frozenset({"minute", "hour", "day", "week"})  # `last hour` means one

# Four digits keep every sum inside what datetime can hold; so do the years 1000 to 2999.
_SPAN = re.compile(r"(?P<count>[0-9]{1,4})? ?(?P<unit>[a-z]+)")
_DATE_TEXT = r"[12][0-9]{3}[-/][0-9]{1,2}[-/][0-9]{1,2}"
_DAY_TEXT = rf"today|yesterday|{_DATE_TEXT}"
_CLOCK_TEXT = (
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:\.[0-9]{1,9})?)?"  # logs write fractions; we count in seconds
    r"(?P<offset>z|[+-][0-9]{2}:?[0-9]{2})?"
)
_TIME = re.compile(rf"(?P<day>{_DAY_TEXT})?(?:(?(day)[ t]){_CLOCK_TEXT})?")
_OFFSET = re.compile(r"(?P<sign>[+-])(?P<hours>[0-9]{2}):?(?P<minutes>[0-9]{2})")

MOST_PHRASE_WORDS = 2  # a day and a clock time, a count and a unit
_STARTS_DAY = re.compile(_DAY_TEXT)
_STARTS_CLOCK = re.compile(r"[0-9]{1,2}:")

_BOUND = r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}[ Tt][0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?"
_WINDOW = re.compile(rf"({_BOUND})(?: ?\.{{2,3}} ?| )({_BOUND})")
_WINDOW_WORD = re.compile(r"[0-9t:.-]+")
MOST_WINDOW_WORDS = 4  # two dates and two clock times

_ZONE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9][A-Za-z0-9_+-]*){0,3}")
_LONGEST_ZONE_NAME = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The time a person named: start <= t < end; one instant when both are equal.

    Attributes:
        start, end: aware, in UTC.
        in_zone: whether it took a time zone to read it.
    """

    start: datetime
    end: datetime
    in_zone: bool


def phrase_length(words: Sequence[str]) -> int:
    """How many of these words, in lower case, make one time: 1, or 2 as in `2024-03-07 9:22`."""
    first, second = words[0], words[1] if len(words) > 1 else ""
    is_day_and_clock = _STARTS_DAY.fullmatch(first) and _STARTS_CLOCK.match(second)
    is_count_and_unit = first.isdecimal() and second in _UNITS
    return 2 if is_day_and_clock or is_count_and_unit else 1


def read_span(phrase: str) -> timedelta | None:
    """`6h`, `2 days` or `week` as a length of time; None when it is no such thing."""
    match = _SPAN.fullmatch(phrase)
    if match is None or match["unit"] not in _UNITS:
        return None
    if match["count"] is None:
        return _UNITS[phrase] if phrase in _UNITS_ALONE else None
    return int(match["count"]) * _UNITS[match["unit"]] or None


def read_past(phrase: str, *, now: datetime) -> Stretch | None:
    """The instant that lies `phrase` (`6h`) before now; None when it is no length of time."""
    span = read_span(phrase)
    if span is None:
        return None
    return Stretch(start=now - span, end=now - span, in_zone=False)


def read_time(phrase: str, *, now: datetime, zone: str) -> Stretch | None:
    """A day, a clock time or both; None when it is none of these or does not exist.

    An offset behind the time (`2024-03-07T10:29:50+08:00`, as logs write it) goes before `zone`.

    Raises:
        ZoneInfoNotFoundError: when the zone is needed and not known.
    """
    match = _TIME.fullmatch(phrase)
    if match is None or not phrase:
        return None
    try:
        offset = _read_offset(match["offset"])
        return _read_parts(match, now, offset or ZoneInfo(zone), in_zone=offset is None)
    except (ValueError, OverflowError):
        return None


def is_zone(name: str) -> bool:
    """Whether it names a time zone, in the capitals of the IANA database."""
    if len(name) > _LONGEST_ZONE_NAME or not _ZONE_NAME.fullmatch(name):
        return False
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of the database
        return False
    return True


def window_length(words: Sequence[str]) -> int:
    """How many of these words, in lower case, can be parts of one window: 1 to 4."""
    parts = takewhile(_WINDOW_WORD.fullmatch, words[:MOST_WINDOW_WORDS])
    return max(1, len(tuple(parts)))


def split_window(phrase: str) -> tuple[str, str] | None:
    """The two bounds of `A..B`, as they were typed; None when they are not two whole times."""
    match = _WINDOW.fullmatch(phrase)
    if match is None or not (_bound_time(match[1]) and _bound_time(match[2])):
        return None
    return match[1], match[2]


def is_forward(window: tuple[str, str]) -> bool:
    """Whether the first bound of a window from `split_window` lies before the second."""
    start, end = (_bound_time(bound) for bound in window)
    return start is not None and end is not None and start < end


def _read_parts(match: re.Match[str], now: datetime, zone: tzinfo, *, in_zone: bool) -> Stretch:
    day = _read_day(match["day"], now.astimezone(zone).date())
    if match["hour"] is None:
        start, end = _instant(day, time(), zone), _instant(day + _DAY, time(), zone)
        return Stretch(start=start, end=end, in_zone=in_zone)
    clock = time(int(match["hour"]), int(match["minute"]), int(match["second"] or 0))
    instant = _instant(day, clock, zone)
    if match["day"] is None and instant > now:
        instant = _instant(day - _DAY, clock, zone)
    return Stretch(start=instant, end=instant, in_zone=in_zone)


def _read_day(text: str | None, today: date) -> date:
    if text in (None, "today"):
        return today
    if text == "yesterday":
        return today - _DAY
    year, month, day = (int(part) for part in re.split("[-/]", text or ""))
    return date(year, month, day)


def _read_offset(text: str | None) -> tzinfo | None:
    match = _OFFSET.fullmatch(text or "")
    if match is None:
        return UTC if text == "z" else None
    offset = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"]))
    return timezone(-offset if match["sign"] == "-" else offset)


def _instant(day: date, clock: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)


def _bound_time(bound: str) -> datetime | None:
    """When a bound is, as if in UTC: only to compare the two and to refuse a 30th of February."""
    parts = [int(part) for part in re.split("[-: Tt]", bound)]
    year, month, day, hour, minute = parts[:5]
    try:
        return datetime(year, month, day, hour, minute, sum(parts[5:]), tzinfo=UTC)
    except ValueError:
        return None
