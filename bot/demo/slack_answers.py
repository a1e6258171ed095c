"""Which messages answer what was said to the app, and waiting for them."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from bot.demo.slack_delivery import Delivery
from bot.demo.slack_surfaces import Surfaces
from bot.demo.workspace import Posted, Workspace

Found = TypeVar("Found")


class Answers:
    """Watches what the app posts and shows, between `open` and `close`.

    Args:
        workspace: where it posts.
        surfaces: where it shows modals and Home tabs.
    """

    def __init__(self, workspace: Workspace, surfaces: Surfaces) -> None:
        self._workspace = workspace
        self._surfaces = surfaces
        self._news = asyncio.Event()

    def open(self) -> None:
        """Begin to watch."""
        self._workspace.on_posted.append(self._wake)
        self._surfaces.on_shown.append(self._wake)

    def close(self) -> None:
        """Stop watching."""
        self._workspace.on_posted.remove(self._wake)
        self._surfaces.on_shown.remove(self._wake)

    async def until(self, find: Callable[[], Found | None], timeout_s: float) -> Found:
        """What `find` finds, looking again after every message and view.

        Raises:
            TimeoutError: when it found nothing in time.
        """
        async with asyncio.timeout(timeout_s):
            while (found := find()) is None:
                await self._news.wait()
        return found

    def so_far(self, delivery: Delivery) -> tuple[Posted, ...]:
        """The answers to a delivery that came until now, deletions left out."""
        since = self._workspace.history[delivery.began :]
        is_answer = self._answers_event if delivery.event_id else self._answers_action
        return tuple(each for each in since if not each.deleted and is_answer(each, delivery))

    def _wake(self, _news: object) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def _answers_action(self, posted: Posted, delivery: Delivery) -> bool:
        if posted.answers is not None:
            return posted.answers == delivery.id
        place = self._workspace.channel(posted.channel)
        is_own_dm = place is not None and place.kind == "im" and delivery.user in place.members
        return posted.ephemeral_to == delivery.user or is_own_dm

    def _answers_event(self, posted: Posted, delivery: Delivery) -> bool:
        if posted.answers is not None or posted.channel != delivery.channel:
            return False
        if posted.ephemeral_to is not None:
            return posted.ephemeral_to == delivery.user
        place = self._workspace.channel(posted.channel)
        is_dm = place is not None and place.kind == "im"
        return is_dm or posted.thread_ts == (delivery.thread_ts or delivery.ts)
