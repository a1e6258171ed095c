"""What somebody does twice, such as a double click, is done once."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager

AFTERWARDS_S = 5.0  # a thumb that presses again because nothing seemed to happen
FOR_EVER = float("inf")


class Once:
    """The deeds under way, and those of the last seconds.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._done: dict[Hashable, float] = {}

    @contextmanager
    def doing(self, deed: Hashable, *, afterwards_s: float = 0.0) -> Iterator[bool]:
        """Whether the deed is to be done; False while it is being done, and so long afterwards.

        Args:
            deed: who does what, to what.
            afterwards_s: how long it counts as done, when nothing was raised.
        """
        now = self._clock()
        self._done = {each: until for each, until in self._done.items() if until > now}
        if deed in self._done:
            yield False
            return
        self._done[deed] = FOR_EVER
        done_until = 0.0
        try:
            yield True
            done_until = self._clock() + afterwards_s
        finally:
            self._done[deed] = done_until
