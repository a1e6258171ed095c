"""People talk to the app in the simulated Slack: they mention it, or write to it directly.

mention, say ──► Saying ──► the workspace keeps it
                        └─► event, if subscribed ──► SlackWire ──► the app
"""

from dataclasses import replace
from typing import Any

from bot.demo.slack_delivery import Delivery
from bot.demo.slack_events import Saying, direct_message, event_callback
from bot.demo.slack_events import mention as mention_event
from bot.demo.slack_parcel import Parcel
from bot.demo.slack_response_url import ResponseUrl
from bot.demo.slack_wire import SlackWire
from bot.demo.workspace import ANNA, BOT, WITH_APP, Channel, Person, Said

# The scope without which Slack sends nothing: docs.slack.dev/reference/events
SCOPE_OF = {"app_mention": "app_mentions:read", "message.im": "im:history"}  # others need none


class SlackTalk(SlackWire):
    """A `SlackWire` over which people talk to the app."""

    async def mention(
        self,
        text: str,
        *,
        user: str = ANNA,
        channel: str = WITH_APP,
        thread_ts: str | None = None,
        team: str | None = None,
        bot_id: str | None = None,
    ) -> Delivery:
        """Say `@mongolog` and a text in a channel, and wait for the app's acknowledgement.

        Args:
            text: what follows the mention, as typed; or all of it, when it says `@mongolog`.
            user: who says it.
            channel: where.
            thread_ts: the message it replies to.
            team: the workspace it comes from; None for the person's own.
            bot_id: of the bot that says it; `BOT` is the app itself.

        Raises:
            ValueError: when this person can't write there, or Slack sends the app no such event.
        """
        person, place = self._speaker(user, channel, bot_id)
        if place.kind == "im" or not place.has_app:
            raise ValueError(f"the app hears no mention in {channel}")
        self._refuse_unheard("app_mention")
        saying = Saying(
            person=person,
            channel=place,
            words=text,
            ts=self.workspace.new_ts(self.clock()),
            thread_ts=thread_ts,
            team=team,
            bot_id=bot_id,
        )
        return await self._tell(saying, mention_event(saying))

    async def say(
        self,
        text: str,
        *,
        user: str = ANNA,
        thread_ts: str | None = None,
        subtype: str | None = None,
        bot_id: str | None = None,
    ) -> Delivery:
        """Write to the app in its DM with a person, and wait for its acknowledgement.

        Args:
            text: as typed.
            user: whose DM it is, and who writes unless a bot does.
            thread_ts: the message it replies to.
            subtype: makes it another message than a plain one, such as `message_changed`.
            bot_id: of the bot that writes; `BOT` is the app itself.

        Raises:
            ValueError: when this person can't write there, or Slack sends the app no such event.
        """
        if self.workspace.person(user) is None:
            raise ValueError(f"{user} has no DM")
        person, place = self._speaker(user, self.workspace.open_dm(user).id, bot_id)
        self._refuse_unheard("message.im")
        saying = Saying(
            person=person,
            channel=place,
            words=text,
            ts=self.workspace.new_ts(self.clock()),
            thread_ts=thread_ts,
            bot_id=bot_id,
            subtype=subtype,
        )
        return await self._tell(saying, direct_message(saying))

    async def redeliver(self, delivery: Delivery, *, reason: str = "http_timeout") -> Delivery:
        """Send an event once more, as Slack does when it was not acknowledged in time.

        Args:
            delivery: of the event; that of the second try for a third one.
            reason: in Slack's words.

        Raises:
            ValueError: when it was no event: Slack sends nothing else twice.
        """
        if delivery.callback is None:
            raise ValueError("only events are sent again")
        parcel = Parcel(
            kind="events_api",
            payload=delivery.callback,
            retry_number=delivery.retry_number + 1,
            retry_reason=reason,
        )
        sent = await self.send(parcel)
        return replace(
            delivery,
            retry_number=parcel.retry_number,
            began=sent.began,
            acknowledgement=sent.acknowledgement,
        )

    async def _tell(self, saying: Saying, event: dict[str, Any]) -> Delivery:
        self._keep(saying, event)
        delivery = await self._send_event(event, user=saying.user, place=saying.channel)
        return replace(delivery, ts=saying.ts, thread_ts=saying.thread_ts)

    async def _send_event(self, event: dict[str, Any], *, user: str, place: Channel) -> Delivery:
        event_id = f"Ev{self._secret(5).upper()}"
        callback = event_callback(
            event,
            event_id=event_id,
            event_time=int(self.clock()),
            is_ext_shared_channel=place.shared,
        )
        return replace(
            await self.send(Parcel(kind="events_api", payload=callback)),
            id=event_id,
            user=user,
            channel=place.id,
            event_id=event_id,
            callback=callback,
        )

    async def _send_for(self, url: str, response_url: ResponseUrl, parcel: Parcel) -> Delivery:
        """Send what brings a response_url."""
        return replace(
            await self.send(parcel),
            id=response_url.answers,
            user=response_url.user,
            channel=response_url.channel,
            response_url=url,
        )

    def _keep(self, saying: Saying, event: dict[str, Any]) -> None:
        """The workspace keeps what is said, but for our app's own messages: it has those."""
        if saying.bot_id == BOT or saying.subtype is not None:
            return
        self.workspace.say(
            Said(
                channel=saying.channel.id,
                ts=saying.ts,
                user=saying.user,
                text=event["text"],
                thread_ts=saying.thread_ts,
            )
        )

    def _refuse_unheard(self, event: str) -> None:
        scope = SCOPE_OF.get(event)
        if event not in self.subscriptions or (scope is not None and scope not in self.scopes):
            raise ValueError(f"the app has not subscribed to {event}, or lacks {scope}")

    def _speaker(self, user: str, channel: str, bot_id: str | None) -> tuple[Person, Channel]:
        """Who says it and where; a bot need not be a member."""
        if bot_id is None:
            return self._actor(user, channel)
        person, place = self.workspace.person(user), self.workspace.channel(channel)
        if person is None or place is None or place.archived:
            raise ValueError(f"no bot can write in {channel} beside {user}")
        return person, place

    def _somebody(self, user: str) -> Person:
        person = self.workspace.person(user)
        if person is None or person.deleted:
            raise ValueError(f"there is no {user}")
        return person

    def _actor(self, user: str, channel: str) -> tuple[Person, Channel]:
        person, place = self.workspace.person(user), self.workspace.channel(channel)
        if person is None or person.deleted or place is None:
            raise ValueError(f"{user} can't act in {channel}: no such person or place")
        if user not in place.members or place.archived:
            raise ValueError(f"{user} can't act in {channel}")
        return person, place
