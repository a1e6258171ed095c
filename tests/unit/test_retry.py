"""When it is worth asking again."""

import random

import pytest

from bot.cloud.retry import ATTEMPTS, FIRST_DELAY_S, THROTTLED_DELAY_S, delay_s
from bot.errors import (
    OUR_OWN_LIMIT,
    CloudBroken,
    CloudError,
    CloudRefused,
    CloudUnreachable,
    CloudUnreadable,
    NoSuchInstance,
    NotAuthorised,
    Throttled,
)

CHANCE = random.Random(7)  # noqa: S311 - jitter is no secret


@pytest.mark.parametrize(
    ("error", "attempts"),
    [
        (CloudUnreachable("ReadTimeout"), ATTEMPTS),
        (Throttled("RequestLimitExceeded"), ATTEMPTS),
        (Throttled(OUR_OWN_LIMIT), 1),  # after a minute in the queue
        (CloudBroken("HTTP502"), ATTEMPTS),
        (CloudBroken("ServiceUnavailable"), ATTEMPTS),
        (CloudBroken("ResourceUnavailable"), ATTEMPTS),
        (CloudBroken("InternalError.DBError"), 2),
        (CloudBroken("a code nobody knows"), 2),
        (CloudRefused("InvalidParameter"), 1),
        (CloudUnreadable("Tasks"), 1),
        (NoSuchInstance("ResourceNotFound"), 1),
        (NotAuthorised("AuthFailure.SignatureFailure"), 1),
    ],
    ids=str,
)
def test_so_many_attempts_are_worth_it(error: CloudError, attempts: int) -> None:
    made = 1
    while delay_s(error, made, CHANCE) is not None:
        made += 1
    assert made == attempts


@pytest.mark.parametrize(
    ("error", "first_s"),
    [
        (CloudUnreachable("ReadTimeout"), FIRST_DELAY_S),
        (Throttled("RequestLimitExceeded"), THROTTLED_DELAY_S),
    ],
    ids=["unreachable", "throttled"],
)
def test_pauses_double_and_are_spread_over_their_upper_half(
    error: CloudError, first_s: float
) -> None:
    for attempts, longest in ((1, first_s), (2, 2 * first_s)):
        pauses = [delay_s(error, attempts, CHANCE) or 0.0 for _ in range(200)]
        assert longest / 2 <= min(pauses) < 0.6 * longest
        assert 0.9 * longest < max(pauses) <= longest
