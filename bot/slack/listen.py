"""What Slack delivers: acknowledged at once, then given to the desk in a task of ours.

Nothing can be raised in a listener: it acknowledges, starts that task and returns.
"""

import re
from datetime import UTC, datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.errors import BadCommand, Problem
from bot.model import Lookup
from bot.parse import parse
from bot.render.explanations import explain
from bot.render.foreign import plain
from bot.render.ids import ACTIONS, LOOKUP_SHORTCUT, LOOKUP_VIEW, MESSAGE_SHORTCUT, MESSAGE_VIEW
from bot.render.modals import loading
from bot.slack.asked import Asked, app_behind, is_from_a_person
from bot.slack.clicked import Click, HomeOpened, Shortcut, Submission
from bot.slack.desk import Desk
from bot.slack.work import Work
from bot.telemetry import fault

COMMAND = "/mongolog"
EVENTS = ("app_home_opened", "app_mention", "message.im")
SHORTCUTS = (LOOKUP_SHORTCUT, MESSAGE_SHORTCUT)
VIEWS = (LOOKUP_VIEW, MESSAGE_VIEW)
MOST_REMEMBERED = 1000  # event_ids; Slack sends an event again for minutes when it heard no answer


def listen(bolt: AsyncApp, desk: Desk, work: Work, *, app: str, bot: str = "") -> None:
    """Register everything that the manifest declares.

    Args:
        bolt: where to.
        desk: serves what comes.
        work: the tasks it runs in.
        app: the user id of this app.
        bot: its bot id.
    """
    _listen_to_words(bolt, desk, work, app)
    _listen_to_clicks(bolt, desk, work, bot)

    @bolt.error
    async def log_fault(error: Exception) -> None:  # Bolt's own handler prints text and body
        fault("delivery.broke", error)


def _listen_to_words(bolt: AsyncApp, desk: Desk, work: Work, app: str) -> None:
    seen = Seen(MOST_REMEMBERED)

    @bolt.command(COMMAND)
    async def take_command(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        work.start(desk.serve(Asked.by_command(body)))

    @bolt.event("app_mention")
    async def take_mention(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        said = body["event"]
        is_heard = is_from_a_person(said) or desk.hears(app_behind(said))
        if is_heard and seen.is_new(body.get("event_id")):
            work.start(desk.serve(Asked.by_mention(body, app)))

    @bolt.event("message")  # edits and notices come here too, and want an acknowledgement
    async def take_message(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        is_direct = body["event"].get("channel_type") == "im" and is_from_a_person(body["event"])
        if is_direct and seen.is_new(body.get("event_id")):
            work.start(desk.serve(Asked.by_direct_message(body, app)))

    @bolt.event("app_home_opened")
    async def take_visit(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        if body["event"].get("tab") == "home" and seen.is_new(body.get("event_id")):
            work.start(desk.serve(HomeOpened.of(body)))


def _listen_to_clicks(bolt: AsyncApp, desk: Desk, work: Work, bot: str) -> None:
    @bolt.action(re.compile(rf"^{re.escape(ACTIONS)}"))
    async def take_click(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        work.start(desk.serve(Click.of(body, bot)))

    @bolt.shortcut(re.compile("|".join(f"^{name}$" for name in SHORTCUTS)))
    async def take_shortcut(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        work.start(desk.serve(Shortcut.of(body)))

    @bolt.view(re.compile("|".join(f"^{re.escape(name)}$" for name in VIEWS)))
    async def take_submission(ack: AsyncAck, body: dict[str, Any]) -> None:
        submission = Submission.of(body)
        if wrong := _misunderstood(submission):
            await ack(response_action="errors", errors={"instance": wrong})
            return
        screen = loading(submission.callback_id, submission.context.write())
        await ack(response_action="update", view=screen)
        work.start(desk.serve(submission))


def _misunderstood(submission: Submission) -> str:
    """What is wrong with what was typed into a form, for the field itself; "" when nothing is."""
    if submission.conversation is not None:
        return ""
    try:
        command = parse(submission.words, now=datetime.now(UTC), zone="UTC")
    except BadCommand as error:
        return _in_a_line(error)
    return "" if isinstance(command, Lookup) else _in_a_line(BadCommand(Problem.NO_INSTANCE))


def _in_a_line(error: BadCommand) -> str:
    said = explain(error)
    return plain(f"{said.what} {said.turn}: {said.next_step}")


class Seen:
    """The newest `most` names that came by."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._names: dict[str, None] = {}

    def is_new(self, name: str | None) -> bool:
        """Whether `name` comes for the first time; what has no name is always new."""
        if not name:
            return True
        if name in self._names:
            return False
        self._names[name] = None
        if len(self._names) > self._most:
            del self._names[next(iter(self._names))]
        return True
