"""Somebody asks in words: a command, a mention, a direct message.

words ──► Command ──► look-up, menu, help, health ──► an answer where it was asked
"""

from dataclasses import dataclass, replace

from bot.errors import SlackRefused
from bot.model import HealthCheck, Help, InstanceId, Lookup, Menu, Message, WatchStatus
from bot.parse import parse
from bot.policy import Place
from bot.render.answer import answer
from bot.render.condition import health, watch_status
from bot.render.guide import help_on, menu
from bot.render.view import Surface, View
from bot.slack.asked import Asked, Door
from bot.slack.errand import Means
from bot.slack.inquiry import Inquiry
from bot.slack.people import Person
from bot.slack.sharing import share
from bot.slack.work import to_its_end

SURFACES = {
    Door.COMMAND: Surface.EPHEMERAL,
    Door.MENTION: Surface.CHANNEL,
    Door.DIRECT: Surface.DIRECT,
}


@dataclass(slots=True, kw_only=True)
class Talk:
    """The errand of one question.

    Attributes:
        asked: the question, with what is known of who may see the answer.
        view: the reader's side.
        means: what it works with.
        has_place: whether the channel has been looked at; until then the asker alone is told.
    """

    asked: Asked
    view: View
    means: Means
    has_place: bool = False

    async def run(self) -> None:
        """Answer it."""
        place = await self._look_around()
        person = await self.means.rights.person(
            self.asked.user, self.asked.team, app=self.asked.app
        )
        self.means.rights.require_known(person, place)
        if found := await self._find(person, place):
            await to_its_end(self.means.replies.answer(self.asked, found))

    async def tell(self, message: Message) -> None:
        """Answer where it was asked; the asker alone while the channel is not known."""
        asked = self.asked if self.has_place else to_the_asker_alone(self.asked)
        await self.means.replies.answer(asked, message)

    async def _look_around(self) -> Place:
        """What is known of the place; decides who may see the answer to a mention."""
        asked = self.asked
        is_mention = asked.door is Door.MENTION
        if is_mention and not asked.is_shared:
            try:
                place = await self.means.rights.people.place(asked.channel)
            except SlackRefused:
                place = Place(channel=asked.channel, is_shared=True)
            self.asked = replace(asked, is_shared=place.is_shared)
        self.has_place = True
        # Of a command's channel nothing is known; what others will see is asked about by itself.
        return Place(channel=asked.channel, is_shared=asked.door is not Door.DIRECT)

    async def _find(self, person: Person, place: Place) -> Message | None:
        """What to say; None when everybody in the channel has seen it already."""
        command = parse(self.asked.text, now=self.means.now(), zone=person.zone)
        surface = Surface.EPHEMERAL if self.asked.is_private else SURFACES[self.asked.door]
        is_command = self.asked.door is Door.COMMAND
        view = replace(self.view, zone=person.zone, links=is_command, surface=surface)
        if not isinstance(command, Lookup):
            self.means.rights.require_known(person, place, is_about_nothing=True)
        match command:
            case Menu():
                return await self._menu(person, place, view)
            case Help(topic=topic):
                return help_on(topic, view)
            case HealthCheck():
                return health(self.means.condition(), view)
            case WatchStatus():
                return watch_status(self.means.condition(), view)
            case Lookup(here=True) if is_command:
                return await self._share(self._inquiry(command, person, place, view))
            case Lookup():
                found = await self.means.lookups.find(self._inquiry(command, person, place, view))
                return answer(found.outcomes, command, found.view)

    def _inquiry(self, lookup: Lookup, person: Person, place: Place, view: View) -> Inquiry:
        async def note(message: Message) -> None:
            await self.means.replies.note(self.asked, message)

        return Inquiry(lookup=lookup, person=person, place=place, view=view, note=note)

    async def _share(self, inquiry: Inquiry) -> Message | None:
        channel = self.asked.channel
        place = await self.means.rights.people.place(channel, is_fresh=True)
        shared = await share(self.means, replace(inquiry, share_in=place), channel=channel)
        return None if shared.is_done else shared.own

    async def _menu(self, person: Person, place: Place, view: View) -> Message:
        ledger, rights, asked = self.means.ledger, self.means.rights, self.asked
        mine: tuple[InstanceId, ...] = ()
        here: tuple[InstanceId, ...] = ()
        if view.surface is not Surface.CHANNEL:  # what one person asks about is not for everybody
            mine = await ledger.of_user(asked.user)
        if asked.door is not Door.DIRECT:
            here = await ledger.of_channel(asked.channel)
        return menu(
            view,
            rights.visible(person, place, mine, is_own=True),
            rights.visible(person, place, here, is_own=False),
        )


def to_the_asker_alone(asked: Asked) -> Asked:
    """The question, to be answered where nobody else sees it."""
    return replace(asked, is_shared=True) if asked.door is Door.MENTION else asked
