"""The answer about several instances: a paragraph each, with its newest exports. Pure."""

from collections.abc import Iterator
from dataclasses import replace

from bot.errors import Fixer
from bot.model import Export, Failure, Lookup, Message, Outcome, Report
from bot.render.blocks import (
    Block,
    Element,
    button,
    context,
    date_token,
    message,
    section,
)
from bot.render.controls import row
from bot.render.explanations import emoji_of, explain, fixer_of, headline
from bot.render.foreign import bare, code, escaped
from bot.render.frame import notes, place, reference_line, shared_line, small_line
from bot.render.headline import known, no_exports, verdict
from bot.render.ids import PAGE, RETRY
from bot.render.links import download_button, offer, right_hint
from bot.render.pages import Page, page_of
from bot.render.question import narrowing
from bot.render.rows import REQUEST_ID_LENGTH, one_line, state_counts
from bot.render.stale import stale_lines, stale_verdict
from bot.render.times import clock
from bot.render.values import ask_value
from bot.render.view import View
from bot.render.whom import whom_to_ask
from bot.render.words import exports, joined

MOST_ROWS = 3  # for each instance
MOST_SPOKEN = 3  # instances named in the text: more would be cut in the middle of an id
PAGE_ALONE = "To turn pages, open one instance alone."


def several(outcomes: tuple[Outcome, ...], lookup: Lookup, view: View) -> Message:
    """The newest exports of each instance, in the order asked; failures say why in their place."""
    asked_page, lookup = lookup.page, replace(lookup, page=1)
    reports = tuple(outcome for outcome in outcomes if isinstance(outcome, Report))
    blocks = (
        *shared_line(view),
        section("answer", _first_line(outcomes, reports, lookup, view)),
        *(_about(outcome, lookup, view) for outcome in outcomes),
        *right_hint(_found(reports, lookup), view),
        *_page_hint(asked_page),
        *row(replace(lookup, here=False), view),
        *notes(lookup, reports, view),
        small_line(reports, view) if reports else reference_line(view),
    )
    return message(_sentences(outcomes, reports, lookup, view), blocks)


def _first_line(
    outcomes: tuple[Outcome, ...], reports: tuple[Report, ...], lookup: Lookup, view: View
) -> str:
    found = _found(reports, lookup)
    silent = len(outcomes) - len(reports)
    return joined(
        f"*{exports(len(found))} of {len(outcomes)} instances*",
        state_counts(found),
        f":warning: {silent} without an answer" if silent else "",
        narrowing(lookup, lambda at: date_token(at, view.zone)),
    )


def _about(outcome: Outcome, lookup: Lookup, view: View) -> Block:
    return section(
        "instance",
        _paragraph(outcome, lookup, view),
        accessory=_accessory(outcome, lookup, view) if view.has_controls else None,
    )


def _accessory(outcome: Outcome, lookup: Lookup, view: View) -> Element | None:
    """*Download* of the newest done export where that may be, else a way to the whole answer."""
    value = ask_value(replace(lookup, instances=(outcome.instance,), here=False))
    if isinstance(outcome, Failure):
        is_passing = fixer_of(outcome.error) is Fixer.WAIT or outcome.last_known is not None
        spoken = f"Ask about {outcome.instance} again"
        again = button("Try again", action=RETRY, value=value, spoken=spoken)
        return again if value and is_passing else None
    offered = offer(page_of(outcome.exports, lookup, most=MOST_ROWS), view)
    if offered and outcome.instance not in view.links_denied:
        region, instance = outcome.region, outcome.instance
        return download_button(offered, region, instance, is_primary=False)
    spoken = f"Open {outcome.instance}"
    return button("Open", action=PAGE, value=value, spoken=spoken) if value else None


def _paragraph(outcome: Outcome, lookup: Lookup, view: View) -> str:
    if isinstance(outcome, Failure):
        return _failure_paragraph(outcome, lookup, view)
    page = page_of(outcome.exports, lookup, most=MOST_ROWS)
    lines = [_instance_line(outcome, page)]
    lines += [one_line(export, view) for export in page.rows]
    if more := len(page.whole) - len(page.rows):
        lines.append(f"… and {more:,} more")
    return "\n".join(lines)


def _instance_line(report: Report, page: Page) -> str:
    name = f"*{code(report.instance)}*"
    region = escaped(place(report)) if place(report) != bare(report.region) else ""
    if not report.exports:
        return joined(name, region, no_exports(report).replace("No", "no", 1))
    if not page.whole:
        return joined(name, region, f"none of {known(report)} match")
    counts = state_counts(page.whole) if len(page.whole) > 1 else ""
    return joined(name, region, counts)


def _failure_paragraph(failure: Failure, lookup: Lookup, view: View) -> str:
    error, report = failure.error, failure.last_known
    if report is not None:
        page = page_of(report.exports, lookup, most=MOST_ROWS)
        return "\n".join(stale_lines(failure, report, page, view))
    explanation = explain(error)
    title = f"*{code(failure.instance)}* · {emoji_of(error)} *{headline(error)}*"
    advice = f"*{explanation.turn}:* {escaped(explanation.next_step)}{whom_to_ask(error, view)}"
    request_id = getattr(error, "request_id", None)
    trace = f" · RequestId {code(request_id, REQUEST_ID_LENGTH)}" if request_id else ""
    return f"{title}\n{escaped(explanation.what)}\n{advice}{trace}"


def _page_hint(asked_page: int) -> Iterator[Block]:
    if asked_page > 1:
        yield context("page", PAGE_ALONE)


def _found(reports: tuple[Report, ...], lookup: Lookup) -> tuple[Export, ...]:
    return tuple(export for report in reports for export in lookup.matching(report.exports))


def _sentences(
    outcomes: tuple[Outcome, ...], reports: tuple[Report, ...], lookup: Lookup, view: View
) -> Iterator[str]:
    yield f"{_verdict(outcomes[0], lookup, view)}."
    found = len(_found(reports, lookup))
    yield f"{len(outcomes)} instances, {exports(found)}; as of {clock(view.now, view.zone)}."
    for outcome in outcomes[1:MOST_SPOKEN]:
        yield f"{_verdict(outcome, lookup, view)}."


def _verdict(outcome: Outcome, lookup: Lookup, view: View) -> str:
    if isinstance(outcome, Failure) and outcome.last_known is not None:
        known_page = page_of(outcome.last_known.exports, lookup, most=MOST_ROWS)
        return stale_verdict(outcome.last_known, known_page, view)
    if isinstance(outcome, Failure):
        return f"{headline(outcome.error)}: {outcome.instance}"
    page = page_of(outcome.exports, lookup, most=MOST_ROWS)
    return verdict(outcome, lookup, page, view.zone)
