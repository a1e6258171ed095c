"""The buttons and menus of an answer: one primary, one secondary, the rest behind three dots. Pure.

beside an export   Download where a link may stand, else Get link
under the rows     Refresh; where there are pages, Newer and Older instead
⋯                  refresh, share here, send to my DM, curl, console: what Slack lets an option say,
                   the others are buttons
beside the answer  a menu of states, where exports are in several
"""

from collections.abc import Iterator
from dataclasses import replace

from bot.model import DONE, FAILED, Export, Lookup, Report
from bot.render.blocks import (
    Block,
    Element,
    actions,
    button,
    numbered,
    option,
    overflow,
    select,
    url_option,
)
from bot.render.ids import DIRECT_MESSAGE, FILTER, LINK, MORE, PAGE, REFRESH, RETRY, SHARE
from bot.render.links import download_button, givable, offer
from bot.render.pages import Page
from bot.render.question import states_asked
from bot.render.values import (
    MOST_IN_OPTION,
    ask_value,
    curl_value,
    export_value,
    send_value,
    share_value,
)
from bot.render.view import Surface, View
from bot.render.words import capitalised, kind_words

STATE_CHOICES = {
    frozenset[str](): "All",
    frozenset({"active"}): "Active",
    frozenset({FAILED}): "Failed",
    frozenset({DONE}): "Done",
}
FEWEST_CHOICES = 3  # all, and at least two states: with fewer there is nothing to choose


def primary(report: Report, page: Page, view: View) -> tuple[Export, Element] | None:
    """The one primary button and the export it stands beside; None when no link can be had."""
    if offered := offer(page, view):
        return offered.export, download_button(offered, report.region, report.instance)
    export = givable(page, view)
    value = export_value(report.region, report.instance, export.id) if export else ""
    if export is None or not value:
        return None
    spoken = f"Get the link of the {kind_words(export.kind)}"
    return export, button("Get link", action=LINK, value=value, spoken=spoken, is_primary=True)


def controls(report: Report, lookup: Lookup, page: Page, view: View) -> Iterator[Block]:
    """The row of controls under the answer on one instance; nothing in a terminal."""
    lookup = replace(lookup, here=False)
    turns = tuple(_everything(report, lookup, page)) or tuple(_page_buttons(lookup, page))
    curl = tuple(_curl_option(report, page, view))
    yield from row(lookup, view, instead_of_refresh=turns, more_options=curl)


def row(
    lookup: Lookup,
    view: View,
    *,
    instead_of_refresh: tuple[Element, ...] = (),
    more_options: tuple[Element, ...] = (),
) -> Iterator[Block]:
    """The row of controls of any answer to `lookup`; nothing in a terminal.

    Args:
        lookup: what the controls ask again.
        view: where they stand.
        instead_of_refresh: buttons; *Refresh* then goes behind the dots.
        more_options: further options behind the dots.
    """
    if not view.has_controls:
        return
    ways = tuple(_ways(lookup, view, has_refresh=not instead_of_refresh))
    short = [each for each in ways if len(each["value"]) <= MOST_IN_OPTION]
    elements = [
        *(instead_of_refresh or refresh_button(lookup)),
        *(each for each in ways if each not in short),
        *_dots([*map(_as_option, short), *more_options], view),
    ]
    if elements:
        yield actions("controls", elements)


def retry(lookup: Lookup, view: View) -> Iterator[Block]:
    """The button that asks again what the cloud did not answer, and the way to the console."""
    value = ask_value(replace(lookup, here=False))
    if not value or not view.has_controls:
        return
    spoken = "Ask the cloud again"
    again = button("Try again", action=RETRY, value=value, spoken=spoken, is_primary=True)
    yield actions("controls", [again, *_dots([], view)])


def state_filter(report: Report, lookup: Lookup, view: View) -> Element | None:
    """A menu of the states that the exports are in; None where there is nothing to choose."""
    if not view.has_controls:
        return None
    asked = lookup.states
    own = {} if asked in STATE_CHOICES else {asked: capitalised(" or ".join(states_asked(lookup)))}
    offered = {
        states: choice
        for states, label in (STATE_CHOICES | own).items()
        if (choice := _choice(report, replace(lookup, states=states), label, asked))
    }
    if asked not in offered or (not asked and len(offered) < FEWEST_CHOICES):
        return None
    return select(FILTER, "State", offered.values(), chosen=offered[asked])


def refresh_button(lookup: Lookup) -> Iterator[Element]:
    """Asks the same again."""
    if value := ask_value(lookup):
        yield button("Refresh", action=REFRESH, value=value, spoken="Ask the cloud again")


def _choice(report: Report, lookup: Lookup, label: str, asked: frozenset[str]) -> Element | None:
    count = len(lookup.matching(report.exports))
    value = ask_value(replace(lookup, page=1, here=False), most=MOST_IN_OPTION)
    is_shown = count or lookup.states in (asked, frozenset())
    return option(f"{label} ({count:,})", value) if value and is_shown else None


def _page_buttons(lookup: Lookup, page: Page) -> Iterator[Element]:
    turns = []
    if page.whole and page.number > 1:
        turns.append(("Newer", min(page.number - 1, page.count)))
    if page.number < page.count:
        turns.append(("Older", page.number + 1))
    for number, (label, to) in enumerate(turns, start=1):
        if value := ask_value(replace(lookup, page=to)):
            spoken = f"{label} exports, page {to} of {page.count}"
            yield button(label, action=numbered(PAGE, number), value=value, spoken=spoken)


def _everything(report: Report, lookup: Lookup, page: Page) -> Iterator[Element]:
    """The way out when nothing matches."""
    whole = Lookup(instances=lookup.instances, region=lookup.region)
    if report.exports and not page.whole and (value := ask_value(whole)):
        yield button("All exports", action=PAGE, value=value, spoken="Show exports of any kind")


def _ways(lookup: Lookup, view: View, *, has_refresh: bool) -> Iterator[Element]:
    """As buttons; those whose value is short enough become options."""
    if not has_refresh:
        yield from refresh_button(lookup)
    if view.surface is Surface.EPHEMERAL and (value := share_value(lookup)):
        spoken = "Share this answer here, without links"
        yield button("Share here", action=SHARE, value=value, spoken=spoken)
    if view.surface is not Surface.DIRECT and (value := send_value(lookup)):
        spoken = "Send this answer to my direct messages"
        yield button("Send to my DM", action=DIRECT_MESSAGE, value=value, spoken=spoken)


def _as_option(way: Element) -> Element:
    return option(way["text"]["text"], way["value"])


def _curl_option(report: Report, page: Page, view: View) -> Iterator[Element]:
    offered = offer(page, view)
    if offered and (value := curl_value(report.instance, offered.export.id)):
        yield option("Copy curl command", value)


def _dots(options: list[Element], view: View) -> Iterator[Element]:
    """The menu behind three dots, with the way to the console; nothing when it would be empty."""
    console = [url_option("Open the console", view.console)] if view.console else []
    if options or console:
        yield overflow(MORE, [*options, *console])
