"""`make bench`: mongolog beside two bots as one would write them, in one run, on one rig.

Prints a table for each scenario; asserts nothing. Compare within one run, never across runs.
"""

import argparse
import asyncio
import os
import time
from collections.abc import Callable, Coroutine
from typing import Any

from tests.benchmarks.figures import Table
from tests.benchmarks.rig import Bench, DidNotRun
from tests.benchmarks.scenarios.alone import cold, memory
from tests.benchmarks.scenarios.crowd import burst, shared
from tests.benchmarks.scenarios.doors import doors, turns
from tests.benchmarks.scenarios.faults import faults
from tests.benchmarks.scenarios.remembering import store
from tests.benchmarks.scenarios.steady import acknowledge, answer, slow

SCENARIOS: dict[str, Callable[[Bench], Coroutine[Any, Any, Table]]] = {
    "acknowledge": acknowledge,
    "doors": doors,
    "answer": answer,
    "turns": turns,
    "store": store,
    "shared": shared,
    "burst": burst,
    "slow": slow,
    "cold": cold,
    "memory": memory,
    "faults": faults,
}
ROUNDS = 3
QUICK_PART = 1 / 10


def main() -> None:
    """Run the scenarios that are named, or all."""
    options = _read()
    app_core = _divide_cores()
    if app_core is None:
        print("Apps and driver share their cores here: times are less steady.\n")
    bench = Bench(
        rounds=1 if options.quick else ROUNDS,
        part=QUICK_PART if options.quick else 1.0,
        app_core=app_core,
    )
    for name in options.scenario or SCENARIOS:
        started = time.perf_counter()
        try:
            table = str(asyncio.run(SCENARIOS[name](bench)))
        except DidNotRun as error:
            table = f"{name}: {error}"
        print(table, f"took {time.perf_counter() - started:.0f} s", "", sep="\n", flush=True)
    print("x: times mongolog. Compare within this run only.")


def _read() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("scenario", nargs="*", help=f"{', '.join(SCENARIOS)}; default: all")
    parser.add_argument("--quick", action="store_true", help="short loads, one round")
    options = parser.parse_args()
    if unknown := set(options.scenario) - set(SCENARIOS):
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}")
    return options


def _divide_cores() -> int | None:
    """Keep this process on one core; gives another for the apps, None where there is none."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    first, *others = sorted(os.sched_getaffinity(0))
    if not others:
        return None
    os.sched_setaffinity(0, {first})
    return others[0]


if __name__ == "__main__":
    main()
