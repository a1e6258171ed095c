"""The end of the process in the eyes of the tasks under way: finished, or cut short with a word."""

import asyncio

import pytest

from bot.slack.work import Work, to_its_end


@pytest.fixture
def heard() -> list[str]:
    return []


async def test_what_is_being_sent_is_sent_to_its_end(heard: list[str]) -> None:
    begun = asyncio.Event()

    async def send() -> None:
        begun.set()
        for _ in range(5):
            await asyncio.sleep(0)
        heard.append("the answer")

    async def serve() -> None:
        await to_its_end(send())
        heard.append("the log")

    work = Work()
    work.start(serve())
    await begun.wait()
    await work.drain(within_s=0)

    assert heard == ["the answer", "the log"]


async def test_whoever_is_cut_short_has_time_for_a_last_word(heard: list[str]) -> None:
    async def serve() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0.01)
            heard.append("goodbye")

    work = Work()
    work.start(serve())
    await asyncio.sleep(0)
    await work.drain(within_s=0)

    assert heard == ["goodbye"]
