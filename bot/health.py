"""Whether this process should be given work: one probe for each thing that can say no.

`/readyz` asks all of them. What each one looks at, its owner knows; a probe never waits.
"""

from collections.abc import Callable
from dataclasses import dataclass

DRAINING = "draining"

Check = Callable[[], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One thing that must be well.

    Attributes:
        name: a word, such as `slack`.
        check: None when it is well, else why it is not, in our own words. Quick; never raises.
    """

    name: str
    check: Check


class Health:
    """The probes of one process; well as long as each of them is, and it is not draining."""

    def __init__(self) -> None:
        self._probes: dict[str, Probe] = {}
        self.is_draining = False
        self.register(DRAINING, lambda: "no new work is taken" if self.is_draining else None)

    def register(self, name: str, check: Check) -> None:
        """Ask this one too.

        Raises:
            ValueError: when there is a probe of this name.
        """
        if name in self._probes:
            raise ValueError(name)
        self._probes[name] = Probe(name=name, check=check)

    @property
    def is_well(self) -> bool:
        """Whether work should come here."""
        return not self.troubles()

    def troubles(self) -> tuple[str, ...]:
        """What those that are not well say, in the order they were registered."""
        said = (probe.check() for probe in self._probes.values())
        return tuple(trouble for trouble in said if trouble is not None)

    def report(self) -> str:
        """One line for each probe, in the order they were registered: `name: ok` or why not."""
        lines = (f"{probe.name}: {probe.check() or 'ok'}\n" for probe in self._probes.values())
        return "".join(lines)

    def drain(self) -> None:
        """From now on no new work should come; for good."""
        self.is_draining = True
