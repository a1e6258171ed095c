"""What the store costs a look-up: the same commands to mongolog with it, and to one without.

The first look-up of an instance asks the store where it is; later ones find it in the process.
"""

import asyncio
import statistics
import time
from datetime import UTC, datetime

from bot.demo.world import GUANGZHOU, storage_link, task
from tests.benchmarks.figures import Table, percentile, shown
from tests.benchmarks.load import PATIENCE_S, warm_up
from tests.benchmarks.rig import (
    INSTANCES,
    MONGOLOG,
    PEOPLE,
    TASKS,
    App,
    Bench,
    DidNotRun,
    Stand,
    rig,
)

FORGETFUL = App(name="without store", arguments=("-m", "tests.benchmarks.apps.forgetful"))
PAIRS = 100
EVERY_S = 1 / 12  # a pair; each app may call the cloud 15 times a second
MOST_MS = 1.0
LINKED = "cmgo-linked{:03}"


async def store(bench: Bench) -> Table:
    """From a command to its answer, in pairs: at first, again, and with a link in each answer."""
    pairs = max(10, round(PAIRS * bench.part))
    linked = tuple(LINKED.format(number) for number in range(pairs))
    async with rig(bench, apps=(MONGOLOG, FORGETFUL)) as (with_, without):
        for stand in (with_, without):
            _add_linked(stand, linked)
        await warm_up(with_, without)
        found = {
            "first": await _pairs(with_, without, INSTANCES[:pairs]),
            "again": await _pairs(with_, without, INSTANCES[:pairs]),
            "first, link audited": await _pairs(with_, without, linked),
        }
    return _table(found, pairs)


def _add_linked(stand: Stand, instances: tuple[str, ...]) -> None:
    for instance in instances:
        link = storage_link(instance, region=GUANGZHOU, now=datetime.now(UTC))
        tasks = [task(f"export-{instance}-{number}", Url=link) for number in range(TASKS)]
        stand.cloud.world.add(instance, GUANGZHOU, tasks=tasks)


def _table(found: dict[str, list[tuple[float, float]]], pairs: int) -> Table:
    table = Table(
        title=f"store: {pairs} pairs of look-ups, with the store on SQLite and without any",
        columns=("look-up", "with p50 ms", "p95 ms", "without p50 ms", "p95 ms", "store p50 ms"),
    )
    for name, timed in found.items():
        columns = [[1000 * each for each in column] for column in zip(*timed, strict=True)]
        figures = [percentile(each, percent) for each in columns for percent in (50, 95)]
        table.add(name, *(shown(each, 2) for each in figures), shown(_added_ms(timed), 2))
    for name in ("first", "again"):
        added = _added_ms(found[name])
        wanted = f"{name}: p50 <= {MOST_MS:.0f} ms more"
        table.target(wanted, f"{shown(added, 2)} ms", is_met=added <= MOST_MS)
    table.note("a link is shown only once the audit is on disk: what that costs is the disk's")
    return table


def _added_ms(timed: list[tuple[float, float]]) -> float:
    """The median of the differences, pair by pair."""
    return 1000 * statistics.median(with_ - without for with_, without in timed)


async def _pairs(
    with_: Stand, without: Stand, instances: tuple[str, ...]
) -> list[tuple[float, float]]:
    """Seconds with and without; who comes first changes from pair to pair."""
    found = []
    for number, instance in enumerate(instances):
        began = time.perf_counter()
        person = PEOPLE[number % 60]
        order = (with_, without) if number % 2 else (without, with_)
        taken = {id(stand): await _timed(stand, instance, person) for stand in order}
        found.append((taken[id(with_)], taken[id(without)]))
        await _until(began + EVERY_S)
    return found


async def _until(moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - time.perf_counter()))


async def _timed(stand: Stand, instance: str, person: str) -> float:
    began = time.perf_counter()
    delivery = await stand.slack.command(instance, user=person)
    await stand.slack.answers(delivery, timeout_s=PATIENCE_S)
    final = stand.ear.final(delivery.id)
    if final is None or final[1] != "answer":
        raise DidNotRun(stand.app.name, "a look-up got no answer")
    return final[0] - began
