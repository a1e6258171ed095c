"""Shortcuts, and what is asked, chosen and submitted in modals.

    a shortcut ──► a modal that says it is loading, before anything is checked
               ──► the answer, a form, or why there is none, in the same modal

A modal that was closed meanwhile is left closed. Of one that could not be opened a private message
tells.
"""

import asyncio
import logging
from dataclasses import dataclass, field, replace

from bot.errors import BadCommand, Problem, Refusal, Refused, SlackRefused
from bot.model import MAX_INSTANCES, Lookup, Message
from bot.parse import canonical, parse
from bot.policy import Place
from bot.render.answer import answer
from bot.render.handed import shared_note
from bot.render.ids import LOOKUP_VIEW, MESSAGE_VIEW
from bot.render.modals import Share, form, loading, modal_of, type_an_id
from bot.render.view import Surface, View
from bot.slack.clicked import Click, Shortcut, Submission
from bot.slack.context import MOST_INSTANCES, Context
from bot.slack.errand import Means
from bot.slack.inquiry import Inquiry
from bot.slack.mentioned import mentioned
from bot.slack.once import Turn
from bot.slack.people import Person
from bot.slack.press import (
    CONSOLE,
    DOWNLOAD,
    REFRESHING,
    fetch_link,
    note_download,
)
from bot.slack.screens import SlackView
from bot.slack.sharing import share
from bot.slack.values import AskFor, FetchLink, Order, read_order, read_question
from bot.slack.work import to_its_end
from bot.telemetry import event

# The acknowledgement of a submission puts the loading screen there, and travels by another way: an
# answer that came before it would be covered for ever.
SETTLING_S = 0.3

Request = Shortcut | Submission | Click


@dataclass(slots=True, kw_only=True)
class Modal:
    """The errand of one shortcut, submission or click in a modal or in App Home.

    Attributes:
        request: what came.
        view: the reader's side.
        means: what it works with.
        view_id: the modal that is open; "" while there is none.
        callback_id: what it is named.
        context: what is noted in it.
        is_shared: the answer was just shared, so that there is nothing more to press.
        number: of this errand, among those of the same modal.
        shows_from: the moment of the loop's clock before which nothing may be shown.
    """

    request: Request
    view: View
    means: Means
    view_id: str = ""
    callback_id: str = LOOKUP_VIEW
    context: Context = field(default_factory=Context)
    is_shared: bool = False
    shows_from: float = 0.0
    number: int = 0

    async def run(self) -> None:
        """Open the modal, or take the one that is open, and answer in it."""
        match self.request:
            case Shortcut(message=None):
                await self._open_form(self.request)
            case Shortcut():
                await self._look_at_message(self.request)
            case Submission():
                await self._take_submission(self.request)
            case Click():
                await self._take_click(self.request)

    async def tell(self, message: Message) -> None:
        """Say it in the modal, or in private messages when there is none."""
        # Whoever may not ask, or can't be answered now, has nothing to choose or to share.
        self.context = replace(self.context, instances=(), question="")
        await self._deliver(message)

    async def _deliver(self, message: Message) -> None:
        """Show it in the modal; in a private message when there is none, or Slack won't."""
        if self.view_id:
            try:
                await self._show(message)
            except SlackRefused as refusal:
                event("reply.refused", logging.WARNING, door="modal", code=refusal.code)
            else:
                return
        await self.means.replies.answer(self.request.asked, message)

    async def _say(self, message: Message) -> None:
        """A line on the way to the answer; when it can't be shown, the answer still will be."""
        try:
            await self._show(message)
        except SlackRefused as refusal:
            event("reply.note_refused", code=refusal.code)

    async def _open_form(self, shortcut: Shortcut) -> None:
        mine = await self.means.ledger.of_user(shortcut.user)
        screen = form(mine, self.context.write(), self.view)
        self.view_id = await self.means.screens.open(shortcut.trigger_id, screen)

    async def _look_at_message(self, shortcut: Shortcut) -> None:
        self.callback_id = MESSAGE_VIEW
        found = mentioned(shortcut.message or {})
        self.context = Context(
            channel=shortcut.channel,
            thread_ts=shortcut.thread_ts,
            instances=found[:MOST_INSTANCES],
        )
        if not found:
            screen = type_an_id(self.context.write(), self.view)
            self.view_id = await self.means.screens.open(shortcut.trigger_id, screen)
            return
        await self._open_loading(shortcut.trigger_id)
        await self._ask(Lookup(instances=found[:MAX_INSTANCES]))

    async def _open_loading(self, trigger_id: str) -> None:
        screen = loading(self.callback_id, self.context.write())
        self.view_id = await self.means.screens.open(trigger_id, screen)
        self.number = self.means.newest.begin(self.view_id)

    async def _take_submission(self, submission: Submission) -> None:
        """The listener has put the loading screen in its place already."""
        self.view_id, self.context = submission.view_id, submission.context
        self.number = self.means.newest.begin(self.view_id)
        self.callback_id = submission.callback_id
        self.shows_from = asyncio.get_running_loop().time() + SETTLING_S
        if submission.conversation is None:
            person = await self._person()
            command = parse(submission.words, now=self.means.now(), zone=person.zone)
            if not isinstance(command, Lookup):
                raise BadCommand(Problem.NO_INSTANCE)
            await self._ask(command)
        else:
            await self._take_share(submission, submission.conversation)

    async def _take_share(self, submission: Submission, conversation: str) -> None:
        question = read_question(submission.context.question)
        deed = (submission.user, submission.view_id, conversation, submission.context.question)
        with self.means.once.doing(deed) as turn:
            if turn:
                await self._share(question, conversation, "")
                if self.is_shared:
                    turn.is_done()

    async def _take_click(self, click: Click) -> None:
        if click.action == CONSOLE or click.value.startswith("http"):
            return
        if click.action == DOWNLOAD:
            await note_download(click, self.means, self.view)
            return
        self.context = click.context
        if click.view == "modal":
            self.view_id, self.callback_id = click.view_id, click.callback_id
        deed = (click.user, click.view_id, click.action, click.value)
        with self.means.once.doing(deed) as turn:
            if turn:
                self.number = self.means.newest.begin(self.view_id) if self.view_id else 0
                await self._carry_out(click, read_order(click.value), turn)

    async def _carry_out(self, click: Click, order: Order, turn: Turn) -> None:
        if click.view == "home":
            await self._open_loading(click.trigger_id)
        match order:
            case FetchLink():
                given = await fetch_link(click, order, self.view, self.means, self._say)
                await self._deliver(given)
            case AskFor(to_me=True, lookup=lookup):
                await self._send_to_me(lookup, turn)
            case AskFor(lookup=Lookup(here=True) as lookup):
                await self._share(lookup, self.context.channel, self.context.thread_ts)
                if self.is_shared:
                    turn.is_done()
            case AskFor(lookup=lookup):
                await self._ask(lookup, is_fresh=click.action in REFRESHING)

    async def _ask(self, lookup: Lookup, *, is_fresh: bool = False) -> None:
        inquiry = await self._inquiry(lookup)
        found = await self.means.lookups.find(replace(inquiry, is_fresh=is_fresh))
        self._note(lookup)
        await to_its_end(self._deliver(answer(found.outcomes, lookup, found.view)))

    async def _share(self, lookup: Lookup, channel: str, thread_ts: str) -> None:
        lookup = replace(lookup, here=False)
        self._note(lookup)
        if not await self.means.rights.people.is_member(channel, self.request.user):
            raise Refused(Refusal.NOT_A_MEMBER)
        place = await self.means.rights.people.place(channel, is_fresh=True)
        inquiry = replace(await self._inquiry(lookup), share_in=place)
        shared = await share(self.means, inquiry, channel=channel, thread_ts=thread_ts)
        if shared.is_done:
            self.is_shared = True
            await to_its_end(self._deliver(shared_note(shared.own, channel)))
        else:
            await to_its_end(self._deliver(shared.own))

    async def _send_to_me(self, lookup: Lookup, turn: Turn) -> None:
        inquiry = await self._inquiry(lookup)
        view = replace(inquiry.view, surface=Surface.DIRECT, links=False)
        found = await self.means.lookups.find(replace(inquiry, view=view))
        message = answer(found.outcomes, lookup, found.view)
        await to_its_end(self.means.replies.post(self.request.user, message))
        turn.is_done()
        own = answer(found.outcomes, lookup, replace(found.view, surface=Surface.MODAL))
        await self._deliver(shared_note(own, ""))

    async def _person(self) -> Person:
        request = self.request.asked
        person = await self.means.rights.person(request.user, request.team)
        self.view = replace(self.view, zone=person.zone)
        return person

    async def _inquiry(self, lookup: Lookup) -> Inquiry:
        person = await self._person()
        view = replace(self.view, surface=Surface.MODAL, links=True)
        place = Place(channel=self.context.channel, is_shared=True)
        return Inquiry(lookup=lookup, person=person, place=place, view=view, note=self._say)

    def _note(self, lookup: Lookup) -> None:
        """Note in the modal what it answers."""
        self.context = replace(self.context, question=canonical(lookup))

    async def _show(self, message: Message) -> None:
        question = self._question()
        answered = question.instances if question else ()
        rest = tuple(each for each in self.context.instances if each not in answered)

        def layout(message: Message) -> SlackView:
            return modal_of(
                message,
                callback_id=self.callback_id,
                metadata=self.context.write(),
                rest=rest,
                share=self._sharing(),
                question=question,
            )

        await asyncio.sleep(self.shows_from - asyncio.get_running_loop().time())
        is_newest = self.means.newest.is_newest(self.view_id, self.number)
        if not is_newest and not self.is_shared:  # what was posted is told, whatever came since
            event("view.outdated")
            return
        await self.means.screens.show(self.view_id, message, layout)

    def _question(self) -> Lookup | None:
        """What the modal answers; None when it answers nothing, or that can't be read."""
        try:
            return read_question(self.context.question) if self.context.question else None
        except BadCommand:
            return None

    def _sharing(self) -> Share | None:
        if not self.context.question or self.is_shared:
            return None
        return Share.THREAD if self.context.channel else Share.CONVERSATION
