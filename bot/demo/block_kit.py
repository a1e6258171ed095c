"""Says what Slack would refuse in a message: the part of Block Kit that mongolog may send. Pure.

The limits are Slack's (docs.slack.dev/reference/block-kit), the narrower one where its sources
differ. Blocks and elements that mongolog does not send are refused like unknown ones. Characters
are counted as code points, after escaping.
"""

from collections.abc import Iterator
from typing import Any

from bot.demo.json_rules import (
    Fault,
    Rule,
    Shape,
    any_of,
    array,
    at_least_one,
    boolean,
    exactly_one,
    integer,
    text,
    under,
    url,
    word,
)

MOST_BLOCKS = 50
MOST_TEXT = 40_000  # chat.postMessage; advised: 4,000
MOST_UPDATED_TEXT = 4_000  # chat.update refuses more, docs.slack.dev/reference/methods/chat.update


def faults(blocks: Any) -> tuple[Fault, ...]:
    """Everything that is wrong with the blocks of one message, in their order.

    Empty when Slack would take them; an empty list is fine. Never raises, whatever JSON it gets.
    """
    return (*BLOCKS(blocks, "/blocks"), *_repeated_block_ids(blocks))


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


def _repeated_block_ids(blocks: Any) -> Iterator[Fault]:
    if isinstance(blocks, list):
        given = [(index, block) for index, block in enumerate(blocks) if isinstance(block, dict)]
        ids = [(under("/blocks", index), block.get("block_id")) for index, block in given]
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


def _known_initial_option(select: Any, at: str) -> Iterator[Fault]:
    if "initial_option" not in select or not isinstance(select.get("options"), list):
        return
    if select["initial_option"] not in select["options"]:
        message = "must exactly match one of the options"
        yield Fault(pointer=under(at, "initial_option"), message=message)


# Composition objects


def _plain(most: int) -> Shape:
    limits: dict[str, Rule] = {"text": text(most=most)}
    return Shape(type="plain_text", required=limits, optional={"emoji": boolean})


def _mrkdwn(most: int) -> Shape:
    limits: dict[str, Rule] = {"text": text(most=most)}
    return Shape(type="mrkdwn", required=limits, optional={"verbatim": boolean})


def _either_text(most: int) -> Rule:
    return any_of(_plain(most), _mrkdwn(most))


ID = text(most=255)
STYLE = word("primary", "danger")
CONFIRM = Shape(
    required={
        "title": _plain(100),
        "text": _either_text(300),
        "confirm": _plain(30),
        "deny": _plain(30),
    },
    optional={"style": STYLE},
)
# slack_sdk allows an option's value 150 characters, @slack/types 3.2.0 allows 75.
OPTION = Shape(
    required={"text": _plain(75), "value": text(most=75)},
    optional={"description": _plain(75)},
)
OVERFLOW_OPTION = Shape(
    required=OPTION.required, optional={**OPTION.optional, "url": url(most=3000)}
)
OPTION_GROUP = Shape(required={"label": _plain(75), "options": array(OPTION, most=100)})

# Elements

IMAGE_FIELDS: dict[str, Rule] = {"image_url": url(most=3000), "alt_text": text(most=2000)}
IMAGE_ELEMENT = Shape(type="image", required=IMAGE_FIELDS)
BUTTON = Shape(
    type="button",
    required={"text": _plain(75)},
    optional={
        "action_id": ID,
        "value": text(most=2000),
        "url": url(most=3000),
        "style": STYLE,
        "confirm": CONFIRM,
        "accessibility_label": text(most=75),
    },
)
OVERFLOW = Shape(
    type="overflow",
    required={"options": array(OVERFLOW_OPTION, most=5)},
    optional={"action_id": ID, "confirm": CONFIRM},
)
STATIC_SELECT = Shape(
    type="static_select",
    optional={
        "action_id": ID,
        "placeholder": _plain(150),
        "options": array(OPTION, most=100),
        "option_groups": array(OPTION_GROUP, most=100),
        "initial_option": OPTION,
        "confirm": CONFIRM,
        "focus_on_load": boolean,
    },
    laws=(exactly_one("options", "option_groups"), _known_initial_option),
)
INTERACTIVE = (BUTTON, OVERFLOW, STATIC_SELECT)

# Rich text: text that can't become a mention or a link by what it says

FONT = Shape(optional=dict.fromkeys(("bold", "italic", "strike", "code"), boolean))
RICH_TEXT = Shape(type="text", required={"text": text(most=3000)}, optional={"style": FONT})
RICH_LINK = Shape(
    type="link",
    required={"url": url(most=3000)},
    optional={"text": text(most=3000), "style": FONT, "unsafe": boolean},
)
RICH_EMOJI = Shape(type="emoji", required={"name": ID}, optional={"unicode": ID})
RICH_USER = Shape(type="user", required={"user_id": ID}, optional={"style": FONT})
RICH_DATE = Shape(
    type="date",
    required={"timestamp": integer(), "format": ID},
    optional={"url": url(most=3000), "fallback": text(most=3000), "style": FONT},
)
RICH_INLINE = any_of(RICH_TEXT, RICH_LINK, RICH_EMOJI, RICH_USER, RICH_DATE)
RICH_SECTION = Shape(type="rich_text_section", required={"elements": array(RICH_INLINE)})
RICH_LIST = Shape(
    type="rich_text_list",
    required={"style": word("bullet", "ordered"), "elements": array(RICH_SECTION)},
    optional={"indent": integer(most=8), "offset": integer(), "border": integer(most=1)},
)
RICH_QUOTE = Shape(
    type="rich_text_quote",
    required={"elements": array(RICH_INLINE)},
    optional={"border": integer(most=1)},
)
RICH_PREFORMATTED = Shape(
    type="rich_text_preformatted",
    required={"elements": array(any_of(RICH_TEXT, RICH_LINK))},
    optional={"border": integer(most=1), "language": ID},
)

# Blocks

SECTION = Shape(
    type="section",
    optional={
        "block_id": ID,
        "text": _either_text(3000),
        "fields": array(_either_text(2000), most=10),
        "accessory": any_of(*INTERACTIVE, IMAGE_ELEMENT),
        "expand": boolean,
    },
    laws=(at_least_one("text", "fields"),),
)
HEADER = Shape(type="header", required={"text": _plain(150)}, optional={"block_id": ID})
CONTEXT = Shape(
    type="context",
    required={"elements": array(any_of(_plain(3000), _mrkdwn(3000), IMAGE_ELEMENT), most=10)},
    optional={"block_id": ID},
)
DIVIDER = Shape(type="divider", optional={"block_id": ID})
ACTIONS = Shape(
    type="actions",
    required={"elements": array(any_of(*INTERACTIVE), most=25)},
    optional={"block_id": ID},
    laws=(_distinct_action_ids,),
)
IMAGE = Shape(type="image", required=IMAGE_FIELDS, optional={"block_id": ID, "title": _plain(2000)})
RICH_TEXT_BLOCK = Shape(
    type="rich_text",
    required={"elements": array(any_of(RICH_SECTION, RICH_LIST, RICH_QUOTE, RICH_PREFORMATTED))},
    optional={"block_id": ID},
)
BLOCKS = array(
    any_of(SECTION, HEADER, CONTEXT, DIVIDER, ACTIONS, IMAGE, RICH_TEXT_BLOCK),
    least=0,
    most=MOST_BLOCKS,
)
