"""Which buttons and menus stand where, and what is handed to one person alone."""

import shlex
from dataclasses import replace
from typing import Any

import pytest

from bot.errors import Refusal, Refused
from bot.model import DONE, FAILED, RUNNING, Export, InstanceId, Lookup, Message
from bot.render.answer import answer
from bot.render.company import possible_duplicate
from bot.render.console import console_url
from bot.render.guide import menu
from bot.render.handed import curl_given
from bot.render.trouble import trouble
from bot.render.values import MOST_IN_BUTTON, MOST_IN_OPTION, ask_value, export_value
from bot.render.view import Surface, View
from tests.unit.render_scenes import (
    DENIED,
    GROUP,
    GUANGZHOU,
    IN_CHANNEL,
    IN_DIRECT,
    IN_MODAL,
    INSTANCE,
    MIXED,
    OTHER,
    SECRET,
    THIRD,
    VIEW,
    export,
    report,
    scene,
    stale,
    ten_instances,
)


def shown(view: View, *exports: Export, **words: Any) -> Message:
    each = scene(report(*exports), view=view, **words)
    return answer(each.outcomes, each.lookup, each.view)


def labels(message: Message) -> list[str]:
    """What can be pressed, in its order; the options of a menu behind a dot."""
    found = []
    for block in message.blocks:
        for element in (block.get("accessory"), *block.get("elements", ())):
            if element and element["type"] == "button":
                found.append(element["text"]["text"])
            elif element and element["type"] == "overflow":
                found += [f"· {option['text']['text']}" for option in element["options"]]
    return found


@pytest.mark.parametrize(
    ("view", "pressed"),
    [
        pytest.param(
            VIEW,
            [
                *("Download", "Refresh", "· Share here"),
                *("· Send to my DM", "· Copy curl command", "· Open the console"),
            ],
            id="private",
        ),
        pytest.param(
            IN_MODAL,
            ["Download", "Refresh", "· Send to my DM", "· Copy curl command", "· Open the console"],
            id="modal",
        ),
        pytest.param(
            IN_CHANNEL,
            ["Get link", "Refresh", "· Send to my DM", "· Open the console"],
            id="channel",
        ),
        pytest.param(
            IN_DIRECT, ["Get link", "Refresh", "· Open the console"], id="direct-messages"
        ),
        pytest.param(
            DENIED,
            ["Refresh", "· Share here", "· Send to my DM", "· Open the console"],
            id="no-right",
        ),
        pytest.param(
            replace(IN_CHANNEL, link_denied=True),
            ["Get link", "Refresh", "· Send to my DM", "· Open the console"],
            id="no-right-but-others-may-have-it",
        ),
        pytest.param(replace(VIEW, surface=Surface.TERMINAL, links=False), [], id="terminal"),
    ],
)
def test_each_surface_has_its_own_controls(view: View, pressed: list[str]) -> None:
    assert labels(shown(view, export())) == pressed


def test_where_there_are_pages_refresh_goes_behind_the_dots() -> None:
    assert labels(shown(IN_DIRECT, *MIXED, page=2)) == [
        *("Get link", "Newer", "Older", "· Refresh", "· Open the console")
    ]


def test_download_is_for_the_newest_done_export_alone() -> None:
    assert "Download" in labels(shown(VIEW, *MIXED))
    assert labels(shown(VIEW, *MIXED, page=2)).count("Download") == 0
    assert labels(shown(VIEW, *MIXED, page=2)).count("Get link") == 1


def test_what_an_option_can_not_say_is_a_button() -> None:
    each = scene(*ten_instances(), view=IN_CHANNEL)

    said = labels(answer(each.outcomes, each.lookup, each.view))

    assert said == [*["Open"] * 10, "Refresh", "Send to my DM", "· Open the console"]


def test_a_value_that_would_be_too_long_is_left_out() -> None:
    many = tuple(InstanceId(f"cmgo-{number:016}") for number in range(10))
    long = Lookup(instances=many)

    assert 0 < len(ask_value(long)) <= MOST_IN_BUTTON
    assert ask_value(long, most=MOST_IN_OPTION) == ""
    assert ask_value(Lookup(instances=many, window=("x" * 900, "y"))) == ""


@pytest.mark.parametrize("forged", ["a|b", "", "x" * 65, "<!here>"])
def test_an_export_whose_id_is_no_plain_name_has_no_button(forged: str) -> None:
    assert export_value(GUANGZHOU, INSTANCE, forged) == ""
    assert "Get link" not in labels(shown(IN_CHANNEL, export(id=forged)))


@pytest.mark.parametrize(
    ("states", "chosen"),
    [
        pytest.param((), "All (17)", id="all"),
        pytest.param(("failed",), "Failed (2)", id="failed"),
        pytest.param(("queued",), "Queued (1)", id="one-that-is-not-in-the-menu"),
        pytest.param(("running", "failed"), "Running or failed (3)", id="two"),
    ],
)
def test_the_menu_of_states_says_which_one_is_shown(states: tuple[str, ...], chosen: str) -> None:
    first = shown(VIEW, *MIXED, states=frozenset(states)).blocks[0]

    assert first["accessory"]["initial_option"]["text"]["text"] == chosen


def test_exports_in_one_state_have_no_menu_of_states() -> None:
    assert "accessory" not in shown(VIEW, export(1), export(2)).blocks[0]


def test_recent_instances_are_offered_once_and_five_at_most() -> None:
    many = tuple(InstanceId(f"cmgo-prod{number:04}") for number in range(7))

    message = menu(VIEW, (INSTANCE, THIRD), (THIRD, OTHER))

    assert labels(message) == [THIRD, OTHER, INSTANCE]
    assert len(labels(menu(VIEW, many))) == 5


def test_a_group_is_named_but_not_called_where_others_read() -> None:
    refusal = Refused(Refusal.RULE, rule="prod only", ask=GROUP)

    assert f"<!subteam^{GROUP}>" in repr(trouble(refusal, VIEW).blocks)
    assert f"<!subteam^{GROUP}>" not in repr(trouble(refusal, IN_CHANNEL).blocks)
    assert f"`{GROUP}`" in repr(trouble(refusal, IN_CHANNEL).blocks)


@pytest.mark.parametrize(
    ("exports", "is_told"),
    [
        pytest.param((export(1), export(2)), True, id="ten-minutes-apart"),
        pytest.param((export(1), export(3)), False, id="twenty-minutes-apart"),
        pytest.param((export(1), export(2, kind="error")), False, id="two-kinds"),
        pytest.param((export(1), export(2, FAILED), export(3)), False, id="after-a-failure"),
        pytest.param((export(1), export(9, RUNNING)), True, id="while-the-older-one-runs"),
        pytest.param((export(1, RUNNING), export(9)), False, id="long-after-the-older-one"),
        pytest.param((export(1), export(5), export(6)), False, id="older-ones-do-not-count"),
        pytest.param((export(1), Export(id="x", kind="slow", state=DONE)), False, id="no-time"),
    ],
)
def test_a_possible_duplicate_is_told(exports: tuple[Export, ...], is_told: bool) -> None:
    assert bool(list(possible_duplicate(report(*exports)))) == is_told


@pytest.mark.parametrize(
    ("endpoint", "console"),
    [
        (
            "https://mongodb.intl.tencentcloudapi.com",
            "https://console.tencentcloud.com/mongodb",
        ),
        ("https://mongodb.tencentcloudapi.com", "https://console.cloud.tencent.com/mongodb"),
        ("http://127.0.0.1:8080", ""),
        ("https://mongodb.intl.tencentcloudapi.com.evil.example", ""),
        ("", ""),
    ],
    ids=["international", "mainland", "demo", "look-alike", "none"],
)
def test_the_console_is_left_out_when_it_is_not_sure(endpoint: str, console: str) -> None:
    assert console_url(endpoint) == console


def test_the_curl_command_is_one_that_a_shell_reads_as_meant() -> None:
    message = curl_given(report(export()), export(), VIEW)
    (command,) = [
        block["elements"][0]["elements"][0]["text"]
        for block in message.blocks
        if block["type"] == "rich_text"
    ]

    program, *_, name, url = shlex.split(command)

    assert program == "curl"
    assert name == f"{INSTANCE}-slow.tar.gz"
    assert url.startswith("https://")
    assert url.endswith(SECRET)


def test_an_old_answer_says_so_before_it_says_anything_else() -> None:
    lost = scene(stale(export(1, RUNNING, progress_percent=62)))

    message = answer(lost.outcomes, lost.lookup, lost.view)

    assert message.text.startswith("Not current, 12 min ago: running 62%: slow log of ")
    assert message.blocks[0]["text"]["text"].startswith(
        ":warning: *Not current · 12 min ago: running 62%*"
    )
    assert labels(message) == ["Try again", "· Open the console"]


@pytest.mark.parametrize("surface", [Surface.CHANNEL, Surface.DIRECT], ids=["channel", "direct"])
def test_no_link_stands_where_others_read_or_where_it_would_stay(surface: Surface) -> None:
    asked_for = replace(VIEW, surface=surface, links=True)
    each = scene(report(export()), report(export(), instance=OTHER), view=asked_for)

    assert SECRET in repr(shown(VIEW, export()))
    assert SECRET not in repr(shown(asked_for, export()))
    assert SECRET not in repr(answer(each.outcomes, each.lookup, each.view))
