"""Whose turn it is, with permits that come when the test says so."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

import pytest

from bot.cloud.queue import PEOPLE_PER_WATCH, FairQueue, Party, Place
from bot.errors import CloudError, Throttled


class ByHand:
    """Permits that are handed out one by one."""

    def __init__(self) -> None:
        self.left = asyncio.Semaphore(0)

    def take_now(self) -> bool:
        return False  # so that everybody waits for a turn

    async def take(self) -> None:
        await self.left.acquire()

    async def give(self, count: int = 1) -> None:
        for _ in range(count):
            self.left.release()
        await settle()


class NoMore:
    """No permits at all."""

    def take_now(self) -> bool:
        return False

    async def take(self) -> None:
        raise Throttled("OurOwnLimit")


class Calls:
    """Who made a call, in order; a call is over at once unless it is held."""

    def __init__(self, queue: FairQueue) -> None:
        self.queue = queue
        self.made: list[str] = []
        self.places: list[Place] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def ask(
        self,
        name: str,
        party: Party | None = None,
        *,
        hold: bool = False,
        held: Place | None = None,
        region: str = "",
    ) -> None:
        turn = self.queue.turn(party or Party(name), region, held)
        call = self._call(name, turn, hold=hold)
        self.tasks.append(asyncio.create_task(call))
        await settle()

    async def end(self) -> None:
        for task in self.tasks:
            task.cancel()
        await self.queue.aclose()

    async def _call(
        self, name: str, turn: AbstractAsyncContextManager[Place], *, hold: bool
    ) -> None:
        async with turn as place:
            self.made.append(name)
            self.places.append(place)
            if hold:
                await asyncio.get_running_loop().create_future()


async def settle() -> None:
    for _ in range(60):
        await asyncio.sleep(0)


@pytest.fixture
async def permits() -> ByHand:
    return ByHand()


@pytest.fixture
async def calls(permits: ByHand) -> AsyncIterator[Calls]:
    queue = FairQueue(permits, slots=3)
    calls = Calls(queue)
    yield calls
    await calls.end()


async def test_who_comes_into_a_queue_that_one_person_made_is_next(
    permits: ByHand, calls: Calls
) -> None:
    for _ in range(20):
        await calls.ask("anna")
    await permits.give(2)
    await calls.ask("ben")
    await permits.give(1)
    assert calls.made == ["anna", "anna", "ben"]


async def test_people_take_turns(permits: ByHand, calls: Calls) -> None:
    for name in ("anna", "anna", "anna", "ben", "ben", "carl"):
        await calls.ask(name)
    await permits.give(6)
    assert calls.made == ["anna", "ben", "carl", "anna", "ben", "anna"]


async def test_a_call_made_again_keeps_its_place(permits: ByHand, calls: Calls) -> None:
    for name in ("anna", "ben", "carl"):
        await calls.ask(name)
    await permits.give(1)
    await calls.ask("anna again", Party("anna"), held=calls.places[0])
    await permits.give(3)
    assert calls.made == ["anna", "anna again", "ben", "carl"]


async def test_who_has_made_a_queue_does_not_hold_others_up_by_asking_again(
    permits: ByHand, calls: Calls
) -> None:
    for _ in range(5):
        await calls.ask("anna")
    await permits.give(3)
    await calls.ask("anna again", Party("anna"), held=calls.places[-1])
    await calls.ask("ben")
    await permits.give(2)
    assert calls.made[3:] == ["ben", "anna again"]


async def test_who_comes_while_nobody_waits_takes_what_is_there() -> None:
    there = [True, False, True]  # the last comes first

    class Ready(ByHand):
        def take_now(self) -> bool:
            return there.pop()

    permits = Ready()
    mine = Calls(FairQueue(permits))
    for name in ("anna", "ben", "carl"):
        await mine.ask(name)
    assert mine.made == ["anna"]
    assert there == [True]  # carl stands behind ben, whatever is there
    await permits.give(2)
    assert mine.made == ["anna", "ben", "carl"]


async def test_nobody_is_remembered_who_did_not_wait() -> None:
    class Plenty(ByHand):
        def take_now(self) -> bool:
            return True

    mine = Calls(FairQueue(Plenty()))
    for number in range(20):
        await mine.ask(f"U{number}")
    assert len(mine.queue._last_turn) == 1


async def test_one_persons_own_questions_keep_their_order(permits: ByHand, calls: Calls) -> None:
    for name in "abcde":
        await calls.ask(name, Party("anna"))
    await permits.give(5)
    assert calls.made == list("abcde")


async def test_who_joins_a_question_lends_it_his_turn(permits: ByHand, calls: Calls) -> None:
    for number in range(10):
        party = Party("anna")
        await calls.ask(f"q{number}", party)
    await permits.give(1)
    party.names.add("ben")
    await permits.give(1)
    assert calls.made == ["q0", "q9"]


async def test_watches_wait_for_people_and_are_not_starved(permits: ByHand, calls: Calls) -> None:
    for _ in range(3):
        await calls.ask("watch", Party("watch", is_watch=True))
    for _ in range(2 * PEOPLE_PER_WATCH):
        await calls.ask("anna")
    await permits.give(2 * PEOPLE_PER_WATCH + 3)
    people = ["anna"] * PEOPLE_PER_WATCH
    assert calls.made == [*people, "watch", *people, "watch", "watch"]


async def test_no_more_calls_than_slots_are_under_way(permits: ByHand, calls: Calls) -> None:
    for _ in range(5):
        await calls.ask("anna", hold=True)
    await permits.give(5)
    assert len(calls.made) == 3
    calls.tasks[0].cancel()
    await settle()
    assert len(calls.made) == 4


async def test_a_region_that_falls_silent_leaves_slots_to_the_others(permits: ByHand) -> None:
    mine = Calls(FairQueue(permits, slots=3, slots_of_one=2))
    for _ in range(3):
        await mine.ask("silent", hold=True, region="ap-a")
    await permits.give(3)
    assert mine.made == ["silent", "silent"]
    await mine.ask("well", region="ap-b")
    assert mine.made == ["silent", "silent", "well"]
    mine.tasks[0].cancel()
    await permits.give(1)
    assert mine.made == ["silent", "silent", "well", "silent"]
    await mine.end()


async def test_a_cancelled_wait_keeps_neither_place_nor_slot(permits: ByHand, calls: Calls) -> None:
    for name in ("anna", "ben", "carl", "dora"):
        await calls.ask(name, hold=True)
    calls.tasks[0].cancel()
    await settle()
    assert calls.queue.length == 3
    await permits.give(3)
    assert calls.made == ["ben", "carl", "dora"]


async def test_who_is_cancelled_in_the_moment_of_the_turn_gives_the_slot_back(
    permits: ByHand, calls: Calls
) -> None:
    for _ in range(6):  # twice as many as there are slots
        await calls.ask("anna")
        (ticket,) = calls.queue._waiting
        permits.left.release()
        for _ in range(60):
            if ticket.ready.done():
                break
            await asyncio.sleep(0)
        calls.tasks[-1].cancel()
        await settle()
    await calls.ask("ben")
    await permits.give(1)
    assert calls.made == ["ben"]


async def test_who_is_cancelled_just_before_the_turn_is_passed_over() -> None:
    class Cancels(ByHand):
        async def take(self) -> None:
            await super().take()
            mine.tasks[0].cancel()

    permits = Cancels()
    mine = Calls(FairQueue(permits))
    await mine.ask("anna")
    await mine.ask("ben")
    await permits.give(1)
    assert mine.made == ["ben"]
    await mine.queue.aclose()


async def test_without_permits_everybody_waiting_is_told() -> None:
    queue = FairQueue(NoMore())
    for _ in range(2):
        with pytest.raises(CloudError):
            async with queue.turn(Party("anna")):
                pass
    await queue.aclose()


async def test_nobody_waits_longer_than_a_minute(
    calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.cloud.queue.LONGEST_WAIT_S", 0)
    with pytest.raises(Throttled) as refused:
        async with calls.queue.turn(Party("anna")):
            pass
    assert refused.value.code == "OurOwnLimit"
    assert calls.queue.length == 0


async def test_permits_that_come_at_once_are_not_spent_on_who_is_leaving() -> None:
    class AtOnce:
        def take_now(self) -> bool:
            return False

        async def take(self) -> None:
            mine.tasks[0].cancel()

    mine = Calls(FairQueue(AtOnce()))
    await mine.ask("anna")  # a queue that went on giving her turns would never return
    assert mine.made == []
    await mine.queue.aclose()
