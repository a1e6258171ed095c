"""The offline validator takes the views that Slack takes, and points at what Slack refuses."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.views import View

from bot.demo.block_kit import faults
from bot.demo.block_kit_views import view_faults

PLAIN = {"type": "plain_text", "text": "Look up"}
OPTION = {"text": PLAIN, "value": "failed"}
TEXT = {
    "type": "plain_text_input",
    "action_id": "id",
    "placeholder": PLAIN,
    "initial_value": "cmgo-",
    "min_length": 3,
    "max_length": 300,
    "multiline": True,
    "focus_on_load": True,
}
SELECT = {"type": "static_select", "action_id": "state", "options": [OPTION]}
CONVERSATIONS = {
    "type": "conversations_select",
    "action_id": "where",
    "default_to_current_conversation": True,
    "filter": {"include": ["public", "private"], "exclude_bot_users": True},
}
DIVIDER = {"type": "divider"}


def field(element: Any, **fields: Any) -> dict[str, Any]:
    return {"type": "input", "label": PLAIN, "element": element, **fields}


def modal(*blocks: Any, **fields: Any) -> dict[str, Any]:
    title = {"type": "plain_text", "text": "Mongo logs"}
    return {
        "type": "modal",
        "title": title,
        "submit": PLAIN,
        "blocks": list(blocks or (DIVIDER,)),
        **fields,
    }


def home(*blocks: Any, **fields: Any) -> dict[str, Any]:
    return {"type": "home", "blocks": list(blocks or (DIVIDER,)), **fields}


GOOD_MODAL = modal(
    field(TEXT, block_id="instance", hint=PLAIN, optional=True),
    field(SELECT, block_id="state"),
    field({**CONVERSATIONS, "response_url_enabled": True}, block_id="where"),
    {"type": "section", "text": PLAIN, "accessory": CONVERSATIONS},
    {"type": "actions", "elements": [SELECT]},
    close=PLAIN,
    callback_id="ml.lookup",
    external_id="look-1",
    private_metadata="{}",
    clear_on_close=True,
    notify_on_close=True,
)


def said(view: Any, kind: str = "modal") -> list[tuple[str, str]]:
    return [(fault.pointer, fault.message) for fault in view_faults(view, kind)]


def test_a_modal_and_a_home_tab_of_everything_are_fine() -> None:
    assert said(GOOD_MODAL) == []
    assert said(home(DIVIDER, callback_id="home", private_metadata=""), "home") == []


def test_slacks_own_model_agrees_about_the_good_modal() -> None:
    View(**GOOD_MODAL).validate_json()


@given(st.recursive(st.none() | st.integers() | st.text(max_size=3), st.lists))
def test_no_json_value_makes_it_crash(value: Any) -> None:
    for kind in ("modal", "home"):
        view_faults(value, kind)
        view_faults({"type": kind, "title": value, "blocks": value, "external_id": value}, kind)
        view_faults(modal(value, {"type": "input", "element": value}), kind)


@pytest.mark.parametrize(
    ("make", "most", "pointer"),
    [
        pytest.param(lambda text: modal(title=plain(text)), 24, "/title/text", id="title"),
        pytest.param(lambda text: modal(submit=plain(text)), 24, "/submit/text", id="submit"),
        pytest.param(lambda text: modal(close=plain(text)), 24, "/close/text", id="close"),
        pytest.param(
            lambda text: modal(private_metadata=text), 3000, "/private_metadata", id="metadata"
        ),
        pytest.param(lambda text: modal(callback_id=text), 255, "/callback_id", id="callback id"),
        pytest.param(lambda text: modal(external_id=text), 255, "/external_id", id="external id"),
        pytest.param(
            lambda text: modal({**field(TEXT), "label": plain(text)}),
            2000,
            "/blocks/0/label/text",
            id="label",
        ),
        pytest.param(
            lambda text: modal(field(TEXT, hint=plain(text))),
            2000,
            "/blocks/0/hint/text",
            id="hint",
        ),
        pytest.param(
            lambda text: modal(field({**TEXT, "placeholder": plain(text)})),
            150,
            "/blocks/0/element/placeholder/text",
            id="placeholder",
        ),
        pytest.param(
            lambda text: modal(field({**TEXT, "initial_value": text})),
            3000,
            "/blocks/0/element/initial_value",
            id="initial value",
        ),
    ],
)
def test_a_text_in_a_view_may_be_as_long_as_its_limit_but_not_longer(
    make: Any, most: int, pointer: str
) -> None:
    assert said(make("a" * most)) == []
    assert said(make("a" * (most + 1))) == [
        (f"/view{pointer}", f"must be less than {most + 1} characters")
    ]


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


@pytest.mark.parametrize("make", [modal, home])
def test_a_view_holds_a_hundred_blocks_and_at_least_one(make: Any) -> None:
    kind = make()["type"]
    assert said(make(*[DIVIDER] * 100), kind) == []
    assert said(make(*[DIVIDER] * 101), kind) == [
        ("/view/blocks", "no more than 100 items allowed")
    ]
    assert said({**make(), "blocks": []}, kind) == [
        ("/view/blocks", "no fewer than 1 items allowed")
    ]


@pytest.mark.parametrize(
    ("view", "pointer", "message"),
    [
        pytest.param(
            modal(submit_disabled=True),
            "/view",
            "invalid additional property: submit_disabled",
            id="an unknown field",
        ),
        pytest.param(
            {"type": "modal", "title": PLAIN, "blocks": [DIVIDER, field(TEXT)]},
            "/view/blocks/1/input",
            "must define `submit` to use `input` block",
            id="an input without a submit",
        ),
        pytest.param(
            {"type": "modal", "blocks": [DIVIDER]},
            "/view",
            "missing required field: title",
            id="no title",
        ),
        pytest.param(
            modal({"type": "input", "element": TEXT}),
            "/view/blocks/0",
            "missing required field: label",
            id="an input without a label",
        ),
        pytest.param(
            modal(field({"type": "button", "text": PLAIN})),
            "/view/blocks/0/element/type",
            "unsupported type: button",
            id="a button as input",
        ),
        pytest.param(
            modal(field(TEXT, dispatch_action=True)),
            "/view/blocks/0",
            "invalid additional property: dispatch_action",
            id="what mongolog does not send",
        ),
        pytest.param(
            modal({"type": "actions", "elements": [TEXT]}),
            "/view/blocks/0/elements/0/type",
            "unsupported type: plain_text_input",
            id="a text field in a row",
        ),
        pytest.param(
            modal(
                {
                    "type": "actions",
                    "elements": [{**CONVERSATIONS, "response_url_enabled": True}],
                }
            ),
            "/view/blocks/0/elements/0",
            "invalid additional property: response_url_enabled",
            id="a response_url without an input",
        ),
        pytest.param(
            modal(field({**CONVERSATIONS, "filter": {"include": []}})),
            "/view/blocks/0/element/filter/include",
            "no fewer than 1 items allowed",
            id="a filter of nothing",
        ),
        pytest.param(
            modal(field({**TEXT, "min_length": 301})),
            "/view/blocks/0/element/min_length",
            "must not exceed `max_length`",
            id="lengths in the wrong order",
        ),
        pytest.param(
            modal(field({**TEXT, "max_length": 0, "min_length": 0})),
            "/view/blocks/0/element/max_length",
            "must be from 1 to 3000",
            id="no length at all",
        ),
        pytest.param(
            modal(field(TEXT), field({**SELECT, "focus_on_load": True})),
            "/view",
            "only one element may have `focus_on_load`",
            id="two focuses",
        ),
        pytest.param(
            modal({**DIVIDER, "block_id": "a"}, {**DIVIDER, "block_id": "a"}),
            "/view/blocks/1",
            "`block_id` a already exists",
            id="a block id twice",
        ),
    ],
)
def test_a_wrong_modal_is_pointed_at(view: Any, pointer: str, message: str) -> None:
    assert said(view) == [(pointer, message)]


@pytest.mark.parametrize(
    ("view", "pointer", "message"),
    [
        pytest.param(
            home(title=PLAIN), "/view", "invalid additional property: title", id="a title"
        ),
        pytest.param(
            home(field(TEXT)), "/view/blocks/0/type", "unsupported type: input", id="an input"
        ),
        pytest.param(modal(), "/view/type", "must be one of: home", id="a modal"),
    ],
)
def test_a_wrong_home_tab_is_pointed_at(view: Any, pointer: str, message: str) -> None:
    assert (pointer, message) in said(view, "home")


def test_a_view_is_at_most_250_kb_in_all() -> None:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "é" * 1400}}
    assert said(modal(*[section] * 80)) == []
    (fault,) = view_faults(modal(*[section] * 90), "modal")
    assert fault.error == "view_too_large"


def test_every_fault_of_a_view_is_an_invalid_argument() -> None:
    assert {fault.error for fault in view_faults(modal("words", title=5), "modal")} == {
        "invalid_arguments"
    }


def test_a_message_takes_no_input() -> None:
    (fault,) = faults([field(SELECT)])
    assert fault.message == "unsupported type: input"
