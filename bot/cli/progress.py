"""How a download goes, in one line of the terminal that is written over again and again.

Plain ASCII. Where nobody looks, as in a cron job, only the notes are written.
"""

import shutil
import time
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from typing import TextIO

from bot.render.times import about
from bot.render.words import joined, size

CELLS = 20
REDRAWN_S = 0.1
RATE_OVER_S = 5.0
PERCENT = 100
LONGEST_LEFT_S = 7 * 24 * 3600  # more than that says nothing
ERASE_LINE = "\r\x1b[K"


class Progress:
    """Draws it; is a `Watcher` of a download.

    Args:
        stream: where to; the bar is drawn only on a terminal.
        clock: seconds that never go back.
        columns: how wide the terminal is now.
    """

    def __init__(
        self,
        stream: TextIO,
        clock: Callable[[], float] = time.monotonic,
        columns: Callable[[], int] = lambda: shutil.get_terminal_size().columns,
    ) -> None:
        self._stream = stream
        self._clock = clock
        self._columns = columns
        self._is_drawn = False
        self._drawn_at = -REDRAWN_S
        self._total_bytes: int | None = None
        self._seen: deque[tuple[float, int]] = deque()

    def begun(self, size_bytes: int, total_bytes: int | None) -> None:
        """Bytes begin to come."""
        self._total_bytes = total_bytes
        self._seen.clear()
        self._draw(size_bytes)

    def grown(self, size_bytes: int) -> None:
        """More has come."""
        if self._clock() - self._drawn_at >= REDRAWN_S or size_bytes == self._total_bytes:
            self._draw(size_bytes)

    def broke_off(self, size_bytes: int) -> None:
        """Another attempt follows."""
        where = f"at {size(size_bytes)}" if size_bytes else "before anything came"
        self.note(f"The connection broke off {where}; trying again.")

    def changed(self) -> None:
        """All is fetched anew."""
        self.note("The file is another one than before: fetching all of it anew.")

    def renewed(self) -> None:
        """There is a fresh link."""
        self.note("The link had expired; the cloud gave a fresh one.")

    def note(self, line: str) -> None:
        """A line that stays."""
        self.end()
        print(line, file=self._stream, flush=True)

    def end(self) -> None:
        """Take the bar away."""
        if self._is_drawn:
            print(end=ERASE_LINE, file=self._stream, flush=True)
            self._is_drawn = False

    def _draw(self, size_bytes: int) -> None:
        self._drawn_at = self._clock()
        self._seen.append((self._drawn_at, size_bytes))
        while self._drawn_at - self._seen[0][0] > RATE_OVER_S and len(self._seen) > 2:  # noqa: PLR2004 - a rate needs two
            self._seen.popleft()
        if self._stream.isatty():
            line = self.line(size_bytes)[: max(1, self._columns() - 1)]
            print(end=f"{ERASE_LINE}{line}", file=self._stream, flush=True)
            self._is_drawn = True

    def line(self, size_bytes: int) -> str:
        """`[#####...............]  27% · 14 MiB of 50 MiB · 3.1 MiB/s · 12 s left`."""
        rate = self._bytes_per_s()
        speed = f"{size(round(rate))}/s" if rate else ""
        if not self._total_bytes:
            return joined(size(size_bytes), speed)
        part = min(size_bytes / self._total_bytes, 1)
        filled = int(part * CELLS)
        bar = f"[{'#' * filled}{'.' * (CELLS - filled)}] {int(part * PERCENT):3}%"
        amount = f"{size(size_bytes)} of {size(self._total_bytes)}"
        return joined(bar, amount, speed, _left(self._total_bytes - size_bytes, rate))

    def _bytes_per_s(self) -> float:
        if not self._seen:
            return 0.0
        (since, before), (now, after) = self._seen[0], self._seen[-1]
        return max(0.0, (after - before) / (now - since)) if now > since else 0.0


def _left(more_bytes: int, bytes_per_s: float) -> str:
    if more_bytes <= 0 or not bytes_per_s or more_bytes / bytes_per_s > LONGEST_LEFT_S:
        return ""
    return f"{about(timedelta(seconds=more_bytes / bytes_per_s))} left"
