"""The answer as one JSON document, for scripts. Pure.

    {"instances": [{"instance", "region", "total", "request_id", "exports": [
        {"id", "kind", "state", "progress_percent", "size_bytes", "created_at", "updated_at",
         "has_link", "url"}]}]}

An instance without an answer has `error` (`kind`, `code`, `message`, `request_id`) instead of
`total`, `request_id` and `exports`. `silent_regions` are where the instance, or its exports, may
yet be. One that was not read to its end has `"complete": false`.
Foreign text stands in it as it came: write it with `json.dumps`' own ASCII escapes.
"""

import re
from datetime import UTC, datetime
from typing import Any

from bot.model import Export, Failure, Lookup, Outcome, Report
from bot.render.pages import page_of


def document(
    outcomes: tuple[Outcome, ...],
    lookup: Lookup,
    *,
    links: bool,
    link_hosts: tuple[str, ...] = (),
) -> dict[str, Any]:
    """What a look-up found: instances in the order asked, exports newest first.

    `total` counts the exports that match, also when `page` or `limit` cut the list. Times are
    ISO 8601 in UTC. `url` is null unless `links` is true and the link's host is allowed.
    """
    instances = []
    for outcome in outcomes:
        if isinstance(outcome, Failure):
            instances.append(_failed(outcome))
        else:
            instances.append(_found(outcome, lookup, link_hosts if links else None))
    return {"instances": instances}


def rows_asked(report: Report, lookup: Lookup) -> tuple[Export, ...]:
    """The matching exports; one page of them when `page` or `limit` was typed."""
    if lookup.page > 1 or lookup.limit is not None:
        return page_of(report.exports, lookup, most=None).rows
    return lookup.matching(report.exports)


def _found(report: Report, lookup: Lookup, hosts: tuple[str, ...] | None) -> dict[str, Any]:
    incomplete: dict[str, Any] = {} if report.complete else {"complete": False}
    if report.silent_regions:
        incomplete["silent_regions"] = list(report.silent_regions)
    return {
        "instance": str(report.instance),
        "region": report.region,
        "total": len(lookup.matching(report.exports)),
        **incomplete,
        "request_id": report.request_id,
        "exports": [_export(export, hosts) for export in rows_asked(report, lookup)],
    }


def _export(export: Export, hosts: tuple[str, ...] | None) -> dict[str, Any]:
    return {
        "id": export.id,
        "kind": export.kind,
        "state": export.state,
        "progress_percent": export.progress_percent,
        "size_bytes": export.size_bytes,
        "created_at": _iso(export.created_at),
        "updated_at": _iso(export.updated_at),
        "has_link": export.link is not None,
        "url": _url(export, hosts),
    }


def _url(export: Export, hosts: tuple[str, ...] | None) -> str | None:
    if hosts is None or export.link is None or not export.link.is_allowed(hosts):
        return None
    return export.link.reveal()


def _failed(failure: Failure) -> dict[str, Any]:
    error = failure.error
    silent = getattr(error, "silent_regions", ())
    return {
        "instance": str(failure.instance),
        "region": getattr(error, "region", "") or None,
        "error": {
            "kind": re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower(),
            "code": getattr(error, "code", None),
            "message": getattr(error, "message", "") or None,
            "request_id": getattr(error, "request_id", None),
            **({"silent_regions": list(silent)} if silent else {}),
        },
    }


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None
