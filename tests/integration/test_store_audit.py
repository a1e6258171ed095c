"""The audit: added to, read, never changed, kept for so many days; on both databases."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.record import Deed
from bot.store import open_store
from tests.integration.stored import INSTANCE, NOW, OTHER, blocking, entry, opened, run

DAY = timedelta(days=1)


async def test_what_was_appended_is_there_without_closing_anything(url: str) -> None:
    async with opened(url) as store:
        await store.audit.append(entry())
        async with opened(url, is_beside=True) as beside:
            (found,) = await beside.audit.entries()

    assert abs(found.at - NOW) < timedelta(milliseconds=1)
    assert found == entry(at=found.at)


async def test_entries_are_newest_first_and_narrowed(url: str) -> None:
    given = (
        entry(at=NOW - 2 * DAY, reference="1"),
        entry(at=NOW, user="U2", reference="2"),
        entry(at=NOW, instance=str(OTHER), deed=Deed.REFUSED, rule="", reference="3"),
        entry(at=NOW - DAY, channel="", export="", region="", reference="4"),
    )
    async with opened(url) as store:
        await store.audit.append(*given)

        async def references(**facts: object) -> str:
            found = await store.audit.entries(**facts)  # type: ignore[arg-type]
            return " ".join(each.reference for each in found)

        assert await references() == "3 2 4 1"
        assert await references(instance=str(INSTANCE)) == "2 4 1"
        assert await references(user="U1") == "3 4 1"
        assert await references(since=NOW - DAY) == "3 2 4"
        assert await references(instance=str(INSTANCE), user="U1", since=NOW - DAY) == "4"
        assert await references(most=2) == "3 2"
        assert await references(user="U9") == ""


async def test_entries_are_written_all_or_none(url: str) -> None:
    async with opened(url) as store:
        await store.audit.append()
        await run(url, "CREATE UNIQUE INDEX each_once ON audit (reference)")
        with pytest.raises(StoreError):
            await store.audit.append(entry(reference="1"), entry(reference="1"))
        assert await store.audit.entries() == ()


async def test_no_entry_can_be_changed(url: str) -> None:
    async with opened(url) as store:
        await store.audit.append(entry())
        with pytest.raises(StoreError):
            await run(url, "UPDATE audit SET deed = 'link.shown'")
        assert [each.deed for each in await store.audit.entries()] == [Deed.GIVEN]


async def test_foreign_text_is_cut_to_what_fits(url: str) -> None:
    async with opened(url) as store:
        await store.audit.append(entry(export="\0\ud800" + "x" * 999, rule="r" * 999))
        (found,) = await store.audit.entries()

    assert found.export == "?" + "x" * 255
    assert found.rule == "r" * 64


async def test_entries_are_kept_for_as_many_days_as_are_set(url: str) -> None:
    async with opened(url) as store:
        await store.audit.append(
            *(entry(at=NOW - days * DAY, reference=str(days)) for days in (1, 6, 8, 399))
        )
    async with open_store(url, audit_days=7, is_beside=True, clock=NOW.timestamp) as store:
        for _ in range(20):  # whoever only reads removes nothing
            assert len(await store.audit.entries()) == 4
            await asyncio.sleep(0.01)
    async with open_store(url, audit_days=7, clock=NOW.timestamp) as store:
        async with asyncio.timeout(10):
            while len(found := await store.audit.entries()) > 2:
                await asyncio.sleep(0.01)
        assert [each.reference for each in found] == ["1", "6"]


async def test_an_entry_that_can_t_be_written_is_an_error(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.sqlite.BUSY_MS", 1)
    async with opened(sqlite_url) as store:
        in_the_way = blocking(sqlite_url)
        with pytest.raises(StoreError, match="locked"):
            await store.audit.append(entry())
        in_the_way.close()
        await store.audit.append(entry())
        assert len(await store.audit.entries()) == 1


async def test_a_deed_of_a_newer_version_is_not_passed_over(url: str) -> None:
    async with opened(url) as store:
        await store.audit.append(entry())
        row = "SELECT 99, account, at, team, \"user\", channel, instance, region, export, 'new'"
        await run(url, f"INSERT INTO audit {row}, rule, reference FROM audit")
        with pytest.raises(StoreError, match="newer_schema"):
            await store.audit.entries()


async def test_a_file_is_for_its_owner_alone(sqlite_url: str, tmp_path: Path) -> None:
    async with opened(sqlite_url) as store:
        await store.audit.append(entry())
        modes = modes_in(tmp_path)

    assert modes == [0o600] * 4


def modes_in(folder: Path) -> list[int]:
    return [path.stat().st_mode & 0o777 for path in folder.iterdir()]
