"""A question, for whom and where it will be read; and what may be shown of the answer."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.errors import Refused
from bot.model import Failure, Lookup, Message, Outcome
from bot.policy import Place
from bot.render.view import View
from bot.slack.people import Person

Note = Callable[[Message], Awaitable[None]]


async def _say_nothing(_: Message) -> None:
    """A modal says by itself that it is loading, and a link is quickly fetched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """A question, and for whom.

    Attributes:
        lookup: what is asked.
        person: who asks.
        place: where the answer will be read by the asker.
        view: the reader's side; links in it are wanted, not yet granted.
        share_in: where others will read it; None when nobody else will.
        is_fresh: no answer of a moment ago will do.
        note: tells the asker that it takes a while.
    """

    lookup: Lookup
    person: Person
    place: Place
    view: View
    share_in: Place | None = None
    is_fresh: bool = False
    note: Note = _say_nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What may be shown: an outcome for each instance, and the view to lay them out in."""

    outcomes: tuple[Outcome, ...]
    view: View


def is_barred(outcome: Outcome) -> bool:
    """Whether the rules keep it from whoever asked."""
    return isinstance(outcome, Failure) and isinstance(outcome.error, Refused)
