"""The walk over the pages: every export once, whichever way the other side reads Offset."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.cloud.paging import LIMIT, MAX_PAGES, Collected, End, OffsetIs, walk
from bot.cloud.wire import Page
from bot.model import Export

ROWS, PAGES, FROM_ONE = OffsetIs.ROWS, OffsetIs.PAGES, OffsetIs.PAGES_FROM_ONE
READINGS = st.sampled_from(OffsetIs)
CAPS = st.sampled_from([LIMIT, 50, 20])
MOST_CALLS = 3 * MAX_PAGES  # far more than a walk may need; a walk without end stops here

TotalCount = Callable[[int], int | None]


@dataclass(kw_only=True)
class Server:
    """Another side with these exports, newest first.

    Attributes:
        offset_is: how it reads Offset; None: it ignores it.
        cap: rows a page, whatever Limit says.
        total: makes the TotalCount from the true one.
        changes: after each answer, how many exports begin at the front and vanish at the end.
        asked: the Offsets that were asked for.
    """

    exports: list[Export]
    offset_is: OffsetIs | None = ROWS
    cap: int = LIMIT
    total: TotalCount = lambda count: count
    changes: list[tuple[int, int]] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)

    def answer(self, offset: int) -> Page:
        self.asked.append(offset)
        assert len(self.asked) < MOST_CALLS, "a walk must end"
        first = {
            ROWS: offset,
            PAGES: offset * self.cap,
            FROM_ONE: max(offset - 1, 0) * self.cap,
            None: 0,
        }[self.offset_is]
        rows = tuple(self.exports[first : first + self.cap])
        page = Page(total_count=self.total(len(self.exports)), exports=rows, request_id=None)
        if self.changes:
            self._change(*self.changes.pop(0))
        return page

    def _change(self, begin: int, vanish: int) -> None:
        call = len(self.asked)
        begun = [Export(id=f"begun {call}.{number}") for number in range(begin)]
        self.exports = [*begun, *self.exports[: len(self.exports) - vanish]]


def numbered(count: int) -> list[Export]:
    return [Export(id=f"export-{number}") for number in range(count)]


def walked(server: Server, known: OffsetIs | None = None) -> tuple[list[str], End]:
    """The ids that a walk collects, in order, and its end."""
    collected = Collected()
    steps = walk(collected, known)
    offset = next(steps)
    while True:
        try:
            offset = steps.send(server.answer(offset))
        except StopIteration as stop:
            return [export.id for export in collected.exports], stop.value


def ids(exports: list[Export]) -> list[str]:
    return [export.id for export in exports]


TOTALS: dict[str, TotalCount] = {
    "right": lambda count: count,
    "one too high": lambda count: count + 1,
    "far too high": lambda count: 3 * count + 1000,
    "one too low": lambda count: max(count - 1, 0),
    "half": lambda count: count // 2,
    "always 30": lambda _: 30,
    "zero": lambda _: 0,
    "negative": lambda _: -1,
    "missing": lambda _: None,
}
ANY_TOTAL = st.sampled_from(list(TOTALS.values())) | st.integers(0, 500).map(
    lambda number: lambda _: number
)


@pytest.mark.parametrize("reading", OffsetIs, ids=str)
@pytest.mark.parametrize("total", TOTALS.values(), ids=TOTALS)
@pytest.mark.parametrize("count", [0, 1, 2, 99, 100, 101, 200, 250], ids=str)
def test_every_export_comes_once(reading: OffsetIs, total: TotalCount, count: int) -> None:
    server = Server(exports=numbered(count), offset_is=reading, total=total)
    seen, end = walked(server)
    assert seen == ids(numbered(count))
    assert end.complete


@given(count=st.integers(0, 450), reading=READINGS, cap=CAPS, total=ANY_TOTAL)
def test_every_export_comes_once_whatever_the_pages_are_like(
    count: int, reading: OffsetIs, cap: int, total: TotalCount
) -> None:
    # Nothing gives away the exports behind a short page whose count is the page's own.
    assume(cap == LIMIT or total(count) != cap or count <= cap)
    server = Server(exports=numbered(count), offset_is=reading, cap=cap, total=total)
    seen, end = walked(server)
    assert seen == ids(numbered(min(count, MAX_PAGES * cap)))
    assert end.complete or count > (MAX_PAGES - 1) * cap


@given(
    count=st.integers(0, 450),
    reading=READINGS,
    cap=CAPS,
    total=ANY_TOTAL,
    known=st.none() | READINGS,
)
def test_no_export_comes_twice_and_one_probe_is_enough(
    count: int, reading: OffsetIs, cap: int, total: TotalCount, known: OffsetIs | None
) -> None:
    server = Server(exports=numbered(count), offset_is=reading, cap=cap, total=total)
    seen, _ = walked(server, known)
    assert len(seen) == len(set(seen))
    assert len(server.asked) == len(set(server.asked)), "nothing is asked for twice"
    assert len(server.asked) <= MAX_PAGES + 1
    if known is ROWS:
        assert all(offset % min(count, cap) == 0 for offset in server.asked if offset)


@given(
    count=st.integers(0, 450),
    # Where pages count from 1, an export that begins during the probe looks like a row offset.
    reading=st.sampled_from([ROWS, PAGES]),
    cap=CAPS,
    changes=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=12),
)
def test_exports_that_stay_come_once_while_others_begin_and_vanish(
    count: int, reading: OffsetIs, cap: int, changes: list[tuple[int, int]]
) -> None:
    server = Server(exports=numbered(count), offset_is=reading, cap=cap, changes=list(changes))
    there = ids(server.exports)
    seen, end = walked(server)
    stayed = set(there) & set(ids(server.exports))
    assert len(seen) == len(set(seen))
    # Only the most pages of a walk may keep it from an export, and then it says so.
    assert stayed <= set(seen) or (len(server.asked) >= MAX_PAGES and not end.complete)


@pytest.mark.parametrize("reading", OffsetIs, ids=str)
@pytest.mark.parametrize("cap", [100, 50, 20], ids=str)
def test_the_reading_comes_to_light_and_saves_the_probe_next_time(
    reading: OffsetIs, cap: int
) -> None:
    first = Server(exports=numbered(3 * cap), offset_is=reading, cap=cap)
    seen, end = walked(first)
    assert end.offset_is is reading
    again = Server(exports=numbered(3 * cap), offset_is=reading, cap=cap)
    assert walked(again, end.offset_is) == (seen, end)
    later = {ROWS: [cap, 2 * cap, 3 * cap], PAGES: [1, 2, 3], FROM_ONE: [2, 3, 4]}
    assert again.asked == [0, *later[reading]]


@pytest.mark.parametrize("known", [ROWS, PAGES], ids=["rows", "pages"])
def test_a_known_reading_is_kept_when_there_was_nothing_to_learn(known: OffsetIs) -> None:
    _, end = walked(Server(exports=numbered(3), offset_is=known), known)
    assert end == End(complete=True, offset_is=known)


@pytest.mark.parametrize("count", [0, 1, 99], ids=str)
@pytest.mark.parametrize("reading", OffsetIs, ids=str)
def test_a_page_that_is_not_full_and_counts_right_is_all(count: int, reading: OffsetIs) -> None:
    server = Server(exports=numbered(count), offset_is=reading)
    assert walked(server)[1] == End(complete=True, offset_is=None)
    assert server.asked == [0]


def test_one_export_that_begins_does_not_make_pages_look_like_rows() -> None:
    server = Server(exports=numbered(101), offset_is=PAGES, changes=[(1, 0)])
    seen, end = walked(server)
    assert set(seen) == set(ids(numbered(101)))
    assert end.offset_is is not ROWS


@pytest.mark.parametrize("reading", OffsetIs, ids=str)
@given(count=st.integers(1, 12), begun=st.integers(0, 12))
def test_a_wrong_reading_is_never_remembered_from_a_handful_of_exports(
    reading: OffsetIs, count: int, begun: int
) -> None:
    server = Server(
        exports=numbered(count),
        offset_is=reading,
        total=TOTALS["missing"],
        changes=[(begun, 0)],
    )
    assert walked(server)[1].offset_is in (None, reading)


def test_pages_of_one_export_teach_nothing() -> None:
    server = Server(exports=numbered(3), cap=1)
    seen, end = walked(server)
    assert (seen, end) == (ids(numbered(3)), End(complete=True, offset_is=None))


@pytest.mark.parametrize("total", TOTALS.values(), ids=TOTALS)
@pytest.mark.parametrize("count", [1, 99, 100, 101, 250], ids=str)
def test_a_server_that_ignores_offset_is_not_asked_for_ever(total: TotalCount, count: int) -> None:
    server = Server(exports=numbered(count), offset_is=None, total=total)
    seen, end = walked(server)
    assert seen == ids(numbered(min(count, LIMIT)))
    assert len(server.asked) <= 4
    assert end.offset_is is None


def test_exports_that_can_not_be_reached_make_the_walk_incomplete() -> None:
    seen, end = walked(Server(exports=numbered(250), offset_is=None))
    assert len(seen) == LIMIT
    assert not end.complete


def test_a_repeated_page_is_the_end_when_the_count_agrees() -> None:
    _, end = walked(Server(exports=numbered(LIMIT), offset_is=None))
    assert end.complete


@pytest.mark.parametrize("known", [None, *OffsetIs], ids=str)
def test_a_walk_stops_at_two_thousand_exports_and_says_so(known: OffsetIs | None) -> None:
    server = Server(exports=numbered(2050), offset_is=known or ROWS)
    seen, end = walked(server, known)
    assert seen == ids(numbered(2000))
    assert not end.complete
    assert len(server.asked) <= MAX_PAGES + 1


@pytest.mark.parametrize("count", [1900, 1999], ids=str)
@pytest.mark.parametrize("reading", OffsetIs, ids=str)
def test_just_under_two_thousand_exports_are_all(count: int, reading: OffsetIs) -> None:
    seen, end = walked(Server(exports=numbered(count), offset_is=reading))
    assert (len(seen), end.complete) == (count, True)


def test_an_export_repeated_on_a_page_counts_once() -> None:
    server = Server(exports=[*numbered(3), *numbered(3)])
    assert walked(server)[0] == ids(numbered(3))


def test_exports_without_an_id_are_told_apart_by_their_facts() -> None:
    slow, error = Export(id="", kind="slow"), Export(id="", kind="error")
    assert walked(Server(exports=[slow, error, slow]))[0] == ["", ""]


def test_a_walk_that_breaks_off_leaves_what_it_has_seen() -> None:
    server, collected = Server(exports=numbered(250)), Collected()
    steps = walk(collected, ROWS)
    steps.send(None)  # type: ignore[arg-type]  # a generator begins with None
    steps.send(server.answer(0))
    steps.close()
    assert ids(list(collected.exports)) == ids(list(islice(numbered(250), LIMIT)))
    assert len(collected) == LIMIT
