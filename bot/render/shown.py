"""Which links an answer shows: for the audit, which has each of them before it is shown. Pure."""

from collections.abc import Iterator
from dataclasses import replace

from bot.model import Export, Lookup, Outcome, Report
from bot.render.links import offer
from bot.render.pages import Page, page_of
from bot.render.several import MOST_ROWS
from bot.render.view import View


def links_shown(
    outcomes: tuple[Outcome, ...], lookup: Lookup, view: View
) -> Iterator[tuple[Report, Export]]:
    """Every export whose link stands behind *Download* in `answer` of the same arguments."""
    for outcome in outcomes:
        if isinstance(outcome, Report) and outcome.instance not in view.links_denied:
            offered = offer(_page(outcome, lookup, is_alone=len(outcomes) == 1), view)
            if offered:
                yield outcome, offered.export


def _page(report: Report, lookup: Lookup, *, is_alone: bool) -> Page:
    if is_alone:
        return page_of(report.exports, lookup)
    return page_of(report.exports, replace(lookup, page=1), most=MOST_ROWS)
