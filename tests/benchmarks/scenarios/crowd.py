"""More questions than the account's 20 calls a second can ask: who is answered, and when."""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import replace

from bot.demo.workspace import ANNA, BEN
from tests.benchmarks.figures import NOTHING, Table, percentile, shown, times
from tests.benchmarks.load import Command, Run, drive, evenly, warm_up
from tests.benchmarks.rig import INSTANCES, LATENCY_S, MONGOLOG, Bench, rig
from tests.benchmarks.scenarios.counting import COUNTS, counts

LIMIT_PER_S = 20
OUR_RATE_PER_S, OUR_BURST = 15, 3  # mongolog's own pace, by default
SHARED_BY = 10  # instances
MOST_CALLS = 80
BURST_PER_S = 30
TOLD_AFTER_S = 2.0
NOTE_TAKES_S = 0.25  # whoever is answered just after 2 s may be told either way


async def shared(bench: Bench) -> Table:
    """Many ask about the same few instances."""
    seconds = 6 * bench.part
    table = Table(
        title=f"shared: 60 commands a second for {seconds:.0f} s over {SHARED_BY} instances,"
        f" the API lets {LIMIT_PER_S} calls a second through",
        columns=("app", "answer p50 ms", "p95 ms", *COUNTS, "calls x"),
    )
    ours: Run | None = None
    async with rig(bench, requests_per_s=LIMIT_PER_S) as stands:
        await warm_up(*stands)
        for stand in stands:
            run = await drive(stand, evenly(60, seconds, instances=SHARED_BY))
            ours = ours or run
            cells = (shown(run.answer_ms(50)), shown(run.answer_ms(95)), *counts(run))
            table.add(stand.app.name, *cells, times(run.calls, ours.calls))
    assert ours is not None
    _judge_all_answered(table, ours)
    most = max(SHARED_BY, MOST_CALLS * bench.part)
    table.target(f"<= {most:.0f} calls", str(ours.calls), is_met=ours.calls <= most)
    return table


def _judge_all_answered(table: Table, ours: Run) -> None:
    found = f"{len(ours.answered)} of {len(ours.sent)}"
    table.target("every one answered", found, is_met=len(ours.answered) == len(ours.sent))


async def burst(bench: Bench) -> Table:
    """Many ask about many instances; then one person does, and another asks once."""
    seconds = 6 * bench.part
    many, one = _by_many(seconds), _by_one_and_another(seconds)
    table = Table(
        title=f"burst: {BURST_PER_S} different instances a second for {seconds:.1f} s, asked by as"
        f" many people, then by one while another asks once; {LIMIT_PER_S} calls a second allowed",
        columns=("app", "wait p50 ms", "p95 ms", "told", "other starts ms", *COUNTS),
    )
    async with rig(bench, requests_per_s=LIMIT_PER_S) as stands:
        await warm_up(*stands, people=len(many))
        for stand in stands:
            by_many = await drive(stand, many)
            await asyncio.sleep(TOLD_AFTER_S)
            by_one = await drive(stand, one)
            _add_burst(table, f"{stand.app.name}, many people", by_many)
            _add_burst(table, f"{stand.app.name}, one person", by_one)
            if stand.app is MONGOLOG:
                _judge_burst(table, by_many)
                _judge_the_other(table, by_one)
    return table


def _by_many(seconds: float) -> tuple[Command, ...]:
    count = round(BURST_PER_S * seconds)
    return evenly(BURST_PER_S, seconds, instances=count, people=count)


def _by_one_and_another(seconds: float) -> tuple[Command, ...]:
    load = tuple(replace(each, user=ANNA) for each in _by_many(seconds))
    return (*load, Command(at_s=seconds / 2, instance=INSTANCES[-1], user=BEN))


def _add_burst(table: Table, name: str, run: Run) -> None:
    waits_ms = [1000 * wait_s for wait_s in _waits_s(run)]
    told = sum(each.told_to_wait for each in run.sent)
    other_s = _others_start_s(run)
    other = NOTHING if other_s is None else shown(1000 * other_s)
    cells = (shown(percentile(waits_ms, 50)), shown(percentile(waits_ms, 95)), str(told), other)
    table.add(name, *cells, *counts(run))


def _waits_s(run: Run) -> list[float]:
    """What each answered command took beside the API's own time."""
    return [each.end_s - LATENCY_S for each in run.answered if each.end_s is not None]


def _others_start_s(run: Run) -> float | None:
    return next((each.call_after_s for each in run.sent if each.command.user == BEN), None)


def ideal_waits_s(load: Sequence[Command]) -> list[float]:
    """What mongolog's own pace imposes when whoever came first is served first."""
    interval_s, next_at, waits_s = 1 / OUR_RATE_PER_S, -math.inf, []
    for command in load:
        start_at = max(next_at, command.at_s - (OUR_BURST - 1) * interval_s)
        next_at = start_at + interval_s
        waits_s.append(max(0.0, start_at - command.at_s))
    return waits_s


def _judge_burst(table: Table, run: Run) -> None:
    _judge_all_answered(table, run)
    ideal_s = percentile(ideal_waits_s([each.command for each in run.sent]), 95)
    ratio = percentile(_waits_s(run), 95) / ideal_s
    wanted = f"p95 wait <= 1.1 x the pace's own {1000 * ideal_s:.0f} ms"
    table.target(wanted, f"{ratio:.2f} x", is_met=ratio <= 1.1)
    late = [each for each in run.sent if each.end_s and each.end_s > TOLD_AFTER_S + NOTE_TAKES_S]
    told = sum(each.told_to_wait for each in late)
    wanted = f"whoever waits over {TOLD_AFTER_S:.0f} s is told"
    table.target(wanted, f"{told} of {len(late)}", is_met=told == len(late))


def _judge_the_other(table: Table, run: Run) -> None:
    start_s = _others_start_s(run)
    found = "never" if start_s is None else f"{1000 * start_s:.0f} ms"
    is_met = start_s is not None and start_s <= TOLD_AFTER_S
    table.target("one person's queue: the other's look-up starts within 2 s", found, is_met=is_met)
