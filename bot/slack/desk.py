"""A question → policy → query → render → reply: one answer to each, whatever happens.

Each question has a task of its own, and `Desk.serve` is its boundary: whatever breaks, the asker is
told, and the log has the same reference. When the process ends, the task is cancelled: an answer
that is being sent is sent to its end, and whoever has none yet is told to ask again.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

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
from bot.slack.asked import Asked, Door
from bot.slack.people import People, Person
from bot.slack.reply import Replies
from bot.slack.work import to_its_end
from bot.telemetry import REFERENCE, event, fault, new_reference

PATIENCE_S = 2.0  # then the asker is told that the cloud is still being asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a question came to.

    Attributes:
        message: for the asker; None when everybody in the channel has seen it already.
        outcomes: what a look-up found, for the log.
    """

    message: Message | None
    outcomes: tuple[Outcome, ...] = ()


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
        try:
            placed, found = await self._answer(asked, view)
            if found.message is not None:
                await to_its_end(self.replies.answer(placed, found.message))
            _log_outcomes(found.outcomes)
        except Exception as error:  # noqa: BLE001 - the listener boundary: nobody is left in silence
            fault("command.broke", error)
            told = self.replies.answer(_to_the_asker_alone(asked), trouble(error, view))
            await to_its_end(told)

    async def _answer(self, asked: Asked, view: View) -> tuple[Asked, Answer]:
        """What to say, and the question with what is known of who may see it."""
        placed = _to_the_asker_alone(asked)  # until the channel is known
        try:
            placed = await self._placed(asked)
            return placed, await self._find(placed, view)
        except MongologError as error:
            event("command.failed", error=type(error).__name__, reason=str(error))
            return placed, Answer(message=trouble(error, view))
        except asyncio.CancelledError:  # the process ends, and this is the last that can be said
            event("command.cut_short")
            return placed, Answer(message=restarting(view))

    async def _placed(self, asked: Asked) -> Asked:
        """The question with what is known of its channel: decides who may see the answer."""
        if asked.door is not Door.MENTION or asked.is_shared:
            return asked
        try:
            place = await self.people.place(asked.channel)
        except SlackRefused:
            return _to_the_asker_alone(asked)
        return replace(asked, is_shared=place.is_shared)

    async def _find(self, asked: Asked, view: View) -> Answer:
        person = await self.people.person(asked.user, asked.team)
        check(person.actor, Action.LOOK_UP)
        command = parse(asked.text, now=self.now(), zone=person.zone)
        view = replace(view, zone=person.zone, links=asked.door is Door.COMMAND)
        match command:
            case Menu():
                return Answer(message=menu(view))
            case Help(topic=topic):
                return Answer(message=help_on(topic, view))
            case HealthCheck():
                return Answer(message=health(self.condition(), view))
            case WatchStatus():
                return Answer(message=watch_status(self.condition(), view))
            case Lookup(here=True) if asked.door is Door.COMMAND:
                return await self._share(asked, command, person, view)
            case Lookup():
                outcomes = await self._ask(asked, command, view)
                return Answer(
                    message=answer(outcomes, command, self._later(view)), outcomes=outcomes
                )

    async def _share(self, asked: Asked, lookup: Lookup, person: Person, view: View) -> Answer:
        """Answer in the channel, for everyone there, without links; trouble goes to the asker."""
        place = await self.people.place(asked.channel)
        check(person.actor, Action.SHARE, place)
        outcomes = await self._ask(asked, lookup, view)
        view = self._later(view)
        own = answer(outcomes, lookup, view)
        if all(isinstance(outcome, Failure) for outcome in outcomes):
            return Answer(message=own, outcomes=outcomes)
        shared = answer(outcomes, lookup, replace(view, links=False, shared_by=asked.user))
        try:
            await to_its_end(self.replies.share(asked.channel, shared))
        except SlackRefused as refusal:  # the asker gets what was found, whoever else does not
            event("reply.not_shared", logging.WARNING, code=refusal.code)
            return Answer(message=beside(own, refusal), outcomes=outcomes)
        return Answer(message=None, outcomes=outcomes)

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


def _to_the_asker_alone(asked: Asked) -> Asked:
    return replace(asked, is_shared=True) if asked.door is Door.MENTION else asked


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
