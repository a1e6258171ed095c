"""What is remembered of an instance: where it is and the last answer, on both databases."""

from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Export, Report
from bot.store import codec, memory, postgres, writer
from tests.integration.stored import (
    INSTANCE,
    NOW,
    OTHER,
    URL,
    blocking,
    export,
    holding,
    opened,
    report,
    run,
)

MOMENTS = st.datetimes(timezones=st.just(UTC))
REPORTS = st.builds(
    Report,
    instance=st.just(INSTANCE),
    region=st.text(),
    regions_asked=st.lists(st.text()).map(tuple),
    exports=st.lists(
        st.builds(
            Export,
            id=st.text(),
            kind=st.none() | st.text(),
            state=st.none() | st.text(),
            progress_percent=st.none() | st.integers(),
            size_bytes=st.none() | st.integers(),
            created_at=st.none() | MOMENTS,
            updated_at=st.none() | MOMENTS,
        )
    ).map(tuple),
    complete=st.booleans(),
    as_of=MOMENTS,
    took=st.timedeltas(),
    request_id=st.none() | st.text(),
    silent_regions=st.lists(st.text()).map(tuple),
)


@given(REPORTS)
def test_what_is_read_is_what_was_written(kept: Report) -> None:
    assert codec.read(INSTANCE, codec.written(kept)) == kept


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"exports": 3}', "null"])
def test_what_can_t_be_read_is_no_answer(text: str) -> None:
    assert codec.read(INSTANCE, text) is None


async def test_an_instance_nobody_asked_about_is_nowhere(url: str) -> None:
    async with opened(url) as store:
        assert await store.memory.region_of(INSTANCE) is None
        assert await store.memory.last_answer(INSTANCE) is None


async def test_the_last_answer_is_there_at_once_and_after_a_restart(url: str) -> None:
    kept = replace(report(), exports=(export(link=None),))
    async with opened(url) as store:
        await store.memory.keep(report())
        assert await store.memory.last_answer(INSTANCE) == kept
    async with opened(url) as store:
        assert await store.memory.region_of(INSTANCE) == "ap-guangzhou"
        assert await store.memory.last_answer(INSTANCE) == kept
        assert await store.memory.last_answer(OTHER) is None


async def test_a_newer_answer_takes_the_place_of_an_older_one_and_never_the_other_way(
    url: str,
) -> None:
    newer = report(region="ap-singapore", as_of=NOW + timedelta(seconds=1), exports=())
    async with opened(url) as store:
        await store.memory.keep(report())
        await store.memory.writer.flush()
        await store.memory.keep(newer)
        await store.memory.keep(report())
    async with opened(url) as store:  # which knows nothing of the newer one
        await store.memory.keep(report())
    async with opened(url) as store:
        assert await store.memory.last_answer(INSTANCE) == newer
        assert await store.memory.region_of(INSTANCE) == "ap-singapore"


async def test_a_process_learns_what_another_one_was_told(postgres_url: str) -> None:
    later = report(as_of=NOW + timedelta(seconds=1), exports=())
    async with opened(postgres_url) as one, opened(postgres_url) as other:
        await one.memory.keep(report())
        assert await other.memory.region_of(INSTANCE) is None
        await one.memory.writer.flush()
        assert await other.memory.region_of(INSTANCE) == "ap-guangzhou"

        await other.memory.keep(later)
        await other.memory.writer.flush()
        assert await one.memory.last_answer(INSTANCE) == later


async def test_no_link_reaches_the_disk(sqlite_url: str, tmp_path: Path) -> None:
    async with opened(sqlite_url) as store:
        await store.memory.keep(report())
        await store.memory.writer.flush()
        assert b"task-1" in _everything_in(tmp_path)  # else this test is blind
        assert b"5ecre7" not in _everything_in(tmp_path)
        answer = await store.memory.last_answer(INSTANCE)
    assert b"5ecre7" not in _everything_in(tmp_path)
    assert answer is not None
    assert not any(each.link for each in answer.exports)


def test_a_report_is_written_without_links_whoever_writes_it() -> None:
    assert URL not in codec.written(report())


async def test_an_answer_that_is_too_long_is_cut_and_says_so(url: str) -> None:
    long = report(exports=tuple(export(number) for number in range(201)))
    async with opened(url) as store:
        await store.memory.keep(long)
    async with opened(url) as store:
        answer = await store.memory.last_answer(INSTANCE)

    assert answer is not None
    assert [each.id for each in answer.exports] == [f"task-{number}" for number in range(200)]
    assert not answer.complete


async def test_foreign_text_of_any_kind_can_be_kept(url: str) -> None:
    odd = report(
        exports=(export(id="a\0b\ud800'\"\N{BOMB}", link=None),), request_id="\0", took=timedelta()
    )
    async with opened(url) as store:
        await store.memory.keep(odd)
    async with opened(url) as store:
        assert await store.memory.last_answer(INSTANCE) == odd


async def test_no_more_is_held_than_there_is_room_for(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "MOST_EXPORTS", 3)
    monkeypatch.setattr(memory, "MOST_REGIONS", 2)
    ids = [type(INSTANCE)(f"cmgo-number{number}") for number in range(9)]
    async with opened(sqlite_url) as store:
        for each in ids:
            await store.memory.keep(report(each))
        assert list(store.memory._reports) == ids[-3:]
        assert list(store.memory._regions) == ids[-2:]
    async with opened(sqlite_url) as store:
        assert [await store.memory.region_of(each) for each in ids] == ["ap-guangzhou"] * 9


async def test_many_answers_are_written_in_several_transactions(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "BATCH", 2)
    ids = [type(INSTANCE)(f"cmgo-number{number}") for number in range(5)]
    async with opened(url) as store:
        for each in ids:
            await store.memory.keep(report(each))
    assert await run(url, "SELECT count(*) FROM last_answer") == [(5,)]


async def test_whoever_waits_for_an_answer_does_not_wait_for_a_store_that_is_stuck(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(memory, "PATIENCE_S", 0.05)
    monkeypatch.setitem(postgres.SERVER_SETTINGS, "lock_timeout", "500")
    async with opened(postgres_url) as store:
        await store.memory.keep(report())
        async with holding(postgres_url, "last_answer"):
            assert await store.memory.region_of(OTHER) is None
            assert await store.memory.region_of(INSTANCE) == "ap-guangzhou"
            assert await store.memory.last_answer(INSTANCE) is not None
    (told,) = [each for each in caplog.records if each.message == "store.unread"]
    assert told.__dict__["facts"] == {"code": "unreachable"}  # it was not even told of the lock


async def test_a_store_that_failed_is_left_alone_for_a_moment(sqlite_url: str) -> None:
    ticks = [0.0]
    async with opened(sqlite_url) as store:
        await run(sqlite_url, "ALTER TABLE last_answer RENAME TO hidden")
        remembering = memory.StoredMemory(store.memory._database, clock=lambda: ticks[0])
        assert await remembering.region_of(INSTANCE) is None
        await run(sqlite_url, "ALTER TABLE hidden RENAME TO last_answer")
        await store.memory.keep(report())
        await store.memory.writer.flush()
        assert await remembering.region_of(INSTANCE) is None
        ticks[0] += memory.AFTER_FAILURE_S
        assert await remembering.region_of(INSTANCE) == "ap-guangzhou"
        await remembering.writer.aclose()


async def test_what_can_t_be_written_just_now_is_written_later(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.sqlite.BUSY_MS", 1)
    async with opened(sqlite_url) as store:
        in_the_way = blocking(sqlite_url)
        await store.memory.keep(report())
        await store.memory.writer.flush()
        assert store.trouble() == "another program has locked the store"
        assert await store.memory.region_of(OTHER) is None  # reading goes on
        in_the_way.close()
        await store.memory.writer.flush()
        assert store.trouble() is None
    assert await run(sqlite_url, "SELECT count(*) FROM last_answer") == [(1,)]


def _everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())
