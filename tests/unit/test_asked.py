"""What a question is, read from what Slack sent."""

from typing import Any

import pytest

from bot.slack.asked import Asked

APP = "U0MONGOLOG"
TS = "1795000000.000100"


def body(text: str, **more: Any) -> dict[str, Any]:
    event = {"user": "U1", "team": "T1", "channel": "C1", "text": text, "ts": TS}
    return {"event": {**event, **more}}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"<@{APP}> cmgo-k2p5su09", id="before"),
        pytest.param(f"cmgo-k2p5su09 <@{APP}>", id="behind"),
        pytest.param(f"<@{APP}|mongolog> cmgo-k2p5su09", id="with its name"),
        pytest.param(f"<@{APP}> <@{APP}>  cmgo-k2p5su09", id="twice"),
    ],
)
def test_the_mention_of_the_app_itself_is_no_word(text: str) -> None:
    assert Asked.by_mention(body(text), APP).text == "cmgo-k2p5su09"


def test_the_mention_of_somebody_else_is_a_word() -> None:
    assert Asked.by_mention(body(f"<@{APP}> <@U2>"), APP).text == "<@U2>"


def test_a_mention_makes_a_thread_or_goes_on_in_one() -> None:
    first = Asked.by_mention(body("help"), APP)
    later = Asked.by_mention(body("help", thread_ts="1794.1"), APP)

    assert (first.thread_ts, first.is_in_thread) == (TS, False)
    assert (later.thread_ts, later.is_in_thread) == ("1794.1", True)


@pytest.mark.parametrize("name", ["text", "ts", "channel", "user"])
def test_what_slack_leaves_out_is_empty(name: str) -> None:
    sent = body("help")
    sent["event"][name] = None
    asked = Asked.by_mention(sent, APP)

    assert getattr(asked, {"ts": "thread_ts"}.get(name, name)) == ""
