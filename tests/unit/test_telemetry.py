"""Log lines: one a record, with its reference, and without any secret."""

import asyncio
import io
import json
import logging
import random
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telemetry import (
    AT_LEAST_INFO,
    QUIET,
    REFERENCE,
    UNPRINTABLE,
    Redaction,
    event,
    fault,
    new_reference,
    observing,
    printable,
    set_up_logs,
    telling_later,
    whereabouts,
)

SECRET = "a/key+of=ours"
LIBRARY = logging.getLogger("some.library")

Lines = Callable[[], list[str]]


class Terminal(io.StringIO):
    """A stream that somebody looks at."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """What `set_up_logs` changes is the process's own; put it back."""
    loggers = [logging.getLogger(name) for name in ("", *QUIET, *AT_LEAST_INFO)]
    levels, handlers = [logger.level for logger in loggers], loggers[0].handlers[:]
    yield
    loggers[0].handlers[:] = handlers
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


@pytest.fixture
def text_lines() -> Lines:
    """Set up logs as text; gives the lines written so far."""
    stream = io.StringIO()
    set_up_logs([SECRET], style="text", level="info", stream=stream)
    return lambda: stream.getvalue().splitlines()


@pytest.fixture
def json_lines() -> Callable[[], list[dict[str, Any]]]:
    """Set up logs as JSON; gives the objects written so far."""
    stream = io.StringIO()
    set_up_logs([SECRET], style="json", level="info", stream=stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


JsonLines = Callable[[], list[dict[str, Any]]]


# --- the shape of a line ---


def test_json_has_time_level_event_and_facts(json_lines: JsonLines) -> None:
    event("reply.sent", outcome="done", took_ms=12, share=0.5, again=True, region=None)
    (line,) = json_lines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    assert line == {
        "level": "INFO",
        "event": "reply.sent",
        "outcome": "done",
        "took_ms": 12,
        "share": 0.5,
        "again": True,
        "region": None,
    }


def test_text_has_the_same_on_one_line(text_lines: Lines) -> None:
    event("reply.sent", logging.WARNING, outcome="done", took_ms=12)
    (line,) = text_lines()
    assert line.partition(" ")[2] == "WARNING reply.sent outcome=done took_ms=12"


def test_library_lines_go_the_same_way(json_lines: JsonLines) -> None:
    LIBRARY.warning("took %d of %s", 3, "four")
    (line,) = json_lines()
    assert (line["event"], line["logger"]) == ("library", "some.library")
    assert line["message"] == "took 3 of four"


@pytest.mark.parametrize(
    ("stream", "style", "is_json"),
    [
        pytest.param(Terminal(), None, False, id="a terminal"),
        pytest.param(io.StringIO(), None, True, id="no terminal"),
        pytest.param(Terminal(), "json", True, id="json on a terminal"),
        pytest.param(io.StringIO(), "text", False, id="text without a terminal"),
    ],
)
def test_people_get_text_and_machines_json(
    stream: io.StringIO, style: str | None, *, is_json: bool
) -> None:
    set_up_logs([], style=style, level="info", stream=stream)
    event("started")
    assert stream.getvalue().startswith("{") is is_json


def test_setting_up_twice_writes_once() -> None:
    stream = io.StringIO()
    for _ in range(2):
        set_up_logs([], style="text", level="info", stream=stream)
    event("started")
    assert len(stream.getvalue().splitlines()) == 1


def test_level_is_that_of_the_settings() -> None:
    stream = io.StringIO()
    set_up_logs([], style="text", level="warning", stream=stream)
    event("unseen")
    event("seen", logging.WARNING)
    assert "unseen" not in stream.getvalue()
    assert "seen" in stream.getvalue()


@pytest.mark.parametrize(
    ("name", "level"),
    [
        *[pytest.param(name, logging.INFO, id=f"{name} below warning") for name in QUIET],
        *[pytest.param(name, logging.DEBUG, id=f"{name} below info") for name in AT_LEAST_INFO],
        pytest.param("httpcore.http11", logging.DEBUG, id="a child of httpcore"),
        pytest.param("slack_bolt.AsyncApp", logging.DEBUG, id="a child of slack_bolt"),
    ],
)
def test_libraries_that_print_payloads_stay_quiet_even_when_debugging(
    name: str, level: int
) -> None:
    stream = io.StringIO()
    set_up_logs([], style="text", level="debug", stream=stream)
    logging.getLogger(name).log(level, "payload")
    assert stream.getvalue() == ""
    event("ours", logging.DEBUG)
    assert "ours" in stream.getvalue()


# --- the reference ---


def test_every_line_of_a_request_has_its_reference(json_lines: JsonLines) -> None:
    async def request(reference: str) -> None:
        REFERENCE.set(reference)
        event("begun")
        await asyncio.sleep(0)
        LIBRARY.warning("in between")
        event("ended")

    async def both() -> None:
        await asyncio.gather(request("ml-AAAAA"), request("ml-BBBBB"))
        event("idle")

    asyncio.run(both())
    seen = [(line.get("ref"), line.get("message", line["event"])) for line in json_lines()]
    for reference in ("ml-AAAAA", "ml-BBBBB"):
        said = [words for ref, words in seen if ref == reference]
        assert said == ["begun", "in between", "ended"]
    assert seen[-1] == (None, "idle")


def test_text_has_the_reference_too(text_lines: Lines) -> None:
    token = REFERENCE.set("ml-7K2QH")
    event("begun", region="ap-tokyo")
    REFERENCE.reset(token)
    assert text_lines()[0].endswith("begun ref=ml-7K2QH region=ap-tokyo")


# --- told later ---


class QuietMoments:
    """What should be done later, and when that was asked for."""

    def __init__(self) -> None:
        self.due: list[Callable[[], None]] = []

    def call_later(self, _: float, do: Callable[[], None]) -> None:
        self.due.append(do)

    def come(self) -> None:
        while self.due:
            self.due.pop()()


def test_events_are_told_in_the_next_quiet_moment_as_they_happened(json_lines: JsonLines) -> None:
    moments = QuietMoments()
    counted: list[str] = []
    with telling_later(moments.call_later), observing(lambda name, _: counted.append(name)):
        token = REFERENCE.set("ml-7K2QH")
        event("begun", region="ap-tokyo")
        REFERENCE.reset(token)
        event("ended")
        assert (json_lines(), counted, len(moments.due)) == ([], [], 1)
        happened_before = datetime.now(UTC)
        time.sleep(0.002)
        moments.come()
        first, second = json_lines()

    assert (first["event"], first["ref"], first["region"]) == ("begun", "ml-7K2QH", "ap-tokyo")
    assert second["event"] == "ended"
    assert datetime.fromisoformat(first["time"]) <= happened_before
    assert counted == ["begun", "ended"]


def test_each_quiet_moment_is_asked_for_anew(json_lines: JsonLines) -> None:
    moments = QuietMoments()
    with telling_later(moments.call_later):
        for name in ("first", "second"):
            event(name)
            moments.come()
    assert [line["event"] for line in json_lines()] == ["first", "second"]


def test_what_was_not_told_is_told_at_the_end(json_lines: JsonLines) -> None:
    with telling_later(QuietMoments().call_later):
        event("last")
    event("after")
    assert [line["event"] for line in json_lines()] == ["last", "after"]


def test_references_can_be_read_out_on_the_phone() -> None:
    source = random.Random(1)  # noqa: S311 - a reference is no secret
    references = {new_reference(source) for _ in range(200)}
    assert len(references) == 200
    assert all(re.fullmatch(r"ml-[2-9A-HJ-NP-Z]{5}", reference) for reference in references)


# --- secrets ---


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda: event("e", fact=SECRET), id="a fact"),
        pytest.param(lambda: event("e", fact=f"key={SECRET}&x"), id="inside a fact"),
        pytest.param(lambda: event("e", fact=[SECRET]), id="a list"),
        pytest.param(lambda: event("e", fact={"a": {"b": SECRET}}), id="a nested object"),
        pytest.param(lambda: event("e", fact=Path(SECRET)), id="a path"),
        pytest.param(lambda: event("e", fact=ValueError(SECRET)), id="an exception as a fact"),
        pytest.param(lambda: event(f"e {SECRET}"), id="the event"),
        pytest.param(lambda: LIBRARY.warning("is %s", SECRET), id="an argument"),
        pytest.param(lambda: LIBRARY.warning("is %(it)s", {"it": SECRET}), id="a named argument"),
        pytest.param(lambda: LIBRARY.warning(f"is {SECRET}"), id="a message"),
        pytest.param(lambda: LIBRARY.warning(SECRET, 1), id="a message that is no format"),
        pytest.param(lambda: LIBRARY.warning(ValueError(SECRET)), id="an exception as a message"),
    ],
)
@pytest.mark.parametrize("style", ["text", "json"])
def test_secret_values_are_never_written(write: Callable[[], None], style: str) -> None:
    stream = io.StringIO()
    set_up_logs(["", SECRET], style=style, level="info", stream=stream)
    write()
    assert SECRET not in stream.getvalue()
    assert "<secret>" in stream.getvalue()


def test_a_secret_inside_a_longer_one_does_not_save_the_rest() -> None:
    assert Redaction(["abc", "abcdef"]).scrub("abcdef abc") == "<secret> <secret>"


@pytest.mark.parametrize(
    "token",
    [
        "xoxb-1-2-abcDEF",
        "xoxp-1-2-3-abc",
        "xoxa-2-abc",
        "xoxr-abc",
        "xoxs-abc",
        "xoxc-abc",
        "xoxd-abc",
        "xoxe-1-abc",
        "xapp-1-A0-1-abc",
        "xwfp-abc",
        "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE",
    ],
)
def test_tokens_are_known_by_their_shape(token: str) -> None:
    scrubbed = Redaction([]).scrub(f'Bearer {token}, "{token}" token={token}&next')
    assert token not in scrubbed
    assert token[5:] not in scrubbed
    assert scrubbed.endswith("&next")


def test_a_rotated_token_is_known_by_its_second_half() -> None:
    scrubbed = Redaction([]).scrub("xoxe.xoxp-1-abcdef")
    assert "abcdef" not in scrubbed


@pytest.mark.parametrize(
    ("url", "left"),
    [
        pytest.param(
            "https://hooks.slack.com/commands/T0/1/5ec4e7", "https://hooks.slack.com/…", id="slack"
        ),
        pytest.param(
            "https://b-1.cos.ap-tokyo.myqcloud.com/5ec4e7?q-signature=5ec4e7&q-ak=5ec4e7#5ec4e7",
            "https://b-1.cos.ap-tokyo.myqcloud.com/…",
            id="signed link",
        ),
        pytest.param(
            "wss://wss-primary.slack.com/link/?ticket=5ec4e7",
            "wss://wss-primary.slack.com/…",
            id="socket",
        ),
        pytest.param(
            "http://127.0.0.1:8080/5ec4e7", "http://127.0.0.1:8080/…", id="a host with its port"
        ),
        pytest.param("HTTPS://Host.Example/5ec4e7", "HTTPS://Host.Example/…", id="upper case"),
        pytest.param("https://host.example?5ec4e7", "https://host.example/…", id="a query alone"),
        pytest.param(
            "response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT0%2F5ec4e7",
            "response_url=https%3A%2F%2Fhooks.slack.com/…",
            id="urlencoded",
        ),
        pytest.param(
            "https%3a%2f%2fhooks.slack.com%2f5ec4e7",
            "https%3a%2f%2fhooks.slack.com/…",
            id="urlencoded in lower case",
        ),
        pytest.param(
            r'{"response_url":"https:\/\/hooks.slack.com\/actions\/T0\/5ec4e7"}',
            r'{"response_url":"https:\/\/hooks.slack.com/…"}',
            id="JSON as Slack writes it",
        ),
        pytest.param(
            "payload=%22https%3A%5C%2F%5C%2Fhooks.slack.com%5C%2F5ec4e7%22",
            "payload=%22https%3A%5C%2F%5C%2Fhooks.slack.com/…",
            id="JSON as Slack posts it",
        ),
        pytest.param(
            "proxy http://user:5ec4e7@proxy.example:3128/",
            "proxy http://proxy.example:3128/…",
            id="user info",
        ),
        pytest.param(
            "http%3A%2F%2Fuser%3A5ec4e7%40proxy.example%3A3128",
            "http%3A%2F%2Fproxy.example/…",
            id="user info urlencoded",
        ),
        pytest.param(
            "https://host.example/a@5ec4e7", "https://host.example/…", id="an at sign in the path"
        ),
        pytest.param(
            "https%3A%2F%2Fhost.example%2Fa%405ec4e7",
            "https%3A%2F%2Fhost.example/…",
            id="an at sign in the path urlencoded",
        ),
        pytest.param(
            "<https://host.example/5ec4e7|Download>",
            "<https://host.example/…|Download>",
            id="Slack's mark-up",
        ),
        pytest.param(
            "https://a.example/5ec4e7 and https://b.example/5ec4e7",
            "https://a.example/… and https://b.example/…",
            id="two",
        ),
    ],
)
def test_of_a_url_only_the_host_remains(url: str, left: str) -> None:
    scrubbed = Redaction([]).scrub(f"at {url}")
    assert "5ec4e7" not in scrubbed
    assert scrubbed == f"at {left}"


BEHIND_A_HOST = st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="\"'<>|")


@given(tail=st.text(BEHIND_A_HOST, max_size=30))
def test_nothing_behind_a_host_survives(tail: str) -> None:
    plain, encoded = f"https://hooks.slack.com/{tail}", f"https%3A%2F%2Fhooks.slack.com%2F{tail}"
    assert Redaction([]).scrub(f"{plain} end") == "https://hooks.slack.com/… end"
    assert Redaction([]).scrub(f"{encoded} end") == "https%3A%2F%2Fhooks.slack.com/… end"


# --- exceptions ---


def fail(text: str) -> None:
    raise ValueError(text)


def failure(text: str) -> ValueError:
    try:
        fail(text)
    except ValueError as error:
        return error
    raise AssertionError


@pytest.mark.parametrize("style", ["text", "json"])
def test_an_exception_is_its_class_and_its_place(style: str) -> None:
    stream = io.StringIO()
    set_up_logs([], style=style, level="info", stream=stream)
    error = failure("a customer's words")
    error.add_note("a customer's words")
    LIBRARY.error("it failed", exc_info=error)
    LIBRARY.error("it failed", exc_info=RuntimeError("a customer's words"), stack_info=True)
    fault("listener.failed", error, kind="command")
    lines = stream.getvalue().splitlines()
    assert len(lines) == 3
    assert "words" not in stream.getvalue()
    assert all("Error" in line for line in lines)
    assert "unit/test_telemetry.py" in lines[0]
    assert lines[2].count("fail") > lines[2].count("failure")


def test_a_chained_exception_does_not_tell_either(json_lines: JsonLines) -> None:
    try:
        try:
            fail("the inner words")
        except ValueError as inner:
            raise KeyError("the outer words") from inner
    except KeyError:
        LIBRARY.exception("it failed")
    (line,) = json_lines()
    assert line["error"] == "KeyError"
    assert "words" not in json.dumps(line)


def test_place_names_files_without_their_folders() -> None:
    frames = whereabouts(failure("x")).split(" < ")
    assert [frame.split()[1] for frame in frames] == ["failure", "fail"]
    assert all(re.fullmatch(r"unit/test_telemetry\.py:\d+ \w+", frame) for frame in frames)


def test_an_exception_that_was_never_raised_has_no_place() -> None:
    assert whereabouts(ValueError("x")) == ""


def test_exc_info_without_an_exception_is_no_error(json_lines: JsonLines) -> None:
    LIBRARY.warning("nothing happened", exc_info=True)
    (line,) = json_lines()
    assert "error" not in line


# --- hostile text ---


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        pytest.param("%s and %s", ("one",), id="too few"),
        pytest.param("%s", ("one", "two"), id="too many"),
        pytest.param("%d", ("word",), id="a word for a number"),
        pytest.param("%y", ("one",), id="no such format"),
        pytest.param("%", ("one",), id="half a format"),
        pytest.param("%(name)s", ({"other": 1},), id="another name"),
        pytest.param("%(name)s", ("one",), id="a name without names"),
        pytest.param("%c", (-1,), id="no such character"),
    ],
)
def test_a_line_whose_arguments_do_not_fit_is_written_without_them(
    json_lines: JsonLines, message: str, arguments: tuple[object, ...]
) -> None:
    LIBRARY.warning(message, *arguments)
    (line,) = json_lines()
    assert line["message"] == message


HOSTILE = {
    "newline": "\n",
    "return": "\r",
    "escape": "\x1b",
    "null": "\x00",
    "delete": "\x7f",
    "C1 escape": "\x9b",
    "right to left": "\u202e",
    "isolate": "\u2066",
    "zero width": "\u200b",
    "arabic mark": "\u061c",
    "line separator": "\u2028",
    "byte order mark": "\ufeff",
}


@pytest.mark.parametrize("character", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("style", ["text", "json"])
def test_characters_that_a_terminal_may_act_on_are_shown(style: str, character: str) -> None:
    stream = io.StringIO()
    set_up_logs([], style=style, level="info", stream=stream)
    event("e", fact=f"a{character}b")
    LIBRARY.warning("a%sb", character)
    written = stream.getvalue()
    assert character not in written.replace("\n", "", 2)
    assert written.count("\n") == 2
    if style == "json":
        facts = [json.loads(line) for line in written.splitlines()]
        assert (facts[0]["fact"], facts[1]["message"]) == (f"a{character}b",) * 2
    else:
        assert written.count(f"a\\u{ord(character):04x}b") == 2


def test_other_scripts_stay_as_they_are(text_lines: Lines) -> None:
    event("e", fact="没有该实例 – naïve ✅")
    assert text_lines()[0].endswith("fact=没有该实例 – naïve ✅")


@given(text=st.text(max_size=40))
def test_any_text_is_printable_once_shown(text: str) -> None:
    shown = printable(text)
    assert not UNPRINTABLE.search(shown)
    assert printable(shown) == shown


@given(
    facts=st.dictionaries(st.sampled_from("abc"), st.text(max_size=20) | st.floats(), max_size=3)
)
def test_any_facts_make_one_line(facts: dict[str, Any]) -> None:
    for style in ("text", "json"):
        stream = io.StringIO()
        set_up_logs([], style=style, level="info", stream=stream)
        event("e", **facts)
        assert stream.getvalue().count("\n") == 1
        assert len(stream.getvalue().splitlines()) == 1
