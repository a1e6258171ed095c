"""Clicks, shortcuts and submissions are read as Slack sends them, and never break on less."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.asked import Door
from bot.slack.clicked import Click, HomeOpened, Shortcut, Submission
from bot.slack.context import Context

BOT = "B0MONGOLOG"
BODY: dict[str, Any] = {
    "type": "block_actions",
    "user": {"id": "U1", "team_id": "T1"},
    "team": {"id": "T1"},
    "channel": {"id": "C1"},
    "container": {"message_ts": "1795.1", "thread_ts": "1795.0", "is_ephemeral": False},
    "message": {"bot_id": BOT, "blocks": []},
    "response_url": "https://hooks.slack.com/actions/secret",
    "trigger_id": "1.secret",
    "actions": [{"action_id": "ml.page.2", "value": "v1|q|cmgo-k2p5su09 page 2"}],
}
KEYS = ["user", "team", "channel", "container", "message", "view", "actions", "state", "trigger_id"]
JUNK = st.recursive(
    st.none() | st.booleans() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["id", "values", "type", "blocks", "value"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)


def shared_by(text: str, block_id: str = "shared:1:1") -> dict[str, Any]:
    block = {"block_id": block_id, "elements": [{"text": text}]}
    return {**BODY, "message": {"bot_id": BOT, "blocks": [block]}}


def test_a_click_says_who_where_and_what() -> None:
    click = Click.of(BODY, BOT)

    assert (click.action, click.value) == ("page", "v1|q|cmgo-k2p5su09 page 2")
    assert (click.user, click.team, click.channel) == ("U1", "T1", "C1")
    assert (click.message_ts, click.thread_ts) == ("1795.1", "1795.0")
    assert click.is_ours
    assert click.asked.door is Door.CLICK
    assert "secret" not in repr(click)


def test_an_option_of_a_menu_is_what_was_chosen() -> None:
    action = {"action_id": "ml.more", "selected_option": {"value": "v1|d|cmgo-k2p5su09"}}

    assert Click.of({**BODY, "actions": [action]}, BOT).value == "v1|d|cmgo-k2p5su09"


@pytest.mark.parametrize("message", [{"bot_id": "B0OTHERAPP"}, {"user": "U2"}])
def test_a_message_of_somebody_else_is_not_ours(message: dict[str, Any]) -> None:
    assert not Click.of({**BODY, "message": message}, BOT).is_ours


def test_an_ephemeral_message_does_not_come_along_and_is_ours() -> None:
    body = {name: part for name, part in BODY.items() if name != "message"}

    assert Click.of(body, BOT).is_ours


@pytest.mark.parametrize(
    ("body", "sharer"),
    [
        pytest.param(shared_by("Shared by <@U0ANNA0001>"), "U0ANNA0001", id="shared"),
        pytest.param(shared_by("Shared by <@U0ANNA0001>", "answer:1:1"), "", id="another block"),
        pytest.param(shared_by("Shared by <!channel>"), "", id="no person"),
        pytest.param(BODY, "", id="not shared"),
    ],
)
def test_who_shared_a_message_is_read_from_its_first_block(
    body: dict[str, Any], sharer: str
) -> None:
    assert Click.of(body, BOT).shared_by == sharer


def test_a_submission_has_its_fields_by_name_and_what_was_noted() -> None:
    context = Context(channel="C1", question="cmgo-k2p5su09")
    values = {
        "instance": {"instance": {"type": "plain_text_input", "value": "cmgo-k2p5su09"}},
        "state": {"state": {"selected_option": {"value": "failed"}}},
    }
    body = {
        **BODY,
        "view": {"id": "V1", "private_metadata": context.write(), "state": {"values": values}},
    }

    submission = Submission.of(body)

    assert submission.words == "cmgo-k2p5su09 failed"
    assert submission.conversation is None
    assert submission.context == context


def test_any_state_is_no_word_of_the_question() -> None:
    values = {
        "instance": {"instance": {"value": "cmgo-k2p5su09"}},
        "state": {"state": {"selected_option": {"value": "any"}}},
    }

    assert Submission.of({"view": {"state": {"values": values}}}).words == "cmgo-k2p5su09"


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), JUNK))
def test_no_payload_breaks_the_reading(body: dict[str, Any]) -> None:
    Click.of(body, BOT)
    Shortcut.of(body)
    Submission.of(body)
    HomeOpened.of({"event": {}, **body})
