"""Writes a Lookup as the words of a command, so that `parse` reads the same Lookup back.

Used for button values and for the parts of a question that is too long. The words mean the same
whenever and wherever they are read: times are absolute, and the zone they are written in goes
with them.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.model import Lookup
from bot.parse.vocabulary import HERE, KIND_WORDS, STATE_WORDS


def canonical(lookup: Lookup) -> str:
    """The words of a Lookup in their one order: instances, filters, region, period, the rest.

    Times are in the Lookup's zone, in UTC when it has none, and count whole seconds.
    """
    return " ".join(_words(lookup))


def _words(lookup: Lookup) -> Iterator[str]:
    yield from lookup.instances
    yield from (word for word in STATE_WORDS if word in lookup.states)
    yield from (word for word in KIND_WORDS if word in lookup.kinds)
    if lookup.region:
        yield f"region {lookup.region}"
    yield from _period(lookup)
    if lookup.window:
        yield f"window {lookup.window[0]}..{lookup.window[1]}"
    if lookup.page != 1:
        yield f"page {lookup.page}"
    if lookup.limit is not None:
        yield f"limit {lookup.limit}"
    if lookup.here:
        yield HERE


def _period(lookup: Lookup) -> Iterator[str]:
    if lookup.zone:
        yield f"zone {lookup.zone}"
    if lookup.since:
        yield f"since {_time(lookup.since, lookup.zone)}"
    if lookup.until:
        yield f"until {_time(lookup.until, lookup.zone)}"


def _time(moment: datetime, zone: str) -> str:
    """The time in the zone, to the minute when it is a whole one.

    In UTC and marked `Z` without a zone, and when the zone's clocks show this time for the second
    time: `parse` reads the first.
    """
    local = moment.astimezone(ZoneInfo(zone) if zone else UTC)
    is_read_back = bool(zone) and local.fold == 0
    written = (local if is_read_back else moment.astimezone(UTC)).replace(tzinfo=None)
    text = written.isoformat(timespec="seconds" if written.second else "minutes")
    return text if is_read_back else f"{text}Z"
