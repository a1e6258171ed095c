"""Percentiles, and the table in which a scenario shows its figures."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

NOTHING = "-"


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value with at least `percent` % of all at or below it; nan of nothing."""
    if not values:
        return math.nan
    rank = max(1, math.ceil(len(values) * percent / 100))
    return sorted(values)[rank - 1]


def shown(value: float, digits: int = 1) -> str:
    """A figure for a table; `-` when there is none."""
    return NOTHING if math.isnan(value) else f"{value:.{digits}f}"


def times(value: float, base: float) -> str:
    """How many times `base` a value is, for a table; `-` when that can't be said."""
    return NOTHING if math.isnan(value / (base or math.nan)) else f"{value / base:.2f}x"


@dataclass(slots=True, kw_only=True)
class Table:
    """One scenario's figures: a row for each app, then the targets and what was found.

    Attributes:
        title: name of the scenario, and what is done in it.
        columns: above the figures; the first names the apps.
    """

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def add(self, *cells: str) -> None:
        """One row."""
        self.rows.append(cells)

    def target(self, wanted: str, found: str, *, is_met: bool) -> None:
        """What is wanted of mongolog, what was found, and whether that will do."""
        self.lines.append(f"{'met   ' if is_met else 'MISSED'}  {wanted}: {found}")

    def note(self, line: str) -> None:
        """Something to know about the figures."""
        self.lines.append(f"note    {line}")

    def __str__(self) -> str:
        grid = [self.columns, *self.rows]
        widths = [max(map(len, column)) for column in zip(*grid, strict=True)]
        lines = [_line(row, widths) for row in grid]
        return "\n".join((self.title, *lines, *self.lines))


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    pads: list[Callable[[str, int], str]] = [str.ljust, *[str.rjust] * (len(widths) - 1)]
    cells = (pad(cell, width) for pad, cell, width in zip(pads, row, widths, strict=True))
    return "  " + "  ".join(cells).rstrip()
