"""Exports as a table of aligned columns, for the terminal. Pure."""

from datetime import datetime

from bot.model import Export
from bot.render.foreign import MISSING, visible
from bot.render.rows import WHOLE_ID_LENGTH
from bot.render.times import typed
from bot.render.words import kind_words, size_words, state_words, took

# The id is foreign, so it stands last, where its width can't disturb a column.
HEADINGS = ("STATE", "KIND", "SIZE", "CREATED", "CHANGED", "TOOK", "EXPORT")
GAP = "  "


def table(rows: tuple[Export, ...], zone: str) -> tuple[str, ...]:
    """A heading and one line for each export, times in `zone`."""
    lines = [HEADINGS, *(_cells(export, zone) for export in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return tuple(
        GAP.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _cells(export: Export, zone: str) -> tuple[str, ...]:
    return (
        state_words(export),
        kind_words(export.kind),
        size_words(export).removeprefix("size ") or MISSING,
        _when(export.created_at, zone),
        _when(export.updated_at, zone),
        took(export) or MISSING,
        visible(export.id, WHOLE_ID_LENGTH),
    )


def _when(at: datetime | None, zone: str) -> str:
    return typed(at, zone) if at else MISSING
