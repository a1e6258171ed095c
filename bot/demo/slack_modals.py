"""People use the app's modals and its Home tab: they click, choose, submit and close.

click_in ──► block_actions ──► the app
submit ──► view_submission ──► the app ──► response_action ──► the modal
close ──► view_closed, if the view asks for it ──► the app
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.demo.slack_delivery import Acknowledgement, Delivery
from bot.demo.slack_inputs import Offer, action_in, after
from bot.demo.slack_interactions import closed_payload, submission_payload, view_click_payload
from bot.demo.slack_parcel import Parcel
from bot.demo.slack_refusal import SlackRefusal
from bot.demo.slack_shortcuts import SlackShortcuts
from bot.demo.slack_submission import Entry, carry_out, filled, inputs_of, response_url_inputs
from bot.demo.slack_surfaces import View
from bot.demo.workspace import Channel, Person

CHANNEL_SORTS = {"channel": "public", "private": "private", "im": "im"}


class SlackModals(SlackShortcuts):
    """A `SlackShortcuts` in which people use what the app shows them."""

    async def click_in(
        self, view: View, action_id: str, value: str | None = None, *, user: str | None = None
    ) -> Delivery:
        """Click a button, or choose an option or a conversation, in a modal or on a Home tab.

        Args:
            view: any version of it. What the version of now does not show is clicked in this one:
                an old copy on the person's screen.
            action_id: of the element.
            value: of the button, the option or the conversation.
            user: who clicks; only one person sees a view.

        Raises:
            ValueError: when the view is closed, there is nothing such to click, or this person
                does not see it.
        """
        current = self._open(view, user)
        person = self._somebody(current.user)
        shown, action = self._used(current, view, action_id, value, person)
        values = after(self.surfaces.values(current), action)
        self.surfaces.enter(current, values)
        modal_id = None if current.is_home else current.id
        trigger_id = self.triggers.issue(
            user=person.id, conversation=current.conversation, view_id=modal_id
        )
        payload = view_click_payload(
            person=person, view=shown, values=values, action=action, trigger_id=trigger_id
        )
        return await self._send_from(person.id, Parcel(kind="interactive", payload=payload))

    async def submit(
        self, view: View, values: Mapping[str, Entry] | None = None, *, user: str | None = None
    ) -> Delivery:
        """Fill a modal's fields in, submit it, and do what the acknowledgement asks.

        Args:
            view: any version of it; the one of now is submitted.
            values: what is typed or chosen, by action_id, or by block_id and action_id: a text, or
                the value of an option, or the id of a conversation; None empties a field. What is
                left out stays as it is.
            user: who submits; only one person sees a view.

        Raises:
            ValueError: when the view is closed, is not on top or has no submit button, or when the
                person's Slack would not let them: a field empty, too short, or unknown.
        """
        current = self._open(view, user)
        if current not in self.views or "submit" not in current.view:
            raise ValueError("the view has no submit button, or is covered by another one")
        person = self._somebody(current.user)
        entered = filled(current, self.surfaces.values(current), values or {}, self._offer(person))
        self.surfaces.enter(current, entered)
        self.surfaces.put_errors(current, {})
        payload = submission_payload(
            person=person,
            view=current,
            values=entered,
            trigger_id=self.triggers.issue(
                user=person.id, conversation=current.conversation, view_id=current.id
            ),
            response_urls=self._response_urls_of(current, person),
        )
        parcel = Parcel(kind="interactive", payload=payload)
        delivery = await self._send_from(person.id, parcel)
        return replace(delivery, acknowledgement=self._follow(current, delivery.acknowledgement))

    async def close(self, view: View, *, whole: bool = False) -> tuple[Delivery, ...]:
        """Close a view as its person does; the app is told of those with `notify_on_close`.

        Args:
            view: any version of one that is on top.
            whole: close the modal with all its views, as the cross does; a view with
                `clear_on_close` does so anyway.

        Raises:
            ValueError: when it is closed, not on top, or a Home tab.
        """
        current = self._open(view, None)
        if current not in self.views:
            raise ValueError("only the view on top of a modal can be closed")
        person = self._somebody(current.user)
        is_cleared = whole or bool(current.view.get("clear_on_close"))
        stack = self._stack_of(current) if is_cleared else (current,)
        payloads = [
            closed_payload(
                person=person,
                view=each,
                values=self.surfaces.values(each),
                is_cleared=is_cleared,
            )
            for each in stack
            if each.view.get("notify_on_close")
        ]
        self.surfaces.close(stack[-1])
        parcels = [Parcel(kind="interactive", payload=payload) for payload in payloads]
        return tuple([await self._send_from(person.id, parcel) for parcel in parcels])

    def _open(self, view: View, user: str | None) -> View:
        current = self.surfaces.find(view.id)
        if current is None:
            raise ValueError("the view is closed")
        if user is not None and user != current.user:
            raise ValueError(f"{user} does not see this view")
        return current

    def _stack_of(self, view: View) -> tuple[View, ...]:
        """The views from this one on top down to the first."""
        below = self.surfaces.find(view.previous) if view.previous else None
        return (view,) if below is None else (view, *self._stack_of(below))

    def _used(
        self, current: View, given: View, action_id: str, value: str | None, person: Person
    ) -> tuple[View, dict[str, Any]]:
        """The version in which the element is, and the action."""
        stamp, offer = f"{self.clock():.6f}", self._offer(person)
        for shown in (current, given):
            action = action_in(
                shown.blocks, action_id, value=value, action_ts=stamp, is_offered=offer
            )
            if action is not None:
                return shown, action
        raise ValueError(f"there is nothing to use with {action_id=} and {value=}")

    def _offer(self, person: Person) -> Offer:
        """What the conversations_selects that this person sees have to choose from."""

        def is_offered(element: dict[str, Any], conversation: str) -> bool:
            place = self.workspace.channel(conversation)
            return place is not None and _fits(place, person, element.get("filter", {}))

        return is_offered

    def _follow(self, submitted: View, heard: Acknowledgement) -> Acknowledgement:
        """Do what an acknowledgement asks; the view stays when it asks for nothing possible."""
        if heard.outcome != "ok":
            return heard
        try:
            answer = json.loads(heard.body) if heard.body.strip() else {}
            carry_out(answer, submitted, self.surfaces)
        except (ValueError, RecursionError, SlackRefusal):
            return replace(heard, outcome="invalid_view_response")
        return heard

    def _response_urls_of(self, view: View, person: Person) -> list[dict[str, str]]:
        values, urls = self.surfaces.values(view), []
        for block_id, action_id in response_url_inputs(inputs_of(view)):
            channel = values[block_id][action_id]["selected_conversation"]
            url, _ = self.issue("app", user=person.id, channel=channel)
            named = {"block_id": block_id, "action_id": action_id}
            urls.append({**named, "channel_id": channel, "response_url": url})
        return urls


def _fits(place: Channel, person: Person, wanted: Mapping[str, Any]) -> bool:
    sort = CHANNEL_SORTS[place.kind]
    is_seen = place.kind == "channel" or person.id in place.members
    is_wanted = sort in wanted.get("include", CHANNEL_SORTS.values())
    is_barred = place.shared and wanted.get("exclude_external_shared_channels", False)
    return is_seen and is_wanted and not place.archived and not is_barred
