"""Of several errands for one window only the newest may still show something in it."""

from collections import OrderedDict
from collections.abc import Hashable

MOST = 10_000  # windows; one that is forgotten shows what comes


class Newest:
    """Counts the errands of each window."""

    def __init__(self) -> None:
        self._numbers: OrderedDict[Hashable, int] = OrderedDict()

    def begin(self, window: Hashable) -> int:
        """The number of an errand that begins now; higher than those before it."""
        number = self._numbers.pop(window, 0) + 1
        self._numbers[window] = number
        if len(self._numbers) > MOST:
            self._numbers.popitem(last=False)
        return number

    def is_newest(self, window: Hashable, number: int) -> bool:
        """Whether none has begun since."""
        return self._numbers.get(window, number) == number
