"""The elements that may stand in blocks: texts, buttons, menus, inputs, rich text. Pure.

The limits are Slack's (docs.slack.dev/reference/block-kit), the narrower one where its sources
differ. What mongolog does not send is missing here, and so refused like the unknown.
"""

from collections.abc import Iterator
from typing import Any

from bot.demo.json_rules import (
    Fault,
    Rule,
    Shape,
    any_of,
    array,
    boolean,
    exactly_one,
    integer,
    text,
    under,
    url,
    word,
)


def _known_initial_option(select: Any, at: str) -> Iterator[Fault]:
    if "initial_option" not in select or not isinstance(select.get("options"), list):
        return
    if select["initial_option"] not in select["options"]:
        message = "must exactly match one of the options"
        yield Fault(pointer=under(at, "initial_option"), message=message)


def _ordered_lengths(field: Any, at: str) -> Iterator[Fault]:
    least, most = field.get("min_length"), field.get("max_length")
    if isinstance(least, int) and isinstance(most, int) and least > most:
        yield Fault(pointer=under(at, "min_length"), message="must not exceed `max_length`")


# Composition objects


def plain(most: int) -> Shape:
    """A `plain_text` object of at most `most` characters."""
    limits: dict[str, Rule] = {"text": text(most=most)}
    return Shape(type="plain_text", required=limits, optional={"emoji": boolean})


def mrkdwn(most: int) -> Shape:
    """A `mrkdwn` object of at most `most` characters."""
    limits: dict[str, Rule] = {"text": text(most=most)}
    return Shape(type="mrkdwn", required=limits, optional={"verbatim": boolean})


def either_text(most: int) -> Rule:
    """A `plain_text` or `mrkdwn` object of at most `most` characters."""
    return any_of(plain(most), mrkdwn(most))


ID = text(most=255)
STYLE = word("primary", "danger")
CONFIRM = Shape(
    required={
        "title": plain(100),
        "text": either_text(300),
        "confirm": plain(30),
        "deny": plain(30),
    },
    optional={"style": STYLE},
)
# slack_sdk allows an option's value 150 characters, @slack/types 3.2.0 allows 75.
OPTION = Shape(
    required={"text": plain(75), "value": text(most=75)},
    optional={"description": plain(75)},
)
OVERFLOW_OPTION = Shape(
    required=OPTION.required, optional={**OPTION.optional, "url": url(most=3000)}
)
OPTION_GROUP = Shape(required={"label": plain(75), "options": array(OPTION, most=100)})

# Elements

IMAGE_FIELDS: dict[str, Rule] = {"image_url": url(most=3000), "alt_text": text(most=2000)}
IMAGE_ELEMENT = Shape(type="image", required=IMAGE_FIELDS)
BUTTON = Shape(
    type="button",
    required={"text": plain(75)},
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
        "placeholder": plain(150),
        "options": array(OPTION, most=100),
        "option_groups": array(OPTION_GROUP, most=100),
        "initial_option": OPTION,
        "confirm": CONFIRM,
        "focus_on_load": boolean,
    },
    laws=(exactly_one("options", "option_groups"), _known_initial_option),
)
CONVERSATION_FILTER = Shape(
    optional={
        "include": array(word("im", "mpim", "private", "public")),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)
CONVERSATIONS_SELECT = Shape(
    type="conversations_select",
    optional={
        "action_id": ID,
        "placeholder": plain(150),
        "initial_conversation": ID,
        "default_to_current_conversation": boolean,
        "filter": CONVERSATION_FILTER,
        "confirm": CONFIRM,
        "focus_on_load": boolean,
    },
)
# `response_url_enabled` works in the input blocks of modals only.
CONVERSATIONS_INPUT = Shape(
    type="conversations_select",
    optional={**CONVERSATIONS_SELECT.optional, "response_url_enabled": boolean},
)
PLAIN_TEXT_INPUT = Shape(
    type="plain_text_input",
    optional={
        "action_id": ID,
        "placeholder": plain(150),
        "initial_value": text(most=3000, least=0),
        "multiline": boolean,
        "min_length": integer(most=3000),
        "max_length": integer(least=1, most=3000),
        "focus_on_load": boolean,
    },
    laws=(_ordered_lengths,),
)
INTERACTIVE = (BUTTON, OVERFLOW, STATIC_SELECT, CONVERSATIONS_SELECT)
INPUTS = (PLAIN_TEXT_INPUT, STATIC_SELECT, CONVERSATIONS_INPUT)

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
