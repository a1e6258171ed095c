"""Which other apps are heard: those that a rule names, each at most 6 times a minute."""

from collections import deque
from collections.abc import Callable

MOST = 6
WITHIN_S = 60.0


class Apps:
    """The apps that may ask by mentioning this one.

    Args:
        named: ids of the apps in the rules.
        clock: monotonic seconds.
    """

    def __init__(self, named: frozenset[str], clock: Callable[[], float]) -> None:
        self._clock = clock
        self._heard: dict[str, deque[float]] = {app: deque(maxlen=MOST) for app in named}

    def hears(self, app: str) -> bool:
        """Whether this app is heard now; it counts as heard then."""
        if app not in self._heard:
            return False
        heard, now = self._heard[app], self._clock()
        if len(heard) == MOST and now - heard[0] < WITHIN_S:
            return False
        heard.append(now)
        return True
