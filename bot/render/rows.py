"""One export as lines of mrkdwn: what it is, and how it came there. Pure."""

from collections.abc import Iterable
from datetime import datetime

from bot.model import DONE, FAILED, QUEUED, RUNNING, Export
from bot.render.blocks import date_token
from bot.render.foreign import MISSING, escaped
from bot.render.view import View
from bot.render.words import (
    bar,
    capitalised,
    count_states,
    emoji,
    joined,
    kind_words,
    short_id,
    size_words,
    state_name,
    state_words,
    took,
)

REQUEST_ID_LENGTH = 64
WHOLE_ID_LENGTH = 64  # `export-` and a UUID have 43


def title(export: Export) -> str:
    """State, kind and size: `:x: *Failed at 41%* · slow log`."""
    state = capitalised(state_words(export))
    return joined(f"{emoji(export.state)} *{state}*", kind_words(export.kind), size_words(export))


def state_counts(exports: Iterable[Export]) -> str:
    """`:x: 1 failed · :white_check_mark: 14 done`."""
    return joined(
        *(f"{emoji(state)} {count:,} {state_name(state)}" for state, count in count_states(exports))
    )


def details(export: Export, view: View, *, is_current: bool = True) -> str:
    """Progress, times and id: the line under the title; of a link only where the cloud said so."""
    return joined(
        _progress(export),
        _history(export, view.zone),
        _link_lack(export) if is_current else "",
        escaped(short_id(export.id)),
    )


def one_line(export: Export, view: View) -> str:
    """An export among those of other instances: title, the time that counts, id."""
    at = export.created_at if export.is_active else export.updated_at or export.created_at
    return joined(title(export), when(at, view.zone), escaped(short_id(export.id)))


def when(at: datetime | None, zone: str) -> str:
    """A moment as a date token, a dash when it is not known."""
    return date_token(at, zone) if at else MISSING


def _progress(export: Export) -> str:
    if export.state != RUNNING or export.progress_percent is None:
        return ""
    return f"`{bar(export.progress_percent)}`"


def _history(export: Export, zone: str) -> str:
    created = f"created {when(export.created_at, zone)}"
    if export.state in (QUEUED, RUNNING):
        return created
    if export.state in (DONE, FAILED):
        end = "finished" if export.state == DONE else "failed"
        length = took(export)
        tail = f" ({'took' if export.state == DONE else 'after'} {length})" if length else ""
        return f"{created} → {end} {when(export.updated_at, zone)}{tail}"
    return f"{created} · changed {when(export.updated_at, zone)}"


def _link_lack(export: Export) -> str:
    return "no link issued" if export.state == DONE and export.link is None else ""
