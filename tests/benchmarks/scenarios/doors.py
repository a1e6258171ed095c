"""Clicks, shortcuts and forms: how soon they are acknowledged, and how soon a modal is there."""

import asyncio
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.demo.slack_delivery import Delivery
from bot.demo.slack_surfaces import View
from bot.demo.workspace import Posted
from bot.render.ids import LOOKUP_SHORTCUT, PAGE
from tests.benchmarks.figures import Table, percentile, shown, times
from tests.benchmarks.load import warm_up
from tests.benchmarks.rig import INSTANCES, MONGOLOG, PEOPLE, Bench, DidNotRun, Stand, rig

USES = 20  # a round; each is a command, a click, a shortcut and a form
USES_PER_S = 5
DOORS = ("click", "shortcut", "submission")
MOST_ACK_MS, MOST_OPEN_MS = 3, 50
TURNS = 30
YOUNG_S = 2.0  # an answer so young is given again


@dataclass(slots=True)
class Uses:
    """What came of using one app's doors: seconds by door, and until a modal was there."""

    acks_s: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    opened_s: list[float] = field(default_factory=list)
    failed: int = 0

    def note(self, door: str, delivery: Delivery) -> None:
        """Keep one acknowledgement."""
        if delivery.outcome == "ok":
            self.acks_s[door].append(delivery.seconds)
        else:
            self.failed += 1


async def doors(bench: Bench) -> Table:
    """Time until Slack hears that a click, a shortcut or a submission was taken."""
    uses = max(5, round(USES * bench.part))
    async with rig(bench) as stands:
        await warm_up(*stands, people=bench.rounds * uses)
        found: dict[str, list[Uses]] = {stand.app.name: [] for stand in stands}
        for number in range(bench.rounds):
            people = PEOPLE[number * uses : (number + 1) * uses]
            for stand in stands:
                found[stand.app.name].append(await _round(stand, people))
    return _doors_table(found, bench.rounds * uses)


def _doors_table(found: dict[str, list[Uses]], uses: int) -> Table:
    figures = (f"{door} {name}" for door in DOORS for name in ("p50 ms", "p99 ms", "x"))
    table = Table(
        title=f"doors: {uses} clicks, shortcuts and forms, {USES_PER_S} of each a second",
        columns=("app", *figures, "modal p50 ms", "p99 ms", "not acked"),
    )
    ours = found[MONGOLOG.name]
    for name, rounds in found.items():
        cells = [cell for door in DOORS for cell in _ack_cells(rounds, ours, door)]
        opened = [1000 * each for uses_ in rounds for each in uses_.opened_s]
        modal = (shown(percentile(opened, 50)), shown(percentile(opened, 99)))
        table.add(name, *cells, *modal, str(sum(each.failed for each in rounds)))
    for door in DOORS:
        p50 = _median_ms(ours, door)
        wanted = f"{door}: p50 <= {MOST_ACK_MS} ms"
        table.target(wanted, f"{shown(p50, 2)} ms", is_met=p50 <= MOST_ACK_MS)
    latest = percentile([1000 * each for uses_ in ours for each in uses_.opened_s], 99)
    wanted = f"a modal is there: p99 <= {MOST_OPEN_MS} ms"
    table.target(wanted, f"{shown(latest)} ms", is_met=latest <= MOST_OPEN_MS)
    table.note("the others acknowledge alike and do nothing more; they show a form, ours a notice")
    return table


def _ack_cells(rounds: list[Uses], ours: list[Uses], door: str) -> tuple[str, str, str]:
    own, base = _median_ms(rounds, door), _median_ms(ours, door)
    whole = [1000 * each for uses in rounds for each in uses.acks_s[door]]
    return shown(own), shown(percentile(whole, 99)), times(own, base)


def _median_ms(rounds: list[Uses], door: str) -> float:
    return 1000 * statistics.median(percentile(uses.acks_s[door], 50) for uses in rounds)


async def _round(stand: Stand, people: tuple[str, ...]) -> Uses:
    uses = Uses()
    opened: dict[str, float] = {}

    def note(view: View) -> None:
        opened.setdefault(view.user, time.perf_counter())

    stand.slack.surfaces.on_shown.append(note)
    async with asyncio.TaskGroup() as group:
        for number, person in enumerate(people):
            group.create_task(_use(stand, uses, opened, person, number))
    stand.slack.surfaces.on_shown.remove(note)
    return uses


async def _use(
    stand: Stand, uses: Uses, opened: dict[str, float], person: str, number: int
) -> None:
    await asyncio.sleep(number / USES_PER_S)
    instance = INSTANCES[number % len(INSTANCES)]
    if stand.app is MONGOLOG:
        answer = await _answer(stand, instance, person)
        uses.note("click", await _turn(stand, answer, person))
    began = time.perf_counter()
    uses.note("shortcut", await stand.slack.shortcut(LOOKUP_SHORTCUT, user=person))
    form = await stand.slack.wait_for_view(
        lambda view: view.user == person and "submit" in view.view
    )
    uses.opened_s.append(opened[person] - began)
    if stand.app is not MONGOLOG:
        uses.note("click", await stand.slack.click_in(form, "next", "2"))
    uses.note("submission", await stand.slack.submit(form, {"instance": instance}))


async def turns(bench: Bench) -> Table:
    """A page turn soon after the first answer: how long it takes, and what it asks of the cloud."""
    count = max(5, round(TURNS * bench.part))
    async with rig(bench, apps=(MONGOLOG,)) as (stand,):
        await warm_up(stand, people=count)
        found = [await _timed_turn(stand, number) for number in range(count)]
    ages_s, took_s, calls = zip(*found, strict=True)
    young = [age for age in ages_s if age <= YOUNG_S]
    table = Table(
        title="turns: the next page, as soon as the first answer is there",
        columns=("app", "turns", "p50 ms", "p95 ms", "oldest answer ms", "calls of the cloud"),
    )
    taken_ms = [1000 * each for each in took_s]
    p50, p95 = shown(percentile(taken_ms, 50)), shown(percentile(taken_ms, 95))
    oldest = shown(1000 * max(ages_s), 0)
    table.add(MONGOLOG.name, str(count), p50, p95, oldest, str(sum(calls)))
    table.target(
        f"within {YOUNG_S:.0f} s of the answer no call",
        f"{sum(calls)} calls in {len(young)} turns",
        is_met=not sum(calls) and len(young) == count,
    )
    return table


async def _timed_turn(stand: Stand, number: int) -> tuple[float, float, int]:
    """Age of the answer when its page is turned, seconds until the next page, calls meanwhile."""
    person = PEOPLE[number]
    answer = await _answer(stand, INSTANCES[number], person)
    answered, calls = time.perf_counter(), len(stand.cloud.requests)
    began = time.perf_counter()
    (page,) = await stand.slack.answers(await _turn(stand, answer, person))
    took_s = time.perf_counter() - began
    if page.blocks == answer.blocks:
        raise DidNotRun(stand.app.name, "the page did not turn")
    return began - answered, took_s, len(stand.cloud.requests) - calls


async def _answer(stand: Stand, instance: str, person: str) -> Posted:
    answers = await stand.slack.answers(await stand.slack.command(instance, user=person))
    return answers[-1]


async def _turn(stand: Stand, answer: Posted, person: str) -> Delivery:
    turn = next(_elements(answer.blocks, PAGE), None)
    if turn is None:
        raise DidNotRun(stand.app.name, "an answer without a next page")
    return await stand.slack.click(answer, turn["action_id"], user=person, value=turn["value"])


def _elements(part: Any, action: str) -> Iterator[dict[str, Any]]:
    """Every button of a kind, however deep in blocks."""
    if isinstance(part, dict):
        if str(part.get("action_id", "")).startswith(action) and "value" in part:
            yield part
        part = tuple(part.values())
    if isinstance(part, list | tuple):
        for inner in part:
            yield from _elements(inner, action)
