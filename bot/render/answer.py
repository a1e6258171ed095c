"""The answer to a look-up, about one instance or several. Pure.

outcomes ── one report ────► first line, a row per export, notes, small line
         ── one failure ───► trouble, or what was known last (stale)
         ── several ───────► several
"""

from collections.abc import Iterator

from bot.model import Export, Failure, Lookup, Message, Outcome, Report
from bot.render.blocks import Block, context, date_token, message, section
from bot.render.company import possible_duplicate, who_else
from bot.render.controls import controls, primary, state_filter
from bot.render.foreign import code
from bot.render.frame import failed_note, notes, page_line, shared_line, small_line
from bot.render.headline import known, no_exports, sentences
from bot.render.links import lifetime, link_notes, offer
from bot.render.pages import Page, page_of
from bot.render.question import narrowing
from bot.render.rows import details, state_counts, title
from bot.render.several import several
from bot.render.stale import not_current
from bot.render.trouble import failure_answer
from bot.render.view import View
from bot.render.words import exports, joined, pages

NOTHING_YET = (
    "Exports are made in the console, under *Log Management* of the instance. "
    "The cloud seems to forget them after about 3 days."
)


def answer(outcomes: tuple[Outcome, ...], lookup: Lookup, view: View) -> Message:
    """What a look-up found, for Slack.

    Args:
        outcomes: at least one, in the order of `lookup.instances`.
        lookup: what was asked; its filters, page and limit are applied here.
        view: who reads it, and where.
    """
    match outcomes:
        case (Report() as report,):
            return _single(report, lookup, view)
        case (Failure(last_known=Report() as report) as failure,):
            return not_current(failure, report, lookup, view)
        case (Failure() as failure,):
            return failure_answer(failure, lookup, view)
        case _:
            return several(outcomes, lookup, view)


def _single(report: Report, lookup: Lookup, view: View) -> Message:
    page = page_of(report.exports, lookup)
    blocks = (
        *shared_line(view),
        section(
            "answer",
            _first_line(report, lookup, page, view),
            accessory=state_filter(report, lookup, view),
        ),
        *_body(report, page, view),
        *page_line(page),
        *controls(report, lookup, page, view),
        *notes(lookup, (report,), view),
        *who_else(view),
        *possible_duplicate(report),
        small_line((report,), view),
    )
    return message(sentences(report, lookup, page, view), blocks)


def _first_line(report: Report, lookup: Lookup, page: Page, view: View) -> str:
    instance = code(report.instance)
    if page.is_beyond:
        return f"*There is no page {page.number}* · {instance}"
    narrowed = narrowing(lookup, lambda at: date_token(at, view.zone))
    if not page.whole:
        none = (
            f"None of {known(report)} match, {narrowed}" if report.exports else no_exports(report)
        )
        return f"*{none}* · {instance}"
    share = f"{len(page.whole):,} of {known(report)}, {narrowed}" if narrowed else ""
    if len(page.whole) == 1:
        return joined(title(page.whole[0]), instance, share)
    total = share or (exports(len(page.whole)) if report.complete else f"{known(report)} exports")
    return joined(f"*{total}*", state_counts(page.whole), instance)


def _body(report: Report, page: Page, view: View) -> Iterator[Block]:
    if page.rows:
        yield from _rows(report, page, view)
        yield from failed_note(report, page)
        yield from link_notes(page, view)
    elif page.is_beyond:
        yield section("hint", f"{exports(len(page.whole))} on {pages(page.count)}.")
    elif report.exports:
        yield section("hint", f"There are {state_counts(report.exports)}.")
    else:
        yield context("hint", NOTHING_YET)


def _rows(report: Report, page: Page, view: View) -> Iterator[Block]:
    special, button = primary(report, page, view) or (None, None)
    offered = offer(page, view)
    for export in page.rows:
        yield section(
            "export",
            _row(export, page, view),
            accessory=button if export is special else None,
        )
        if offered and offered.export is export:
            yield from lifetime(offered, view)


def _row(export: Export, page: Page, view: View) -> str:
    text = details(export, view)
    return text if len(page.whole) == 1 else f"{title(export)}\n{text}"
