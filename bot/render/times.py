"""Moments and spans of time in plain words. Pure."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def moment(at: datetime, zone: str) -> str:
    """Day, clock time and zone: `2026-11-24 10:35 Asia/Shanghai`."""
    return f"{_local(at, zone):%Y-%m-%d %H:%M} {zone_name(zone)}"


def clock(at: datetime, zone: str) -> str:
    """Clock time and zone: `10:35 Asia/Shanghai`."""
    return f"{_local(at, zone):%H:%M} {zone_name(zone)}"


def typed(at: datetime, zone: str) -> str:
    """A TIME of the grammar: `2026-11-24 10:35`, with seconds when there are any."""
    local = _local(at, zone)
    return f"{local:%Y-%m-%d %H:%M:%S}" if local.second else f"{local:%Y-%m-%d %H:%M}"


def zone_name(zone: str) -> str:
    """The IANA name of the zone that is used for `zone`."""
    return str(_zone(zone))


def span(length: timedelta) -> str:
    """A length of time, rounded: `40 s`, `4 min`, `3 h`, `5 d`; `0 s` when negative."""
    if length < MINUTE:
        return f"{max(0, round(length.total_seconds()))} s"
    if length < HOUR:
        return f"{round(length / MINUTE)} min"
    if length < 2 * DAY:
        return f"{round(length / HOUR)} h"
    return f"{round(length / DAY)} d"


def about(length: timedelta) -> str:
    """A length of time for prose: `40 s`, `about 4 min`."""
    return span(length) if length < MINUTE else f"about {span(length)}"


def elapsed(length: timedelta) -> str:
    """How long a call took: `412 ms`, `1.2 s`."""
    seconds = max(0.0, length.total_seconds())
    return f"{round(seconds * 1000)} ms" if seconds < 1 else f"{seconds:.1f} s"


def _local(at: datetime, zone: str) -> datetime:
    try:
        return at.astimezone(_zone(zone))
    except OverflowError:  # the first or last hours that a datetime can hold
        return at


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, malformed, or the name of a folder
        return UTC
