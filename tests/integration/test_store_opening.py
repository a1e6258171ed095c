"""Opening the store: which files and databases it takes, and what it says of the others."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bot.errors import SettingsError, StoreError
from bot.store import Store
from tests.integration.stored import INSTANCE, Postgres, entry, opened, report, run

NOBODY = 65534
SERVES = """
import asyncio, sys
from bot.store import open_store
from tests.integration.stored import entry, report

async def main():
    async with open_store(sys.argv[1], audit_days=400) as store:
        await store.audit.append(entry())
        await store.memory.keep(report())
        await store.memory.writer.flush()
        print("serving", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""
OPENS = """
import asyncio, sys
from bot.store import open_store

async def main():
    async with open_store(sys.argv[1], audit_days=400) as store:
        await store.audit.entries()

asyncio.run(main())
assert "alembic" not in sys.modules
assert "asyncpg" not in sys.modules
"""


async def why_not(url: str, *, is_beside: bool = False) -> str:
    """What is said when the store at this address can't be opened."""
    with pytest.raises(SettingsError) as raised:
        async with opened(url, is_beside=is_beside):
            pass
    (fault,) = raised.value.faults
    return fault


async def test_a_second_process_can_t_serve_with_the_same_file_until_the_first_is_killed(
    sqlite_url: str,
) -> None:
    first = subprocess.Popen(  # noqa: ASYNC220, S603 - it lives for the whole test
        [sys.executable, "-c", SERVES, sqlite_url], stdout=subprocess.PIPE, text=True
    )
    assert first.stdout is not None
    assert first.stdout.readline() == "serving\n"
    why = "DATABASE_URL: another mongolog serves with this file; several need PostgreSQL"
    assert await why_not(sqlite_url) == why
    async with opened(sqlite_url, is_beside=True) as beside:
        assert len(await beside.audit.entries()) == 1

    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    first.stdout.close()
    async with opened(sqlite_url) as store:
        assert len(await store.audit.entries()) == 1
        assert await store.memory.region_of(INSTANCE) == "ap-guangzhou"


async def test_the_same_process_can_t_open_a_file_twice_either(sqlite_url: str) -> None:
    async with opened(sqlite_url):
        assert "another mongolog" in await why_not(sqlite_url)
    async with opened(sqlite_url):
        pass


async def test_several_processes_may_start_on_one_new_database_at_once(postgres_url: str) -> None:
    async def start() -> None:
        async with opened(postgres_url) as store:
            await store.audit.append(entry())

    await asyncio.gather(*(start() for _ in range(5)))
    assert await run(postgres_url, "SELECT count(*) FROM audit") == [(5,)]


def test_opening_a_store_that_is_up_to_date_imports_no_alembic(sqlite_url: str) -> None:
    async def create() -> None:
        async with opened(sqlite_url):
            pass

    asyncio.run(create())
    subprocess.run([sys.executable, "-c", OPENS, sqlite_url], check=True)  # noqa: S603


async def test_a_relative_path_begins_where_the_process_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened("sqlite:///a store?mode=%ro.db"):
        pass
    assert names_in(tmp_path) == ["a store?mode=%ro.db", "a store?mode=%ro.db.lock"]


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
async def test_a_store_without_a_file_ends_with_the_process(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    async with opened(url) as store, opened(url) as other:
        await store.memory.keep(report())
        await store.memory.writer.flush()
        assert await other.memory.region_of(INSTANCE) is None
    assert names_in(tmp_path) == []


async def test_whoever_only_reads_creates_nothing(url: str, tmp_path: Path) -> None:
    no_store = "DATABASE_URL: there is no store yet; start `mongolog serve` first"
    assert await why_not(url, is_beside=True) == no_store
    assert names_in(tmp_path) == []
    if url.startswith("sqlite"):
        (tmp_path / "store.db").touch()
        assert await why_not(url, is_beside=True) == no_store


async def test_whoever_only_reads_can_write_nothing_into_a_file(sqlite_url: str) -> None:
    async with opened(sqlite_url) as store:
        with pytest.raises(StoreError, match="read_only"):
            await store.audit._database.read(
                lambda connection: connection.exec_driver_sql("DELETE FROM audit")
            )


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("missing/store.db", "the folder of the file is not there"),
        ("text.txt/store.db", "the folder of the file is not there"),
        ("text.txt", "this is no store of mongolog's, or it is damaged"),
        ("folder", "the store can't be opened there; is it running?"),
    ],
)
async def test_a_path_that_can_be_no_store_stops_the_start(
    tmp_path: Path, name: str, why: str
) -> None:
    (tmp_path / "text.txt").write_text("this is a text of more than a hundred bytes\n" * 50)
    (tmp_path / "folder").mkdir()
    assert await why_not(f"sqlite:///{tmp_path / name}") == f"DATABASE_URL: {why}"
    assert (tmp_path / "text.txt").read_text().startswith("this is a text")


@contextmanager
def nobody_special(folder: Path) -> Iterator[None]:
    """Act as somebody whom file permissions concern, and who owns what is in the folder."""
    if os.geteuid() != 0:
        yield
        return
    for path in (folder, *folder.iterdir()):
        os.chown(path, NOBODY, NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("what", ["folder", "file"])
async def test_a_place_that_can_t_be_written_stops_the_start(what: str) -> None:
    with TemporaryDirectory() as name:  # not below a folder of pytest's, which is its user's alone
        folder = Path(name)
        path = folder / "store.db"
        async with opened(f"sqlite:///{path}"):
            pass
        path.with_name("store.db.lock").unlink()
        guarded = folder if what == "folder" else path
        guarded.chmod(0o500)
        with nobody_special(folder):
            why = await why_not(f"sqlite:///{path}")
        guarded.chmod(0o700)
    assert why == "DATABASE_URL: the store can't be written there"


async def test_another_program_s_lock_stops_the_start(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.sqlite.BUSY_MS", 1)
    async with opened(sqlite_url):
        pass
    holder = await asyncio.to_thread(_hold, sqlite_url)
    assert await why_not(sqlite_url) == "DATABASE_URL: another program has locked the store"
    holder()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("/store_", "PostgreSQL refuses the user or the password, or has no such database"),
        ("@/", "PostgreSQL refuses the user or the password, or has no such database"),
        ("?host", "the store can't be opened there; is it running?"),
        ("postgresql://", "must be postgresql://USER:PASSWORD@HOST/NAME"),
    ],
    ids=["no such database", "no such user", "nobody there", "unreadable"],
)
async def test_a_postgresql_that_can_t_be_used_stops_the_start(
    postgres_url: str, change: str, why: str
) -> None:
    wrong = {
        "/store_": "/nowhere_",
        "@/": "_nobody:s3cr3t@/",
        "?host": "?port=1&host",
        "postgresql://": "postgresql://u:s3cr3t@[::1/",
    }
    assert await why_not(postgres_url.replace(change, wrong[change])) == f"DATABASE_URL: {why}"


async def test_the_short_name_of_postgresql_is_known_too(postgres_url: str) -> None:
    short = postgres_url.replace("postgresql://", "postgres://") + "&sslmode=prefer"
    async with opened(short) as store:
        assert store.shared_permits is not None
        assert await store.audit.entries() == ()


async def test_a_user_without_the_right_to_create_tables_stops_the_start(
    postgres_url: str, postgres: Postgres
) -> None:
    user = f"guest_{next(postgres.numbers)}"
    await run(postgres_url, f"CREATE USER {user}")
    why = await why_not(postgres_url.replace("postgres@", f"{user}@"))
    assert why == "DATABASE_URL: the store can't be written there"


async def test_closing_writes_what_is_held(url: str) -> None:
    async with opened(url) as store:
        await store.memory.keep(report())
    assert await run(url, "SELECT instance FROM last_answer") == [(INSTANCE,)]


async def test_a_reader_that_is_cancelled_spoils_nothing(url: str) -> None:
    async with opened(url) as store:
        await store.memory.keep(report())
        await store.memory.writer.flush()
        for turns in range(30):
            task = asyncio.create_task(_read(store))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        assert await store.memory.last_answer(INSTANCE) is not None
        await store.audit.append(entry())
        assert len(await store.audit.entries()) == 1


async def _read(store: Store) -> None:
    await store.memory.last_answer(INSTANCE)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _hold(url: str) -> Callable[[], None]:
    connection = sqlite3.connect(
        url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA locking_mode=EXCLUSIVE")
    connection.execute("BEGIN EXCLUSIVE")
    return connection.close
