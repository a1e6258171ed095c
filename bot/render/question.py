"""A question said back: as a command that asks it again, and as the words that narrow it. Pure."""

from collections.abc import Callable
from datetime import datetime

from bot.model import ERROR, SLOW, STATES, Lookup
from bot.render.foreign import quoted
from bot.render.times import typed, zone_name

STATE_ORDER = ("active", *STATES)
KIND_ORDER = (SLOW, ERROR)


def words_to_ask(lookup: Lookup, instance: str, zone: str, *, page: int = 1) -> str:
    """The words that ask the same about one instance: `cmgo-k2p5su09 failed page 2`.

    Times are written in `zone`, where they will be read.
    """
    words = [instance, *states_asked(lookup), *_kinds(lookup)]
    if lookup.since:
        words.append(f"since {typed(lookup.since, zone)}")
    if lookup.until:
        words.append(f"until {typed(lookup.until, zone)}")
    if lookup.window:
        words.append(f"window {'..'.join(lookup.window)}")
    if lookup.region:
        words.append(f"region {lookup.region}")
    if lookup.limit:
        words.append(f"limit {lookup.limit}")
    if page > 1:
        words.append(f"page {page}")
    return " ".join(words)


def narrowing(lookup: Lookup, write_time: Callable[[datetime], str]) -> str:
    """What the answer is narrowed to: `failed slow log only, created since …`; "" when not."""
    states, kinds = " or ".join(states_asked(lookup)), " or ".join(_kinds(lookup))
    named = " ".join(filter(None, (states, kinds and f"{kinds} logs")))
    period = _period(lookup, write_time)
    parts = (named and f"{named} only", period and f"created {period}")
    return ", ".join(filter(None, parts))


def times_as_read(lookup: Lookup) -> str:
    """How typed times were understood, a phrase; "" when none was typed."""
    if lookup.window:
        start, end = lookup.window
        return f"Window handed to the cloud as typed: {quoted(start)} to {quoted(end)}"
    if not lookup.zone or not (lookup.since or lookup.until):
        return ""
    period = _period(lookup, lambda at: typed(at, lookup.zone))
    return f"Times read as: created {period}, {zone_name(lookup.zone)} time"


def _period(lookup: Lookup, write_time: Callable[[datetime], str]) -> str:
    since = f"since {write_time(lookup.since)}" if lookup.since else ""
    until = f"before {write_time(lookup.until)}" if lookup.until else ""
    return " and ".join(filter(None, (since, until)))


def states_asked(lookup: Lookup) -> tuple[str, ...]:
    """The states that the answer is narrowed to, in their own order; empty for any."""
    return tuple(state for state in STATE_ORDER if state in lookup.states)


def _kinds(lookup: Lookup) -> tuple[str, ...]:
    return tuple(kind for kind in KIND_ORDER if kind in lookup.kinds)
