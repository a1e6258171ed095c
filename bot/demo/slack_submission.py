"""A modal is filled in and submitted: what Slack asks of the person, and of the app's answer. Pure.

    values → `filled` → the state that goes along ──► the app ──► `carry_out` ──► the modal

docs.slack.dev/surfaces/modals
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.demo.block_kit_views import view_faults
from bot.demo.json_rules import Fault
from bot.demo.slack_inputs import HOLDS, Offer, Values, option_of
from bot.demo.slack_refusal import SlackRefusal, refuse_faults
from bot.demo.slack_surfaces import Surfaces, View

Entry = str | None | Mapping[str, str | None]


def inputs_of(view: View) -> dict[str, dict[str, Any]]:
    """The input blocks of a view, by block_id."""
    return {block["block_id"]: block for block in view.blocks if block["type"] == "input"}


def filled(view: View, values: Values, entries: Mapping[str, Entry], is_offered: Offer) -> Values:
    """What a view's fields hold when these entries are made.

    Args:
        view: as it stands now.
        values: what its fields hold until now.
        entries: by action_id, or by block_id and action_id.
        is_offered: whether a conversations_select offers this conversation.

    Raises:
        ValueError: when there is no such field, or the person's Slack would not send it.
    """
    inputs, entered = inputs_of(view), {**values}
    for block_id, action_id, entry in _told_apart(inputs, entries):
        element = inputs[block_id]["element"]
        value = _value(element, entry, is_offered)
        now = {"type": element["type"], HOLDS[element["type"]]: value}
        entered[block_id] = {**entered[block_id], action_id: now}
    for block in inputs.values():
        _refuse_unfit(block, entered)
    return entered


def _told_apart(
    inputs: Mapping[str, dict[str, Any]], entries: Mapping[str, Entry]
) -> Iterator[tuple[str, str, str | None]]:
    fields = {(block_id, block["element"]["action_id"]) for block_id, block in inputs.items()}
    for name, entry in entries.items():
        named = entry.items() if isinstance(entry, Mapping) else ((name, entry),)
        for action_id, value in named:
            blocks = [name] if isinstance(entry, Mapping) else [b for b, a in fields if a == name]
            if len(blocks) != 1 or (blocks[0], action_id) not in fields:
                raise ValueError(f"the view has no field, or several, for {name=} {action_id=}")
            yield blocks[0], action_id, value


def _value(element: dict[str, Any], entry: str | None, is_offered: Offer) -> Any:
    if entry is None or element["type"] == "plain_text_input":
        return entry or None  # an emptied field holds null
    if element["type"] == "conversations_select":
        if not is_offered(element, entry):
            raise ValueError(f"the menu does not offer {entry}")
        return entry
    option = option_of(element, entry)
    if option is None:
        raise ValueError(f"the menu does not offer {entry}")
    return option


def _refuse_unfit(block: Mapping[str, Any], values: Values) -> None:
    """Slack tells the person, and sends nothing."""
    element = block["element"]
    held = values[block["block_id"]][element["action_id"]][HOLDS[element["type"]]]
    if held is None:
        if not block.get("optional"):
            raise ValueError(f"the field in {block['block_id']} must be filled in")
    elif element["type"] == "plain_text_input":
        least, most = element.get("min_length", 0), element.get("max_length", 3000)
        if not least <= len(held) <= most:
            raise ValueError(f"{block['block_id']} takes {least} to {most} characters")


def response_url_inputs(inputs: Mapping[str, dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """block_id and action_id of the menus whose choice brings a response_url."""
    for block_id, block in inputs.items():
        if block["element"].get("response_url_enabled"):
            yield block_id, block["element"]["action_id"]


def carry_out(answer: Any, submitted: View, surfaces: Surfaces) -> None:
    """Do what the acknowledgement of a submission asks; an empty object closes the view.

    Raises:
        SlackRefusal: when it asks for what Slack can't do.
    """
    if not isinstance(answer, dict):
        raise _unfit("must provide an object")
    match answer.get("response_action"):
        case None if not answer:
            surfaces.close(submitted)
        case "clear":
            surfaces.close_all(submitted.user)
        case "errors":
            surfaces.put_errors(submitted, _errors(answer.get("errors"), submitted))
        case "update":
            surfaces.update(submitted, _view(answer))
        case "push":
            surfaces.push(submitted, _view(answer))
        case other:
            raise _unfit(f"unknown response_action: {other}")


def _errors(errors: Any, view: View) -> dict[str, str]:
    """Errors stand below input blocks, and nowhere else."""
    if not isinstance(errors, dict) or not errors:
        raise _unfit("must provide an object of errors")
    inputs = inputs_of(view)
    for block_id, sentence in errors.items():
        if block_id not in inputs or not isinstance(sentence, str) or not sentence:
            raise _unfit(f"no input block or no text: {block_id}")
    return dict(errors)


def _view(answer: Mapping[str, Any]) -> dict[str, Any]:
    view = answer.get("view")
    refuse_faults(view_faults(view, "modal"))
    return dict(view) if isinstance(view, dict) else {}


def _unfit(message: str) -> SlackRefusal:
    return SlackRefusal("invalid_arguments", faults=[Fault(pointer="", message=message)])
