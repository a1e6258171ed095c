"""`mongolog audit`, run on a store as it is, while another process may be serving with it."""

import asyncio
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.cli import audit
from bot.record import AuditEntry, Deed
from bot.store import open_store
from tests.integration.stored import OTHER, entry, run

TODAY = datetime.now(UTC)
FOREIGN = "task\n\x1b[31m\u202e"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of the store in the environment of the command; there is none yet."""
    monkeypatch.chdir(tmp_path)  # no `.env` of anybody's
    url = f"sqlite:///{tmp_path / 'store.db'}"
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    return url


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """The command sets up the log of its process, which is the tests' own here."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def fill(url: str, *entries: AuditEntry) -> None:
    async def append() -> None:
        async with open_store(url, audit_days=400) as store:
            await store.audit.append(*entries)

    asyncio.run(append())


def words(line: str) -> str:
    return " ".join(line.split())


def ask(
    *,
    instance: str | None = None,
    user: str | None = None,
    since: str | None = None,
    as_json: bool = False,
) -> int:
    return audit.run(instance=instance, user=user, since=since, as_json=as_json)


def test_entries_stand_in_a_table_newest_first(
    place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    moment = datetime(2026, 11, 24, 2, 35, tzinfo=UTC)
    fill(
        place,
        entry(at=moment, export=FOREIGN),
        entry(
            at=moment + timedelta(minutes=1),
            user="U22",
            channel="",
            deed=Deed.REFUSED,
            region="",
            rule="",
            export="",
        ),
    )

    assert ask() == 0
    said = capsys.readouterr()
    heading, refused, given = said.out.splitlines()
    assert heading.split("  ")[0] == "WHEN (Asia/Shanghai)"
    assert words(refused) == "2026-11-24 10:36 U22 – link.refused cmgo-k2p5su09 – – ml-7K2QH –"
    assert words(given) == (
        "2026-11-24 10:35 U1 C1 link.given cmgo-k2p5su09 ap-guangzhou dba ml-7K2QH"
        r" task\u000a\u001b[31m\u202e"
    )
    assert heading.index("USER") == given.index("U1")
    assert heading.index("EXPORT") == given.index("task")
    assert not said.err


def test_json_has_every_fact_and_is_one_document(
    place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(place, entry(at=datetime(2026, 11, 24, 2, 35, tzinfo=UTC), region=""))

    assert ask(as_json=True) == 0
    (only,) = json.loads(capsys.readouterr().out)["entries"]
    assert only == {
        "at": "2026-11-24T02:35:00.000+00:00",
        "user": "U1",
        "team": "T1",
        "channel": "C1",
        "deed": "link.given",
        "instance": "cmgo-k2p5su09",
        "region": None,
        "export": "task-1",
        "rule": "dba",
        "reference": "ml-7K2QH",
    }


@pytest.mark.parametrize(
    ("instance", "user", "since", "references"),
    [
        (None, None, None, "new other old"),
        ("CMGO-K2P5SU09", None, None, "new old"),
        (None, "U2", None, "other"),
        (None, None, "7d", "new other"),
        (None, None, f"{TODAY - timedelta(days=3):%Y-%m-%d}", "new other"),
        (str(OTHER), "U1", None, ""),
    ],
)
def test_entries_are_narrowed(
    place: str,
    capsys: pytest.CaptureFixture[str],
    instance: str | None,
    user: str | None,
    since: str | None,
    references: str,
) -> None:
    fill(
        place,
        entry(at=TODAY - timedelta(days=9), reference="old"),
        entry(at=TODAY - timedelta(hours=2), instance=str(OTHER), user="U2", reference="other"),
        entry(at=TODAY - timedelta(hours=1), reference="new"),
    )

    assert ask(instance=instance, user=user, since=since, as_json=True) == 0
    entries = json.loads(capsys.readouterr().out)["entries"]
    assert " ".join(each["reference"] for each in entries) == references


def test_where_nothing_fits_nothing_is_on_stdout(
    place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(place)

    assert ask(user="U9") == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "Nothing fits.\n")


def test_it_says_so_when_there_may_be_more(
    place: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "MOST", 2)
    fill(place, entry(), entry(), entry())

    assert ask() == 0
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 3
    assert "--since" in said.err


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"instance": "mongo-1"}, audit.BAD_INSTANCE),
        ({"since": "lately"}, audit.BAD_SINCE),
        ({"since": "2026-02-30"}, audit.BAD_SINCE),
        ({"user": "@anna"}, audit.BAD_USER),
        ({"user": "u0123456789"}, audit.BAD_USER),
    ],
)
def test_what_can_t_be_read_is_a_usage_error(
    place: str,
    capsys: pytest.CaptureFixture[str],
    wanted: dict[str, Any],
    said: str,
) -> None:
    fill(place)

    assert ask(**wanted) == 2
    assert capsys.readouterr().err == f"{said}\n"


def test_without_a_store_it_says_what_to_do(place: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask() == 2
    said = "DATABASE_URL: there is no store yet; start `mongolog serve` first\n"
    assert capsys.readouterr().err == said
    assert not Path(place.removeprefix("sqlite:///")).exists()


def test_a_store_that_fails_is_told_from_settings(
    place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(place)
    asyncio.run(run(place, "DROP TABLE audit"))

    assert ask() == 5
    assert capsys.readouterr().err == "No answer: the store is damaged.\n"
