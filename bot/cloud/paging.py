"""Every export of an instance exactly once, whatever Offset means. Pure: it asks by yielding.

The documentation calls Offset a page number; thirteen of the product's fifteen other lists count
rows. `Offset=0` means the same in both, so that is asked first. When more is due, `Offset=1` tells
them apart: a row offset gives page one again, moved by a row; a page number gives rows not seen
yet. TotalCount only hints that more is due; a page that adds nothing is the end. A reading is
remembered once it has brought something new: what begins or vanishes meanwhile may mislead a probe.
"""

import enum
from collections.abc import Generator
from dataclasses import dataclass

from bot.cloud.wire import Page
from bot.model import Export

LIMIT = 100  # the most that the product's validator allows
MAX_PAGES = 20


class OffsetIs(enum.Enum):
    """How an endpoint reads Offset: as a count of rows to skip, or as a page number from 0."""

    ROWS = enum.auto()
    PAGES = enum.auto()


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

    def known(self, page: Page) -> int:
        """How many exports of a page have been seen already."""
        return sum((export.id or export) in self._seen for export in page.exports)

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
    page = yield 0
    collected.add(page)
    size, read, learnt = len(page.exports), 1, offset_is
    if offset_is is None and _is_more_due(page, size, collected):
        page = yield 1
        offset_is = _reading(page, collected)
        if offset_is is OffsetIs.PAGES:
            read += 1
            if not collected.add(page):
                return End(complete=True, offset_is=None)
            if size > 1:  # pages of one row read the same both ways
                learnt = offset_is
    while _is_more_due(page, size, collected):
        if read == MAX_PAGES:
            return End(complete=False, offset_is=learnt)
        page = yield read * size if offset_is is OffsetIs.ROWS else read
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


def _reading(second: Page, collected: Collected) -> OffsetIs:
    # Half of page one and not all: exports that began or vanished between the calls move the rows.
    is_moved_by_a_row = 2 * collected.known(second) >= len(collected)
    return OffsetIs.ROWS if is_moved_by_a_row else OffsetIs.PAGES
