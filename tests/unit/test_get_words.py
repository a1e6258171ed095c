"""What `mongolog get` calls a file, shows of its way, and says when there is none."""

import io
import re
from datetime import UTC, datetime

import pytest

from bot.cli.file_name import file_name
from bot.cli.get_words import CODES, SENTENCES, sentence, size_note
from bot.cli.progress import ERASE_LINE, Progress
from bot.cloud.fetching import NotFetched, Reason
from bot.link import Link
from bot.model import Export

INSTANCE = "cmgo-k2p5su09"
CREATED = datetime(2024, 3, 7, 13, 1, tzinfo=UTC)
MIB = 1024**2


def name(url: str, **facts: object) -> str:
    export = Export(**{"id": "export-28439fb3-90a6-4ca2-bd2f-ad99e99a14e9", **facts})  # type: ignore[arg-type]
    return file_name(INSTANCE, export, Link(url))


def test_a_name_says_whose_logs_of_which_kind_and_when() -> None:
    made = name("https://x/y.tar.gz?z=.exe", kind="slow", created_at=CREATED)

    assert made == "cmgo-k2p5su09-slow-20240307T130100Z-28439fb3.tar.gz"


@pytest.mark.parametrize(
    ("path", "ending"),
    [
        ("/a/slow.tar.gz", ".tar.gz"),
        ("/slow.log", ".log"),
        ("/a.b/slow", ""),
        ("/2024.03.07.log", ".log"),
        ("/slow.2024", ""),
        ("/slow.7z", ".7z"),
        ("/slow.log/", ""),
        ("/../../etc/passwd", ""),
        ("/x.%2e%2e%2fsh", ""),
        ("/x.tar.gz%00.sh", ".sh"),
        ("/x.s h", ""),
        ("/x.ſh", ""),
        ("/x.log\n", ".log"),
        ("", ""),
    ],
)
def test_its_ending_is_that_of_the_links_path_when_that_is_plain(path: str, ending: str) -> None:
    assert name(f"https://host{path}").removeprefix(f"{INSTANCE}-log-undated-28439fb3") == ending


@pytest.mark.parametrize("url", ["", "https://[", "\x00", "https://host/\u202egz.rat"])
@pytest.mark.parametrize("id_", ["", "../../x", "a/b", "\u202e\x1b\ud800", "x" * 10_000])
def test_whatever_the_cloud_says_a_name_is_short_and_plain(url: str, id_: str) -> None:
    made = name(url, id=id_, kind="unknown:../7")

    assert re.fullmatch(r"cmgo-k2p5su09-log-undated-[0-9a-f]{8}(\.[A-Za-z0-9]+)*", made)


def test_two_exports_have_two_names() -> None:
    assert name("", id="one") != name("", id="two")


def test_every_reason_has_its_sentence_and_its_exit_code() -> None:
    assert set(SENTENCES) == set(CODES) == set(Reason)


@pytest.mark.parametrize("reason", Reason)
def test_a_sentence_says_what_happened_and_whose_turn_it_is(reason: Reason) -> None:
    said = sentence(NotFetched(reason, host="evil.example\x1b[2J", status=418))

    assert re.search("Your turn: |An admin's turn: |Our turn: |Wait", said)
    assert not re.search(r"[{}\x1b\n]", said)


def test_a_disk_without_room_says_how_much_is_missing() -> None:
    said = sentence(NotFetched(Reason.FULL, needs_bytes=3 * MIB, free_bytes=MIB))

    assert ": 3 MiB more are needed, 1 MiB are free." in said


@pytest.mark.parametrize("told", [None, 512])
def test_sizes_that_agree_need_no_word(told: int | None) -> None:
    assert not size_note(512, told)


class Terminal(io.StringIO):
    """A stream that somebody looks at."""

    def isatty(self) -> bool:
        return True


class Clock:
    """A second passes at every look."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


def drawn(stream: io.StringIO, columns: int = 100) -> Progress:
    return Progress(stream, clock=Clock(), columns=lambda: columns)


def test_a_bar_says_how_much_how_fast_and_how_long() -> None:
    terminal = Terminal()
    progress = drawn(terminal)
    progress.begun(0, 10 * MIB)
    progress.grown(MIB)
    progress.grown(2 * MIB)
    last = terminal.getvalue().split(ERASE_LINE)[-1]

    assert last == "[####................]  20% · 2 MiB of 10 MiB · 512 KiB/s · 16 s left"


def test_what_came_in_an_earlier_run_does_not_count_as_speed() -> None:
    terminal = Terminal()
    progress = drawn(terminal)
    progress.begun(9 * MIB, 10 * MIB)

    assert terminal.getvalue().split(ERASE_LINE)[-1] == (
        "[##################..]  90% · 9 MiB of 10 MiB"
    )


def test_without_a_total_there_is_no_bar() -> None:
    terminal = Terminal()
    progress = drawn(terminal)
    progress.begun(0, None)
    progress.grown(MIB)

    assert terminal.getvalue().split(ERASE_LINE)[-1].startswith("1 MiB · ")


@pytest.mark.parametrize("total", [0, 1, 2])
def test_tiny_files_are_no_trouble(total: int) -> None:
    progress = drawn(Terminal())
    progress.begun(0, total)
    progress.grown(5)  # more than was told


@pytest.mark.parametrize("columns", [0, 1, 20])
def test_a_narrow_terminal_gets_a_narrow_line(columns: int) -> None:
    terminal = Terminal()
    drawn(terminal, columns).begun(0, 10 * MIB)

    assert len(terminal.getvalue().split(ERASE_LINE)[-1]) <= max(1, columns - 1)


def test_a_note_stays_and_the_bar_goes() -> None:
    terminal = Terminal()
    progress = drawn(terminal)
    progress.begun(MIB, 10 * MIB)
    progress.broke_off(MIB)

    assert terminal.getvalue().endswith(
        f"{ERASE_LINE}The connection broke off at 1 MiB; trying again.\n"
    )


def test_where_nobody_looks_only_notes_are_written() -> None:
    log = io.StringIO()
    progress = drawn(log)
    progress.begun(0, MIB)
    progress.grown(MIB)
    progress.renewed()
    progress.end()

    assert log.getvalue() == "The link had expired; the cloud gave a fresh one.\n"
