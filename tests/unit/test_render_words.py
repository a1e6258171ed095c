"""Facts in words: sizes, spans, foreign text, pages and questions said back."""

from datetime import timedelta

import pytest

from bot.model import Lookup
from bot.render.foreign import bare, code, visible
from bot.render.pages import page_of
from bot.render.question import words_to_ask
from bot.render.terminal import document
from bot.render.times import elapsed, moment, span
from bot.render.words import bar, short_id, size
from tests.unit.render_scenes import INSTANCE, MIXED, NOW, SECRET, export, link, report


@pytest.mark.parametrize(
    ("size_bytes", "words"),
    [
        pytest.param(0, "0 B", id="nothing"),
        pytest.param(1023, "1023 B", id="just-bytes"),
        pytest.param(1024, "1 KiB", id="one-step"),
        pytest.param(372_432, "363.7 KiB", id="vendor-example"),
        pytest.param(1024**2 - 1, "1 MiB", id="rounds-into-the-next-unit"),
        pytest.param(2_040_109_466, "1.9 GiB", id="gibibytes"),
        pytest.param(10**30, "over 1024 EiB", id="beyond-all-units"),
        pytest.param(10**400, "over 1024 EiB", id="beyond-floats"),
        pytest.param(None, "–", id="not-known"),
    ],
)
def test_a_size_has_four_digits_at_most(size_bytes: int | None, words: str) -> None:
    assert size(size_bytes) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "0 s"), (40, "40 s"), (240, "4 min"), (10_800, "3 h"), (432_000, "5 d")],
    ids=["negative", "seconds", "minutes", "hours", "days"],
)
def test_a_span_is_rounded_to_one_unit(seconds: int, words: str) -> None:
    assert span(timedelta(seconds=seconds)) == words


def test_a_call_took_milliseconds_or_seconds() -> None:
    assert elapsed(timedelta(milliseconds=412)) == "412 ms"
    assert elapsed(timedelta(milliseconds=1234)) == "1.2 s"


@pytest.mark.parametrize("zone", ["no/such", "../etc/passwd", "America", "", "\x00"])
def test_a_zone_that_can_not_be_used_counts_as_utc(zone: str) -> None:
    assert moment(NOW, zone) == "2026-11-24 02:35 UTC"


@pytest.mark.parametrize(
    ("foreign", "shown"),
    [
        pytest.param("a\u202eb", "a\\u202eb", id="bidi"),
        pytest.param("\x1b[31m", "\\u001b[31m", id="escape"),
        pytest.param("a\u200bb", "a\\u200bb", id="zero-width"),
        pytest.param("a\nb", "a\\u000ab", id="line-break"),
        pytest.param("\U000e0041", "\\U000e0041", id="tag"),
        pytest.param("\ud800", "\\ud800", id="lone-surrogate"),
        pytest.param("\u3164", "\\u3164", id="blank-letter"),
        pytest.param("日志", "日志", id="chinese"),
    ],
)
def test_what_can_not_be_seen_shows_as_its_number(foreign: str, shown: str) -> None:
    assert visible(foreign) == shown


def test_a_long_text_is_cut() -> None:
    assert visible("x" * 50, 10) == "xxxxxxxxx…"
    assert visible("x" * 10, 10) == "x" * 10


def test_a_code_span_can_not_be_left_or_opened() -> None:
    assert code("`<@U1>`") == "`'&lt;@U1&gt;'`"
    assert code("") == "–"


def test_only_a_plain_name_stands_bare() -> None:
    assert bare("ap-guangzhou") == "ap-guangzhou"
    assert bare("*ap*") == "`*ap*`"


@pytest.mark.parametrize(("percent", "filled"), [(0, 0), (62, 6), (100, 10), (900, 10)])
def test_a_bar_has_ten_cells(percent: int, filled: int) -> None:
    assert bar(percent) == "▓" * filled + "░" * (10 - filled)


def test_a_uuid_is_shortened_to_its_first_group() -> None:
    assert short_id("export-28439fb3-5b1e-4c55-9a0e-1f0c7a0e8240") == "`export-28439fb3`"
    assert short_id("1373039ed2ee07bcd6ae1d5e") == "`1373039ed2ee07bcd6ae1d5e`"


def test_pages_show_every_export_once() -> None:
    pages = [page_of(MIXED, Lookup(instances=(INSTANCE,), page=number)) for number in (1, 2, 3, 4)]

    assert sum((page.rows for page in pages), ()) == MIXED
    assert [page.span for page in pages] == ["1–5", "6–10", "11–15", "16–17"]


def test_a_question_is_said_back_in_words_to_type() -> None:
    lookup = Lookup(
        instances=(INSTANCE,),
        states=frozenset({"failed", "active"}),
        kinds=frozenset({"slow"}),
        since=NOW,
        region="ap-singapore",
        limit=3,
    )

    assert words_to_ask(lookup, INSTANCE, "Asia/Shanghai", page=2) == (
        "cmgo-k2p5su09 active failed slow since 2026-11-24 10:35:34 "
        "region ap-singapore limit 3 page 2"
    )


def test_a_document_gives_allowed_links_only_when_asked() -> None:
    outcomes = (report(export(), export(2, link=link(host="evil.example"))),)
    lookup = Lookup(instances=(INSTANCE,))

    allowed, refused = document(outcomes, lookup, links=True)["instances"][0]["exports"]
    silent = document(outcomes, lookup, links=False)["instances"][0]["exports"][0]

    assert SECRET in allowed["url"]
    assert (refused["has_link"], refused["url"]) == (True, None)
    assert (silent["has_link"], silent["url"]) == (True, None)


def test_a_document_counts_all_matches_when_a_limit_cuts_the_list() -> None:
    lookup = Lookup(instances=(INSTANCE,), limit=2)

    (found,) = document((report(*MIXED),), lookup, links=False)["instances"]

    assert (found["total"], len(found["exports"])) == (17, 2)
