"""Says what Slack would refuse in a message: the part of Block Kit that mongolog may send. Pure.

The limits are Slack's (docs.slack.dev/reference/block-kit), the narrower one where its sources
differ. Blocks and elements that mongolog does not send are refused like unknown ones. Characters
are counted as code points, after escaping.
"""

from collections.abc import Iterator
from typing import Any

from bot.demo.block_kit_elements import (
    ID,
    IMAGE_ELEMENT,
    IMAGE_FIELDS,
    INTERACTIVE,
    RICH_LIST,
    RICH_PREFORMATTED,
    RICH_QUOTE,
    RICH_SECTION,
    either_text,
    mrkdwn,
    plain,
)
from bot.demo.json_rules import Fault, Shape, any_of, array, at_least_one, boolean, under

MOST_BLOCKS = 50
MOST_TEXT = 40_000  # chat.postMessage; advised: 4,000
MOST_UPDATED_TEXT = 4_000  # chat.update refuses more, docs.slack.dev/reference/methods/chat.update


def faults(blocks: Any) -> tuple[Fault, ...]:
    """Everything that is wrong with the blocks of one message, in their order.

    Empty when Slack would take them; an empty list is fine. Never raises, whatever JSON it gets.
    """
    return (*BLOCKS(blocks, "/blocks"), *repeated_block_ids(blocks, "/blocks"))


def message_faults(payload: Any, *, most_text: int = MOST_TEXT) -> tuple[Fault, ...]:
    """Everything that is wrong with a whole message: its `text` and its `blocks`.

    Other fields are not looked at. Each fault has Slack's word for the refusal in `error`:
    `no_text`, `msg_too_long`, `invalid_arguments` or `invalid_blocks`.
    """
    if not isinstance(payload, dict):
        return (Fault(error="invalid_arguments", pointer="", message="must provide an object"),)
    blocks = payload.get("blocks")
    return (*_text_faults(payload, most_text), *(faults(blocks) if blocks is not None else ()))


def actionable(block: Any) -> tuple[dict[str, Any], ...]:
    """The elements of a block that a person can use: its accessory, or those in its row."""
    if not isinstance(block, dict) or block.get("type") == "rich_text":
        return ()
    row = block.get("elements")
    elements = [block.get("accessory"), *(row if isinstance(row, list) else ())]
    return tuple(each for each in elements if isinstance(each, dict) and _is_actionable(each))


def _is_actionable(element: dict[str, Any]) -> bool:
    return any(element.get("type") == shape.type for shape in INTERACTIVE)


def _text_faults(payload: dict[str, Any], most_text: int) -> Iterator[Fault]:
    said = payload.get("text")
    if said is not None and not isinstance(said, str):
        yield Fault(error="invalid_arguments", pointer="/text", message="must provide a string")
    elif not (said or "").strip() and not payload.get("blocks"):
        yield Fault(error="no_text", pointer="/text", message="neither text nor blocks")
    elif len(said or "") > most_text:
        message = f"must be less than {most_text + 1} characters"
        yield Fault(error="msg_too_long", pointer="/text", message=message)


def repeated_block_ids(blocks: Any, at: str) -> Iterator[Fault]:
    """Every block whose `block_id` another before it has."""
    if isinstance(blocks, list):
        given = [(index, block) for index, block in enumerate(blocks) if isinstance(block, dict)]
        ids = [(under(at, index), block.get("block_id")) for index, block in given]
        yield from _repeated("block_id", ids)


def _distinct_action_ids(block: Any, at: str) -> Iterator[Fault]:
    ids = [(at, element.get("action_id")) for element in actionable(block)]
    yield from _repeated("action_id", ids)


def _repeated(name: str, ids: list[tuple[str, Any]]) -> Iterator[Fault]:
    seen: set[str] = set()
    for pointer, value in ids:
        if isinstance(value, str):
            if value in seen:
                yield Fault(pointer=pointer, message=f"`{name}` {value} already exists")
            seen.add(value)


# Blocks

SECTION = Shape(
    type="section",
    optional={
        "block_id": ID,
        "text": either_text(3000),
        "fields": array(either_text(2000), most=10),
        "accessory": any_of(*INTERACTIVE, IMAGE_ELEMENT),
        "expand": boolean,
    },
    laws=(at_least_one("text", "fields"),),
)
HEADER = Shape(type="header", required={"text": plain(150)}, optional={"block_id": ID})
CONTEXT = Shape(
    type="context",
    required={"elements": array(any_of(plain(3000), mrkdwn(3000), IMAGE_ELEMENT), most=10)},
    optional={"block_id": ID},
)
DIVIDER = Shape(type="divider", optional={"block_id": ID})
ACTIONS = Shape(
    type="actions",
    required={"elements": array(any_of(*INTERACTIVE), most=25)},
    optional={"block_id": ID},
    laws=(_distinct_action_ids,),
)
IMAGE = Shape(type="image", required=IMAGE_FIELDS, optional={"block_id": ID, "title": plain(2000)})
RICH_TEXT_BLOCK = Shape(
    type="rich_text",
    required={"elements": array(any_of(RICH_SECTION, RICH_LIST, RICH_QUOTE, RICH_PREFORMATTED))},
    optional={"block_id": ID},
)
MESSAGE_BLOCKS = (SECTION, HEADER, CONTEXT, DIVIDER, ACTIONS, IMAGE, RICH_TEXT_BLOCK)
BLOCKS = array(any_of(*MESSAGE_BLOCKS), least=0, most=MOST_BLOCKS)
