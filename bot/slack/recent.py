"""What was learned in the last minutes, by name."""

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

KEPT_S = 300.0
MOST_KEPT = 10_000


class Recent(Generic[T]):
    """What was learned in the last minutes, by id; the oldest goes first when it is full.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[float, T]] = {}

    def get(self, key: str) -> T | None:
        """What is known about `key`; None when nothing is, or no longer."""
        kept_until, value = self._kept.get(key, (0.0, None))
        return value if self._clock() < kept_until else None

    def put(self, key: str, value: T, kept_s: float = KEPT_S) -> T:
        """Remember `value` for so many seconds, and give it back."""
        self._kept.pop(key, None)
        if len(self._kept) >= MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = (self._clock() + kept_s, value)
        return value
