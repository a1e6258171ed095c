"""Who else is on it: who asked the same here, and exports that were made twice. Pure."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from bot.model import FAILED, QUEUED, RUNNING, Export, Report
from bot.render.blocks import Block, context
from bot.render.foreign import escaped
from bot.render.names import person
from bot.render.times import MINUTE, span
from bot.render.view import View
from bot.render.words import KINDS, short_id

SOON = 10 * MINUTE

Dated = tuple[datetime, Export]  # when it was created


def who_else(view: View) -> Iterator[Block]:
    """Who asked the same here lately; nobody is notified by it."""
    if view.earlier is None:
        return
    ago = span(view.now - view.earlier.at)
    yield context("company", f"Asked here {ago} ago by {person(view.earlier.user, view)}.")


def possible_duplicate(report: Report) -> Iterator[Block]:
    """The newest two exports of a kind, where one of them may have been enough."""
    for kind, name in KINDS.items():
        alive = (each for each in report.exports if each.kind == kind and each.state != FAILED)
        newest = list(islice(_dated(alive), 2))
        if len(newest) > 1 and (why := _why(*newest)):
            both = " and ".join(short_id(export.id) for _, export in newest)
            yield context("duplicate", escaped(f"Possible duplicate: {name}s {both}, {why}."))


def _dated(exports: Iterator[Export]) -> Iterator[Dated]:
    return ((each.created_at, each) for each in exports if each.created_at)


def _why(newer: Dated, older: Dated) -> str:
    apart = abs(newer[0] - older[0])
    if apart <= SOON:
        return f"made within {span(apart)} of each other"
    return "the older one is under way" if older[1].state in (QUEUED, RUNNING) else ""
