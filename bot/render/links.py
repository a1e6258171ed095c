"""Which export can be downloaded from an answer, and what is said about the others. Pure.

A link is revealed here, for a button, and in the terminal's `--links`: nowhere else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from bot.link import Link
from bot.model import DONE, Export
from bot.render.blocks import (
    LIFE,
    MAX_BUTTON_URL,
    Block,
    Element,
    button,
    context,
    date_token,
    time_token,
)
from bot.render.foreign import code
from bot.render.ids import DOWNLOAD
from bot.render.names import group
from bot.render.pages import Page
from bot.render.values import export_value
from bot.render.view import Surface, View
from bot.render.words import joined, kind_words, size_words

HOST_LENGTH = 80
CLOCK_TIME_IS_CLEAR = timedelta(hours=12)

NO_LINK = (
    "Done, no link issued: it may have expired (links seem to live about an hour). "
    "For a new one, export again in the console, under *Log Management* of the instance."
)
NO_RIGHT = "You may not have download links here: ask {whom} for that right."
TOO_LONG = "The link is too long for a button: `mongolog get` in a terminal fetches it."
ON_DEMAND = "Links go to one person alone: *Get link* shows it to you, and to nobody else."


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An export that may be downloaded from this answer, and its link."""

    export: Export
    link: Link

    @property
    def is_short(self) -> bool:
        """Whether a button can hold the link."""
        return len(self.link.reveal()) <= MAX_BUTTON_URL

    def is_good(self, view: View) -> bool:
        """Whether a button may and can hold the link."""
        return self.is_short and self.link.is_allowed(view.link_hosts)


def offer(page: Page, view: View) -> Offer | None:
    """The newest done export, whose link a button may hold; None when it is not on this page."""
    if not view.offers_links:
        return None
    newest = next((linked for linked in _linked(page.whole) if linked.is_good(view)), None)
    return newest if newest and newest.export in page.rows else None


def givable(page: Page, view: View) -> Export | None:
    """The newest export on this page whose link can be had on demand; None when there is none."""
    if is_denied(view) or not view.has_controls:
        return None
    return next((each.export for each in _linked(page.rows) if each.is_good(view)), None)


def is_denied(view: View) -> bool:
    """Whether no reader of this message may have links; in a channel others may have the right."""
    return view.link_denied and view.surface is not Surface.CHANNEL


def can_be_given(export: Export, view: View) -> bool:
    """Whether there is a link that a button may and can hold."""
    link = export.link if export.state == DONE else None
    return link is not None and Offer(export=export, link=link).is_good(view)


def download_button(
    offered: Offer, region: str, instance: str, *, is_primary: bool = True
) -> Element:
    """The button that fetches the offered export."""
    export = offered.export
    named = joined(kind_words(export.kind), size_words(export)).replace(" · ", ", ")
    return button(
        "Download",
        action=DOWNLOAD,
        url=offered.link.reveal(),
        value=export_value(region, instance, export.id),
        spoken=f"Download the {named}",
        is_primary=is_primary,
    )


def lifetime(offered: Offer, view: View) -> Iterator[Block]:
    """How long the offered link works; nothing when it does not say."""
    until = offered.link.works_until
    if until is None:
        return
    if until > view.now + CLOCK_TIME_IS_CLEAR:
        yield context(LIFE, f"Works until {date_token(until, view.zone)}.")
    elif until > view.now:
        yield context(LIFE, f"Works until {time_token(until, view.zone)}.")
    else:
        ended = date_token(until, view.zone)
        yield context(LIFE, f"This link seems to have ended {ended}: ask again for a new one.")


def link_notes(page: Page, view: View) -> Iterator[Block]:
    """Why done exports on this page have no link, and what to do."""
    linked = tuple(_linked(page.rows))
    if linked and is_denied(view):
        yield from right_hint(page.rows, view)
    elif linked and (view.offers_links or not linked[0].is_good(view)):
        yield from obstacle(linked[0], view)
    elif linked:
        yield context("link", ON_DEMAND)
    if any(_lacks_link(export) for export in page.rows):
        yield context("link", NO_LINK)


def right_hint(exports: tuple[Export, ...], view: View) -> Iterator[Block]:
    """Whom to ask for the right to links, where there would be some."""
    if is_denied(view) and any(_linked(exports)):
        yield context("link", no_right(view))


def no_right(view: View) -> str:
    """Whom to ask for the right to links; nobody is notified by it."""
    return NO_RIGHT.format(whom=group(view.ask_group, view) or "the people who run this app")


def _linked(exports: tuple[Export, ...]) -> Iterator[Offer]:
    for export in exports:
        if export.state == DONE and export.link is not None:
            yield Offer(export=export, link=export.link)


def _lacks_link(export: Export) -> bool:
    # An empty export has nothing to fetch, so its missing link needs no words.
    return export.state == DONE and export.link is None and export.size_bytes != 0


def obstacle(linked: Offer, view: View) -> Iterator[Block]:
    """Why there is no button for this link; nothing when there can be one."""
    if not linked.link.is_allowed(view.link_hosts):
        host = code(linked.link.host, HOST_LENGTH)
        yield context(
            "link",
            f"The link points to {host}, where links may not lead: refused. "
            "An admin can allow that host with `MONGOLOG_LINK_HOSTS`.",
        )
    elif not linked.is_short:
        yield context("link", TOO_LONG)
