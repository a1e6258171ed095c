"""What Slack delivers: acknowledged at once, then given to the desk in a task of ours.

Nothing can be raised in a listener: it acknowledges, starts that task and returns.
"""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.slack.asked import Asked, is_from_a_person
from bot.slack.desk import Desk
from bot.slack.work import Work
from bot.telemetry import event, fault

COMMAND = "/mongolog"
EVENTS = ("app_mention", "message.im")
MOST_REMEMBERED = 1000  # event_ids; Slack sends an event again for minutes when it heard no answer
DOWNLOAD = "ml.download"  # a URL button; Slack tells us of the click and wants it acknowledged


def listen(bolt: AsyncApp, desk: Desk, work: Work, *, app: str) -> None:
    """Register everything that the manifest declares; `app` is the user id of this app."""

    @bolt.command(COMMAND)
    async def take_command(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        work.start(desk.serve(Asked.by_command(body)))

    seen = Seen(MOST_REMEMBERED)

    @bolt.event("app_mention")
    async def take_mention(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        if is_from_a_person(body["event"]) and seen.is_new(body.get("event_id")):
            work.start(desk.serve(Asked.by_mention(body, app)))

    @bolt.event("message")  # edits and notices come here too, and want an acknowledgement
    async def take_message(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        is_direct = body["event"].get("channel_type") == "im" and is_from_a_person(body["event"])
        if is_direct and seen.is_new(body.get("event_id")):
            work.start(desk.serve(Asked.by_direct_message(body, app)))

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
