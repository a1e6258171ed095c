"""Says what Slack would refuse in a view: the modals and Home tabs that mongolog may show. Pure.

The limits are Slack's (docs.slack.dev/reference/views). An app may put inputs on its Home tab;
mongolog does not, and here they are refused there.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bot.demo.block_kit import MESSAGE_BLOCKS, repeated_block_ids
from bot.demo.block_kit_elements import ID, INPUTS, plain
from bot.demo.json_rules import Fault, Rule, Shape, any_of, array, boolean, text, under

MOST_BLOCKS = 100
MOST_BYTES = 250_000  # docs.slack.dev/reference/methods/views.open: "250kb"


def view_faults(view: Any, kind: str) -> tuple[Fault, ...]:
    """Everything that is wrong with a view; `kind` is `modal` or `home`.

    Empty when Slack would take it. Never raises, whatever JSON it gets. Each fault has Slack's
    word for the refusal in `error`: `invalid_arguments` or `view_too_large`.
    """
    found = tuple(replace(fault, error="invalid_arguments") for fault in _faults(view, kind))
    if not found and len(json.dumps(view, ensure_ascii=False).encode()) > MOST_BYTES:
        return (Fault(error="view_too_large", pointer="/view", message="more than 250kb"),)
    return found


def _faults(view: Any, kind: str) -> Iterator[Fault]:
    yield from VIEWS[kind](view, "/view")
    if isinstance(view, dict):
        yield from repeated_block_ids(view.get("blocks"), "/view/blocks")


def _submit_beside_inputs(view: Any, at: str) -> Iterator[Fault]:
    for index, block in _blocks_of(view):
        if block.get("type") == "input" and "submit" not in view:
            # Slack points below the block: slackapi/node-slack-sdk issue 875.
            pointer = under(under(under(at, "blocks"), index), "input")
            yield Fault(pointer=pointer, message="must define `submit` to use `input` block")


def _one_focus(view: Any, at: str) -> Iterator[Fault]:
    elements = [element for _, block in _blocks_of(view) for element in _elements_of(block)]
    if sum(element.get("focus_on_load") is True for element in elements) > 1:
        yield Fault(pointer=at, message="only one element may have `focus_on_load`")


def _blocks_of(view: Any) -> list[tuple[int, dict[str, Any]]]:
    blocks = view.get("blocks")
    known = blocks if isinstance(blocks, list) else ()
    return [(index, block) for index, block in enumerate(known) if isinstance(block, dict)]


def _elements_of(block: dict[str, Any]) -> list[dict[str, Any]]:
    row = block.get("elements")
    few = row if isinstance(row, list) else []
    every = [block.get("element"), block.get("accessory"), *few]
    return [element for element in every if isinstance(element, dict)]


INPUT = Shape(
    type="input",
    required={"label": plain(2000), "element": any_of(*INPUTS)},
    optional={"block_id": ID, "hint": plain(2000), "optional": boolean},
)
COMMON: dict[str, Rule] = {
    "private_metadata": text(most=3000, least=0),
    "callback_id": text(most=255, least=0),
    "external_id": text(most=255, least=0),
}
# slack_sdk's own model of a view asks for at least one block.
MODAL = Shape(
    type="modal",
    required={
        "title": plain(24),
        "blocks": array(any_of(*MESSAGE_BLOCKS, INPUT), most=MOST_BLOCKS),
    },
    optional={
        **COMMON,
        "submit": plain(24),
        "close": plain(24),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
    },
    laws=(_submit_beside_inputs, _one_focus),
)
HOME = Shape(
    type="home",
    required={"blocks": array(any_of(*MESSAGE_BLOCKS), most=MOST_BLOCKS)},
    optional=COMMON,
    laws=(_one_focus,),
)
VIEWS = {"modal": MODAL, "home": HOME}
