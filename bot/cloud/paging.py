"""Every export of an instance exactly once, whatever Offset means. Pure: it asks by yielding.

The documentation calls Offset a page number; thirteen of the product's fifteen other lists count
rows. `Offset=0` means the same in both, so that is asked first. When more is due, `Offset=1` tells
them apart: a row offset gives page one again, moved by a row; a page number gives rows not seen
yet, or exactly page one when pages are counted from 1. TotalCount only hints that more is due; a
page that adds nothing is the end. A reading is remembered once it has brought something new: what
begins or vanishes meanwhile may mislead a probe.
"""

import enum
from collections.abc import Generator
from dataclasses import dataclass

from bot.cloud.wire import Page
from bot.model import Export

LIMIT = 100  # the most that the product's validator allows
MAX_PAGES = 20


class OffsetIs(enum.Enum):
    """How an endpoint reads Offset: as a count of rows to skip, or as a page number from 0 or 1."""

    ROWS = enum.auto()
    PAGES = enum.auto()
    PAGES_FROM_ONE = enum.auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a walk ended.

    Attributes:
        complete: False when it stopped at the most pages a walk may read, or at a page that only
            repeats what was seen, as from an endpoint that ignores Offset.
        offset_is: how this endpoint reads Offset; None when that did not come to light.
    """

    complete: bool
    offset_is: OffsetIs | None


class Collected:
    """The exports seen so far, each once; what a walk that breaks off can still show."""

    def __init__(self) -> None:
        self._seen: dict[str | Export, Export] = {}

    def __len__(self) -> int:
        return len(self._seen)

    def add(self, page: Page) -> int:
        """Take a page in; how many exports it added."""
        before = len(self._seen)
        for export in page.exports:
            self._seen.setdefault(export.id or export, export)
        return len(self._seen) - before

    @property
    def exports(self) -> tuple[Export, ...]:
        """In the order they came."""
        return tuple(self._seen.values())


def walk(collected: Collected, offset_is: OffsetIs | None) -> Generator[int, Page, End]:
    """Yield the Offset to ask for, be sent the page that came, until no more is due.

    Args:
        collected: filled as the walk goes.
        offset_is: how this endpoint reads Offset, when an earlier walk has found out.
    """
    first = page = yield 0
    collected.add(page)
    size, read, learnt = len(page.exports), 1, offset_is
    if offset_is is None and _is_more_due(page, size, collected):
        page = yield 1
        counts_from = OffsetIs.PAGES
        if page.exports == first.exports:  # pages from 1, or rows that one new export has moved
            page = yield 2
            counts_from = OffsetIs.PAGES_FROM_ONE
        offset_is = OffsetIs.ROWS if _repeats(page, first) else counts_from
        if offset_is is not OffsetIs.ROWS:
            read += 1
            if not collected.add(page):
                return End(complete=True, offset_is=None)
            if size > 1:  # pages of one row read the same both ways
                learnt = offset_is
    while _is_more_due(page, size, collected):
        if read == MAX_PAGES:
            return End(complete=False, offset_is=learnt)
        page = yield _next_offset(offset_is, read, size)
        read += 1
        if not collected.add(page):
            is_end = not page.exports or page.total_count == len(collected)
            return End(complete=is_end, offset_is=learnt)
        if size > 1:
            learnt = offset_is
    return End(complete=True, offset_is=learnt)


def _is_more_due(page: Page, size: int, collected: Collected) -> bool:
    total, rows = page.total_count or 0, len(page.exports)
    if total > len(collected):
        return rows > 0
    # None left by their count, which may be too low: a page as full as the first may have a
    # successor. Only a first page that is short of the Limit is believed, the everyday case.
    is_believed = len(collected) <= size and rows <= total and rows < LIMIT
    return 0 < size <= rows and not is_believed


def _repeats(page: Page, first: Page) -> bool:
    # Half of page one and not all: exports that began or vanished between the calls move the rows.
    known = {export.id or export for export in first.exports}
    repeated = sum((export.id or export) in known for export in page.exports)
    return 2 * repeated >= len(first.exports)


def _next_offset(offset_is: OffsetIs | None, read: int, size: int) -> int:
    match offset_is:
        case OffsetIs.ROWS:
            return read * size
        case OffsetIs.PAGES_FROM_ONE:
            return read + 1
        case _:
            return read
