"""What a person can use in blocks, what it holds, and what becomes of it when it is used. Pure.

Elements that hold something (menus and fields, not buttons) make up Slack's `state.values`:
block_id → action_id → what is chosen or typed. docs.slack.dev/reference/views
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bot.demo.block_kit import actionable

Values = dict[str, dict[str, dict[str, Any]]]
Blocks = list[dict[str, Any]]
Offer = Callable[[dict[str, Any], str], bool]
HOLDS = {
    "plain_text_input": "value",
    "static_select": "selected_option",
    "conversations_select": "selected_conversation",
}
INITIAL = {
    "plain_text_input": "initial_value",
    "static_select": "initial_option",
    "conversations_select": "initial_conversation",
}


def with_ids(blocks: Any) -> Blocks:
    """The blocks; those without an id get one, as in Slack, and so do the fields in inputs."""
    numbered = enumerate(blocks)
    return [{"block_id": f"slack{index}", **_with_field_id(block)} for index, block in numbered]


def _with_field_id(block: dict[str, Any]) -> dict[str, Any]:
    if block.get("type") != "input":
        return block
    return {**block, "element": {"action_id": "slack", **block["element"]}}


def held(blocks: Blocks, before: Values, *, conversation: str | None) -> Values:
    """What every menu and field holds when blocks are shown.

    Args:
        blocks: with their ids.
        before: what was held until now; kept where block_id, action_id and type are the same.
        conversation: for menus that start with the one the person was looking at.
    """
    values: Values = {}
    for block_id, element in _holders(blocks):
        action_id, kind = element["action_id"], element["type"]
        kept = before.get(block_id, {}).get(action_id)
        is_same = kept is not None and kept["type"] == kind
        value = kept if kept and is_same else _initial(element, conversation)
        values.setdefault(block_id, {})[action_id] = value
    return values


def _holders(blocks: Blocks) -> Iterator[tuple[str, dict[str, Any]]]:
    for block in blocks:
        field = (block["element"],) if block["type"] == "input" else actionable(block)
        for element in field:
            if element["type"] in HOLDS and "action_id" in element:
                yield block["block_id"], element


def _initial(element: Mapping[str, Any], conversation: str | None) -> dict[str, Any]:
    kind = element["type"]
    value = element.get(INITIAL[kind])
    if value is None and element.get("default_to_current_conversation"):
        value = conversation
    return {"type": kind, HOLDS[kind]: value}


def action_in(
    blocks: Blocks,
    action_id: str,
    *,
    value: str | None,
    action_ts: str,
    is_offered: Offer,
) -> dict[str, Any] | None:
    """The action of using the first element that has this id and can give this value.

    None when the blocks show no such button, menu or option.

    Args:
        blocks: with their ids.
        action_id: of the element.
        value: of the button, the option or the conversation.
        action_ts: when it happened, written like a message's id.
        is_offered: whether a conversations_select offers this conversation.
    """
    for block in blocks:
        for element in actionable(block):
            is_meant = element.get("action_id") == action_id
            action = _chosen(element, value, is_offered) if is_meant else None
            if action is not None:
                return {"block_id": block["block_id"], "action_ts": action_ts, **action}
    return None


def _chosen(element: dict[str, Any], value: str | None, is_offered: Offer) -> dict[str, Any] | None:
    named: dict[str, Any] = {"type": element["type"], "action_id": element["action_id"]}
    if element["type"] == "button":
        fields = {key: element[key] for key in ("text", "value", "style") if key in element}
        return named | fields if value in (None, element.get("value")) else None
    if element["type"] == "conversations_select":
        is_there = value is not None and is_offered(element, value)
        return named | {"selected_conversation": value} if is_there else None
    option = option_of(element, value)
    return None if option is None else named | {"selected_option": option}


def option_of(element: Mapping[str, Any], value: str | None) -> dict[str, Any] | None:
    """The option of a menu that has this value."""
    groups = element.get("option_groups", ())
    grouped = [each for group in groups for each in group["options"]]
    options: list[dict[str, Any]] = [*element.get("options", ()), *grouped]
    return next((each for each in options if each["value"] == value), None)


def after(values: Values, action: Mapping[str, Any]) -> Values:
    """What is held after an action: other elements than menus hold nothing."""
    kind = action["type"]
    if kind not in HOLDS:
        return values
    now = {"type": kind, HOLDS[kind]: action[HOLDS[kind]]}
    block_id, action_id = action["block_id"], action["action_id"]
    return {**values, block_id: {**values.get(block_id, {}), action_id: now}}
