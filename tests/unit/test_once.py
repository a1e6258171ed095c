"""A deed that is being done, or was done a moment ago, is not done again."""

import pytest

from bot.slack.once import AFTERWARDS_S, Once


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_a_deed_under_way_is_not_done_again_and_another_one_is() -> None:
    once = Once(Clock())
    with once.doing("a") as first, once.doing("a") as second, once.doing("b") as other:
        assert first
        assert second is None
        assert other
    with once.doing("a") as again:
        assert again


def test_a_deed_that_can_not_be_taken_back_counts_as_done_for_a_while() -> None:
    clock = Clock()
    once = Once(clock)
    with once.doing("share") as turn:
        assert turn
        turn.is_done()
    clock.seconds += AFTERWARDS_S - 0.1
    with once.doing("share") as soon:
        assert soon is None
    clock.seconds += 0.2
    with once.doing("share") as later:
        assert later


def test_a_deed_that_failed_may_be_done_again_at_once() -> None:
    once = Once(Clock())
    with pytest.raises(ZeroDivisionError), once.doing("share"):
        raise ZeroDivisionError
    with once.doing("share") as again:
        assert again
