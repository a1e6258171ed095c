"""What went wrong last. A minute later nobody knows: who is not asked any more can't get well."""

import time
from collections.abc import Callable

KNOWN_S = 60.0


class Trouble:
    """The last failure of one part of the store.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._code: str | None = None
        self._until = 0.0

    @property
    def code(self) -> str | None:
        """The code of the last StoreError; None when all went well since, or when it is old."""
        return self._code if self._clock() < self._until else None

    def failed(self, code: str) -> bool:
        """It failed, again perhaps; whether that is news."""
        is_news = self.code != code
        self._code, self._until = code, self._clock() + KNOWN_S
        return is_news

    def clear(self) -> None:
        """It went well."""
        self._code = None
