"""Patterns of instance ids: what they fit, and whether they can fit anything at all."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import INSTANCE_ID_PATTERN, InstanceId
from bot.policy.patterns import can_fit, fits_any

IDS = st.from_regex(re.compile(INSTANCE_ID_PATTERN, re.ASCII), fullmatch=True)
QUICK = settings(max_examples=100, deadline=None)


@pytest.mark.parametrize(
    "pattern",
    ["*", "cmgo-*", "cmgo-prod*", "*prod*", "*-prod0001", "cmgo?prod0001", "c*0001", "?" * 21],
)
def test_a_pattern_that_some_id_fits_protects_something(pattern: str) -> None:
    assert can_fit(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param("prod*", id="no start"),
        pytest.param("prod0001", id="only the end of an id"),
        pytest.param("crs-prod*", id="another product"),
        pytest.param("cmgo-prod", id="too short"),
        pytest.param("cmgo-a234567890123456z*", id="too long"),
        pytest.param("cmgo-prod-*", id="a second dash"),
        pytest.param("*-prod-*", id="dashes between stars"),
        pytest.param("?" * 10, id="too few characters"),
        pytest.param("?" * 22, id="too many characters"),
        pytest.param("-*", id="a dash first"),
    ],
)
def test_a_pattern_that_no_id_can_fit_protects_nothing(pattern: str) -> None:
    assert not can_fit(pattern)


@QUICK
@given(IDS, st.data())
def test_whatever_fits_some_id_can_fit(text: str, data: st.DataObject) -> None:
    cut = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    pattern = f"{text[: cut[0]]}*{text[cut[1] :]}".replace(text[-1], "?")

    assert fits_any(InstanceId(text), (pattern,))
    assert can_fit(pattern)


@QUICK
@given(st.text("cmgo-a1", max_size=24) | IDS | IDS.map("cmgo-".__add__))
def test_without_a_star_or_question_mark_only_an_id_can_fit(text: str) -> None:
    assert can_fit(text) is bool(re.fullmatch(INSTANCE_ID_PATTERN, text))


def test_what_is_about_no_instance_fits_no_pattern() -> None:
    assert not fits_any(None, ("*",))
