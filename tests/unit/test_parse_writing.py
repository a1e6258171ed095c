"""Canonical words: the one way a Lookup is written, which means the same to everyone."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.model import InstanceId, Lookup
from bot.parse import canonical, parse

ID, OTHER = InstanceId("cmgo-k2p5su09"), InstanceId("cmgo-p8vn3x7kq")
NEW_YORK = "America/New_York"
YEARS_LATER = datetime(2029, 1, 1, tzinfo=UTC)


def lookup(*instances: InstanceId, **words: Any) -> Lookup:
    return Lookup(instances=instances or (ID,), **words)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        pytest.param(lookup(OTHER, ID), f"{OTHER} {ID}", id="ids in the order typed"),
        pytest.param(
            lookup(states=frozenset({"failed", "active"}), kinds=frozenset({"error", "slow"})),
            f"{ID} active failed slow error",
            id="filters in our order",
        ),
        pytest.param(
            lookup(since=utc("2024-03-06T22:00"), until=utc("2024-03-07T04:00:01")),
            f"{ID} since 2024-03-06T22:00Z until 2024-03-07T04:00:01Z",
            id="times without a zone",
        ),
        pytest.param(
            lookup(until=utc("2024-03-07T01:22:15"), zone="Asia/Shanghai"),
            f"{ID} zone Asia/Shanghai until 2024-03-07T09:22:15",
            id="times in a zone",
        ),
        pytest.param(
            lookup(since=utc("2024-11-03T05:30"), zone=NEW_YORK),
            f"{ID} zone {NEW_YORK} since 2024-11-03T01:30",
            id="first of two equal clock times",
        ),
        pytest.param(
            lookup(since=utc("2024-11-03T06:30"), zone=NEW_YORK),
            f"{ID} zone {NEW_YORK} since 2024-11-03T06:30Z",
            id="second of two equal clock times",
        ),
        pytest.param(
            lookup(page=2, limit=5, here=True, region="ap-guangzhou"),
            f"{ID} region ap-guangzhou page 2 limit 5 here",
            id="the rest",
        ),
        pytest.param(
            lookup(window=("2024-03-07 9:22", "2024-03-07T15:33")),
            f"{ID} window 2024-03-07 9:22..2024-03-07T15:33",
            id="window untouched",
        ),
    ],
)
def test_a_lookup_is_written_in_one_way_and_read_back(asked: Lookup, words: str) -> None:
    assert canonical(asked) == words
    assert parse(words, now=YEARS_LATER, zone="Pacific/Apia") == asked
