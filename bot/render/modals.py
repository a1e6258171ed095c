"""Modals: loading, the form, an answer, and a field for an id where a message names none. Pure.

All are views of Slack's as plain dicts: https://docs.slack.dev/reference/views/modal-views
"""

import enum
from collections.abc import Iterator
from typing import Any

from bot.model import STATES, InstanceId, Lookup, Message
from bot.render.blocks import (
    Block,
    Element,
    actions,
    button,
    context,
    option,
    section,
    select,
)
from bot.render.ids import (
    CONVERSATION_FIELD,
    INSTANCE_FIELD,
    LOOKUP_VIEW,
    MESSAGE_VIEW,
    PAGE,
    SHARE,
    STATE_FIELD,
)
from bot.render.values import MOST_IN_BUTTON, MOST_IN_OPTION, ask_value, share_value
from bot.render.view import View

SlackView = dict[str, Any]

TITLE = "Mongo log exports"
MOST_OPTIONS = 100
MOST_BLOCKS = 100
LONGEST_TYPED = 300


class Share(enum.Enum):
    """How an answer in a modal can be shown to others."""

    THREAD = "thread"  # in the thread that the modal was opened from
    CONVERSATION = "conversation"  # in one that is chosen


def loading(callback_id: str, metadata: str) -> SlackView:
    """What stands there until the answer comes."""
    said = section("loading", ":hourglass_flowing_sand: Asking the cloud …")
    return _modal(callback_id, metadata, (said,))


def form(recents: tuple[InstanceId, ...], metadata: str, view: View) -> SlackView:
    """Asks which instance, and in which state; a recent one opens at once."""
    blocks = (
        *_recents(recents),
        _instance_field("Instance"),
        _state_field(),
        context("hint", "Several ids, `slow`, `error` and `last 6h` are understood too."),
        context("foot", f"ref `{view.reference}`"),
    )
    return {**_modal(LOOKUP_VIEW, metadata, blocks), "submit": _plain("Look up")}


def type_an_id(metadata: str, view: View) -> SlackView:
    """For a message that names no instance."""
    blocks = (
        section("none", ":mag: *I see no instance id in that message.*"),
        _instance_field("Which instance?"),
        context("foot", f"ref `{view.reference}`"),
    )
    return {**_modal(MESSAGE_VIEW, metadata, blocks), "submit": _plain("Look up")}


def modal_of(
    answer: Message,
    *,
    callback_id: str,
    metadata: str,
    rest: tuple[InstanceId, ...] = (),
    share: Share | None = None,
    question: Lookup | None = None,
) -> SlackView:
    """An answer in a modal.

    Args:
        answer: what is shown.
        callback_id: of the modal.
        metadata: what is noted in it.
        rest: further instances that can be asked about from here.
        share: how it can be shown to others; None when it can't.
        question: what it answers; None when nothing was asked.
    """
    ways = tuple(_sharing(share, question))
    more = tuple(_others(rest))
    blocks = (*answer.blocks[: MOST_BLOCKS - len(ways) - len(more)], *more, *ways)
    modal = _modal(callback_id, metadata, blocks)
    return {**modal, "submit": _plain("Share")} if share is Share.CONVERSATION else modal


def _sharing(share: Share | None, question: Lookup | None) -> Iterator[Block]:
    if share is Share.CONVERSATION:
        yield _conversation_field()
    elif share is Share.THREAD and question is not None:
        value = share_value(question, most=MOST_IN_BUTTON)
        if value:
            spoken = "Post this answer in the message's thread, without links"
            post = button("Post in thread", action=SHARE, value=value, spoken=spoken)
            yield actions("share", [post])


def _others(rest: tuple[InstanceId, ...]) -> Iterator[Block]:
    if rest:
        menu = select(PAGE, "Choose one", _options(rest))
        yield section("others", f"{len(rest)} more in this message:", accessory=menu)


def _recents(recents: tuple[InstanceId, ...]) -> Iterator[Block]:
    if recents:
        menu = select(PAGE, "Choose one", _options(recents))
        yield section("recents", "One you asked about lately:", accessory=menu)


def _options(instances: tuple[InstanceId, ...]) -> Iterator[Element]:
    for instance in instances[:MOST_OPTIONS]:
        asking = ask_value(Lookup(instances=(instance,)), most=MOST_IN_OPTION)
        yield option(instance, asking)


def _instance_field(label: str) -> Block:
    return {
        "type": "input",
        "block_id": INSTANCE_FIELD,
        "label": _plain(label),
        "element": {
            "type": "plain_text_input",
            "action_id": INSTANCE_FIELD,
            "placeholder": _plain("cmgo-…"),
            "max_length": LONGEST_TYPED,
        },
    }


def _state_field() -> Block:
    choices = [option(state.capitalize(), state) for state in ("any", "active", *STATES)]
    return {
        "type": "input",
        "block_id": STATE_FIELD,
        "label": _plain("State"),
        "optional": True,
        "element": {
            "type": "static_select",
            "action_id": STATE_FIELD,
            "options": choices,
            "initial_option": choices[0],
        },
    }


def _conversation_field() -> Block:
    return {
        "type": "input",
        "block_id": CONVERSATION_FIELD,
        "label": _plain("Share in, without links"),
        "element": {
            "type": "conversations_select",
            "action_id": CONVERSATION_FIELD,
            "placeholder": _plain("Choose a conversation"),
            "filter": {
                "include": ["public", "private"],
                "exclude_external_shared_channels": True,
                "exclude_bot_users": True,
            },
        },
    }


def _modal(callback_id: str, metadata: str, blocks: tuple[Block, ...]) -> SlackView:
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": _plain(TITLE),
        "close": _plain("Close"),
        "private_metadata": metadata,
        "blocks": list(blocks),
    }


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}
