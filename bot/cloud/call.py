"""One question to the API over all of its attempts: its place, its deadline, its log lines."""

import asyncio
import logging
import time
from dataclasses import dataclass

from bot.cloud.queue import Party, Place
from bot.errors import CloudError
from bot.telemetry import event

IN_ALL_S = 20.0  # all attempts and pages of one look-up, counted from its first permit
QUICK_S = 1.0
CUT_SHORT = "cut_short"


@dataclass(slots=True, kw_only=True)
class Call:
    """One page that is asked for.

    Attributes:
        instance, region, offset: what is asked.
        body: the request's.
        party: who waits for the answer.
        deadline: of all attempts; begins to run with the first.
        attempts: that ended without an answer, those aside that `TC3Auth` could repair.
        place: in the queue, for the next attempt.
        repaired: codes that were mended once.
    """

    instance: str
    region: str
    offset: int
    body: bytes
    party: Party
    deadline: asyncio.Timeout | None
    attempts: int = 0
    place: Place | None = None
    repaired: frozenset[str] = frozenset()
    _started: float = 0.0  # of the attempt under way, monotonic

    def begin(self, place: Place) -> None:
        """An attempt goes out; with the first one, the time of all of them begins to run."""
        self.place = self.place or place
        self._started = time.monotonic()
        if self.deadline and self.deadline.when() is None:
            self.deadline.reschedule(asyncio.get_running_loop().time() + IN_ALL_S)

    def has_failed(self) -> None:
        """An attempt is over. It keeps its place once, and only when it was quick to fail.

        A region that is down must not be asked again and again before others are asked at all.
        """
        self.attempts += 1
        if self.attempts > 1 or time.monotonic() - self._started > QUICK_S:
            self.place = None

    def has_time_for(self, pause_s: float) -> bool:
        """Whether an attempt after such a pause would begin before the deadline."""
        ends_at = self.deadline.when() if self.deadline else None
        return ends_at is None or asyncio.get_running_loop().time() + pause_s < ends_at

    def log(self, outcome: str, *, request_id: str | None = None, error: str | None = None) -> None:
        """Say how an attempt ended: `ok`, the API's code, or why there was no answer."""
        event(
            "cloud.called",
            logging.INFO,
            instance=self.instance,
            region=self.region,
            offset=self.offset,
            outcome=outcome,
            request_id=request_id,
            took_ms=round(1000 * (time.monotonic() - self._started)),
            **({"error": error} if error else {}),
        )

    def log_cut_short(self) -> None:
        """Say that the deadline of all attempts has passed, or that nobody waits any more."""
        is_late = self.deadline is not None and self.deadline.expired()
        self.log(CUT_SHORT, error="CloudUnreachable" if is_late else None)

    def log_error(self, error: CloudError) -> None:
        """Say that the API refused."""
        self.log(error.code, request_id=error.request_id, error=type(error).__name__)
