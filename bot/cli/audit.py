"""`mongolog audit`: what became of links and shared answers, from the store; newest first.

    --instance, --user, --since ──► the store ──► a table on stdout, or one JSON document

Works beside a `mongolog serve` that runs, and changes nothing. All else goes to stderr.
"""

import asyncio
import json
import re
import sys
from datetime import UTC, datetime

from bot.errors import SettingsError, StoreError
from bot.model import InstanceId
from bot.parse.times import read_past, read_time
from bot.record import AuditEntry
from bot.render.foreign import MISSING, visible
from bot.render.times import typed, zone_name
from bot.settings import Settings, load, machine_zone
from bot.store import TROUBLES, UNREACHABLE, open_store
from bot.telemetry import set_up_logs

DONE, USAGE, STORE_FAILED = 0, 2, 5
MOST = 1_000
HEADINGS = ("WHEN", "USER", "CHANNEL", "DEED", "INSTANCE", "REGION", "RULE", "REFERENCE", "EXPORT")
GAP = "  "
LONGEST = 256  # of an export's id, which is foreign
BAD_INSTANCE = "--instance: must be an instance id, such as cmgo-k2p5su09"
USER = re.compile(r"<?@?([UW][A-Z0-9]{1,20})(?:\|[^>]*)?>?")
BAD_USER = "--user: must be the id of a person, such as U0123456789; a name can be anybody's"
BAD_SINCE = "--since: must be a length of time or a day, such as 6h, 7d or 2026-11-24"
BAD_ENTRY = "a newer version of mongolog writes into this store; read its audit with that one"
NOTHING = "Nothing fits."
MORE = f"These are the newest {MOST:,}; --since, --instance or --user narrow them down."


def run(*, instance: str | None, user: str | None, since: str | None, as_json: bool) -> int:
    """Print the entries that fit; gives the exit code: 2 for usage or settings, 5 for the store.

    Args:
        instance: only about this one.
        user: only by this person, as Slack's id.
        since: only from then on: `7d`, `2026-11-24`, `2026-11-24 10:35` in the machine's zone.
        as_json: one JSON document, times in UTC.
    """
    try:
        settings = load("check")
        zone = machine_zone() or settings.api_timezone
        only, who = _instance(instance), _user(user)
        start = _start(since, zone)
        set_up_logs(settings.secrets, style=settings.log, level="error")
        entries = asyncio.run(_entries(settings, only, who, start))
    except SettingsError as error:
        print(*error.faults, sep="\n", file=sys.stderr)
        return USAGE
    except StoreError as error:
        print(_why(error), file=sys.stderr)
        return STORE_FAILED
    _print(entries, zone, as_json=as_json)
    return DONE


def _instance(text: str | None) -> str | None:
    """Raises SettingsError."""
    try:
        return None if text is None else str(InstanceId(text.strip().lower()))
    except ValueError:
        raise SettingsError((BAD_INSTANCE,)) from None


def _user(text: str | None) -> str | None:
    """Raises SettingsError."""
    if text is None:
        return None
    if (named := USER.fullmatch(text.strip())) is None:
        raise SettingsError((BAD_USER,))
    return named[1]


def _start(text: str | None, zone: str) -> datetime | None:
    """Raises SettingsError."""
    if text is None:
        return None
    now, phrase = datetime.now(UTC), text.strip().lower()
    found = read_past(phrase, now=now) or read_time(phrase, now=now, zone=zone)
    if found is None:
        raise SettingsError((BAD_SINCE,))
    return found.start


async def _entries(
    settings: Settings, instance: str | None, user: str | None, since: datetime | None
) -> tuple[AuditEntry, ...]:
    url, days = settings.database_url, settings.audit_days
    async with open_store(url, audit_days=days, is_beside=True) as store:
        return await store.audit.entries(instance=instance, user=user, since=since, most=MOST)


def _why(error: StoreError) -> str:
    if error.code == "newer_schema":
        return BAD_ENTRY
    return f"No answer: {TROUBLES.get(error.code, UNREACHABLE)}."


def _print(entries: tuple[AuditEntry, ...], zone: str, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"entries": [_facts(entry) for entry in entries]}, indent=2))
    elif entries:
        print(*_table(entries, zone), sep="\n")
    else:
        print(NOTHING, file=sys.stderr)
    if len(entries) == MOST:
        print(MORE, file=sys.stderr)


def _facts(entry: AuditEntry) -> dict[str, str | None]:
    """One entry for programs; what was not known is null."""
    facts = {
        "at": entry.at.isoformat(timespec="milliseconds"),
        "user": entry.user,
        "team": entry.team,
        "channel": entry.channel,
        "deed": entry.deed.value,
        "instance": entry.instance,
        "region": entry.region,
        "export": entry.export,
        "rule": entry.rule,
        "reference": entry.reference,
    }
    return {name: fact or None for name, fact in facts.items()}


def _table(entries: tuple[AuditEntry, ...], zone: str) -> list[str]:
    """A heading that names the zone, and a line for each entry."""
    first = (f"{HEADINGS[0]} ({zone_name(zone)})", *HEADINGS[1:])
    lines = [first, *(_cells(entry, zone) for entry in entries)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        GAP.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]


def _cells(entry: AuditEntry, zone: str) -> tuple[str, ...]:
    texts = (
        entry.user,
        entry.channel,
        entry.deed,
        entry.instance,
        entry.region,
        entry.rule,
        entry.reference,
        entry.export,
    )
    return (typed(entry.at, zone), *(visible(text, LONGEST) or MISSING for text in texts))
