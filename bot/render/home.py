"""App Home: what somebody asked about lately, how to ask, how the app is. Pure.

https://docs.slack.dev/reference/views/home-tab-views
"""

from typing import Any

from bot.model import Condition, InstanceId, Message
from bot.render.blocks import Block, context, date_token, section
from bot.render.condition import in_short
from bot.render.guide import how_to_ask, recents
from bot.render.view import View

NOTHING_YET = "What you ask about will stand here as buttons: one tap, and you see how it stands."


def home(mine: tuple[InstanceId, ...], condition: Condition, view: View) -> dict[str, Any]:
    """One person's App Home.

    Args:
        mine: what this person asked about lately, newest first.
        condition: how the app is.
        view: who reads it.
    """
    lately = tuple(recents("mine", "Asked about by you lately:", mine))
    return _home(
        (
            section("home", ":wave: *How do the log exports of your instances stand?*"),
            *(lately or (context("nothing", NOTHING_YET),)),
            *how_to_ask(view),
            in_short(condition, view),
            context("drawn", f"As of {date_token(view.now, view.zone)}; open it again to renew."),
        )
    )


def home_of(message: Message) -> dict[str, Any]:
    """An App Home that holds a message, such as why there is nothing to see."""
    return _home(message.blocks)


def _home(blocks: tuple[Block, ...]) -> dict[str, Any]:
    return {"type": "home", "blocks": list(blocks)}
