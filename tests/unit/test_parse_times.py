"""The times people type: spans, days, clocks and windows, in zones and at changes of clocks."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.model import Command, InstanceId, Lookup
from bot.parse import parse

ID = "cmgo-k2p5su09"
SHANGHAI = "Asia/Shanghai"
NOW = datetime(2024, 3, 7, 4, 0, tzinfo=UTC)  # noon in Shanghai


def ask(text: str, *, now: datetime = NOW, zone: str = SHANGHAI) -> Command:
    return parse(text, now=now, zone=zone)


def lookup(**words: Any) -> Lookup:
    return Lookup(instances=(InstanceId(ID),), **words)


def full_width(text: str) -> str:
    """The text in the wide letters of an East Asian keyboard."""
    return "".join(chr(ord(character) + 0xFEE0) for character in text)


def shanghai(hour: int, minute: int = 0, second: int = 0, *, day: int = 7) -> datetime:
    """A time of March 2024 on a clock in Shanghai, eight hours ahead of UTC all year."""
    local = f"2024-03-{day:02}T{hour:02}:{minute:02}:{second:02}+08:00"
    return datetime.fromisoformat(local).astimezone(UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("last 6h", id="last"),
        pytest.param("since 6h", id="since"),
        pytest.param("last 6 h", id="apart"),
        pytest.param("last 6 hours", id="in full"),
        pytest.param("last 360min", id="minutes"),
        pytest.param("since 6h ago", id="ago"),
        pytest.param("--since=6h", id="double dash"),
        pytest.param("-since 6h", id="dash"),
        pytest.param("—since 6h", id="em dash"),
        pytest.param("\u2013since=6h", id="en dash"),
        pytest.param("since=6h", id="equals"),
        pytest.param("since:6h", id="colon"),
        pytest.param("since\uff1a 6h", id="full-width colon"),
        pytest.param("“since 6h”", id="curly quotes"),
        pytest.param("Since \u20186H\u2019", id="capitals and single quotes"),
        pytest.param("last 6h since 2d", id="the later of two starts"),
    ],
)
def test_a_period_up_to_now_needs_no_zone(words: str) -> None:
    assert ask(f"{ID} {words}") == lookup(since=utc("2024-03-06T22:00"))


@pytest.mark.parametrize(
    ("words", "since"),
    [
        pytest.param("last 30m", utc("2024-03-07T03:30"), id="minutes"),
        pytest.param("last 2 days", utc("2024-03-05T04:00"), id="days"),
        pytest.param("last 1w", utc("2024-02-29T04:00"), id="weeks"),
        pytest.param("last hour", utc("2024-03-07T03:00"), id="one hour"),
        pytest.param("since 2024-03-07T10:29:50.027+08:00", utc("2024-03-07T02:29:50"), id="log"),
        pytest.param("since 2024-03-07 10:29-0330", utc("2024-03-07T13:59"), id="west of it"),
        pytest.param("since 2024-03-07T02:29Z", utc("2024-03-07T02:29"), id="UTC"),
    ],
)
def test_starts_that_are_the_same_everywhere(words: str, since: datetime) -> None:
    assert ask(f"{ID} {words}") == lookup(since=since)


@pytest.mark.parametrize(
    ("words", "since", "until"),
    [
        pytest.param("since 2024-03-05", shanghai(0, day=5), None, id="since a day"),
        pytest.param("since 2024/3/5", shanghai(0, day=5), None, id="slashes"),
        pytest.param("until 2024-03-05", None, shanghai(0, day=6), id="that day included"),
        pytest.param(
            "since 2024-03-05 until 2024-03-05", shanghai(0, day=5), shanghai(0, day=6), id="a day"
        ),
        pytest.param("since 2024-03-05 9:22", shanghai(9, 22, day=5), None, id="unpadded"),
        pytest.param("since 2024-03-05T09:22:15", shanghai(9, 22, 15, day=5), None, id="T"),
        pytest.param("“since 2024-03-05 9:22”", shanghai(9, 22, day=5), None, id="quoted"),
        pytest.param("since=2024-03-05 9:22", shanghai(9, 22, day=5), None, id="option, space"),
        pytest.param("since 9:22", shanghai(9, 22), None, id="earlier today"),
        pytest.param(f"since{full_width(':9:22')}", shanghai(9, 22), None, id="full-width colons"),
        pytest.param("since 12:00", shanghai(12), None, id="this minute"),
        pytest.param("since 12:01", shanghai(12, 1, day=6), None, id="still to come: yesterday"),
        pytest.param("since 22:00 until 9:00", shanghai(22, day=6), shanghai(9), id="over night"),
        pytest.param("today", shanghai(0), shanghai(0, day=8), id="today"),
        pytest.param("yesterday", shanghai(0, day=6), shanghai(0), id="yesterday"),
        pytest.param("since yesterday", shanghai(0, day=6), None, id="since yesterday"),
        pytest.param("until yesterday", None, shanghai(0), id="until yesterday"),
        pytest.param("since yesterday 22:00", shanghai(22, day=6), None, id="last night"),
        pytest.param("today last 2h", shanghai(10), shanghai(0, day=8), id="shorter of the two"),
        pytest.param("today since yesterday", shanghai(0), shanghai(0, day=8), id="later start"),
    ],
)
def test_typed_times_are_read_in_the_askers_zone(
    words: str, since: datetime | None, until: datetime | None
) -> None:
    assert ask(f"{ID} {words}") == lookup(since=since, until=until, zone=SHANGHAI)


def test_periods_count_in_whole_seconds() -> None:
    moment = datetime(2024, 3, 7, 4, 0, 59, 999_999, tzinfo=UTC)

    assert ask(f"{ID} last 1m", now=moment) == lookup(since=utc("2024-03-07T03:59:59"))


def test_the_day_is_the_askers_day() -> None:
    late_evening = utc("2024-03-07T23:30")

    in_shanghai = ask(f"{ID} since today", now=late_evening, zone=SHANGHAI)
    in_new_york = ask(f"{ID} since today", now=late_evening, zone="America/New_York")

    assert in_shanghai == lookup(since=utc("2024-03-07T16:00"), zone=SHANGHAI)
    assert in_new_york == lookup(since=utc("2024-03-07T05:00"), zone="America/New_York")


@pytest.mark.parametrize(
    ("words", "zone", "since"),
    [
        pytest.param("2024-03-10 2:30", "America/New_York", "2024-03-10T07:30", id="skipped"),
        pytest.param("2024-11-03 1:30", "America/New_York", "2024-11-03T05:30", id="first of two"),
        pytest.param("2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00", id="no midnight"),
        pytest.param("2011-12-30", "Pacific/Apia", "2011-12-30T10:00", id="a day that never was"),
    ],
)
def test_times_at_a_change_of_clocks_are_some_time(words: str, zone: str, since: str) -> None:
    assert ask(f"{ID} since {words}", zone=zone) == lookup(since=utc(since), zone=zone)


@pytest.mark.parametrize(
    ("words", "window"),
    [
        pytest.param(
            "2024-03-07 9:22:15..2024-03-07 15:33:15",
            ("2024-03-07 9:22:15", "2024-03-07 15:33:15"),
            id="spaces inside",
        ),
        pytest.param(
            "2024-03-07T9:22..2024-3-7T15:33",
            ("2024-03-07T9:22", "2024-3-7T15:33"),
            id="T inside, unpadded",
        ),
        pytest.param(
            "2024-03-07 9:22 .. 2024-03-07T15:33",
            ("2024-03-07 9:22", "2024-03-07T15:33"),
            id="spaces around the dots",
        ),
        pytest.param(
            "2024-03-07 9:22…2024-03-07 15:33",
            ("2024-03-07 9:22", "2024-03-07 15:33"),
            id="a phone's ellipsis",
        ),
    ],
)
def test_a_window_goes_on_as_it_was_typed(words: str, window: tuple[str, str]) -> None:
    assert ask(f"{ID} window {words} failed") == lookup(window=window, states=frozenset({"failed"}))
    assert ask(f"--window=“{words}” {ID}") == lookup(window=window)
