"""One page of a list of exports. Pure."""

from dataclasses import dataclass

from bot.model import Export, Lookup

PAGE_SIZE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The rows of one page, and where it lies in the whole.

    Attributes:
        whole: every export that matches, newest first.
        number: which page, from 1; it may lie beyond the end.
        size: rows a page.
    """

    whole: tuple[Export, ...]
    number: int
    size: int

    @property
    def start(self) -> int:
        """How many exports come before this page."""
        return (self.number - 1) * self.size

    @property
    def rows(self) -> tuple[Export, ...]:
        """The exports on this page; empty beyond the end."""
        return self.whole[self.start : self.start + self.size]

    @property
    def count(self) -> int:
        """How many pages there are; 0 when nothing matches."""
        return -(-len(self.whole) // self.size)

    @property
    def span(self) -> str:
        """The numbers of its first and last row, from 1: `6` to `10`; for a page with rows."""
        return f"{self.start + 1}\N{EN DASH}{self.start + len(self.rows)}"

    @property
    def is_beyond(self) -> bool:
        """There are exports, but none this far back."""
        return bool(self.whole) and not self.rows


def page_of(exports: tuple[Export, ...], lookup: Lookup, *, most: int | None = PAGE_SIZE) -> Page:
    """The page of the matching `exports` that `lookup` asks for, at most `most` rows long."""
    size = lookup.limit or PAGE_SIZE
    return Page(
        whole=lookup.matching(exports),
        number=max(1, lookup.page),
        size=size if most is None else min(size, most),
    )
