"""Structured logs that carry one reference from listener to reply, and no secret.

Every line of ours is an event with facts: `event("reply.sent", outcome="done")`. Lines of libraries
go through the same handler. `Redaction` sits on that handler, so nothing is written before it has
seen it: secrets by value, tokens by shape, and of every URL only the host remains. An exception is
written as its class and where it happened; its text could hold anything. Knows no product noun.
"""

import json
import logging
import random
import re
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TextIO

LOGGER = logging.getLogger("mongolog")
REFERENCE: ContextVar[str] = ContextVar("reference", default="")

Observer = Callable[[str, Mapping[str, object]], None]
# Of the whole process, as the logger itself is.
_OBSERVERS: list[Observer] = []
_KEPT: list[Callable[["Event"], None]] = []  # where events wait to be told, when they do

LATER_S = 0.005

MOST_ADDED = 100  # temporary credentials come anew every hour or so; the oldest are long expired

# No letters or digits that are mistaken for each other when read out on the phone.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

TOKEN = re.compile(r"x(?:ox[a-z]|app|wfp)-[A-Za-z0-9-]+")
SECRET_ID = re.compile(r"AKID[A-Za-z0-9]{10,}")
# Plain, urlencoded, and in JSON whose slashes are escaped, as Slack's are. User info and everything
# behind the host may be a bearer secret.
URL = re.compile(
    r"(https?|wss?)((?::|%3A)(?:/|\\{1,2}/|%2F|(?:%5C){1,2}%2F){2})"
    r"(?:(?:(?!%2F|%5C)[^\s/?#\"'<>\\|])*(?:@|%40))?"
    r"([^\s/?#%\"'<>\\|]+)[^\s\"'<>|]*",
    re.IGNORECASE,
)
# C0, DEL and C1 controls, zero-width and bidirectional marks: a terminal may act on them.
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")

# Below these levels the libraries print request bodies, addresses and payloads.
QUIET = {
    "alembic": "WARNING",
    "httpx": "WARNING",
    "httpcore": "WARNING",
    "aiohttp": "WARNING",
    "asyncio": "WARNING",
}
AT_LEAST_INFO = ("slack_bolt", "slack_sdk")


def new_reference(source: random.Random) -> str:
    """A short name for one request, such as `ml-7K2QH`, that people can read to each other."""
    return "ml-" + "".join(source.choices(ALPHABET, k=5))


def event(name: str, /, level: int = logging.INFO, **facts: object) -> None:
    """Log that something happened. `name` is a stable key such as `reply.sent`."""
    happened = Event(name=name, level=level, facts=facts, at=time.time(), ref=REFERENCE.get())
    if _KEPT:
        _KEPT[-1](happened)
    else:
        _tell(happened)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened: when, in Unix seconds, and for whom."""

    name: str
    level: int
    facts: Mapping[str, object]
    at: float
    ref: str


def _tell(happened: Event) -> None:
    for observer in _OBSERVERS:
        observer(happened.name, happened.facts)
    extra = {"facts": happened.facts, "at": happened.at, "ref": happened.ref}
    LOGGER.log(happened.level, happened.name, extra=extra)


@contextmanager
def telling_later(call_later: Callable[[float, Callable[[], None]], object]) -> Iterator[None]:
    """While this is open, events are counted and logged a few milliseconds later, in their order.

    To format a line takes a quarter of a millisecond, and somebody waits for an answer just then.
    Leaving tells the rest; a process that is killed takes the last milliseconds with it.

    Args:
        call_later: calls something after so many seconds; an event loop's.
    """
    kept: list[Event] = []

    def tell() -> None:
        due = list(kept)
        kept.clear()
        for happened in due:
            _tell(happened)

    def keep(happened: Event) -> None:
        if not kept:
            call_later(LATER_S, tell)
        kept.append(happened)

    _KEPT.append(keep)
    try:
        yield
    finally:
        _KEPT.remove(keep)
        tell()


@contextmanager
def observing(observer: Observer) -> Iterator[None]:
    """Call `observer` with each event's name and facts while this is open, whatever the log level.

    It must be quick and must not raise.
    """
    _OBSERVERS.append(observer)
    try:
        yield
    finally:
        _OBSERVERS.remove(observer)


def fault(name: str, error: BaseException, /, **facts: object) -> None:
    """Log an unexpected exception: its class and where it happened, never its text."""
    event(name, logging.ERROR, error=type(error).__name__, where=whereabouts(error), **facts)


def whereabouts(error: BaseException) -> str:
    """The frames an exception went through, outermost first, as `file:line function`."""
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames)


def _short(path: str) -> str:
    return "/".join(path.replace("\\", "/").split("/")[-2:])


class Redaction(logging.Filter):
    """Takes secrets out of every line.

    Args:
        secrets: values that must never be written.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        self._given = frozenset(filter(None, secrets))
        self._added: deque[str] = deque(maxlen=MOST_ADDED)
        self._secrets: tuple[str, ...] = ()
        self._sort()

    def add(self, secret: str) -> None:
        """From now on this one must not be written either; the newest hundred are kept."""
        if secret and secret not in self._secrets:
            self._added.append(secret)
            self._sort()

    def _sort(self) -> None:
        # A secret inside a longer one must not save the rest of it.
        self._secrets = tuple(sorted({*self._given, *self._added}, key=len, reverse=True))

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record in place; always keeps it."""
        record.msg = self.scrub(_rendered(record))
        record.args = None
        facts = getattr(record, "facts", {})
        record.facts = {name: self._scrub_fact(value) for name, value in facts.items()}
        _name_exception(record)
        return True

    def scrub(self, text: str) -> str:
        """`text` without secrets, tokens or anything behind a URL's host."""
        for secret in self._secrets:
            text = text.replace(secret, "<secret>")
        text = SECRET_ID.sub("<secret>", TOKEN.sub("<token>", text))
        return URL.sub(r"\1\2\3/…", text)

    def _scrub_fact(self, value: object) -> object:
        return value if isinstance(value, int | float | None) else self.scrub(str(value))


def hide(*secrets: str) -> None:
    """Take secrets that were found later, such as renewed credentials, out of every log line."""
    for handler in logging.getLogger().handlers:
        for each in handler.filters:
            if isinstance(each, Redaction):
                for secret in secrets:
                    each.add(secret)


def _rendered(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, LookupError, OverflowError):
        # A library's line whose arguments do not fit its format.
        return str(record.msg)


def _name_exception(record: logging.LogRecord) -> None:
    if record.exc_info and record.exc_info[1] is not None:
        error = record.exc_info[1]
        record.facts = {
            **record.facts,  # type: ignore[attr-defined]
            "error": type(error).__name__,
            "where": whereabouts(error),
        }
    record.exc_info = record.exc_text = record.stack_info = None


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, event, ref, then the facts."""

    def format(self, record: logging.LogRecord) -> str:
        r"""The record as one line; control and bidi characters are escaped as `\u…`."""
        return printable(json.dumps(_line(record), ensure_ascii=False, default=str))


class TextLines(logging.Formatter):
    """One line for people: time, level, event, `name=value` for the reference and each fact."""

    def format(self, record: logging.LogRecord) -> str:
        r"""The record as one line; control and bidi characters are shown as `\u…`."""
        line = _line(record)
        first = [str(line.pop(name)) for name in ("time", "level", "event")]
        return printable(" ".join([*first, *(f"{name}={value}" for name, value in line.items())]))


def _line(record: logging.LogRecord) -> dict[str, Any]:
    created = getattr(record, "at", record.created)
    at = datetime.fromtimestamp(created, UTC).isoformat(timespec="milliseconds")
    line = {"time": at.replace("+00:00", "Z"), "level": record.levelname}
    if record.name == LOGGER.name:
        line["event"] = record.getMessage()
    else:
        line |= {"event": "library", "logger": record.name, "message": record.getMessage()}
    if reference := getattr(record, "ref", "") or REFERENCE.get():
        line["ref"] = reference
    return line | getattr(record, "facts", {})


def printable(text: str) -> str:
    r"""`text` with control, zero-width and bidi characters shown as `\u…`."""
    return UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def set_up_logs(
    secrets: Iterable[str], *, style: str | None, level: str, stream: TextIO | None = None
) -> None:
    """Send every log line of this process to `stream` (stderr), redacted.

    Args:
        secrets: values that must never be written.
        style: `text` or `json`; None chooses text on a terminal, else json.
        level: `debug`, `info`, `warning` or `error`, for our own lines.
        stream: where lines go.
    """
    out = stream or sys.stderr
    as_text = style == "text" or (style is None and out.isatty())
    handler = logging.StreamHandler(out)
    handler.addFilter(Redaction(secrets))
    handler.setFormatter(TextLines() if as_text else JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name, quiet in QUIET.items():
        logging.getLogger(name).setLevel(quiet)
    for name in AT_LEAST_INFO:
        logging.getLogger(name).setLevel(max(logging.INFO, root.level))
