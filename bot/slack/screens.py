"""The only sender of views: modals and App Home, and what to do when Slack does not take them.

the layout → the same facts in the simplest layout
a modal that was closed meanwhile: nobody waits for it any more
"""

import logging
from collections.abc import Callable
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SlackRefused
from bot.model import Message
from bot.render.simplest import simplest
from bot.slack.call import result_of
from bot.telemetry import event

SlackView = dict[str, Any]
Layout = Callable[[Message], SlackView]

LONGEST_CALL_S = 5.0
CLOSED_CODES = frozenset({"not_found", "view_not_found"})
LAYOUT_CODES = frozenset({"invalid_arguments", "invalid_blocks", "view_too_large"})


class Screens:
    """Opens and changes views.

    Args:
        slack: the Web API.
    """

    def __init__(self, slack: AsyncWebClient) -> None:
        self._slack = slack

    async def open(self, trigger_id: str, view: SlackView) -> str:
        """Open a modal; gives its id.

        Raises:
            SlackRefused: such as `expired_trigger_id`, 3 s after the click.
        """
        answer = await result_of(
            self._slack.views_open(trigger_id=trigger_id, view=view), within_s=LONGEST_CALL_S
        )
        event("view.opened")
        return str((answer.get("view") or {}).get("id") or "")

    async def show(self, view_id: str, message: Message, layout: Layout) -> None:
        """Show a message in a modal that is open; in the simplest layout when Slack wants that.

        Raises:
            SlackRefused: when it can't be shown; not when the modal was closed.
        """
        try:
            await self._update(view_id, layout(message))
        except SlackRefused as refusal:
            if refusal.code not in LAYOUT_CODES:
                raise
            event("reply.layout_refused", logging.WARNING, code=refusal.code)
            await self._update(view_id, layout(simplest(message)))

    async def _update(self, view_id: str, view: SlackView) -> None:
        try:
            await result_of(
                self._slack.views_update(view_id=view_id, view=view), within_s=LONGEST_CALL_S
            )
        except SlackRefused as refusal:
            if refusal.code not in CLOSED_CODES:
                raise
            event("view.closed")
        else:
            event("reply.sent", door="modal")

    async def publish(self, user: str, view: SlackView) -> None:
        """Draw somebody's App Home.

        Raises:
            SlackRefused: when Slack does not take it.
        """
        call = self._slack.views_publish(user_id=user, view=view)
        await result_of(call, within_s=LONGEST_CALL_S)
        event("reply.sent", door="home")
