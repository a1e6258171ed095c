"""The answer on one instance in one line: the words that a lock screen shows first. Pure.

State, kind, instance, in this order. All functions give phrases (see `foreign`).
"""

from collections.abc import Iterable
from datetime import datetime

from bot.model import DONE, FAILED, Export, Lookup, Report
from bot.render.pages import Page
from bot.render.question import narrowing
from bot.render.times import clock, moment, span
from bot.render.view import View
from bot.render.words import (
    capitalised,
    count_states,
    exports,
    kind_words,
    pages,
    size_words,
    state_name,
    state_words,
)


def subject(export: Export, instance: str) -> str:
    """`Running 62%: slow log of cmgo-k2p5su09, 1.2 GiB`."""
    size = size_words(export)
    name = f"{capitalised(state_words(export))}: {kind_words(export.kind)} of {instance}"
    return f"{name}, {size}" if size else name


def verdict(report: Report, lookup: Lookup, page: Page, zone: str) -> str:
    """The one line about an instance: its first export on the page, or why there is none."""
    if page.rows:
        return subject(page.rows[0], report.instance)
    if page.is_beyond:
        return f"No page {page.number}: {report.instance} has {pages(page.count)}"
    if report.exports:
        narrowed = narrowing(lookup, lambda at: moment(at, zone))
        return f"None of {known(report)} match: {report.instance}, {narrowed}"
    return f"{no_exports(report)}: {report.instance}"


def sentences(report: Report, lookup: Lookup, page: Page, view: View) -> Iterable[str]:
    """The whole answer on one instance in words, the most important first."""
    yield f"{verdict(report, lookup, page, view.zone)}."
    if page.rows:
        yield from _about(page.rows[0], view)
        yield from _about_others(report, lookup, page, view)
    yield f"As of {clock(report.as_of, view.zone)}."


def no_exports(report: Report) -> str:
    """That an instance has none; not more than was seen where there may be some."""
    return "No exports" if report.is_whole else "No exports where I could look"


def known(report: Report) -> str:
    """How many exports the instance has: `17`, or `at least 2,000` when reading ended early."""
    count = f"{len(report.exports):,}"
    return count if report.complete else f"at least {count}"


def tally(rows: Iterable[Export]) -> str:
    """`1 running, 2 failed, 14 done`."""
    return ", ".join(f"{count} {state_name(state)}" for state, count in count_states(rows))


def _about(export: Export, view: View) -> Iterable[str]:
    if export.is_active or export.updated_at is None:
        yield from _ago("Created", export.created_at, view.now)
    else:
        verbs = {DONE: "Finished", FAILED: "Ended"}
        yield from _ago(verbs.get(export.state or "", "Changed"), export.updated_at, view.now)
    if export.state == DONE and export.link is None:
        yield "No link issued."
    if export.state == FAILED:
        yield "The cloud gives no reason."


def _ago(verb: str, at: datetime | None, now: datetime) -> Iterable[str]:
    if at is not None and at <= now:
        yield f"{verb} {span(now - at)} ago."


def _about_others(report: Report, lookup: Lookup, page: Page, view: View) -> Iterable[str]:
    others = page.whole[: page.start] + page.whole[page.start + 1 :]
    if others:
        at_least = "" if report.complete else "At least "
        yield f"{at_least}{len(others):,} more: {tally(others)}."
    if lookup.is_filtered:
        narrowed = narrowing(lookup, lambda at: moment(at, view.zone))
        yield f"{len(page.whole):,} of {known(report)}, {narrowed}."
    elif page.start:
        yield f"Page {page.number} of {page.count}, {exports(len(page.whole))}."
