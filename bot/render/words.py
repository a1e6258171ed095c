"""The facts of an export in words: its state, kind, size and progress. Pure.

All functions give phrases (see `foreign`).
"""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from bot.model import DONE, ERROR, FAILED, QUEUED, RUNNING, SLOW, Export
from bot.render.foreign import MISSING, quoted
from bot.render.times import about

UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
STEP = 1024
LARGEST_SIZE = STEP ** len(UNITS)
BAR_CELLS = 10
FULL_PERCENT = 100
SHORT_ID_LENGTH = 24  # ids that are no UUID have 24 characters in the vendor's examples
NUMBER_LENGTH = 6  # of an unknown state or kind: real ones have one digit

EMOJI = {
    QUEUED: ":clock3:",
    RUNNING: ":hourglass_flowing_sand:",
    DONE: ":white_check_mark:",
    FAILED: ":x:",
}
UNKNOWN_EMOJI = ":grey_question:"
KINDS = {SLOW: "slow log", ERROR: "error log"}
COUNT_ORDER = (RUNNING, QUEUED, FAILED, DONE)  # what still moves or needs someone comes first


def size(size_bytes: int | None) -> str:
    """A size in binary units, at most four significant digits: `363.7 KiB`."""
    if size_bytes is None or size_bytes < 0:
        return MISSING
    if size_bytes >= LARGEST_SIZE:
        return f"over {STEP} {UNITS[-1]}"
    power = 0
    while power < len(UNITS) - 1 and round(size_bytes / STEP**power, 1) >= STEP:
        power += 1
    return f"{size_bytes / STEP**power:.4g} {UNITS[power]}"


def bar(progress_percent: int) -> str:
    """Progress as ten cells: `▓▓▓▓▓▓░░░░`."""
    filled = max(0, min(FULL_PERCENT, progress_percent)) * BAR_CELLS // FULL_PERCENT
    return "▓" * filled + "░" * (BAR_CELLS - filled)


def emoji(state: str | None) -> str:
    """Slack's code of the picture that goes with a state's word."""
    return EMOJI.get(state or "", UNKNOWN_EMOJI)


def state_name(state: str | None) -> str:
    """A state alone: `running`, `state 7`; `state` and a dash when not known."""
    return state if state in EMOJI else f"state {_number(state)}"


def state_words(export: Export) -> str:
    """A state with its progress: `running 62%`, `running, packing`, `failed at 41%`."""
    percent = export.progress_percent
    if percent is None or export.state not in (RUNNING, FAILED):
        return state_name(export.state)
    if export.state == FAILED:
        return f"failed at {percent}%"
    return "running, packing" if percent >= FULL_PERCENT else f"running {percent}%"


def kind_words(kind: str | None) -> str:
    """A kind: `slow log`, `kind 7 log`; with a dash for 7 when not known."""
    return KINDS.get(kind or "") or f"kind {_number(kind)} log"


def size_words(export: Export) -> str:
    """An export's size; "" while a size is not due, `seems empty` when it is done with none."""
    if export.size_bytes:
        return size(export.size_bytes)
    if export.state == DONE and export.size_bytes == 0:
        return "seems empty"
    is_due = export.state not in (QUEUED, RUNNING, FAILED)
    return f"size {size(export.size_bytes)}" if is_due else ""


def exports(count: int) -> str:
    """`1 export`, `2,000 exports`."""
    return "1 export" if count == 1 else f"{count:,} exports"


def pages(count: int) -> str:
    """`1 page`, `4 pages`."""
    return "1 page" if count == 1 else f"{count:,} pages"


def count_states(rows: Iterable[Export]) -> tuple[tuple[str | None, int], ...]:
    """How many exports are in each state that occurs: active ones first, unknown ones last."""
    counts = Counter(export.state for export in rows)
    known = tuple((state, counts.pop(state)) for state in COUNT_ORDER if state in counts)
    return known + tuple(counts.most_common())


def short_id(export_id: str) -> str:
    """Enough of an export's id to tell it from its neighbours, quoted: `export-28439fb3`."""
    start = re.match(r"export-[0-9a-f]{8}(?=-)", export_id)
    return quoted(start[0] if start else export_id, SHORT_ID_LENGTH)


def took(export: Export) -> str:
    """How long a done or failed export took: `about 4 min`; "" when that can't be told."""
    if export.state not in (DONE, FAILED) or not (export.created_at and export.updated_at):
        return ""
    length = export.updated_at - export.created_at
    return about(length) if length >= timedelta() else ""


def joined(*parts: str) -> str:
    """The parts that are there, with dots between."""
    return " · ".join(part for part in parts if part)


def capitalised(phrase: str) -> str:
    """The phrase with a capital first letter."""
    return phrase[:1].upper() + phrase[1:]


def _number(name: str | None) -> str:
    if name is None:
        return MISSING
    number = re.sub(r"[^A-Za-z0-9-]", "", name.removeprefix("unknown:"))
    return number[:NUMBER_LENGTH] or "?"
