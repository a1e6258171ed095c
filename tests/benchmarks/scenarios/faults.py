"""A cloud that fails one call in ten, or keeps no connection: who still answers."""

import json
import random
from collections.abc import Callable
from typing import TYPE_CHECKING
from weakref import WeakSet

from aiohttp import web

from bot.demo.cloud_mishap import LateAnswer, Mishap, Normal, RawAnswer, Scene
from tests.benchmarks.figures import Table, shown
from tests.benchmarks.load import drive, evenly, warm_up
from tests.benchmarks.rig import LATENCY_S, MONGOLOG, Bench, rig
from tests.benchmarks.scenarios.counting import COUNTS, counts

if TYPE_CHECKING:
    import asyncio

RATE_PER_S, INSTANCES = 20, 60
SEED = 7
BAD_GATEWAY = RawAnswer(
    status=502, body=b"<html><body><h1>502 Bad Gateway</h1></body></html>", content_type="text/html"
)


class Reset:
    """The network cuts the connection before a byte of the answer."""

    async def play(self, scene: Scene, /) -> web.StreamResponse:
        """Cut it."""
        if scene.request.transport is not None:
            scene.request.transport.abort()
        return web.Response()


class AnswerAndClose:
    """The answer, its connection not announced as closing, and then its close."""

    async def play(self, scene: Scene, /) -> web.StreamResponse:
        """Answer and hang up."""
        body = json.dumps(scene.answer).encode()
        response = web.Response(body=body, content_type="application/json")
        await response.prepare(scene.request)
        await response.write_eof()
        scene.hang_up()
        return response


class DeadWhenUsedAgain:
    """A kept connection that the server gave up, and closes while the next request comes in."""

    def __init__(self) -> None:
        self._used: WeakSet[asyncio.BaseTransport] = WeakSet()

    async def play(self, scene: Scene, /) -> web.StreamResponse:
        """Answer the first request of each connection, and cut it at the second."""
        transport = scene.request.transport
        if transport is None or transport in self._used:
            return await Reset().play(scene)
        self._used.add(transport)
        return await Normal().play(scene)


class OneInTen:
    """A mishap at one place in every ten requests, the others are answered.

    Args:
        mishap: what happens there.
        chance: chooses the place; a fixed one would meet the same person again and again.
    """

    def __init__(self, mishap: Mishap, chance: random.Random) -> None:
        self._mishap = mishap
        self._chance = chance
        self._to_come: list[Mishap] = []

    async def play(self, scene: Scene, /) -> web.StreamResponse:
        """The next of the ten."""
        if not self._to_come:
            self._to_come = [self._mishap, *[Normal()] * 9]
            self._chance.shuffle(self._to_come)
        return await self._to_come.pop().play(scene)


FAULTS: dict[str, Callable[[random.Random], Mishap]] = {
    "1 in 10 reset": lambda chance: OneInTen(Reset(), chance),
    "1 in 10 is a 502 page": lambda chance: OneInTen(BAD_GATEWAY, chance),
    "each connection closed after its answer": lambda _: AnswerAndClose(),
    "each connection dead when used again": lambda _: DeadWhenUsedAgain(),
}


async def faults(bench: Bench) -> Table:
    """Each fault on each app."""
    seconds = 5 * bench.part
    table = Table(
        title=f"faults: {RATE_PER_S} commands a second for {seconds:.1f} s, {INSTANCES} instances",
        columns=("app, fault", "answer p50 ms", "p99 ms", *COUNTS),
    )
    async with rig(bench) as stands:
        await warm_up(*stands)
        for fault, mishap in FAULTS.items():
            for stand in stands:
                chance = random.Random(SEED)  # noqa: S311 - the same for each app
                stand.cloud.every_answer = LateAnswer(delay_s=LATENCY_S, then=mishap(chance))
                run = await drive(stand, evenly(RATE_PER_S, seconds, instances=INSTANCES))
                cells = (shown(run.answer_ms(50)), shown(run.answer_ms(99)))
                table.add(f"{stand.app.name}, {fault}", *cells, *counts(run))
                if stand.app is MONGOLOG:
                    found = f"{len(run.answered)} of {len(run.sent)}"
                    is_met = len(run.answered) == len(run.sent)
                    table.target(f"{fault}: every one answered", found, is_met=is_met)
    table.note("mongolog's times hold a wait: it paces itself to 15 calls a second")
    return table
