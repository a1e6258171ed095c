"""What was known last, when the cloud gives no answer: its age first, and never a link. Pure."""

from collections.abc import Iterator
from dataclasses import replace

from bot.errors import CloudError
from bot.model import Failure, Lookup, Message, Report
from bot.render.blocks import Block, context, date_token, message, section
from bot.render.controls import retry
from bot.render.explanations import explain, headline
from bot.render.foreign import bare, code, escaped
from bot.render.frame import notes, page_line
from bot.render.headline import known, no_exports, subject, tally
from bot.render.pages import Page, page_of
from bot.render.question import narrowing
from bot.render.rows import REQUEST_ID_LENGTH, details, one_line, state_counts, title
from bot.render.times import moment, span
from bot.render.view import View
from bot.render.words import exports, joined, kind_words, size_words, state_words


def not_current(failure: Failure, report: Report, lookup: Lookup, view: View) -> Message:
    """The last known answer about one instance, and why it is not a new one.

    Args:
        failure: why there is none.
        report: what was known last.
        lookup: what was asked; its filters and page are applied to what was known.
        view: who reads it, and where.
    """
    page = page_of(report.exports, lookup)
    if page.is_beyond:
        page = page_of(report.exports, replace(lookup, page=1))
    known_then = replace(report, silent_regions=())
    blocks = (
        section("answer", _first_line(report, lookup, page, view)),
        *_rows(page, view),
        *page_line(page),
        section("turn", _why(failure)),
        *retry(lookup, view),
        *notes(lookup, (known_then,), view),
        context("foot", joined(*_origin(failure, report, view))),
    )
    return message(_sentences(failure, report, page, view), blocks)


def stale_lines(failure: Failure, report: Report, page: Page, view: View) -> Iterator[str]:
    """The same as lines of mrkdwn, for an instance among others."""
    counts = state_counts(page.whole) if len(page.whole) > 1 else ""
    age = f":warning: *{age_of(report, view)}*"
    yield joined(f"*{code(failure.instance)}*", age, counts or ("" if page.rows else _none(report)))
    yield from (one_line(export, view) for export in page.rows)
    if more := len(page.whole) - len(page.rows):
        yield f"… and {more:,} more"
    said = explain(failure.error)
    yield f"{headline(failure.error)}. *{said.turn}:* {escaped(said.next_step)}"


def stale_verdict(report: Report, page: Page, view: View) -> str:
    """The first words: `Not current, 12 min ago: running 62%: slow log of cmgo-k2p5su09`."""
    age = age_of(report, view).replace(" · ", ", ")
    if not page.rows:
        fact = exports(len(page.whole)) if page.whole else _none(report)
        return f"{age}: {fact}: {report.instance}"
    first = subject(page.rows[0], report.instance)
    return f"{age}: {first[:1].lower()}{first[1:]}"


def age_of(report: Report, view: View) -> str:
    """That it is old, and how old: `Not current · 12 min ago`."""
    return f"Not current · {span(view.now - report.as_of)} ago"


def _first_line(report: Report, lookup: Lookup, page: Page, view: View) -> str:
    narrowed = narrowing(lookup, lambda at: date_token(at, view.zone))
    share = f"{len(page.whole):,} of {known(report)}, {narrowed}" if narrowed else ""
    instance = code(report.instance)
    if len(page.whole) == 1:
        export = page.whole[0]
        fact = state_words(export)
        more = joined(kind_words(export.kind), size_words(export), instance, share)
    elif page.whole:
        fact = share or exports(len(page.whole))
        more = joined(state_counts(page.whole), instance)
    else:
        fact, more = _none(report), joined(instance, narrowed)
    return joined(f":warning: *{age_of(report, view)}: {fact}*", more)


def _none(report: Report) -> str:
    """That there was nothing to show."""
    if report.exports:
        return f"none of {known(report)} match"
    return no_exports(report).replace("No", "no", 1)


def _rows(page: Page, view: View) -> Iterator[Block]:
    for export in page.rows:
        text = details(export, view, is_current=False)
        is_alone = len(page.whole) == 1
        yield section("export", text if is_alone else f"{title(export)}\n{text}")


def _why(failure: Failure) -> str:
    said = explain(failure.error)
    what = f"*{headline(failure.error)}.* {escaped(said.what)}"
    return f"{what}\n*{said.turn}:* {escaped(said.next_step)}"


def _origin(failure: Failure, report: Report, view: View) -> Iterator[str]:
    yield escaped(bare(report.region))
    yield f"as of {date_token(report.as_of, view.zone)}"
    if isinstance(failure.error, CloudError):
        yield code(failure.error.code, REQUEST_ID_LENGTH)
        if failure.error.request_id:
            yield f"RequestId {code(failure.error.request_id, REQUEST_ID_LENGTH)}"
    yield f"ref {code(view.reference)}"


def _sentences(failure: Failure, report: Report, page: Page, view: View) -> Iterator[str]:
    said = explain(failure.error)
    yield f"{stale_verdict(report, page, view)}."
    if len(page.whole) > 1:
        yield f"{exports(len(page.whole))}: {tally(page.whole)}."
    yield f"As of {moment(report.as_of, view.zone)}."
    yield said.what
    yield f"{said.turn}: {said.next_step}"
