"""The simulated Slack: people type, click and talk, and the app is told.

    command, click, submit, say, … ──► SlackWire ──► the app ──► SlackServer ──► answers, wait_for

It is strict where Slack is, and can be told to fail. It knows nothing of the app but its URL.
"""

import json
from dataclasses import replace
from typing import Any

from bot.demo.block_kit import message_faults
from bot.demo.slack_arguments import JSON
from bot.demo.slack_delivery import Acknowledgement, Delivery, command_payload
from bot.demo.slack_inputs import action_in, after, held
from bot.demo.slack_interactions import click_payload
from bot.demo.slack_modals import SlackModals
from bot.demo.slack_objects import message_object
from bot.demo.slack_parcel import Parcel
from bot.demo.slack_response_url import ResponseUrl
from bot.demo.workspace import ANNA, WITH_APP, Channel, Person, Posted


class SlackApi(SlackModals):
    """One Slack with one workspace and one app; open it with `async with`.

    Its arguments and attributes are those of `SlackWire` and `SlackServer`; what else people
    can do stands in `SlackModals`, `SlackShortcuts` and `SlackTalk`.
    """

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
        payload = command_payload(
            person=person,
            channel=place,
            command=command,
            words=text,
            response_url=url,
            trigger_id=self.triggers.issue(user=user, conversation=channel),
        )
        parcel = Parcel(kind="slash_commands", payload=payload)
        delivery = await self._send_for(url, response_url, parcel)
        heard = self._hear(response_url, delivery.acknowledgement)
        return replace(delivery, acknowledgement=heard)

    async def click(
        self, posted: Posted, action_id: str, *, user: str | None = None, value: str | None = None
    ) -> Delivery:
        """Click a button, or choose the option with this value, in a message.

        Args:
            posted: any version of it. What the version of now does not show is clicked in this
                one: an old copy on somebody's screen.
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
        shown, action = self._used_in(current, posted, action_id, value)
        blocks = message_object(shown)["blocks"]
        url, response_url = self.issue("actions", user=person.id, channel=place.id, clicked=current)
        payload = click_payload(
            person=person,
            channel=place,
            posted=shown,
            action=action,
            values=after(held(blocks, {}, conversation=place.id), action),
            response_url=url,
            trigger_id=self.triggers.issue(user=person.id, conversation=place.id),
        )
        parcel = Parcel(kind="interactive", payload=payload)
        return await self._send_for(url, response_url, parcel)

    def _used_in(
        self, current: Posted, given: Posted, action_id: str, value: str | None
    ) -> tuple[Posted, dict[str, Any]]:
        """The version of a message in which the element is, and the action."""
        stamp = f"{self.clock():.6f}"
        for shown in (current, given):
            blocks = message_object(shown)["blocks"]
            action = action_in(
                blocks, action_id, value=value, action_ts=stamp, is_offered=lambda *_: True
            )
            if action is not None:
                return shown, action
        raise ValueError(f"there is nothing to click with {action_id=} and {value=}")

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


def _read_acknowledgement(heard: Acknowledgement) -> Any:
    """The message in an acknowledgement's body: JSON, or plain text; None when it is broken."""
    if heard.content_type != JSON:
        return {"text": heard.body}
    try:
        return json.loads(heard.body)
    except (ValueError, RecursionError):
        return None
