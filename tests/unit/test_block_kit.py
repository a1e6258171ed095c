"""The offline Block Kit validator takes what Slack takes, and points at what Slack refuses."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from bot.demo.block_kit import faults, message_faults
from bot.demo.json_rules import under

PLAIN = {"type": "plain_text", "text": "Refresh", "emoji": True}
MRKDWN = {"type": "mrkdwn", "text": "*done*", "verbatim": True}
OPTION = {"text": PLAIN, "value": "v1"}
BUTTON = {"type": "button", "action_id": "ml.refresh", "text": PLAIN, "value": "v1|q|x"}
CONFIRM = {"title": PLAIN, "text": MRKDWN, "confirm": PLAIN, "deny": PLAIN}
OVERFLOW = {"type": "overflow", "action_id": "ml.more", "options": [OPTION]}
SELECT = {"type": "static_select", "action_id": "ml.filter", "options": [OPTION]}
IMAGE = {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a chart"}
INLINE = [
    {"type": "text", "text": "foreign <!channel>", "style": {"bold": True, "code": True}},
    {"type": "link", "url": "https://example.com", "text": "here"},
    {"type": "emoji", "name": "wave"},
    {"type": "user", "user_id": "U0ANNA0001"},
    {"type": "date", "timestamp": 1795487734, "format": "{time}", "fallback": "02:35 UTC"},
]
RICH_SECTION = {"type": "rich_text_section", "elements": INLINE}
GOOD_MESSAGE: list[dict[str, Any]] = [
    {"type": "header", "text": PLAIN, "block_id": "head:1"},
    {"type": "section", "text": MRKDWN, "accessory": OVERFLOW, "block_id": "row:1", "expand": True},
    {"type": "section", "fields": [MRKDWN, PLAIN], "accessory": IMAGE},
    {"type": "context", "elements": [MRKDWN, PLAIN, IMAGE]},
    {"type": "divider"},
    {
        "type": "actions",
        "elements": [
            {**BUTTON, "style": "danger", "confirm": CONFIRM, "accessibility_label": "again"},
            {**SELECT, "initial_option": OPTION, "placeholder": PLAIN},
            OVERFLOW,
        ],
    },
    {**IMAGE, "title": PLAIN},
    {
        "type": "rich_text",
        "elements": [
            RICH_SECTION,
            {"type": "rich_text_list", "style": "bullet", "elements": [RICH_SECTION], "indent": 1},
            {"type": "rich_text_quote", "elements": INLINE},
            {"type": "rich_text_preformatted", "elements": INLINE[:2], "border": 0},
        ],
    },
]
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "text",
                    "elements",
                    "fields",
                    "accessory",
                    "options",
                    "block_id",
                    "action_id",
                ]
            )
            | st.text(max_size=4),
            inner | st.sampled_from(["section", "actions", "rich_text", "static_select", "button"]),
            max_size=5,
        )
    ),
    max_leaves=30,
)


def section(text: Any) -> dict[str, Any]:
    return {"type": "section", "text": text}


def actions(*elements: Any) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def said(blocks: Any) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.message) for fault in faults(blocks)]


def test_a_message_of_every_block_and_element_is_fine() -> None:
    assert faults(GOOD_MESSAGE) == ()


def test_slacks_own_models_agree_about_the_good_message() -> None:
    for block in GOOD_MESSAGE:
        parsed = Block.parse(block)
        assert parsed is not None
        parsed.validate_json()


def test_no_blocks_at_all_are_no_fault() -> None:
    assert faults([]) == ()


@given(JSON_VALUES)
def test_no_json_value_makes_it_crash(value: Any) -> None:
    faults(value)
    faults([value])
    message_faults(value)
    message_faults({"text": value, "blocks": [value]})


@pytest.mark.parametrize(
    ("make", "most", "pointer"),
    [
        pytest.param(
            lambda text: section({"type": "mrkdwn", "text": text}),
            3000,
            "/text/text",
            id="section text",
        ),
        pytest.param(
            lambda text: {"type": "section", "fields": [{"type": "mrkdwn", "text": text}]},
            2000,
            "/fields/0/text",
            id="section field",
        ),
        pytest.param(
            lambda text: {"type": "header", "text": {"type": "plain_text", "text": text}},
            150,
            "/text/text",
            id="header",
        ),
        pytest.param(
            lambda text: {"type": "divider", "block_id": text}, 255, "/block_id", id="block id"
        ),
        pytest.param(
            lambda text: actions({**BUTTON, "text": {"type": "plain_text", "text": text}}),
            75,
            "/elements/0/text/text",
            id="button text",
        ),
        pytest.param(
            lambda text: actions({**BUTTON, "value": text}),
            2000,
            "/elements/0/value",
            id="button value",
        ),
        pytest.param(
            lambda text: actions({**BUTTON, "action_id": text}),
            255,
            "/elements/0/action_id",
            id="action id",
        ),
        pytest.param(
            lambda text: actions({**BUTTON, "accessibility_label": text}),
            75,
            "/elements/0/accessibility_label",
            id="accessibility label",
        ),
        pytest.param(
            lambda text: actions({**OVERFLOW, "options": [{**OPTION, "value": text}]}),
            75,
            "/elements/0/options/0/value",
            id="option value",
        ),
        pytest.param(
            lambda text: actions(
                {**BUTTON, "confirm": {**CONFIRM, "text": {"type": "mrkdwn", "text": text}}}
            ),
            300,
            "/elements/0/confirm/text/text",
            id="confirm text",
        ),
        pytest.param(lambda text: {**IMAGE, "alt_text": text}, 2000, "/alt_text", id="alt text"),
    ],
)
def test_a_text_may_be_as_long_as_its_limit_but_neither_longer_nor_empty(
    make: Any, most: int, pointer: str
) -> None:
    assert said([make("a" * most)]) == []
    assert said([make("a" * (most + 1))]) == [
        (f"/blocks/0{pointer}", f"must be less than {most + 1} characters")
    ]
    assert said([make("")]) == [(f"/blocks/0{pointer}", "must be more than 0 characters")]


@pytest.mark.parametrize(
    ("make", "most", "pointer"),
    [
        pytest.param(lambda count: [{"type": "divider"}] * count, 50, "", id="blocks"),
        pytest.param(
            lambda count: [{"type": "section", "fields": [MRKDWN] * count}],
            10,
            "/0/fields",
            id="fields",
        ),
        pytest.param(
            lambda count: [{"type": "context", "elements": [MRKDWN] * count}],
            10,
            "/0/elements",
            id="context elements",
        ),
        pytest.param(
            lambda count: [actions(*({**BUTTON, "action_id": f"a{i}"} for i in range(count)))],
            25,
            "/0/elements",
            id="actions",
        ),
        pytest.param(
            lambda count: [actions({**OVERFLOW, "options": [OPTION] * count})],
            5,
            "/0/elements/0/options",
            id="overflow options",
        ),
        pytest.param(
            lambda count: [actions({**SELECT, "options": [OPTION] * count})],
            100,
            "/0/elements/0/options",
            id="select options",
        ),
    ],
)
def test_a_list_may_be_as_long_as_its_limit_but_not_longer(
    make: Any, most: int, pointer: str
) -> None:
    assert said(make(most)) == []
    assert said(make(most + 1)) == [(f"/blocks{pointer}", f"no more than {most} items allowed")]


@pytest.mark.parametrize(
    ("block", "pointer", "message"),
    [
        pytest.param({"type": "alert"}, "/type", "unsupported type: alert", id="unknown block"),
        pytest.param({}, "", "missing required field: type", id="no type"),
        pytest.param("section", "", "must provide an object", id="no object"),
        pytest.param(
            {"type": "section"}, "/type", "must define either `text` or `fields`", id="bare section"
        ),
        pytest.param(
            section({**PLAIN, "verbatim": True}),
            "/text",
            "invalid additional property: verbatim",
            id="verbatim plain text",
        ),
        pytest.param(
            section({**MRKDWN, "emoji": True}),
            "/text",
            "invalid additional property: emoji",
            id="emoji in mrkdwn",
        ),
        pytest.param(
            section("words"), "/text", "must provide an object", id="text that is no object"
        ),
        pytest.param(
            {"type": "header", "text": {"type": "mrkdwn", "text": "*done*"}},
            "/text/type",
            "must be one of: plain_text",
            id="mrkdwn header",
        ),
        pytest.param(
            {"type": "divider", "text": PLAIN},
            "",
            "invalid additional property: text",
            id="unknown key",
        ),
        pytest.param(
            actions({**BUTTON, "style": "default"}),
            "/elements/0/style",
            "must be one of: primary, danger",
            id="unknown style",
        ),
        pytest.param(
            actions({**BUTTON, "url": "ftp://example.com"}),
            "/elements/0/url",
            "must be a valid http or https url",
            id="ftp button",
        ),
        pytest.param(
            actions({**BUTTON, "url": "https://example.com/" + "a" * 2981}),
            "/elements/0/url",
            "must be less than 3001 characters",
            id="long url",
        ),
        pytest.param(
            actions(IMAGE), "/elements/0/type", "unsupported type: image", id="image as action"
        ),
        pytest.param(
            actions({**SELECT, "options": [{**OPTION, "url": "https://example.com"}]}),
            "/elements/0/options/0",
            "invalid additional property: url",
            id="url outside an overflow",
        ),
        pytest.param(
            actions({**SELECT, "initial_option": {**OPTION, "value": "v2"}}),
            "/elements/0/initial_option",
            "must exactly match one of the options",
            id="unknown initial option",
        ),
        pytest.param(
            actions({"type": "static_select", "action_id": "a"}),
            "/elements/0",
            "must define exactly one of `options`, `option_groups`",
            id="select of nothing",
        ),
        pytest.param(
            {"type": "rich_text", "elements": [{"type": "text", "text": "bare"}]},
            "/elements/0/type",
            "unsupported type: text",
            id="rich text without a section",
        ),
        pytest.param(
            {
                "type": "rich_text",
                "elements": [{"type": "rich_text_section", "elements": [{"type": "channel"}]}],
            },
            "/elements/0/elements/0/type",
            "unsupported type: channel",
            id="unknown rich element",
        ),
    ],
)
def test_a_wrong_block_is_pointed_at(block: Any, pointer: str, message: str) -> None:
    assert said([{"type": "divider"}, block]) == [(f"/blocks/1{pointer}", message)]


def test_block_ids_are_unique_in_the_message() -> None:
    twice = [{"type": "divider", "block_id": "row:1"}, {"type": "divider", "block_id": "row:1"}]
    assert said(twice) == [("/blocks/1", "`block_id` row:1 already exists")]


def test_action_ids_are_unique_in_a_block_but_not_in_the_message() -> None:
    assert said([actions(BUTTON), actions(BUTTON)]) == []
    assert said([actions(BUTTON, BUTTON)]) == [
        ("/blocks/0", "`action_id` ml.refresh already exists")
    ]


def test_a_fault_reads_as_slack_writes_it() -> None:
    (fault,) = faults([section({"type": "mrkdwn", "text": 5})])
    assert str(fault) == "must provide a string [json-pointer:/blocks/0/text/text]"


def test_a_key_is_escaped_in_a_pointer() -> None:
    assert under("/blocks/0", "a/b~c") == "/blocks/0/a~1b~0c"


@pytest.mark.parametrize(
    ("payload", "errors"),
    [
        pytest.param({"text": "words"}, [], id="text alone"),
        pytest.param({"blocks": [{"type": "divider"}]}, [], id="blocks alone"),
        pytest.param({"text": "a" * 40_000}, [], id="the longest text"),
        pytest.param({"text": "a" * 40_001}, ["msg_too_long"], id="a longer text"),
        pytest.param({}, ["no_text"], id="nothing"),
        pytest.param({"text": " ", "blocks": []}, ["no_text"], id="as good as nothing"),
        pytest.param({"text": 5}, ["invalid_arguments"], id="a number as text"),
        pytest.param(
            {"text": "a", "blocks": {"type": "divider"}}, ["invalid_blocks"], id="one bare block"
        ),
        pytest.param(["text"], ["invalid_arguments"], id="a list"),
    ],
)
def test_a_whole_message_is_judged_in_slacks_words(payload: Any, errors: list[str]) -> None:
    assert [fault.error for fault in message_faults(payload)] == errors


def test_an_update_may_be_held_to_a_shorter_text() -> None:
    (fault,) = message_faults({"text": "a" * 4001}, most_text=4000)
    assert (fault.error, fault.message) == ("msg_too_long", "must be less than 4001 characters")
