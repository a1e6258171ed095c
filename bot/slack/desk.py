"""Whatever somebody wants → an errand: one answer to each, whatever happens.

    words ──► talk      a button ──► press      shortcuts, modals ──► modal      App Home ──► home

Each has a task of its own, and `Desk.serve` is its boundary: whatever breaks, the asker is told,
and the log has the same reference. When the process ends, the task is cancelled: an answer that is
being sent is sent to its end, and whoever has none yet is told to ask again.
"""

import asyncio
import logging
import random
from dataclasses import dataclass, field

from bot.errors import MongologError, SlackRefused
from bot.model import Message
from bot.render.trouble import trouble
from bot.render.view import Surface, View
from bot.render.waiting import restarting
from bot.slack.asked import Asked
from bot.slack.clicked import Click, HomeOpened, Shortcut, Submission
from bot.slack.errand import Errand, Means
from bot.slack.home import Home
from bot.slack.modal import Modal
from bot.slack.press import Press
from bot.slack.talk import SURFACES, Talk, to_the_asker_alone
from bot.slack.work import to_its_end
from bot.telemetry import REFERENCE, event, fault, new_reference

Request = Asked | Click | Shortcut | Submission | HomeOpened


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Serves one request at a time, from what came to its answer.

    Attributes:
        means: what errands work with.
        console: the address of the cloud's console; "" when it is not known.
        chance: makes references.
    """

    means: Means
    console: str = ""
    chance: random.Random = field(default_factory=random.SystemRandom)

    def hears(self, app: str) -> bool:
        """Whether another app, named by a rule, is heard now."""
        return self.means.apps.hears(app)

    async def serve(self, request: Request) -> None:
        """Answer a request, whatever happens; the one place that catches everything."""
        asked = request if isinstance(request, Asked) else request.asked
        reference = new_reference(self.chance)
        REFERENCE.set(reference)
        event(
            "command.received",
            door=_door(request),
            user=asked.user,
            team=asked.team,
            channel=asked.channel,
        )
        view = self._view(asked, reference)
        errand = self._errand(request, view)
        try:
            await _run(errand, view)
        except Exception as error:  # noqa: BLE001 - the listener boundary: nobody is left in silence
            fault("command.broke", error)
            await self._apologise(errand, asked, trouble(error, view))

    async def _apologise(self, errand: Errand, asked: Asked, message: Message) -> None:
        """Tell it the errand's own way; when that is what is broken, in a private message."""
        try:
            await _tell(errand, message)
        except Exception as error:  # noqa: BLE001 - the same boundary
            fault("apology.broke", error)
            alone = to_the_asker_alone(asked)
            await to_its_end(self.means.replies.answer(alone, message))

    def _errand(self, request: Request, view: View) -> Errand:
        match request:
            case Asked():
                return Talk(asked=request, view=view, means=self.means)
            case Click(view=""):
                return Press(click=request, view=view, means=self.means)
            case HomeOpened():
                return Home(request=request, view=view, means=self.means)
            case _:
                return Modal(request=request, view=view, means=self.means)

    def _view(self, asked: Asked, reference: str) -> View:
        return View(
            now=self.means.now(),
            zone="UTC",  # until the asker's own is known
            reference=reference,
            links=False,
            link_hosts=self.means.lookups.link_hosts,
            command=asked.command,
            surface=SURFACES.get(asked.door, Surface.EPHEMERAL),
            console=self.console,
        )


async def _run(errand: Errand, view: View) -> None:
    try:
        await errand.run()
    except MongologError as error:
        event("command.failed", error=type(error).__name__, reason=str(error))
        await _tell(errand, trouble(error, view))
    except asyncio.CancelledError:  # the process ends, and this is the last that can be said
        event("command.cut_short")
        await _tell(errand, restarting(view))


async def _tell(errand: Errand, message: Message) -> None:
    try:
        await to_its_end(errand.tell(message))
    except SlackRefused as refusal:
        event("reply.lost", logging.ERROR, code=refusal.code)


def _door(request: Request) -> str:
    match request:
        case Asked():
            return request.door.value
        case Shortcut(message=None):
            return "shortcut"
        case Shortcut():
            return "message_shortcut"
        case Click():
            return request.view or "click"
        case Submission():
            return "submission"
        case HomeOpened():
            return "home"
