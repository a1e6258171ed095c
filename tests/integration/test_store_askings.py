"""Who asked about what, where and when, on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import StoreError
from bot.model import InstanceId
from bot.store import retention, tables
from tests.integration.stored import INSTANCE, NOW, OTHER, asking, database_at, entry, opened, run

MINUTE = timedelta(minutes=1)
THIRD = InstanceId("cmgo-third001")


@pytest.mark.parametrize("is_written", [False, True], ids=["noted", "written"])
async def test_recents_are_newest_first_and_each_once(url: str, *, is_written: bool) -> None:
    async with opened(url) as store:
        store.askings.note(asking(INSTANCE, at=NOW - 3 * MINUTE))
        store.askings.note(asking(OTHER, at=NOW - 2 * MINUTE, channel="C2"))
        store.askings.note(asking(THIRD, at=NOW - MINUTE, user="U2"))
        store.askings.note(asking(INSTANCE, at=NOW, channel="C2"))
        store.askings.note(asking(THIRD, at=NOW, team="T2"))
        if is_written:
            await store.askings.writer.flush()

        assert await store.askings.of_user("T1", "U1") == (INSTANCE, OTHER)
        assert await store.askings.of_channel("T1", "C1") == (THIRD, INSTANCE)
        assert await store.askings.of_channel("T1", "C2") == (INSTANCE, OTHER)
        assert await store.askings.of_user("T2", "U2") == ()


async def test_no_more_recents_than_asked_for_and_those_of_before_count_too(url: str) -> None:
    ids = [InstanceId(f"cmgo-number{number}") for number in range(9)]
    async with opened(url) as store:
        for number, each in enumerate(ids[:7]):
            store.askings.note(asking(each, at=NOW + number * MINUTE))
    async with opened(url) as store:
        for number, each in enumerate(ids[7:], start=7):
            store.askings.note(asking(each, at=NOW + number * MINUTE))

        assert await store.askings.of_user("T1", "U1") == tuple(reversed(ids[4:]))
        assert await store.askings.of_user("T1", "U1", most=2) == (ids[8], ids[7])


@pytest.mark.parametrize("is_written", [False, True], ids=["noted", "written"])
async def test_who_is_on_it_is_the_last_other_person_in_this_channel(
    url: str, *, is_written: bool
) -> None:
    others = asking(user="U2", at=NOW - 3 * MINUTE)
    async with opened(url) as store:
        store.askings.note(asking(user="U3", at=NOW - 4 * MINUTE))
        store.askings.note(others)
        store.askings.note(asking(user="U1", at=NOW))
        store.askings.note(asking(user="U4", channel="C2", at=NOW))
        store.askings.note(asking(user="U4", team="T2", at=NOW))
        store.askings.note(asking(OTHER, user="U4", at=NOW))
        if is_written:
            await store.askings.writer.flush()
        find = store.askings.last_in

        seen = await find("T1", "C1", INSTANCE, but="U1", since=NOW - 10 * MINUTE)
        assert seen == replace(others, at=seen.at if seen else NOW)
        assert seen is not None
        assert abs(seen.at - others.at) < timedelta(milliseconds=1)
        assert await find("T1", "C1", INSTANCE, but="U1", since=NOW - 2 * MINUTE) is None
        assert await find("T1", "C9", INSTANCE, but="U1", since=NOW - 10 * MINUTE) is None


async def test_asking_again_moves_the_time_and_adds_no_row(url: str) -> None:
    async with opened(url) as store:
        for minutes in (1, 3, 2):
            store.askings.note(asking(at=NOW + minutes * MINUTE))
            await store.askings.writer.flush()
    at = (NOW + 3 * MINUTE).timestamp()
    assert await run(url, "SELECT count(*), max(at) FROM asking") == [(1, at)]


async def test_names_of_any_length_can_be_noted(url: str) -> None:
    async with opened(url) as store:
        store.askings.note(asking(user="U\0" + "1" * 90))
        await store.askings.writer.flush()
        assert store.trouble() is None
    assert await run(url, 'SELECT "user" FROM asking') == [("U" + "1" * 31,)]


async def test_a_store_that_can_t_be_read_says_so(url: str) -> None:
    async with opened(url) as store:
        await run(url, "DROP TABLE asking")
        with pytest.raises(StoreError, match="damaged"):
            await store.askings.of_user("T1", "U1")


async def test_what_is_refused_for_ever_is_given_up(url: str) -> None:
    async with opened(url) as store:
        await run(url, "ALTER TABLE asking RENAME TO hidden")
        store.askings.note(asking())
        await store.askings.writer.flush()
        assert store.trouble() == "the store is damaged"
        assert not list(store.askings.writer.held)
        await run(url, "ALTER TABLE hidden RENAME TO asking")
        store.askings.note(asking(OTHER))
        await store.askings.writer.flush()
        assert store.trouble() is None
    assert await run(url, "SELECT instance FROM asking") == [(OTHER,)]


async def test_what_is_too_old_or_too_much_is_forgotten_the_audit_only_by_its_own_age(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    monkeypatch.setattr(retention, "MOST_ROWS", {tables.asking: 4})
    day = timedelta(days=1)
    async with opened(url) as store:
        for days in range(20, 40):
            store.askings.note(asking(user=f"U{days}", at=NOW - days * day))
        await store.askings.writer.flush()
        await store.audit.append(entry(at=NOW - 8 * day), entry(at=NOW - 10 * day))
        for _ in range(9):
            await store.audit.append(entry())
    database = database_at(url)
    now = NOW.timestamp()
    await retention.forget(database, audit_days=9, now=now)
    assert await retention.forget(database, audit_days=9, now=now) == 0
    left = await run(url, 'SELECT "user" FROM asking ORDER BY at DESC')
    assert left == [("U20",), ("U21",), ("U22",), ("U23",)]
    assert await run(url, "SELECT count(*) FROM audit") == [(10,)]

    later = (NOW + 8.5 * day).timestamp()
    assert await retention.forget(database, audit_days=9, now=later) == 3
    await database.aclose()
