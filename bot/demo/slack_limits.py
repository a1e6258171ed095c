"""Which calls of the Web API are refused before they are looked at: told in advance, or too many.

Rates are not enforced until one is set. Each counts in a window of a minute, by method, for
`chat.postMessage` by channel as well: docs.slack.dev/apis/web-api/rate-limits.
"""

import math
from collections import defaultdict, deque
from typing import Any

from bot.demo.slack_refusal import SlackRefusal

RATE_LIMITED = "ratelimited"
WINDOW_S = 60.0
LIMITED_BY_CHANNEL = ("chat.postMessage",)


class Limits:
    """What is refused.

    Attributes:
        rates: calls a minute, by method.
    """

    def __init__(self) -> None:
        self.rates: dict[str, int] = {}
        self._told: defaultdict[str, deque[tuple[str, int]]] = defaultdict(deque)
        self._admitted: defaultdict[tuple[str, str], deque[float]] = defaultdict(deque)

    def refuse_next(self, method: str, error: str, times: int, retry_after_s: int) -> None:
        """Refuse the next calls of a method."""
        self._told[method].extend([(error, retry_after_s)] * times)

    def admit(self, method: str, arguments: dict[str, Any], now: float) -> None:
        """Let one call through.

        Args:
            method: its name.
            arguments: as sent.
            now: Unix seconds.

        Raises:
            SlackRefusal: with the error told in advance, or `ratelimited`.
        """
        self._refuse_told(method)
        if method in self.rates:
            place = str(arguments.get("channel")) if method in LIMITED_BY_CHANNEL else ""
            self._count(self._admitted[method, place], self.rates[method], now)

    def _refuse_told(self, method: str) -> None:
        if self._told[method]:
            error, retry_after_s = self._told[method].popleft()
            raise _too_many(retry_after_s) if error == RATE_LIMITED else SlackRefusal(error)

    @staticmethod
    def _count(admitted: deque[float], most: int, now: float) -> None:
        while admitted and now - admitted[0] >= WINDOW_S:
            admitted.popleft()
        if len(admitted) >= most:
            oldest = admitted[0] if admitted else now
            raise _too_many(max(1, math.ceil(oldest + WINDOW_S - now)))
        admitted.append(now)


def _too_many(retry_after_s: int) -> SlackRefusal:
    return SlackRefusal(RATE_LIMITED, status=429, retry_after_s=retry_after_s)
