"""A report ↔ JSON, without links: what is not written can't be read by others. Pure."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.model import Export, InstanceId, Report

MOST_EXPORTS = 200  # the newest; the rest is marked as missing
MICROSECOND = timedelta(microseconds=1)


def without_links(report: Report) -> Report:
    """The report as it may be kept: no links, no more exports than are written, no age."""
    exports = tuple(replace(export, link=None) for export in report.exports[:MOST_EXPORTS])
    is_whole = len(exports) == len(report.exports)
    return replace(report, exports=exports, complete=report.complete and is_whole, age=timedelta(0))


def written(report: Report) -> str:
    """The report as JSON; never a link of it."""
    kept = without_links(report)
    facts = {
        "region": kept.region,
        "regions_asked": kept.regions_asked,
        "complete": kept.complete,
        "as_of": kept.as_of.isoformat(),
        "took_us": kept.took // MICROSECOND,
        "request_id": kept.request_id,
        "silent_regions": kept.silent_regions,
        "exports": [_export(export) for export in kept.exports],
    }
    return json.dumps(facts, separators=(",", ":"))


def read(instance: InstanceId, text: str) -> Report | None:
    """The report that `written` wrote; None when it can't be read."""
    try:
        facts = json.loads(text)
        return Report(
            instance=instance,
            region=facts["region"],
            regions_asked=tuple(facts["regions_asked"]),
            complete=facts["complete"],
            as_of=datetime.fromisoformat(facts["as_of"]),
            took=facts["took_us"] * MICROSECOND,
            request_id=facts["request_id"],
            silent_regions=tuple(facts["silent_regions"]),
            exports=tuple(_read_export(each) for each in facts["exports"]),
        )
    except (ValueError, TypeError, LookupError, OverflowError):
        return None


def _export(export: Export) -> list[Any]:
    return [
        export.id,
        export.kind,
        export.state,
        export.progress_percent,
        export.size_bytes,
        export.created_at and export.created_at.isoformat(),
        export.updated_at and export.updated_at.isoformat(),
    ]


def _read_export(facts: list[Any]) -> Export:
    name, kind, state, progress_percent, size_bytes, created, updated = facts
    return Export(
        id=name,
        kind=kind,
        state=state,
        progress_percent=progress_percent,
        size_bytes=size_bytes,
        created_at=created and datetime.fromisoformat(created),
        updated_at=updated and datetime.fromisoformat(updated),
    )
