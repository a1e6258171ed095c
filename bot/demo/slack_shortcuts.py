"""People reach the app by shortcuts and by its Home tab; other apps and people write messages.

post_as ──► a message to use a shortcut on
message_shortcut, shortcut, open_home ──► SlackWire ──► the app
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

from bot.demo.slack_delivery import Delivery
from bot.demo.slack_events import home_opened
from bot.demo.slack_interactions import message_shortcut_payload, shortcut_payload
from bot.demo.slack_objects import message_object, said_object, view_object
from bot.demo.slack_parcel import Parcel
from bot.demo.slack_talk import SlackTalk
from bot.demo.workspace import ANNA, WITH_APP, Posted, Said


class SlackShortcuts(SlackTalk):
    """A `SlackTalk` with other apps' messages, shortcuts and the Home tab."""

    def post_as(
        self,
        author: str,
        *,
        text: str = "",
        blocks: Sequence[dict[str, Any]] = (),
        attachments: Sequence[dict[str, Any]] = (),
        channel: str = WITH_APP,
        thread_ts: str | None = None,
    ) -> Said:
        """Post a message as a person, or as another app; our app hears nothing of it.

        Args:
            author: the id of a person, or any other id, such as `B0ALERTS01`, for a bot.
            text: in Slack's own writing, escaped.
            blocks: of any sort, not looked at.
            attachments: likewise.
            channel: where; a bot need not be in it.
            thread_ts: the message it replies to.

        Raises:
            ValueError: when there is no such channel, or the person can't write there.
        """
        is_person = self.workspace.person(author) is not None
        if is_person:
            self._actor(author, channel)
        elif self.workspace.channel(channel) is None:
            raise ValueError(f"there is no {channel}")
        said = Said(
            channel=channel,
            ts=self.workspace.new_ts(self.clock()),
            user=author if is_person else "",
            text=text,
            thread_ts=thread_ts,
            blocks=tuple(blocks),
            attachments=tuple(attachments),
            bot_id=None if is_person else author,
            username="" if is_person else "Alerts",
        )
        self.workspace.say(said)
        return said

    def delete_said(self, said: Said) -> None:
        """Let its author take a message away."""
        self.workspace.say(replace(said, deleted=True))

    async def message_shortcut(
        self, callback_id: str, message: Posted | Said, *, user: str = ANNA
    ) -> Delivery:
        """Use a message shortcut on a message as it stands now.

        Args:
            callback_id: of the shortcut.
            message: of our app, of another one, or of a person.
            user: who uses it.

        Raises:
            ValueError: when the message is gone, or seen by one person only: Slack offers no
                shortcut there; or when this person can't act in its channel.
        """
        person, place = self._actor(user, message.channel)
        shown = self._shown(message)
        url, response_url = self.issue("app", user=user, channel=place.id)
        payload = message_shortcut_payload(
            person=person,
            channel=place,
            callback_id=callback_id,
            message=shown,
            response_url=url,
            trigger_id=self.triggers.issue(user=user, conversation=place.id),
            action_ts=f"{self.clock():.6f}",
        )
        return await self._send_for(url, response_url, Parcel(kind="interactive", payload=payload))

    async def shortcut(self, callback_id: str, *, user: str = ANNA) -> Delivery:
        """Use a global shortcut.

        Raises:
            ValueError: when there is no such person.
        """
        person = self._somebody(user)
        payload = shortcut_payload(
            person=person,
            callback_id=callback_id,
            trigger_id=self.triggers.issue(user=user),
            action_ts=f"{self.clock():.6f}",
        )
        return await self._send_from(user, Parcel(kind="interactive", payload=payload))

    async def open_home(
        self, *, user: str = ANNA, tab: Literal["home", "messages"] = "home"
    ) -> Delivery:
        """Look at the app's Home or Messages tab, and wait for its acknowledgement.

        Raises:
            ValueError: when the Home tab is switched off, there is no such person, or the app has
                not subscribed to `app_home_opened`.
        """
        self._somebody(user)
        if tab == "home" and not self.surfaces.has_home:
            raise ValueError("the app has no Home tab")
        self._refuse_unheard("app_home_opened")
        home = self.home_of(user) if tab == "home" else None
        place = self.workspace.open_dm(user)
        event = home_opened(
            user=user,
            channel=place.id,
            tab=tab,
            view=None if home is None else view_object(home, self.surfaces.values(home)),
            event_ts=f"{self.clock():.6f}",
        )
        return await self._send_event(event, user=user, place=place)

    async def _send_from(self, user: str, parcel: Parcel) -> Delivery:
        """Send what comes from no channel and brings no response_url."""
        return replace(await self.send(parcel), id=self._secret(8), user=user)

    def _shown(self, message: Posted | Said) -> dict[str, Any]:
        if isinstance(message, Said):
            said = self.workspace.find_said(message.channel, message.ts)
            if said is None:
                raise ValueError("the message is gone")
            return said_object(said)
        posted = self.workspace.find(message.channel, message.ts)
        if posted is None:
            raise ValueError("the message is gone")
        if posted.ephemeral_to is not None:
            raise ValueError("there are no shortcuts on an ephemeral message")
        return message_object(posted)
