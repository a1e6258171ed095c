"""The nouns: what an instance id is, and which exports a question is about."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.link import Link
from bot.model import (
    DONE,
    ERROR,
    FAILED,
    QUEUED,
    RUNNING,
    SLOW,
    STATES,
    Export,
    InstanceId,
    Lookup,
    Report,
)

INSTANCE = InstanceId("cmgo-k2p5su09")
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def ids(lookup: Lookup, *exports: Export) -> list[str]:
    return [export.id for export in lookup.matching(exports)]


@pytest.mark.parametrize("text", ["cmgo-k2p5su09", "cmgo-b6nit818p", "cmgo-abcdef"])
def test_documented_ids_are_ids(text: str) -> None:
    instance = InstanceId(text)
    assert (instance, f"{instance}", isinstance(instance, str)) == (text, text, True)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("cmgo-", id="no suffix"),
        pytest.param("cmgo-abcde", id="too short"),
        pytest.param("cmgo-" + "a" * 17, id="too long"),
        pytest.param("CMGO-K2P5SU09", id="upper case"),
        pytest.param("cmgo-k2p5su09_0", id="a node"),
        pytest.param("crs-k2p5su09", id="another product"),
        pytest.param("cmgo-k2p5su09\n", id="a newline behind"),
        pytest.param(" cmgo-k2p5su09", id="a space before"),
        pytest.param("cmgo-k2p5su0９", id="full-width digit"),
        pytest.param("cmgo-k2p5su0٣", id="arabic digit"),
    ],
)
def test_anything_else_is_no_id(text: str) -> None:
    with pytest.raises(ValueError, match="not an instance id"):
        InstanceId(text)


@pytest.mark.parametrize(
    ("state", "is_active"),
    [
        pytest.param(QUEUED, True, id="queued"),
        pytest.param(RUNNING, True, id="running"),
        pytest.param("unknown:4", True, id="a state of tomorrow"),
        pytest.param(DONE, False, id="done"),
        pytest.param(FAILED, False, id="failed"),
        pytest.param(None, False, id="not given"),
    ],
)
def test_active_is_what_is_not_known_to_have_ended(state: str | None, *, is_active: bool) -> None:
    export = Export(id="e", state=state)
    assert export.is_active is is_active
    assert ids(Lookup(instances=(INSTANCE,), states=frozenset({"active"})), export) == (
        ["e"] if is_active else []
    )


def test_states_are_any_of_and_kinds_narrow_them() -> None:
    exports = tuple(
        Export(id=f"{kind} {state}", kind=kind, state=state)
        for kind in (SLOW, ERROR, "unknown:2")
        for state in STATES
    )
    lookup = Lookup(
        instances=(INSTANCE,), states=frozenset({DONE, FAILED}), kinds=frozenset({ERROR})
    )
    assert ids(lookup, *exports) == ["error done", "error failed"]


def test_active_stands_beside_other_states() -> None:
    lookup = Lookup(instances=(INSTANCE,), states=frozenset({"active", FAILED}))
    exports = tuple(Export(id=state, state=state) for state in STATES)
    assert ids(lookup, *exports) == [QUEUED, RUNNING, FAILED]


def test_a_period_has_its_first_moment_and_not_its_last() -> None:
    lookup = Lookup(instances=(INSTANCE,), since=NOON, until=NOON + HOUR)
    exports = (
        Export(id="just before", created_at=NOON - timedelta.resolution),
        Export(id="first", created_at=NOON),
        Export(id="last", created_at=NOON + HOUR - timedelta.resolution),
        Export(id="too late", created_at=NOON + HOUR),
        Export(id="no time"),
    )
    assert ids(lookup, *exports) == ["first", "last"]


@pytest.mark.parametrize(
    ("lookup", "kept"),
    [
        pytest.param(Lookup(instances=(INSTANCE,), since=NOON), ["noon", "one"], id="since"),
        pytest.param(Lookup(instances=(INSTANCE,), until=NOON + HOUR), ["noon"], id="until"),
    ],
)
def test_a_period_may_be_open_at_one_end(lookup: Lookup, kept: list[str]) -> None:
    exports = (
        Export(id="noon", created_at=NOON),
        Export(id="one", created_at=NOON + HOUR),
        Export(id="no time"),
    )
    assert ids(lookup, *exports) == kept


@pytest.mark.parametrize(
    ("lookup", "is_filtered"),
    [
        pytest.param(Lookup(instances=(INSTANCE,)), False, id="plain"),
        pytest.param(Lookup(instances=(INSTANCE,), page=2, limit=3, here=True), False, id="paged"),
        pytest.param(Lookup(instances=(INSTANCE,), region="ap-tokyo"), False, id="region"),
        pytest.param(Lookup(instances=(INSTANCE,), states=frozenset({DONE})), True, id="state"),
        pytest.param(Lookup(instances=(INSTANCE,), kinds=frozenset({SLOW})), True, id="kind"),
        pytest.param(Lookup(instances=(INSTANCE,), since=NOON), True, id="since"),
        pytest.param(Lookup(instances=(INSTANCE,), until=NOON), True, id="until"),
    ],
)
def test_a_question_knows_whether_it_leaves_exports_out(
    lookup: Lookup, *, is_filtered: bool
) -> None:
    assert lookup.is_filtered is is_filtered


EXPORTS = st.builds(
    Export,
    id=st.text(max_size=3),
    kind=st.sampled_from([SLOW, ERROR, "unknown:7", None]),
    state=st.sampled_from([*STATES, "unknown:4", None]),
    created_at=st.none() | st.datetimes(timezones=st.just(UTC)),
)


@given(exports=st.lists(EXPORTS, max_size=8).map(tuple))
def test_a_question_without_filters_is_about_every_export_in_order(
    exports: tuple[Export, ...],
) -> None:
    assert Lookup(instances=(INSTANCE,)).matching(exports) == exports


@given(exports=st.lists(EXPORTS, max_size=8).map(tuple), states=st.sets(st.sampled_from(STATES)))
def test_matching_twice_is_matching_once(exports: tuple[Export, ...], states: set[str]) -> None:
    lookup = Lookup(instances=(INSTANCE,), states=frozenset(states))
    once = lookup.matching(exports)
    assert lookup.matching(once) == once


def test_a_report_does_not_print_its_links() -> None:
    export = Export(id="e", link=Link("https://x.myqcloud.com/secret"))
    report = Report(
        instance=INSTANCE, region="ap-tokyo", exports=(export,), as_of=NOON, took=timedelta(0)
    )
    assert "secret" not in repr(report)
    assert "<link>" in repr(report)
