"""What people ask in Slack → parse → policy → query → render → reply.

A listener acknowledges at once, starts a task of ours and returns; nothing can be raised in it.
The task is the boundary: whatever happens, the asker is told, and the log has the same reference.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.errors import MongologError, SlackRefused
from bot.model import (
    Condition,
    Failure,
    HealthCheck,
    Help,
    Lookup,
    Menu,
    Message,
    Outcome,
    WatchStatus,
)
from bot.parse import parse
from bot.policy import Action, check
from bot.query import Query
from bot.render.answer import answer
from bot.render.condition import health, watch_status
from bot.render.guide import help_on, menu
from bot.render.trouble import beside, trouble
from bot.render.view import View
from bot.render.waiting import restarting, still_asking, waiting_turn
from bot.slack.asked import Asked, Door, is_from_a_person
from bot.slack.people import People, Person
from bot.slack.reply import Replies
from bot.slack.work import Work
from bot.telemetry import REFERENCE, event, fault, new_reference

COMMAND = "/mongolog"
EVENTS = ("app_mention", "message.im")
MOST_REMEMBERED = 1000  # event_ids; Slack sends an event again for minutes when it heard no answer
DOWNLOAD = "ml.download"  # a URL button; Slack tells us of the click and wants it acknowledged
PATIENCE_S = 2.0  # then the asker is told that the cloud is still being asked


def listen(bolt: AsyncApp, desk: "Desk", work: Work) -> None:
    """Register everything that the manifest declares."""

    @bolt.command(COMMAND)
    async def take_command(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        work.start(desk.serve(Asked.by_command(body)))

    seen = Seen(MOST_REMEMBERED)

    @bolt.event("app_mention")
    async def take_mention(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        if is_from_a_person(body["event"]) and seen.is_new(str(body.get("event_id"))):
            work.start(desk.serve(Asked.by_mention(body)))

    @bolt.event("message")  # edits and notices come here too, and want an acknowledgement
    async def take_message(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        is_direct = body["event"].get("channel_type") == "im" and is_from_a_person(body["event"])
        if is_direct and seen.is_new(str(body.get("event_id"))):
            work.start(desk.serve(Asked.by_direct_message(body)))

    @bolt.action(DOWNLOAD)
    async def take_download(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        user, channel = (body.get(name) or {} for name in ("user", "channel"))
        event("download.pressed", user=user.get("id"), channel=channel.get("id"))

    @bolt.error
    async def log_fault(error: Exception) -> None:  # Bolt's own handler prints text and body
        fault("delivery.broke", error)


class Seen:
    """The newest `most` names that came by."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._names: dict[str, None] = {}

    def is_new(self, name: str) -> bool:
        """Whether `name` comes for the first time."""
        if name in self._names:
            return False
        self._names[name] = None
        if len(self._names) > self._most:
            del self._names[next(iter(self._names))]
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Serves one question at a time, from its words to its answer.

    Attributes:
        query: asks the cloud.
        people: says who is asking and where.
        replies: sends the answer.
        condition: how the app itself is just now.
        link_hosts: hosts of download links beside the vendor's own.
        patience_s: how long an answer may take before the asker is told that it takes longer.
        now: the current time, aware.
        chance: makes references.
    """

    query: Query
    people: People
    replies: Replies
    condition: Callable[[], Condition]
    link_hosts: tuple[str, ...] = ()
    patience_s: float = PATIENCE_S
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    chance: random.Random = field(default_factory=random.SystemRandom)

    async def serve(self, asked: Asked) -> None:
        """Answer a question, whatever happens; the one place that catches everything."""
        reference = new_reference(self.chance)
        REFERENCE.set(reference)
        event(
            "command.received",
            door=asked.door.value,
            user=asked.user,
            team=asked.team,
            channel=asked.channel,
        )
        view = self._view(asked, reference)
        # Until the channel is known, what goes wrong is told to the asker alone.
        placed = replace(asked, is_shared=True) if asked.door is Door.MENTION else asked
        try:
            placed = await self._placed(asked)
            await self._serve(placed, view)
        except MongologError as error:
            event("command.failed", error=type(error).__name__, reason=str(error))
            await self.replies.answer(placed, trouble(error, view))
        except asyncio.CancelledError:
            event("command.cut_short")
            await self.replies.answer(placed, restarting(view))
            raise
        except Exception as error:  # noqa: BLE001 - the listener boundary: nobody is left in silence
            fault("command.broke", error)
            await self.replies.answer(placed, trouble(error, view))

    async def _placed(self, asked: Asked) -> Asked:
        """The question with what is known of its channel: decides who may see the answer."""
        if asked.door is not Door.MENTION or asked.is_shared:
            return asked
        try:
            place = await self.people.place(asked.channel)
        except SlackRefused:
            return replace(asked, is_shared=True)
        return replace(asked, is_shared=place.is_shared)

    async def _serve(self, asked: Asked, view: View) -> None:
        person = await self.people.person(asked.user, asked.team)
        check(person.actor, Action.LOOK_UP)
        command = parse(asked.text, now=self.now(), zone=person.zone)
        view = replace(view, zone=person.zone, links=asked.door is Door.COMMAND)
        match command:
            case Menu():
                await self.replies.answer(asked, menu(view))
            case Help(topic=topic):
                await self.replies.answer(asked, help_on(topic, view))
            case HealthCheck():
                await self.replies.answer(asked, health(self.condition(), view))
            case WatchStatus():
                await self.replies.answer(asked, watch_status(self.condition(), view))
            case Lookup(here=True) if asked.door is Door.COMMAND:
                await self._share(asked, command, person, view)
            case Lookup():
                outcomes = await self._ask(asked, command, view)
                await self._tell(asked, answer(outcomes, command, self._later(view)), outcomes)

    async def _share(self, asked: Asked, lookup: Lookup, person: Person, view: View) -> None:
        """Answer in the channel, for everyone there, without links; trouble goes to the asker."""
        place = await self.people.place(asked.channel)
        check(person.actor, Action.SHARE, place)
        outcomes = await self._ask(asked, lookup, view)
        if all(isinstance(outcome, Failure) for outcome in outcomes):
            await self._tell(asked, answer(outcomes, lookup, self._later(view)), outcomes)
            return
        shared = replace(self._later(view), links=False, shared_by=asked.user)
        try:
            await self.replies.share(asked.channel, answer(outcomes, lookup, shared))
            _log_outcomes(outcomes)
        except SlackRefused as refusal:  # the asker gets what was found, whoever else does not
            event("reply.not_shared", logging.WARNING, code=refusal.code)
            own = answer(outcomes, lookup, self._later(view))
            await self._tell(asked, beside(own, refusal), outcomes)

    async def _ask(self, asked: Asked, lookup: Lookup, view: View) -> tuple[Outcome, ...]:
        """Ask the cloud; say that it takes a while when it does."""
        asking = asyncio.create_task(self.query.ask(lookup, who=asked.user))
        try:
            done, _ = await asyncio.wait([asking], timeout=self.patience_s)
            if not done:
                is_waiting = self.query.is_waiting(lookup)
                told = waiting_turn(lookup, view) if is_waiting else still_asking(lookup, view)
                await self.replies.note(asked, told)
            return await asking
        finally:
            asking.cancel()

    async def _tell(self, asked: Asked, message: Message, outcomes: tuple[Outcome, ...]) -> None:
        await self.replies.answer(asked, message)
        _log_outcomes(outcomes)

    def _view(self, asked: Asked, reference: str) -> View:
        return View(
            now=self.now(),
            zone="UTC",  # until the asker's own is known
            reference=reference,
            links=False,
            link_hosts=self.link_hosts,
            command=asked.command,
        )

    def _later(self, view: View) -> View:
        return replace(view, now=self.now())


def _log_outcomes(outcomes: tuple[Outcome, ...]) -> None:
    for outcome in outcomes:
        if isinstance(outcome, Failure):
            error = outcome.error
            event(
                "lookup.failed",
                instance=outcome.instance,
                error=type(error).__name__,
                reason=str(error),
            )
        else:
            event(
                "lookup.answered",
                instance=outcome.instance,
                region=outcome.region,
                exports=len(outcome.exports),
                complete=outcome.complete,
                took_ms=round(1000 * outcome.took.total_seconds()),
            )
