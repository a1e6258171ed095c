"""Somebody presses a button of a message, or chooses an option there.

    ask again, another page, another state ──► in place of a private message; beside a shared one
    refresh a shared one ──► the same message, changed
    get link, curl ──► a private message that holds it, once the audit does
    share, send to me ──► a post

Every click is read and allowed anew: who, what, and in which place.
"""

import logging
from dataclasses import dataclass, replace

from bot.errors import BadCommand, NoSuchExport, Problem, Refusal, Refused, SlackRefused
from bot.model import Export, Failure, Lookup, Message, Outcome, Report
from bot.policy import Action, Place
from bot.record import AuditEntry, Deed
from bot.render.answer import answer
from bot.render.handed import curl_given, link_given, sent_to_you
from bot.render.links import can_be_given
from bot.render.view import Surface, View
from bot.slack.clicked import Click
from bot.slack.errand import Means
from bot.slack.inquiry import Inquiry, Note, is_barred
from bot.slack.once import Turn
from bot.slack.people import Person
from bot.slack.sharing import share
from bot.slack.values import AskFor, FetchLink, Order, read_order
from bot.slack.work import to_its_end
from bot.telemetry import event

DOWNLOAD, CONSOLE = "download", "console"
REFRESHING = ("refresh", "retry", "more")  # behind the dots no other question is asked again


@dataclass(slots=True, kw_only=True)
class Press:
    """The errand of one click in a message."""

    click: Click
    view: View
    means: Means

    async def run(self) -> None:
        """Do what the button says, once for a double click."""
        if self.click.action == CONSOLE or self.click.value.startswith("http"):
            return  # Slack has opened the address already
        if not self.click.is_ours:
            raise BadCommand(Problem.OLD_BUTTON)
        if self.click.action == DOWNLOAD:
            await note_download(self.click, self.means, self.view)
            return
        deed = (self.click.user, self.click.message_ts, self.click.action, self.click.value)
        order = read_order(self.click.value)
        with self.means.once.doing(deed) as turn:
            if turn:
                await self._carry_out(order, turn)
            else:
                event("click.repeated")

    async def tell(self, message: Message) -> None:
        """Say it beside the message, which stays."""
        await self.means.replies.answer(self.click.asked, message)

    async def _carry_out(self, order: Order, turn: Turn) -> None:
        if isinstance(order, FetchLink):
            message = await fetch_link(self.click, order, self.view, self.means, self._note)
            await to_its_end(self.means.replies.hand(self.click.asked, message))
            return
        person = await self.means.rights.person(self.click.user, self.click.team)
        self.view = replace(self.view, zone=person.zone)
        match order:
            case AskFor(to_me=True, lookup=lookup):
                await self._send_to_me(lookup, person, turn)
            case AskFor(lookup=Lookup(here=True) as lookup):
                await self._share(lookup, person, turn)
            case AskFor(lookup=lookup):
                await self._ask(lookup, person)

    async def _ask(self, lookup: Lookup, person: Person) -> None:
        """Answer in the message's place where that is the clicker's own, or beside it."""
        click, is_refresh = self.click, self.click.action in REFRESHING
        place = await self._place()
        changes = click.is_direct or (is_refresh and not click.is_ephemeral and not place.is_shared)
        view = replace(
            self.view,
            surface=self._surface(changes=changes),
            links=click.is_ephemeral,
            shared_by=click.shared_by or None if changes else None,
        )
        inquiry = self._inquiry(lookup, person, place, view, is_fresh=is_refresh)
        if changes and click.shared_by:
            inquiry = replace(inquiry, share_in=place)
        found = await self.means.lookups.find(inquiry)
        shown = replace(found.view, earlier=None) if changes else found.view
        message = answer(found.outcomes, lookup, shown)
        is_news = any(isinstance(outcome, Report) for outcome in found.outcomes)
        # What the clicker may not see, others may: their message keeps it.
        is_for_all = changes and is_news and not any(is_barred(each) for each in found.outcomes)
        if is_for_all and await self._changed(message):
            return
        # A failure stands beside the message: what was known is worth keeping.
        is_worth_more = is_news or any(
            isinstance(each, Failure) and each.last_known for each in found.outcomes
        )
        asked = replace(click.asked, replaces=click.is_ephemeral and is_worth_more)
        await to_its_end(self.means.replies.answer(asked, message))

    async def _changed(self, message: Message) -> bool:
        """Change the message that was clicked; False when Slack no longer lets it be changed."""
        click = self.click
        try:
            await to_its_end(self.means.replies.update(click.channel, click.message_ts, message))
        except SlackRefused as refusal:
            event("reply.refused", logging.WARNING, door="update", code=refusal.code)
            return False
        return True

    def _surface(self, *, changes: bool) -> Surface:
        if self.click.is_direct:
            return Surface.DIRECT
        return Surface.CHANNEL if changes else Surface.EPHEMERAL

    async def _share(self, lookup: Lookup, person: Person, turn: Turn) -> None:
        click, lookup = self.click, replace(lookup, here=False)
        place = await self.means.rights.people.place(click.channel, is_fresh=True)
        inquiry = replace(
            self._inquiry(lookup, person, place, self.view), share_in=place, is_fresh=False
        )
        shared = await share(self.means, inquiry, channel=click.channel, thread_ts=click.thread_ts)
        if shared.is_done:
            turn.is_done()
        else:
            await to_its_end(self.means.replies.answer(click.asked, shared.own))

    async def _send_to_me(self, lookup: Lookup, person: Person, turn: Turn) -> None:
        view = replace(self.view, surface=Surface.DIRECT)
        place = await self._place()
        found = await self.means.lookups.find(self._inquiry(lookup, person, place, view))
        message = answer(found.outcomes, lookup, found.view)
        await to_its_end(self.means.replies.post(self.click.user, message))
        turn.is_done()
        await self.tell(sent_to_you(self.view))

    async def _place(self) -> Place:
        if self.click.is_direct or self.click.is_ephemeral:
            return Place(channel=self.click.channel, is_shared=not self.click.is_direct)
        return await self.means.rights.place(self.click.channel)

    def _inquiry(
        self, lookup: Lookup, person: Person, place: Place, view: View, *, is_fresh: bool = False
    ) -> Inquiry:
        return Inquiry(
            lookup=lookup,
            person=person,
            place=place,
            view=view,
            is_fresh=is_fresh,
            note=self._note,
        )

    async def _note(self, message: Message) -> None:
        await self.means.replies.note(self.click.asked, message)


async def fetch_link(
    click: Click, order: FetchLink, view: View, means: Means, note: Note
) -> Message:
    """A message with a fresh link of one export, once the audit says so.

    Args:
        click: who asks for it, and where.
        order: which.
        view: the reader's side.
        means: what errands work with.
        note: tells the clicker that it takes a while.

    Raises:
        Refused: without the right to it there, or when the audit can't be written.
        CloudError: when the cloud gives none.
    """
    clerk = _Clerk(click=click, order=order, view=view, means=means)
    try:
        person = await means.rights.person(click.user, click.team)
        own = replace(view, zone=person.zone)
        outcome, rule = await _found(click, order, person, own, means=means, note=note)
    except Refused as refusal:
        await means.ledger.written(clerk.entry(Deed.REFUSED, rule=refusal.rule))
        raise
    report = _report(outcome)
    export = _export(report, order)
    is_good = can_be_given(export, view)
    given = clerk.entry(Deed.GIVEN, region=report.region, rule=rule)
    if is_good and not await means.ledger.written(given):
        raise Refused(Refusal.NO_AUDIT)
    give = curl_given if order.as_curl else link_given
    return give(report, export, replace(view, zone=person.zone, now=means.now(), links=True))


async def _found(
    click: Click, order: FetchLink, person: Person, view: View, *, means: Means, note: Note
) -> tuple[Outcome, str]:
    """What the cloud says of the instance now, and the rule that lets this person have its links.

    Raises:
        Refused: when none does.
    """
    place = Place(channel=click.channel or click.context.channel, is_shared=not click.is_direct)
    lookup = Lookup(instances=(order.instance,), region=order.region or None)
    means.rights.require(person, Action.LINK, place, instance=order.instance)
    found = await means.lookups.find(
        Inquiry(lookup=lookup, person=person, place=place, view=view, is_fresh=True, note=note)
    )
    outcome = found.outcomes[0]
    region = outcome.region if isinstance(outcome, Report) else ""
    allowed = means.rights.require(
        person, Action.LINK, place, instance=order.instance, region=region
    )
    return outcome, allowed.rule


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clerk:
    """Writes down what became of one link."""

    click: Click
    order: FetchLink
    view: View
    means: Means

    def entry(self, deed: Deed, *, region: str = "", rule: str = "") -> AuditEntry:
        return AuditEntry(
            at=self.means.now(),
            user=self.click.user,
            team=self.click.team,
            channel=self.click.channel or self.click.context.channel,
            instance=self.order.instance,
            region=region or self.order.region,
            export=self.order.export,
            deed=deed,
            rule=rule,
            reference=self.view.reference,
        )


def _report(outcome: Outcome) -> Report:
    if isinstance(outcome, Failure):
        raise outcome.error
    return outcome


def _export(report: Report, order: FetchLink) -> Export:
    found = next((each for each in report.exports if each.id == order.export), None)
    if found is None:
        raise NoSuchExport("NoSuchExport", region=report.region)
    return found


async def note_download(click: Click, means: Means, view: View) -> None:
    """Write into the audit that somebody pressed *Download*."""
    try:
        order = read_order(click.value)
    except BadCommand:
        order = None
    known = order if isinstance(order, FetchLink) else None
    await means.ledger.written(
        AuditEntry(
            at=means.now(),
            user=click.user,
            team=click.team,
            channel=click.channel or click.context.channel,
            instance=known.instance if known else "",
            region=known.region if known else "",
            export=known.export if known else "",
            deed=Deed.PRESSED,
            reference=view.reference,
        )
    )
