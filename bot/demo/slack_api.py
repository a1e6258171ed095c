"""The simulated Slack: a `SlackServer` that also delivers commands and clicks to an app.

    command, click ──signed form──► events_url (the app) ──► SlackServer ──► answers, wait_for

It is strict where Slack is, and can be told to fail. It knows nothing of the app but its URL.
"""

import asyncio
import json
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any, Self, TypeVar

from bot.demo.block_kit import message_faults
from bot.demo.slack_arguments import FORM, JSON
from bot.demo.slack_courier import DEADLINE_S, Courier
from bot.demo.slack_delivery import (
    Acknowledgement,
    Delivery,
    action_in,
    click_body,
    command_body,
    signed_headers,
)
from bot.demo.slack_response_url import ResponseUrl
from bot.demo.slack_server import SlackServer
from bot.demo.workspace import ANNA, WITH_APP, Channel, Person, Posted, Workspace

Found = TypeVar("Found")


class SlackApi(SlackServer):
    """One Slack with one workspace and one app; open it with `async with`.

    Args:
        workspace: who and what is there.
        bot_token: the token that the Web API takes.
        signing_secret: what deliveries are signed with.
        port: on 127.0.0.1; 0 takes a free one.
        deadline_s: how long it waits for an acknowledgement.
        clock, sleep, secret: see `SlackServer`, as the attributes that make it fail.

    Attributes:
        events_url: where deliveries go, such as `http://127.0.0.1:3000/slack/events`.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        bot_token: str,
        signing_secret: str,
        port: int = 0,
        deadline_s: float = DEADLINE_S,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        secret: Callable[[int], str] = secrets.token_hex,
    ) -> None:
        super().__init__(
            workspace, bot_token=bot_token, port=port, clock=clock, sleep=sleep, secret=secret
        )
        self.events_url = ""
        self._signing_secret = signing_secret
        self._courier = Courier(deadline_s=deadline_s)
        self._news = asyncio.Event()

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        await self._courier.__aenter__()
        self.on_posted.append(self._wake)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.on_posted.remove(self._wake)
        await self._courier.__aexit__(kind, error, trace)
        await super().__aexit__(kind, error, trace)

    async def command(
        self, text: str, *, user: str = ANNA, channel: str = WITH_APP, command: str = "/mongolog"
    ) -> Delivery:
        """Type a slash command, and wait until the app has acknowledged it or is late.

        A body in the acknowledgement is posted like an answer.

        Raises:
            ValueError: when this person can't type in this channel.
        """
        person, place = self._actor(user, channel)
        url, response_url = self.issue("commands", user=user, channel=channel)
        body = command_body(
            person=person,
            channel=place,
            command=command,
            words=text,
            response_url=url,
            trigger_id=self._trigger_id(),
        )
        delivery = await self._deliver_for(url, response_url, body)
        heard = self._hear(response_url, delivery.acknowledgement)
        return replace(delivery, acknowledgement=heard)

    async def click(
        self, posted: Posted, action_id: str, *, user: str | None = None, value: str | None = None
    ) -> Delivery:
        """Click a button, or choose the option with this value, in a message as it stands now.

        Args:
            posted: any version of the message.
            action_id: of the element.
            user: who clicks; may be left out when only one person sees the message.
            value: tells elements with the same action_id apart, and names the option of a menu.

        Raises:
            ValueError: when there is nothing such to click, or this person can't click it.
        """
        current = self.workspace.find(posted.channel, posted.ts)
        if current is None:
            raise ValueError("the message is gone")
        person, place = self._viewer(current, user)
        stamp = f"{self.clock():.6f}"
        action = action_in(current, action_id, value=value, action_ts=stamp)
        url, response_url = self.issue("actions", user=person.id, channel=place.id, clicked=current)
        body = click_body(
            person=person,
            channel=place,
            posted=current,
            action=action,
            response_url=url,
            trigger_id=self._trigger_id(),
        )
        return await self._deliver_for(url, response_url, body)

    async def deliver(
        self,
        body: bytes,
        headers: Mapping[str, str] | None = None,
        *,
        sign: bool = True,
        timestamp: str | None = None,
        signature: str | None = None,
    ) -> Delivery:
        """Send any body: unsigned, with a wrong signature, or with any text as its time.

        `headers` win over everything else.
        """
        began = len(self.workspace.history)
        stamp = timestamp if timestamp is not None else str(int(self.clock()))
        proof = signed_headers(body, signing_secret=self._signing_secret, timestamp=stamp)
        forged = {"X-Slack-Signature": signature} if signature is not None else {}
        sent = {"Content-Type": FORM, **(proof if sign else {}), **forged, **(headers or {})}
        acknowledgement = await self._courier.carry(body, sent, self.events_url)
        return Delivery(began=began, acknowledgement=acknowledgement)

    async def answers(
        self, delivery: Delivery, count: int = 1, timeout_s: float = 10
    ) -> tuple[Posted, ...]:
        """The first `count` messages that answer a delivery, waiting for those still to come.

        An answer came through the delivery's response_url, or was shown to the same person alone
        by another way after it. New versions of a message count too, deletions do not.

        Raises:
            TimeoutError: when they did not come in time; it says which did.
        """

        def enough() -> tuple[Posted, ...] | None:
            came = self._answers_so_far(delivery)
            return came[:count] if len(came) >= count else None

        try:
            return await self._until(enough, timeout_s)
        except TimeoutError:
            texts = [posted.text for posted in self._answers_so_far(delivery)]
            raise TimeoutError(f"{count} answers awaited within {timeout_s} s, {texts=}") from None

    async def wait_for(self, predicate: Callable[[Posted], bool], timeout_s: float = 10) -> Posted:
        """The first version of any message that fits, from the beginning on.

        Raises:
            TimeoutError: when none came in time; it says what was posted.
        """

        def first() -> Posted | None:
            return next(filter(predicate, self.workspace.history), None)

        try:
            return await self._until(first, timeout_s)
        except TimeoutError:
            texts = [posted.text for posted in self.workspace.history]
            raise TimeoutError(f"no such message within {timeout_s} s, {texts=}") from None

    async def _until(self, find: Callable[[], Found | None], timeout_s: float) -> Found:
        async with asyncio.timeout(timeout_s):
            while (found := find()) is None:
                await self._news.wait()
        return found

    def _wake(self, _posted: Posted) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def _answers_so_far(self, delivery: Delivery) -> tuple[Posted, ...]:
        since = self.workspace.history[delivery.began :]
        return tuple(each for each in since if not each.deleted and self._is_for(each, delivery))

    def _is_for(self, posted: Posted, delivery: Delivery) -> bool:
        if posted.answers is not None:
            return posted.answers == delivery.id
        place = self.workspace.channel(posted.channel)
        is_own_dm = place is not None and place.kind == "im" and delivery.user in place.members
        return posted.ephemeral_to == delivery.user or is_own_dm

    async def _deliver_for(self, url: str, response_url: ResponseUrl, body: bytes) -> Delivery:
        return replace(
            await self.deliver(body),
            id=response_url.answers,
            user=response_url.user,
            channel=response_url.channel,
            response_url=url,
        )

    def _hear(self, response_url: ResponseUrl, heard: Acknowledgement) -> Acknowledgement:
        if heard.outcome != "ok" or not heard.body.strip():
            return heard
        payload = _read_acknowledgement(heard)
        is_echo = isinstance(payload, dict) and not (payload.get("text") or payload.get("blocks"))
        if is_echo:  # {"response_type": "in_channel"} only shows the command line to all
            return heard
        if message_faults(payload):
            return replace(heard, outcome="invalid_command_response")
        response_url.post(payload, self.workspace, self.clock(), via="acknowledgement")
        return heard

    def _actor(self, user: str, channel: str) -> tuple[Person, Channel]:
        person, place = self.workspace.person(user), self.workspace.channel(channel)
        if person is None or place is None or user not in place.members or place.archived:
            raise ValueError(f"{user} can't act in {channel}")
        return person, place

    def _viewer(self, posted: Posted, user: str | None) -> tuple[Person, Channel]:
        place = self.workspace.channel(posted.channel)
        members = place.members if place is not None else ()
        viewers = (posted.ephemeral_to,) if posted.ephemeral_to else members
        if user is None and len(viewers) != 1:
            raise ValueError("several people see this message: say who clicks")
        viewer = user or viewers[0]
        if viewer not in viewers:
            raise ValueError(f"{viewer} does not see this message")
        return self._actor(viewer, posted.channel)

    def _trigger_id(self) -> str:
        return f"{int(self.clock())}.{self._secret(6)}.{self._secret(16)}"


def _read_acknowledgement(heard: Acknowledgement) -> Any:
    """The message in an acknowledgement's body: JSON, or plain text; None when it is broken."""
    if heard.content_type != JSON:
        return {"text": heard.body}
    try:
        return json.loads(heard.body)
    except (ValueError, RecursionError):
        return None
