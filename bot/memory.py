"""What is remembered about instances between questions, and the little that a process can alone."""

from collections import OrderedDict
from typing import Protocol

from bot.model import InstanceId, Report


class Memory(Protocol):
    """What is remembered about instances between questions."""

    async def region_of(self, instance: InstanceId) -> str | None:
        """Where the instance was last found; None when it never was."""

    async def last_answer(self, instance: InstanceId) -> Report | None:
        """The newest report on the instance, without links; None when there is none."""

    async def keep(self, report: Report) -> None:
        """Remember a report, without its links."""


class BoundedMemory:
    """Remembers the regions of the instances that were asked about last, in this process alone.

    Args:
        most: how many instances; the one asked about longest ago is forgotten first.
    """

    def __init__(self, most: int = 10_000) -> None:
        self._most = most
        self._regions: OrderedDict[InstanceId, str] = OrderedDict()

    async def region_of(self, instance: InstanceId) -> str | None:
        """Where the instance was last found; None when it never was."""
        return self._regions.get(instance)

    async def last_answer(self, instance: InstanceId) -> Report | None:  # noqa: ARG002
        """None: one command of the terminal has no earlier answers."""
        return None

    async def keep(self, report: Report) -> None:
        """Remember the region of a report."""
        self._regions[report.instance] = report.region
        self._regions.move_to_end(report.instance)
        if len(self._regions) > self._most:
            self._regions.popitem(last=False)
