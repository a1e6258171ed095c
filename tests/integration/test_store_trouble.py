"""A store that fails while it is used: said, survived, and well again by itself."""

import asyncio
import logging

import pytest

from bot.errors import StoreError
from bot.store import Store, writer
from bot.store.permits import SharedPermits
from bot.store.postgres import SERVER_SETTINGS
from bot.store.sqlite import SqliteDatabase
from bot.store.trouble import Trouble
from tests.integration.stored import (
    INSTANCE,
    OTHER,
    Postgres,
    asking,
    database_at,
    entry,
    export,
    holding,
    opened,
    report,
    run,
)


async def limit(store: Store, pragma: str) -> None:
    """Set something for the one connection that writes."""
    database = store.audit._database
    assert isinstance(database, SqliteDatabase)
    thread = database._writes

    def work() -> None:
        connection = thread._engine.raw_connection()
        connection.cursor().execute(f"PRAGMA {pragma}")
        connection.close()

    await thread.do(work)


@pytest.mark.parametrize(
    ("pragma", "undo", "code", "said"),
    [
        ("max_page_count=1", "max_page_count=1000000", "full", "the store has no space left"),
        ("query_only=ON", "query_only=OFF", "read_only", "the store can't be written"),
    ],
    ids=["full", "read only"],
)
async def test_a_file_that_takes_no_more_loses_nothing_that_it_has(
    sqlite_url: str, pragma: str, undo: str, code: str, said: str
) -> None:
    async with opened(sqlite_url) as store:
        await store.audit.append(entry(reference="before"))
        await limit(store, pragma)
        with pytest.raises(StoreError, match=code):
            await store.audit.append(*(entry(export="x" * 256) for _ in range(200)))
        await store.memory.keep(report(exports=tuple(map(export, range(200)))))
        store.askings.note(asking())
        await store.memory.writer.flush()
        await store.askings.writer.flush()
        assert store.trouble() == said
        assert await store.memory.region_of(INSTANCE) == "ap-guangzhou"
        assert await store.askings.of_user("T1", "U1") == (INSTANCE,)
        assert [each.reference for each in await store.audit.entries()] == ["before"]

        await limit(store, undo)
        await store.memory.writer.flush()
        await store.askings.writer.flush()
        assert store.trouble() == said  # the audit has not been tried since
        await store.audit.append(entry(reference="after"))
        assert store.trouble() is None
    assert await run(sqlite_url, "SELECT count(*) FROM last_answer") == [(1,)]
    assert await run(sqlite_url, "SELECT count(*) FROM asking") == [(1,)]


async def test_postgresql_may_be_restarted_under_load(
    postgres_url: str, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "AFTER_FAILURE_S", 0.05)
    kept, codes = 0, set()
    is_over = asyncio.Event()

    async def load(store: Store, number: int) -> None:
        nonlocal kept
        while not is_over.is_set():
            await store.memory.keep(report())
            store.askings.note(asking(user=f"U{number}"))
            await store.memory.region_of(OTHER)
            try:
                await store.audit.append(entry())
                kept += 1
            except StoreError as error:
                codes.add(error.code)
            await asyncio.sleep(0.001)

    async def until_more(than: int) -> None:
        async with asyncio.timeout(20):
            while kept <= than or store.trouble():
                await asyncio.sleep(0.01)

    async with opened(postgres_url) as store, asyncio.TaskGroup() as group:
        for number in range(8):
            group.create_task(load(store, number))
        await until_more(20)
        await asyncio.to_thread(postgres.server.stop)
        async with asyncio.timeout(20):
            while not store.trouble():
                await asyncio.sleep(0.01)
        before = kept
        await asyncio.to_thread(postgres.server.start)
        await until_more(before + 20)
        is_over.set()

    assert codes == {"unreachable"}
    ((written,),) = await run(postgres_url, "SELECT count(*) FROM audit")
    assert written >= kept  # what was confirmed is there; at most what was cut off is more
    assert written <= kept + 8
    assert await run(postgres_url, "SELECT count(*) FROM asking") == [(8,)]


async def test_a_restart_in_a_quiet_moment_costs_nothing(
    postgres_url: str, postgres: Postgres
) -> None:
    async with opened(postgres_url) as store:
        await store.audit.append(entry())
        await asyncio.to_thread(postgres.server.stop)
        await asyncio.to_thread(postgres.server.start)
        await store.audit.append(entry())
        assert len(await store.audit.entries()) == 2


async def test_what_another_process_holds_is_locked(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SERVER_SETTINGS, "lock_timeout", "50")
    async with opened(postgres_url) as store:
        async with holding(postgres_url, "audit"):
            with pytest.raises(StoreError, match="locked"):
                await store.audit.append(entry())
        await store.audit.append(entry())


async def test_the_log_tells_once_that_nothing_is_written_and_no_word_of_the_driver(
    sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with opened(sqlite_url) as store:
        await limit(store, "query_only=ON")
        for _ in range(3):
            store.askings.note(asking())
            await store.askings.writer.flush()
    told = [(record.message, record.__dict__["facts"]) for record in caplog.records]
    assert [each for each in told if each[0] != "store.not_pruned"] == [
        ("store.unwritten", {"code": "read_only", "rows": 1}),
        ("store.lost", {"code": "read_only", "rows": 1}),
    ]


def test_what_nobody_tried_for_a_minute_counts_as_well_again() -> None:
    ticks = [0.0]
    seen = Trouble(clock=lambda: ticks[0])
    assert seen.code is None
    assert seen.failed("full")
    ticks[0] = 59
    assert seen.code == "full"
    assert not seen.failed("full")
    ticks[0] = 118
    assert seen.code == "full"
    assert seen.failed("locked")
    ticks[0] = 178
    assert seen.code is None
    assert seen.failed("locked")
    seen.clear()
    assert seen.code is None


async def test_processes_share_one_budget(postgres_url: str) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    async with opened(postgres_url) as one, opened(postgres_url) as other:
        permits = [
            SharedPermits(store.memory._database, per_s=0.5, sleep=sleep) for store in (one, other)
        ]
        for number in range(6):
            assert not permits[0].take_now()
            await permits[number % 2].take()

    assert [round(wait / 2) for wait in waits] == [1, 2, 3, 4, 5]  # the first one waits for nothing
    assert waits == sorted(waits)


@pytest.mark.parametrize("ahead_s", [-9_999, 9_999], ids=["long past", "far ahead"])
async def test_a_budget_of_another_time_holds_nobody_up(postgres_url: str, ahead_s: int) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    async with opened(postgres_url) as store:
        moment = f"extract(epoch from clock_timestamp()) + {ahead_s}"
        await run(postgres_url, f"INSERT INTO budget VALUES ('default', {moment})")  # noqa: S608
        permits = SharedPermits(store.memory._database, per_s=0.1, sleep=sleep)
        await permits.take()
        assert waits == []
        await permits.take()
        assert [round(wait) for wait in waits] == [10]


async def test_without_the_database_a_process_goes_on_alone_and_slower(postgres_url: str) -> None:
    ticks, waits = [0.0], []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    database = database_at(postgres_url)  # whose tables are not there yet
    permits = SharedPermits(database, per_s=10, clock=lambda: ticks[0], sleep=sleep)
    for _ in range(4):
        await permits.take()
    assert [round(wait, 2) for wait in waits] == [0.33, 0.67, 1.0]
    assert permits.trouble.code == "damaged"

    async with opened(postgres_url):
        pass
    await permits.take()
    assert permits.trouble.code == "damaged"  # it is not asked again so soon
    ticks[0] += 5
    await permits.take()
    assert permits.trouble.code is None
    await database.aclose()
