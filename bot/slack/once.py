"""What somebody does twice, such as a double click, is done once."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

AFTERWARDS_S = 5.0  # a thumb that presses again because nothing seemed to happen
FOR_EVER = float("inf")


@dataclass(slots=True)
class Turn:
    """The doing of a deed; `lasts_s` is for how long it counts as done afterwards."""

    lasts_s: float = 0.0

    def is_done(self) -> None:
        """What was done can't be taken back, such as a post: not again for a few seconds."""
        self.lasts_s = AFTERWARDS_S


class Once:
    """The deeds under way, and those of the last seconds.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._done: dict[Hashable, float] = {}

    @contextmanager
    def doing(self, deed: Hashable) -> Iterator[Turn | None]:
        """The turn to do a deed; None while it is being done, or counts as done.

        Args:
            deed: who does what, to what.
        """
        now = self._clock()
        self._done = {each: until for each, until in self._done.items() if until > now}
        if deed in self._done:
            yield None
            return
        self._done[deed] = FOR_EVER
        turn = Turn()
        try:
            yield turn
        finally:
            self._done[deed] = self._clock() + turn.lasts_s
