"""The permits, on a clock that only sleeping moves."""

import asyncio
import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cloud.budget import Bucket
from bot.query import _bucket
from bot.settings import MAX_REQUESTS_PER_S

RATES = st.integers(10, 100 * MAX_REQUESTS_PER_S).map(lambda hundredths: hundredths / 100)


@dataclass
class Time:
    """A clock and a sleep that agree, and wake sleepers in the order of their alarms."""

    now: float = 1000.0
    alarms: list[tuple[float, int, asyncio.Future[None]]] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)

    def clock(self) -> float:
        return self.now

    async def nap(self, seconds: float) -> None:
        """Sleep alone: the clock moves at once."""
        self.now += seconds

    async def sleep(self, seconds: float) -> None:
        """Sleep beside others, until the clock comes to this alarm."""
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self.alarms, (self.now + seconds, next(self.numbers), woken))
        await woken

    async def pass_until_nobody_sleeps(self) -> None:
        await settle()
        while self.alarms:
            self.now, _, woken = heapq.heappop(self.alarms)
            woken.set_result(None)
            await settle()


async def settle() -> None:
    """Let every task go on until it waits."""
    for _ in range(3):
        await asyncio.sleep(0)


def take_one_after_another(bucket: Bucket, time: Time, pauses: list[float]) -> list[float]:
    """When each permit came, asking anew `pauses` seconds after the one before."""

    async def take() -> list[float]:
        taken = []
        for pause in pauses:
            time.now += pause
            await bucket.take()
            taken.append(time.now)
        return taken

    return asyncio.run(take())


def most_in_a_closed_second(moments: list[float]) -> int:
    # A hair wider than a second, for the rounding of a long sum of intervals.
    return max(sum(0 <= other - first <= 1 + 1e-9 for other in moments) for first in moments)


async def take_at_once(bucket: Bucket, time: Time, people: list[str]) -> list[tuple[str, float]]:
    """Who got a permit, and when, of people who ask in this order at the same moment."""
    taken = []

    async def ask(who: str) -> None:
        await bucket.take()
        taken.append((who, time.now))

    asking = [asyncio.create_task(ask(who)) for who in people]
    await time.pass_until_nobody_sleeps()
    await asyncio.gather(*asking)
    return taken


@pytest.fixture
def time() -> Time:
    return Time()


@given(per_s=RATES)
def test_no_closed_second_sees_more_than_its_rate_and_one(per_s: float) -> None:
    time = Time()
    bucket = Bucket(per_s, clock=time.clock, sleep=time.nap)
    moments = take_one_after_another(bucket, time, [0.0] * 45)
    assert most_in_a_closed_second(moments) <= floor(per_s) + 1


@given(
    per_s=RATES,
    burst=st.integers(1, 5),
    pauses=st.lists(st.sampled_from([0.0, 0.01, 0.2, 0.9, 5.0]), min_size=1, max_size=40),
)
def test_pauses_save_no_more_than_the_burst(per_s: float, burst: int, pauses: list[float]) -> None:
    time = Time()
    bucket = Bucket(per_s, burst=burst, clock=time.clock, sleep=time.nap)
    moments = take_one_after_another(bucket, time, pauses)
    assert most_in_a_closed_second(moments) <= floor(per_s) + burst


@pytest.mark.parametrize("per_s", [0.1, 1, 15, 16.9, 17.5, MAX_REQUESTS_PER_S], ids=str)
def test_the_products_own_burst_leaves_the_console_a_request_a_second(per_s: float) -> None:
    bucket = _bucket(per_s)
    burst = 1 + round(bucket._saved_s / bucket._interval_s)
    assert floor(per_s) + burst <= MAX_REQUESTS_PER_S + 1


async def test_permits_are_spaced_evenly(time: Time) -> None:
    bucket = Bucket(4, clock=time.clock, sleep=time.sleep)
    taken = await take_at_once(bucket, time, ["U1"] * 5)
    assert [moment for _, moment in taken] == [1000.0, 1000.25, 1000.5, 1000.75, 1001.0]


async def test_a_burst_goes_at_once_after_a_pause_and_only_then(time: Time) -> None:
    bucket = Bucket(4, burst=3, clock=time.clock, sleep=time.sleep)
    first = await take_at_once(bucket, time, ["U1"] * 5)
    assert [moment for _, moment in first] == [1000.0, 1000.0, 1000.0, 1000.25, 1000.5]
    time.now += 0.25
    assert await take_at_once(bucket, time, ["U1"] * 2) == [("U1", 1000.75), ("U1", 1001.0)]


async def test_what_is_there_at_once_is_the_burst(time: Time) -> None:
    bucket = Bucket(4, burst=3, clock=time.clock, sleep=time.sleep)
    assert [bucket.take_now() for _ in range(5)] == [True, True, True, False, False]
    time.now += 0.25
    assert [bucket.take_now() for _ in range(2)] == [True, False]


async def test_those_who_ask_first_come_first(time: Time) -> None:
    people = [f"U{number}" for number in range(30)]
    bucket = Bucket(15, burst=3, clock=time.clock, sleep=time.sleep)
    assert [who for who, _ in await take_at_once(bucket, time, people)] == people


async def test_a_clock_that_begins_at_zero_makes_nobody_wait() -> None:
    time = Time(now=0.0)
    bucket = Bucket(1, burst=2, clock=time.clock, sleep=time.sleep)
    assert (await take_at_once(bucket, time, ["U1"]))[0] == ("U1", 0.0)
