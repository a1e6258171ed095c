"""App Home: what somebody asked about lately, how to ask, and how the app is."""

from dataclasses import dataclass, replace

from bot.model import Message
from bot.render.home import home, home_of
from bot.render.view import View
from bot.slack.clicked import HomeOpened
from bot.slack.errand import Means

DRAWN_FOR_S = 10.0


@dataclass(slots=True, kw_only=True)
class Home:
    """The errand of drawing one person's App Home, at most every 10 seconds."""

    request: HomeOpened
    view: View
    means: Means

    async def run(self) -> None:
        """Draw it."""
        user, team = self.request.user, self.request.team
        if self.means.homes.get(user):
            return
        self.means.homes.put(user, self.view.now, kept_s=DRAWN_FOR_S)
        person = await self.means.rights.person(user, team)
        self.means.rights.require_known(person, None, is_about_nothing=True)
        mine = await self.means.ledger.of_user(user)
        shown = self.means.rights.visible(person, None, mine, is_own=True)
        view = replace(self.view, zone=person.zone)
        await self.means.screens.publish(user, home(shown, self.means.condition(), view))

    async def tell(self, message: Message) -> None:
        """Say it in App Home: nobody wants a message for having looked there."""
        await self.means.screens.publish(self.request.user, home_of(message))
