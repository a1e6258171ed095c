"""Loads that nothing stands in the way of: how soon commands are acknowledged and answered."""

import statistics
import time
from collections.abc import Sequence

import aiohttp

from bot.demo.cloud_mishap import LateAnswer
from tests.benchmarks.figures import Table, shown, times
from tests.benchmarks.load import Command, Run, drive, evenly, joined, warm_up
from tests.benchmarks.rig import LATENCY_S, MONGOLOG, App, Bench, Stand, open_cloud, rig
from tests.benchmarks.scenarios.counting import COUNTS, counts

PROBES = 20
SLOW_S = 2.0
RATES = {20: 3.0, 100: 2.0}  # commands a second, for so many seconds
FEW = 10  # instances: mongolog gives one answer to many at once, and calls 15 times a second
MANY = 60  # instances: none is asked about again while its answer is still young


async def acknowledge(bench: Bench) -> Table:
    """Time until Slack hears that a command was taken, at two rates."""
    async with rig(bench) as stands:
        await warm_up(*stands)
        found = {}
        for rate, seconds in RATES.items():
            load = evenly(rate, seconds * bench.part, instances=FEW)
            found[rate] = await _in_turn(bench, stands, load)
    figures = (f"{rate}/s {name}" for rate in RATES for name in ("p50 ms", "p99 ms", "x"))
    table = Table(
        title=f"acknowledge: {' and '.join(map(str, RATES))} commands a second, {FEW} instances",
        columns=("app", *figures, *COUNTS),
    )
    for stand in stands:
        runs = [found[rate][stand.app] for rate in RATES]
        cells = (each for rate in RATES for each in _ack_cells(found[rate], stand.app))
        table.add(stand.app.name, *cells, *counts(joined([joined(each) for each in runs])))
    for rate in RATES:
        _judge_acknowledgements(table, rate, found[rate])
    return table


def _ack_cells(found: dict[App, list[Run]], app: App) -> tuple[str, str, str]:
    ours, own = _median_ack(found[MONGOLOG]), _median_ack(found[app])
    return shown(own), shown(joined(found[app]).ack_ms(99)), times(own, ours)


def _judge_acknowledgements(table: Table, rate: int, found: dict[App, list[Run]]) -> None:
    p50, p99 = _median_ack(found[MONGOLOG]), joined(found[MONGOLOG]).ack_ms(99)
    ratio = max(p50 / _median_ack(runs) for app, runs in found.items() if app is not MONGOLOG)
    table.target(f"{rate}/s: p50 <= 2.5 ms", f"{shown(p50, 2)} ms", is_met=p50 <= 2.5)
    table.target(f"{rate}/s: p50 <= 1/5 of both others", f"{ratio:.2f}", is_met=ratio <= 0.2)
    if rate == max(RATES):
        table.target(f"{rate}/s: p99 <= 100 ms", f"{shown(p99)} ms", is_met=p99 <= 100)


async def answer(bench: Bench) -> Table:
    """From the command to its answer, and what of it is not the API's own time."""
    table, ours_ms = await _answers(
        bench,
        f"answer: 15 commands a second, {MANY} instances, the API takes {1000 * LATENCY_S:.0f} ms",
        evenly(15, 4 * bench.part, instances=MANY),
        latency_s=LATENCY_S,
    )
    alone_ms = await _alone_ms()
    over_ms = ours_ms - alone_ms
    table.note(
        f"the API's latency is {shown(alone_ms)} ms: what a bare aiohttp client waits on this rig,"
        f" {1000 * LATENCY_S:.0f} ms of it asleep"
    )
    table.target("p50 <= the API's latency + 6 ms", f"+ {shown(over_ms)} ms", is_met=over_ms <= 6)
    return table


async def slow(bench: Bench) -> Table:
    """The same, when the API takes its time."""
    table, ours_ms = await _answers(
        Bench(rounds=1, part=bench.part, app_core=bench.app_core),
        f"slow: 10 commands a second, {MANY} instances, the API takes {SLOW_S:.0f} s",
        evenly(10, 5 * bench.part, instances=MANY),
        latency_s=SLOW_S,
    )
    table.target("p50 <= 2200 ms", f"{shown(ours_ms)} ms", is_met=ours_ms <= 2200)
    table.note("the SDK blocks: its calls share asyncio's few threads, cores + 4")
    return table


async def _answers(
    bench: Bench, title: str, load: Sequence[Command], *, latency_s: float
) -> tuple[Table, float]:
    async with rig(bench, latency_s=latency_s) as stands:
        await warm_up(*stands)
        found = await _in_turn(bench, stands, load)
    ours_ms = _median_answer(found[MONGOLOG])
    columns = ("app", "p50 ms", "x", "over the API's ms", "p95 ms", *COUNTS)
    table = Table(title=title, columns=columns)
    for app, runs in found.items():
        own_ms, whole = _median_answer(runs), joined(runs)
        over_ms = own_ms - 1000 * latency_s
        cells = (shown(own_ms), times(own_ms, ours_ms), shown(over_ms), shown(whole.answer_ms(95)))
        table.add(app.name, *cells, *counts(whole))
    return table, ours_ms


async def _in_turn(
    bench: Bench, stands: Sequence[Stand], load: Sequence[Command]
) -> dict[App, list[Run]]:
    """The same load on each app, one after the other, round after round."""
    found: dict[App, list[Run]] = {stand.app: [] for stand in stands}
    for _ in range(bench.rounds):
        for stand in stands:
            found[stand.app].append(await drive(stand, load))
    return found


async def _alone_ms() -> float:
    """What the API takes here in the eyes of a client that does nothing else."""
    taken_ms = []
    async with open_cloud() as cloud, aiohttp.ClientSession() as session:
        cloud.every_answer = LateAnswer(delay_s=LATENCY_S)
        for _ in range(PROBES):
            started = time.perf_counter()
            async with session.post(cloud.url) as refusal:  # it takes as long as an answer
                await refusal.read()
            taken_ms.append(1000 * (time.perf_counter() - started))
    return statistics.median(taken_ms)


def _median_ack(runs: Sequence[Run]) -> float:
    return statistics.median(run.ack_ms(50) for run in runs)


def _median_answer(runs: Sequence[Run]) -> float:
    return statistics.median(run.answer_ms(50) for run in runs)
