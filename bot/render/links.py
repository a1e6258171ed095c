"""Which export can be downloaded from an answer, and what is said about the others. Pure.

A link is revealed here, for a button, and in the terminal's `--links`: nowhere else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.link import Link
from bot.model import DONE, Export
from bot.render.blocks import (
    DOWNLOAD,
    LIFE,
    MAX_BUTTON_URL,
    Block,
    context,
    date_token,
    time_token,
    url_button,
)
from bot.render.foreign import code
from bot.render.pages import Page
from bot.render.view import View
from bot.render.words import joined, kind_words, size_words

HOST_LENGTH = 80
CLOCK_TIME_IS_CLEAR = timedelta(hours=12)

NO_LINK = (
    "Done, no link issued: it may have expired (links seem to live about an hour). "
    "For a new one, export again in the console, under *Log Management* of the instance."
)
NO_RIGHT = "You may not have download links here: ask the people who run this app for that right."
TOO_LONG = "The newest link is too long for a button: `mongolog lookup … --links` prints it."


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
    """The newest done export whose link a button may hold; None when there can be no button."""
    if not view.offers_links:
        return None
    return next((linked for linked in _linked(page.whole) if linked.is_good(view)), None)


def download_button(offered: Offer) -> dict[str, Any]:
    """The button that fetches the offered export."""
    export = offered.export
    named = joined(kind_words(export.kind), size_words(export)).replace(" · ", ", ")
    return url_button(
        "Download",
        action=DOWNLOAD,
        url=offered.link.reveal(),
        spoken=f"Download the {named}",
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


def link_notes(page: Page, view: View, command: str) -> Iterator[Block]:
    """Why done exports on this page have no button, and what to do; `command` asks again."""
    linked = tuple(_linked(page.rows))
    if linked and view.offers_links:
        yield from _obstacle(linked[0], view)
    elif linked and view.link_denied:
        yield context("link", NO_RIGHT)
    elif linked:
        yield context("link", f"Links go to one person alone: ask {code(command, 300)} yourself.")
    if any(_lacks_link(export) for export in page.rows):
        yield context("link", NO_LINK)


def _linked(exports: tuple[Export, ...]) -> Iterator[Offer]:
    for export in exports:
        if export.state == DONE and export.link is not None:
            yield Offer(export=export, link=export.link)


def _lacks_link(export: Export) -> bool:
    # An empty export has nothing to fetch, so its missing link needs no words.
    return export.state == DONE and export.link is None and export.size_bytes != 0


def _obstacle(linked: Offer, view: View) -> Iterator[Block]:
    if not linked.link.is_allowed(view.link_hosts):
        host = code(linked.link.host, HOST_LENGTH)
        yield context(
            "link",
            f"The link points to {host}, where links may not lead: refused. "
            "An admin can allow that host with `MONGOLOG_LINK_HOSTS`.",
        )
    elif not linked.is_short:
        yield context("link", TOO_LONG)
