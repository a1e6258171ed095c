"""The answer for a terminal: the same facts as lines, aligned, without any escape sequence. Pure.

The first line is the answer. Every export that matches is shown, unless `page` or `limit` was
typed. Links are shown only when asked for.
"""

from collections.abc import Iterator
from datetime import datetime

from bot.errors import CloudError
from bot.model import DONE, FAILED, Export, Failure, Lookup, Outcome, Report
from bot.render.blocks import CLOUD_SAYS
from bot.render.document import document, rows_asked
from bot.render.explanations import explain, headline
from bot.render.foreign import MESSAGE_LENGTH, visible
from bot.render.frame import comes_from_future, place, unheard, unread
from bot.render.headline import known, subject, tally, verdict
from bot.render.pages import page_of
from bot.render.question import narrowing, times_as_read
from bot.render.rows import REQUEST_ID_LENGTH, WHOLE_ID_LENGTH
from bot.render.stale import stale_verdict
from bot.render.table import table
from bot.render.times import elapsed, moment
from bot.render.view import Surface, View
from bot.render.words import exports, joined

__all__ = ["document", "text"]

URL_LENGTH = 10_000
HOST_LENGTH = 80


def text(
    outcomes: tuple[Outcome, ...],
    lookup: Lookup,
    *,
    now: datetime,
    zone: str,
    links: bool,
    link_hosts: tuple[str, ...] = (),
) -> str:
    """What a look-up found: lines without a final line break, a paragraph for each instance."""
    view = View(
        now=now,
        zone=zone,
        reference="",
        links=links,
        link_hosts=link_hosts,
        surface=Surface.TERMINAL,
    )
    paragraphs = ["\n".join(_lines(outcome, lookup, view)) for outcome in outcomes]
    if len(outcomes) > 1:
        paragraphs.insert(0, _overview(outcomes, lookup, view))
    return "\n\n".join(paragraphs)


def _overview(outcomes: tuple[Outcome, ...], lookup: Lookup, view: View) -> str:
    reports = [outcome for outcome in outcomes if isinstance(outcome, Report)]
    rows = [export for report in reports for export in lookup.matching(report.exports)]
    silent = len(outcomes) - len(reports)
    counts = tally(rows)
    return "".join(
        (
            f"{exports(len(rows))} of {len(outcomes)} instances",
            f", {_narrowed(lookup, view)}" if lookup.is_filtered else "",
            f": {counts}" if counts else "",
            f"; {silent} without an answer" if silent else "",
        )
    )


def _lines(outcome: Outcome, lookup: Lookup, view: View) -> Iterator[str]:
    if isinstance(outcome, Failure):
        if outcome.last_known is not None:
            yield from _last_known(outcome.last_known, lookup, view)
        yield from _failed(outcome)
    else:
        yield _first_line(outcome, lookup, view)
        yield from _body(outcome, lookup, view)
        yield from _notes(outcome, lookup, view)
        yield joined(
            place(outcome),
            f"as of {moment(outcome.as_of, view.zone)}",
            f"took {elapsed(outcome.took)}",
        )


def _first_line(report: Report, lookup: Lookup, view: View) -> str:
    whole = lookup.matching(report.exports)
    if not rows_asked(report, lookup):
        return verdict(report, lookup, page_of(report.exports, lookup, most=None), view.zone)
    narrowed = _narrowed(lookup, view)
    share = f"{len(whole):,} of {known(report)}" if narrowed else known(report)
    if len(whole) == 1:
        only = subject(whole[0], report.instance)
        return f"{only} ({share}, {narrowed})" if narrowed else only
    limits = f", {narrowed}" if narrowed else ""
    return f"{share} exports of {report.instance}{limits}: {tally(whole)}"


def _body(report: Report, lookup: Lookup, view: View) -> Iterator[str]:
    rows = rows_asked(report, lookup)
    if rows:
        yield from table(rows, view.zone)
    for export in rows:
        yield from _link_lines(export, view)


def _link_lines(export: Export, view: View) -> Iterator[str]:
    link = export.link
    if export.state != DONE or link is None or not view.links:
        return
    name = visible(export.id, WHOLE_ID_LENGTH)
    if not link.is_allowed(view.link_hosts):
        yield f"link of {name} refused: host {visible(link.host, HOST_LENGTH)} is not allowed"
        return
    until = link.works_until
    life = f" (until {moment(until, view.zone)})" if until and until > view.now else ""
    yield f"link of {name}{life}: {visible(link.reveal(), URL_LENGTH)}"


def _notes(report: Report, lookup: Lookup, view: View) -> Iterator[str]:
    rows = rows_asked(report, lookup)
    page = page_of(report.exports, lookup, most=None)
    if 0 < len(rows) < len(page.whole):
        yield f"{page.span} of {len(page.whole):,}, page {page.number} of {page.count}"
    if any(export.state == FAILED for export in rows):
        yield "The cloud gives no reason why an export failed: try a shorter period, or a ticket."
    if any(export.state == DONE and export.link is None for export in rows):
        yield "Done without a link: it may have expired; export again in the console."
    if comes_from_future(report, view.now):
        yield "An export seems to come from the future: check MONGOLOG_API_TIMEZONE."
    if not report.complete:
        yield unread(report)
    if report.silent_regions:
        yield unheard(report)
    if read := times_as_read(lookup):
        yield f"{read}."


def _last_known(report: Report, lookup: Lookup, view: View) -> Iterator[str]:
    """What was known last, its age first; without links, as they are never kept."""
    rows = rows_asked(report, lookup)
    yield stale_verdict(report, page_of(report.exports, lookup, most=None), view)
    if rows:
        yield from table(rows, view.zone)


def _failed(failure: Failure) -> Iterator[str]:
    error = failure.error
    said = explain(error)
    yield f"{headline(error)}: {failure.instance}"
    yield said.what
    yield f"{said.turn}: {said.next_step}"
    if isinstance(error, CloudError):
        if message := visible(error.message, MESSAGE_LENGTH):
            yield f"{CLOUD_SAYS} “{message}”"
        yield joined(
            visible(error.region),
            visible(error.code, REQUEST_ID_LENGTH),
            f"RequestId {visible(error.request_id, REQUEST_ID_LENGTH)}" if error.request_id else "",
        )


def _narrowed(lookup: Lookup, view: View) -> str:
    return narrowing(lookup, lambda at: moment(at, view.zone))
