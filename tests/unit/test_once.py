"""A deed that is being done, or was done a moment ago, is not done again."""

import pytest

from bot.slack.once import Once


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_a_deed_under_way_is_not_done_again_and_another_one_is() -> None:
    once = Once(Clock())
    with once.doing("a") as first, once.doing("a") as second, once.doing("b") as other:
        assert (first, second, other) == (True, False, True)
    with once.doing("a") as again:
        assert again


def test_a_deed_counts_as_done_for_so_long() -> None:
    clock = Clock()
    once = Once(clock)
    with once.doing("share", afterwards_s=5):
        pass
    clock.seconds += 4.9
    with once.doing("share") as soon:
        assert not soon
    clock.seconds += 0.2
    with once.doing("share") as later:
        assert later


def test_a_deed_that_failed_may_be_done_again_at_once() -> None:
    once = Once(Clock())
    with pytest.raises(ZeroDivisionError), once.doing("share", afterwards_s=5):
        raise ZeroDivisionError
    with once.doing("share") as again:
        assert again
