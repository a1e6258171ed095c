"""One person has two look-ups under way and twenty waiting, and equal ones count once."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from bot.errors import Refusal, Refused
from bot.slack.caps import MOST_UNDER_WAY, MOST_WAITING, Caps


class Crowd:
    """Holds turns until it is told to let go."""

    def __init__(self) -> None:
        self.caps = Caps()
        self.let_go = asyncio.Event()
        self.under_way: list[str] = []
        self.most = 0

    async def ask(self, user: str, question: str) -> None:
        async with self.caps.turn(user, question):
            self.under_way.append(question)
            self.most = max(self.most, len(set(self.under_way)))
            await self.let_go.wait()
            self.under_way.remove(question)


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_two_are_under_way_and_the_others_wait_in_their_order() -> None:
    crowd = Crowd()
    tasks = [asyncio.create_task(crowd.ask("U1", f"q{number}")) for number in range(5)]
    await settle()
    assert crowd.under_way == ["q0", "q1"]

    crowd.let_go.set()
    await asyncio.gather(*tasks)

    assert crowd.most == MOST_UNDER_WAY


async def test_who_has_too_many_waiting_is_refused_and_others_are_not() -> None:
    crowd = Crowd()
    count = MOST_UNDER_WAY + MOST_WAITING
    tasks = [asyncio.create_task(crowd.ask("U1", f"q{number}")) for number in range(count)]
    await settle()

    with pytest.raises(Refused) as caught:
        await crowd.ask("U1", "one more")
    other = asyncio.create_task(crowd.ask("U2", "q0"))
    await settle()
    assert caught.value.reason is Refusal.TOO_MANY
    assert len(crowd.under_way) == MOST_UNDER_WAY + 1

    crowd.let_go.set()
    await asyncio.gather(*tasks, other)


async def test_asking_again_what_is_asked_already_takes_no_further_place() -> None:
    crowd = Crowd()
    count = MOST_UNDER_WAY + MOST_WAITING
    tasks = [asyncio.create_task(crowd.ask("U1", f"q{number}")) for number in range(count)]
    await settle()

    again = asyncio.create_task(crowd.ask("U1", "q0"))
    waiting = asyncio.create_task(crowd.ask("U1", "q5"))
    await settle()
    assert crowd.under_way.count("q0") == 2
    assert "q5" not in crowd.under_way  # the same question waits for the same turn

    crowd.let_go.set()
    await asyncio.gather(*tasks, again, waiting)


async def test_a_place_outlives_the_one_who_took_it() -> None:
    crowd = Crowd()
    tasks = [asyncio.create_task(crowd.ask("U1", f"q{number}")) for number in range(3)]
    joined = asyncio.create_task(crowd.ask("U1", "q2"))
    await settle()
    tasks[2].cancel()
    await asyncio.wait([tasks[2]])

    crowd.let_go.set()
    await asyncio.gather(tasks[0], tasks[1], joined)

    assert not crowd.caps._lines


async def test_who_gives_up_waiting_leaves_the_place_and_nobody_is_remembered() -> None:
    crowd = Crowd()
    tasks = [asyncio.create_task(crowd.ask("U1", f"q{number}")) for number in range(4)]
    await settle()
    tasks[2].cancel()
    await asyncio.wait([tasks[2]])

    crowd.let_go.set()
    await asyncio.gather(tasks[0], tasks[1], tasks[3])

    assert crowd.most == MOST_UNDER_WAY
    assert not crowd.caps._lines


async def test_a_turn_that_breaks_is_given_back() -> None:
    caps = Caps()
    for _ in range(MOST_UNDER_WAY + 1):
        with pytest.raises(ZeroDivisionError):
            async with caps.turn("U1", "q"):
                raise ZeroDivisionError
    async with AsyncExitStack() as stack:
        for number in range(MOST_UNDER_WAY):
            await stack.enter_async_context(caps.turn("U1", number))
    assert not caps._lines
