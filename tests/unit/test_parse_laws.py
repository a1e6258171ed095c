"""Laws of the grammar: nothing but BadCommand for any text, and canonical words read back."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadCommand, Problem
from bot.model import STATES, InstanceId, Lookup
from bot.parse import canonical, instance_ids, parse
from bot.parse.vocabulary import DAY_WORDS, FILLERS, KIND_WORDS, STATE_WORDS, VALUE_WORDS

NOW = datetime(2024, 3, 7, 4, 0, tzinfo=UTC)
LATER = datetime(2025, 1, 1, 0, 30, tzinfo=UTC)
SHANGHAI, NEW_YORK, APIA = "Asia/Shanghai", "America/New_York", "Pacific/Apia"
LONG_TEXT = 20_000  # characters
BUTTON_LIMIT = 1_000  # characters of a button's value, which holds a little more than the command

ZONES = st.sampled_from(
    (SHANGHAI, NEW_YORK, APIA, "UTC", "Asia/Kathmandu", "Australia/Lord_Howe", "Etc/GMT+12")
)
IDS = st.text("abcxyz0189", min_size=6, max_size=16).map(lambda rest: InstanceId(f"cmgo-{rest}"))
MOMENTS = st.datetimes(
    min_value=datetime(2000, 1, 2),  # noqa: DTZ001  # hypothesis wants naive bounds
    max_value=datetime(2099, 12, 30),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda moment: moment.replace(microsecond=0))
BOUNDS = st.builds(
    lambda moment, form: moment.strftime(form),
    MOMENTS,
    st.sampled_from(("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M")),
)

FRAGMENTS = st.sampled_from(
    (
        *STATE_WORDS,
        *KIND_WORDS,
        *DAY_WORDS,
        *VALUE_WORDS,
        *sorted(FILLERS),
        "cmgo-k2p5su09",
        "cgmo-k2p5su09",
        "crs-abcd1234",
        "here",
        "6h",
        "6",
        "hours",
        "2024-03-07",
        "9:22",
        "2024-03-07T09:22:15Z",
        "2024-03-07 9:22..2024-03-07 15:33",
        "ap-guangzhou",
        "<@U1|zoe>",
        "<https://x.example/cmgo-k2p5su09|x>",
        "&lt;",
        "<",
        "=",
        ":",
        ",",
        "--",
        "—",
        "“",
        "\u200b",
        "\ud800",
        "\x1b]52;c;x",
        "://",
        "%",
        "\u0663",
    )
)
SENTENCES = st.lists(st.tuples(FRAGMENTS, st.sampled_from((" ", "", "=", ",")))).map(
    lambda parts: "".join(word + glue for word, glue in parts)
)
ANY_CHARACTERS = st.text(st.characters())  # lone surrogates, controls and emoji included


@st.composite
def lookups(draw: st.DrawFn) -> Lookup:
    since, until = sorted(draw(st.tuples(MOMENTS, MOMENTS)))
    window = tuple(sorted(draw(st.tuples(BOUNDS, BOUNDS))))
    is_window = window[0][:10] < window[1][:10] and draw(st.booleans())
    return Lookup(
        instances=tuple(draw(st.lists(IDS, min_size=1, max_size=10, unique=True))),
        states=frozenset(draw(st.sets(st.sampled_from(("active", *STATES))))),
        kinds=frozenset(draw(st.sets(st.sampled_from(KIND_WORDS)))),
        since=since if draw(st.booleans()) else None,
        until=until if since < until and draw(st.booleans()) else None,
        zone=draw(st.just("") | ZONES),
        window=(window[0], window[1]) if is_window else None,
        region=draw(st.none() | st.sampled_from(("ap-guangzhou", "ap-shanghai-fsi", "eu-moscow"))),
        page=draw(st.integers(1, 9999)),
        limit=draw(st.none() | st.integers(1, 100)),
        here=draw(st.booleans()),
    )


@given(text=ANY_CHARACTERS | SENTENCES, zone=ZONES)
def test_any_text_is_a_command_or_says_what_is_wrong(text: str, zone: str) -> None:
    try:
        parse(text, now=NOW, zone=zone)
    except BadCommand as error:
        check_complaint(error)


def check_complaint(error: BadCommand) -> None:
    """No markup in what is repeated; a suggested id is one; suggested commands can be asked."""
    assert not {"<", ">"} & {*error.word, *error.nearest}
    if error.problem is Problem.MISSPELT_ID and error.nearest:
        InstanceId(error.nearest)
    for command in error.commands:
        assert isinstance(parse(command, now=NOW, zone=SHANGHAI), Lookup)


@given(lookup=lookups(), zone=ZONES)
def test_canonical_words_read_back_as_the_same_lookup_anywhere(lookup: Lookup, zone: str) -> None:
    words = canonical(lookup)

    assert parse(words, now=LATER, zone=zone) == lookup
    assert len(words) < BUTTON_LIMIT / 2


@given(text=SENTENCES, zone=ZONES)
def test_what_was_understood_can_be_written_down(text: str, zone: str) -> None:
    try:
        command = parse(f"cmgo-k2p5su09 {text}", now=NOW, zone=zone)
    except BadCommand:
        return
    if isinstance(command, Lookup):
        assert parse(canonical(command), now=LATER, zone=APIA) == command


@given(words=st.permutations(["cmgo-k2p5su09", "failed", "slow", "since 6h", "page 2", "here"]))
def test_the_order_of_the_words_does_not_matter(words: list[str]) -> None:
    assert parse(" ".join(words), now=NOW, zone=SHANGHAI) == Lookup(
        instances=(InstanceId("cmgo-k2p5su09"),),
        states=frozenset({"failed"}),
        kinds=frozenset({"slow"}),
        since=datetime(2024, 3, 6, 22, 0, tzinfo=UTC),
        page=2,
        here=True,
    )


@given(ids=st.lists(IDS, min_size=1, max_size=10), glue=st.sampled_from((" ", ", ", "\n", "` `")))
def test_an_alert_and_a_command_name_the_same_instances(ids: list[InstanceId], glue: str) -> None:
    text = glue.join(ids)
    command = parse(text, now=NOW, zone=SHANGHAI)

    assert command == Lookup(instances=tuple(dict.fromkeys(ids)))
    assert instance_ids(text) == tuple(dict.fromkeys(ids))


@given(text=ANY_CHARACTERS | SENTENCES)
def test_instance_ids_are_each_named_once(text: str) -> None:
    found = instance_ids(text)

    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    "unit",
    [
        pytest.param("a", id="one long word"),
        pytest.param("cmgo", id="beginnings of ids"),
        pytest.param("cmgo-", id="beginnings of ids with dashes"),
        pytest.param("cmgo-k2p5su09 ", id="one id"),
        pytest.param("cdb-", id="beginnings of another product's"),
        pytest.param("export-0", id="beginnings of exports"),
        pytest.param("0", id="digits"),
        pytest.param("<", id="open brackets"),
        pytest.param("<a:", id="open links"),
        pytest.param("<@", id="open mentions"),
        pytest.param("://", id="schemes"),
        pytest.param("%63", id="percent-encoding"),
        pytest.param("&amp;", id="escapes"),
        pytest.param("since=", id="options"),
        pytest.param("failed/", id="alternatives"),
        pytest.param("failed ", id="states"),
        pytest.param("today ", id="periods"),
        pytest.param("window 2024-03-07 9:00..2024-03-07 9:01 ", id="windows"),
        pytest.param("--", id="dashes"),
        pytest.param("\u200b", id="zero width"),
        pytest.param("\ufdfa", id="a character that unfolds into eighteen"),
        pytest.param("a\u0301", id="combining marks"),
        pytest.param("\x1b]52;", id="escape sequences"),
        pytest.param("\ud83d", id="halves of emoji"),
        pytest.param("ap-a", id="regions"),
        pytest.param("a/", id="folders"),
    ],
)
@pytest.mark.parametrize(
    "before",
    [
        pytest.param("", id="alone"),
        pytest.param("since ", id="as a time"),
        pytest.param("zone ", id="as a zone"),
        pytest.param("window ", id="as a window"),
        pytest.param("region ", id="as a region"),
    ],
)
def test_long_texts_are_read_in_one_pass(unit: str, before: str) -> None:
    """Many times longer than any command: work that grows with the square would not end."""
    text = before + unit * (LONG_TEXT // len(unit))
    try:
        parse(text, now=NOW, zone=SHANGHAI)
    except BadCommand as error:
        check_complaint(error)
