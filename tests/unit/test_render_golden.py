"""What people see, word for word: every message and terminal answer against its golden file."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View as SlackView

from bot.demo.block_kit import message_faults
from bot.demo.block_kit_views import view_faults
from bot.errors import (
    BadCommand,
    NoSuchExport,
    Problem,
    Refusal,
    Refused,
    SettingsError,
    SlackRefused,
    StoreError,
)
from bot.model import FAILED, Export, Lookup, Message, Report
from bot.render.answer import answer
from bot.render.condition import health, watch_status
from bot.render.guide import TOPICS, help_on, menu
from bot.render.handed import curl_given, link_given, sent_to_you, shared_note
from bot.render.home import home, home_of
from bot.render.ids import LOOKUP_VIEW, MESSAGE_VIEW
from bot.render.modals import Share, form, loading, modal_of, type_an_id
from bot.render.simplest import simplest
from bot.render.terminal import document, text
from bot.render.trouble import beside, trouble
from bot.render.view import View
from bot.render.waiting import restarting, still_asking, waiting_for_own, waiting_turn
from tests.unit.render_scenes import (
    CONDITIONS,
    FAILURES,
    GROUP,
    GUANGZHOU,
    IN_CHANNEL,
    INSTANCE,
    OTHER,
    SCENES,
    SECRET,
    THIRD,
    VIEW,
    Scene,
    export,
    failure,
    link,
    report,
    scene,
)

Golden = Callable[[str, str], None]
Names = Callable[[str], set[str]]

PARTS = ("cmgo-prod0000 cmgo-prod0001 failed", "cmgo-prod0010 failed")
TROUBLES: dict[str, BaseException] = {
    "unknown_word": BadCommand(Problem.UNKNOWN_WORD, word="activ", nearest="active"),
    "unknown_word_alone": BadCommand(Problem.UNKNOWN_WORD, word="<!here> `x` *b*"),
    "misspelt_id": BadCommand(Problem.MISSPELT_ID, word="cgmo-k2p5su09", nearest=INSTANCE),
    "other_product": BadCommand(
        Problem.OTHER_PRODUCT, word="crs-k2p5su09", nearest="TencentDB for Redis"
    ),
    "export_id": BadCommand(Problem.EXPORT_ID, word="export-28439fb3-5b1e-4c55-9a0e-1f0c7a0e8240"),
    "no_instance": BadCommand(Problem.NO_INSTANCE),
    "too_many": BadCommand(Problem.TOO_MANY, commands=PARTS),
    "bad_time": BadCommand(Problem.BAD_TIME, word="25:99"),
    "bad_period": BadCommand(Problem.BAD_PERIOD, word="since 9:22 until 9:00"),
    "bad_region": BadCommand(Problem.BAD_REGION, word="singapore"),
    "bad_number": BadCommand(Problem.BAD_NUMBER, word="0"),
    "bad_window": BadCommand(Problem.BAD_WINDOW, word="yesterday"),
    "stands_alone": BadCommand(Problem.STANDS_ALONE, word="health"),
    "no_app": BadCommand(Problem.NO_APP, word="health"),
    "no_channel": BadCommand(Problem.NO_CHANNEL, word="here"),
    "missing_value": BadCommand(Problem.MISSING_VALUE, word="last"),
    "guest": Refused(Refusal.GUEST),
    "foreign": Refused(Refusal.FOREIGN),
    "unknown_person": Refused(Refusal.UNKNOWN_PERSON),
    "shared_channel": Refused(Refusal.SHARED_CHANNEL),
    "rule": Refused(Refusal.RULE, rule="prod only"),
    "rule_group": Refused(Refusal.RULE, rule="prod only", ask=GROUP),
    "rule_default": Refused(Refusal.RULE),
    "guest_rule": Refused(Refusal.GUEST, rule="no *guests*", ask=GROUP),
    "too_many_of_yours": Refused(Refusal.TOO_MANY),
    "not_a_member": Refused(Refusal.NOT_A_MEMBER),
    "no_audit": Refused(Refusal.NO_AUDIT),
    "old_button": BadCommand(Problem.OLD_BUTTON),
    "old_button_known": BadCommand(Problem.OLD_BUTTON, commands=("cmgo-k2p5su09 failed",)),
    "export_gone": NoSuchExport("NoSuchExport", region=GUANGZHOU),
    "store_locked": StoreError("locked"),
    "store_full": StoreError("full"),
    "store_read_only": StoreError("read_only"),
    "store_newer": StoreError("newer_schema"),
    "store_away": StoreError("unreachable"),
    "store_damaged": StoreError("damaged"),
    "window_too_late": SlackRefused("expired_trigger_id"),
    "slack_refused": SlackRefused("invalid_blocks"),
    "not_invited": SlackRefused("not_in_channel"),
    "settings": SettingsError(("SLACK_BOT_TOKEN is not set",)),
    "unexpected": ZeroDivisionError("division by zero"),
}


Give = Callable[[Report, Export, View], Message]


def _handed(export: Export) -> tuple[Report, Export]:
    return report(export), export


DONE_ONE = _handed(export())
HANDED: dict[str, tuple[Give, tuple[Report, Export]]] = {
    "link": (link_given, DONE_ONE),
    "link_gone": (link_given, _handed(export(link=None))),
    "link_of_a_failed_one": (link_given, _handed(export(state=FAILED))),
    "link_too_long": (link_given, _handed(export(link=link(pad=3000)))),
    "link_host_refused": (link_given, _handed(export(link=link(host="evil.example")))),
    "curl": (curl_given, DONE_ONE),
    "curl_gone": (curl_given, _handed(export(link=None))),
    "curl_too_long": (curl_given, _handed(export(link=link(pad=2850)))),
}


def _messages() -> dict[str, Message]:
    both = Lookup(instances=(INSTANCE, OTHER))
    failures = {name: scene(failure(error)) for name, error in FAILURES.items()}
    return {
        **{f"answer_{name}": _answer(each) for name, each in SCENES.items()},
        **{f"failure_{name}": _answer(each) for name, each in failures.items()},
        **{f"trouble_{name}": trouble(error, VIEW) for name, error in TROUBLES.items()},
        "talk_still_asking": still_asking(both, VIEW),
        "talk_waiting_turn": waiting_turn(both, VIEW),
        "talk_waiting_for_own": waiting_for_own(both, VIEW),
        "talk_restarting": restarting(VIEW),
        "talk_menu": menu(VIEW),
        "talk_menu_recents": menu(VIEW, (INSTANCE, OTHER), (THIRD, INSTANCE)),
        "talk_sent_to_you": sent_to_you(VIEW),
        "talk_shared": shared_note(_answer(SCENES["done"]), "C024BE91L"),
        "talk_sent": shared_note(_answer(SCENES["done"]), ""),
        "talk_not_shared": beside(_answer(SCENES["done"]), SlackRefused("not_in_channel")),
        "trouble_rule_group_in_thread": trouble(TROUBLES["rule_group"], IN_CHANNEL),
        **{f"handed_{name}": give(*what, VIEW) for name, (give, what) in HANDED.items()},
        **{f"talk_health_{name}": health(each, VIEW) for name, each in CONDITIONS.items()},
        **{f"talk_status_{name}": watch_status(each, VIEW) for name, each in CONDITIONS.items()},
        **{
            f"talk_help_{topic or 'overview'}": help_on(topic, VIEW)
            for topic in ("", *TOPICS, "weather")
        },
        "simplest_mixed": simplest(_answer(SCENES["mixed_paged"])),
        "simplest_done": simplest(_answer(SCENES["done"])),
        "simplest_page_two": simplest(_answer(SCENES["page_two"])),
        "simplest_last_known": simplest(_answer(SCENES["last_known_mixed"])),
        "simplest_menu": simplest(menu(VIEW, (INSTANCE, OTHER), (THIRD,))),
        "simplest_hostile": simplest(_answer(SCENES["hostile_text"])),
    }


def _answer(each: Scene) -> Message:
    return answer(each.outcomes, each.lookup, each.view)


MESSAGES = _messages()


def _views() -> dict[str, dict[str, Any]]:
    asked = Lookup(instances=(INSTANCE,))
    done, refused = _answer(SCENES["done_in_modal"]), trouble(TROUBLES["rule_group"], VIEW)
    return {
        "loading": loading(MESSAGE_VIEW, "{}"),
        "form": form((INSTANCE, OTHER), "{}", VIEW),
        "form_first_time": form((), "{}", VIEW),
        "no_id_found": type_an_id("{}", VIEW),
        "answer_to_form": modal_of(
            done, callback_id=LOOKUP_VIEW, metadata="{}", share=Share.CONVERSATION, question=asked
        ),
        "answer_to_message": modal_of(
            _answer(SCENES["several_in_modal"]),
            callback_id=MESSAGE_VIEW,
            metadata="{}",
            rest=(THIRD,),
            share=Share.THREAD,
            question=Lookup(instances=(INSTANCE, OTHER)),
        ),
        "refused": modal_of(refused, callback_id=MESSAGE_VIEW, metadata="{}"),
        "home": home((INSTANCE, OTHER), CONDITIONS["well"], VIEW),
        "home_first_time": home((), CONDITIONS["region_down"], VIEW),
        "home_refused": home_of(refused),
    }


VIEWS = _views()
ON_TERMINAL = (
    "no_exports",
    "no_exports_region_silent",
    "done",
    "done_without_link",
    "link_host_refused",
    "running",
    "failed",
    "mixed_paged",
    "page_two",
    "page_beyond",
    "filtered",
    "filtered_by_time",
    "filtered_to_none",
    "several",
    "several_last_known",
    "last_known_running",
    "last_known_mixed",
    "last_known_none",
    "vanishing_facts",
    "unknown_numbers",
    "hostile_text",
    "clock_in_the_future",
    "incomplete",
)
TERMINAL = {
    **{name: SCENES[name] for name in ON_TERMINAL},
    **{name: scene(failure(FAILURES[name])) for name in FAILURES},
}


@pytest.mark.parametrize("name", MESSAGES)
def test_message_reads_as_agreed(name: str, golden: Golden) -> None:
    message = MESSAGES[name]
    shown = {"text": message.text, "blocks": message.blocks}
    golden(f"{name}.json", json.dumps(shown, indent=2, ensure_ascii=False) + "\n")


@pytest.mark.parametrize("name", VIEWS)
def test_view_reads_as_agreed(name: str, golden: Golden) -> None:
    golden(f"view_{name}.json", json.dumps(VIEWS[name], indent=2, ensure_ascii=False) + "\n")


@pytest.mark.parametrize("name", VIEWS)
def test_slack_would_take_the_view(name: str) -> None:
    view = VIEWS[name]
    assert view_faults(view, view["type"]) == ()
    SlackView(**view).validate_json()
    for block in view["blocks"]:
        parsed = Block.parse(block)
        assert parsed is not None
        parsed.validate_json()


@pytest.mark.parametrize("name", TERMINAL)
def test_terminal_answer_reads_as_agreed(name: str, golden: Golden) -> None:
    golden(f"terminal_{name}.txt", _on_terminal(TERMINAL[name], links=False) + "\n")


def test_terminal_answer_with_links_reads_as_agreed(golden: Golden) -> None:
    golden("terminal_with_links.txt", _on_terminal(SCENES["done"], links=True) + "\n")


@pytest.mark.parametrize("name", ["several", "hostile_text", "incomplete"])
def test_document_reads_as_agreed(name: str, golden: Golden) -> None:
    each = SCENES[name]
    whole = document(each.outcomes, each.lookup, links=False)
    golden(f"document_{name}.json", json.dumps(whole, indent=2) + "\n")


@pytest.mark.parametrize(
    ("pattern", "named"),
    [
        ("answer_*", [f"{name}.json" for name in MESSAGES]),
        ("failure_*", [f"{name}.json" for name in MESSAGES]),
        ("trouble_*", [f"{name}.json" for name in MESSAGES]),
        ("talk_*", [f"{name}.json" for name in MESSAGES]),
        ("simplest_*", [f"{name}.json" for name in MESSAGES]),
        ("handed_*", [f"{name}.json" for name in MESSAGES]),
        ("view_*", [f"view_{name}.json" for name in VIEWS]),
        ("terminal_*", [f"terminal_{name}.txt" for name in (*TERMINAL, "with_links")]),
        ("document_*", [f"document_{n}.json" for n in ("several", "hostile_text", "incomplete")]),
    ],
    ids=[
        *("answer", "failure", "trouble", "talk", "simplest", "handed", "view"),
        *("terminal", "document"),
    ],
)
def test_every_golden_file_belongs_to_a_test(
    pattern: str, named: list[str], golden_names: Names
) -> None:
    assert golden_names(pattern) <= set(named)


@pytest.mark.parametrize("name", MESSAGES)
def test_slack_would_take_the_message(name: str) -> None:
    message = MESSAGES[name]
    payload: dict[str, Any] = {"text": message.text, "blocks": list(message.blocks)}
    assert message_faults(payload) == ()
    for block in message.blocks:
        parsed = Block.parse(block)
        assert parsed is not None
        parsed.validate_json()


@pytest.mark.parametrize("name", MESSAGES)
def test_only_a_button_knows_the_link(name: str) -> None:
    message = MESSAGES[name]
    assert SECRET not in message.text
    for block in message.blocks:
        rest = {key: value for key, value in block.items() if key != "accessory"}
        is_curl = name == "handed_curl" and block["type"] == "rich_text"
        assert is_curl or SECRET not in str(rest)
    assert SECRET not in repr(simplest(message))


@pytest.mark.parametrize("name", SCENES)
def test_no_link_stands_where_links_are_off(name: str) -> None:
    each = SCENES[name]
    assert SECRET not in repr(_answer(replace(each, view=replace(each.view, links=False))))
    assert SECRET not in _on_terminal(each, links=False)
    assert SECRET not in str(document(each.outcomes, each.lookup, links=False))


def _on_terminal(each: Scene, *, links: bool) -> str:
    view = each.view
    return text(each.outcomes, each.lookup, now=view.now, zone=view.zone, links=links)
