"""What Slack tells an app about what people say: mentions and direct messages. Pure.

    Saying → event → event_callback

docs.slack.dev/reference/events: app_mention, message.im
"""

from dataclasses import dataclass
from typing import Any

from bot.demo.slack_delivery import VERIFICATION_TOKEN, escaped
from bot.demo.workspace import APP, BOT, BOT_USER, TEAM, Channel, Person

MENTION = "@mongolog"
ABOUT_ANOTHER = ("message_changed", "message_deleted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """One message of a person, or of a bot.

    Attributes:
        words: as typed, not escaped.
        ts: its id in the channel.
        thread_ts: the message it replies to.
        team: the workspace it comes from; None for the person's own.
        bot_id: of the bot that said it.
        subtype: of a message that is no plain one.
    """

    person: Person
    channel: Channel
    words: str
    ts: str
    thread_ts: str | None = None
    team: str | None = None
    bot_id: str | None = None
    subtype: str | None = None

    @property
    def user(self) -> str:
        """Who said it: our bot user when it was our own bot."""
        return BOT_USER if self.bot_id == BOT else self.person.id

    @property
    def home(self) -> str:
        """The workspace it comes from."""
        return self.team or self.person.team


def mention(saying: Saying) -> dict[str, Any]:
    """The event of a message that names our app: where it says `@mongolog`, else at its start."""
    words = saying.words if MENTION in saying.words else f"{MENTION} {saying.words}"
    before, _, after = words.rstrip().partition(MENTION)
    text = f"{escaped(before)}<@{BOT_USER}>{escaped(after)}"
    user = {"type": "user", "user_id": BOT_USER}
    elements = [*_text_elements(before), user, *_text_elements(after)]
    return {"type": "app_mention", **_said(saying, text, elements)}


def direct_message(saying: Saying) -> dict[str, Any]:
    """The event of a message in the DM with our app."""
    said = _said(saying, escaped(saying.words), _text_elements(saying.words))
    in_dm = {"channel_type": "im"}
    if saying.subtype not in ABOUT_ANOTHER:
        subtype = {"subtype": saying.subtype} if saying.subtype else {}
        return {"type": "message", **subtype, **said, **in_dm}
    message = {"type": "message", **{key: said[key] for key in said if key not in ENVIRONMENT}}
    newer = {"message": message} if saying.subtype == "message_changed" else {}
    return {
        "type": "message",
        "subtype": saying.subtype,
        **newer,
        "previous_message": message,
        "hidden": True,
        **{key: said[key] for key in ("ts", *ENVIRONMENT)},
        **in_dm,
    }


def home_opened(
    *, user: str, channel: str, tab: str, view: dict[str, Any] | None, event_ts: str
) -> dict[str, Any]:
    """The event of a person who looks at our app's Home or Messages tab.

    `view` is what was published; Slack leaves it out when nothing was, and on other tabs.
    docs.slack.dev/reference/events/app_home_opened
    """
    shown = {} if view is None else {"view": view}
    return {
        "type": "app_home_opened",
        "user": user,
        "channel": channel,
        "event_ts": event_ts,
        "tab": tab,
        **shown,
    }


ENVIRONMENT = ("channel", "event_ts")


def event_callback(
    event: dict[str, Any], *, event_id: str, event_time: int, is_ext_shared_channel: bool
) -> dict[str, Any]:
    """What goes to the app: the event and whose it is; `event_time` in Unix seconds.

    docs.slack.dev/apis/events-api
    """
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM,
        "context_team_id": TEAM,
        "context_enterprise_id": None,
        "api_app_id": APP,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": event_time,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM,
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": is_ext_shared_channel,
        "event_context": f"4-{event_id}",
    }


def _said(saying: Saying, text: str, elements: list[dict[str, Any]]) -> dict[str, Any]:
    section = {"type": "rich_text_section", "elements": elements}
    return {
        "user": saying.user,
        "ts": saying.ts,
        **_author(saying),
        "text": text,
        "team": saying.home,
        **({"thread_ts": saying.thread_ts} if saying.thread_ts else {}),
        "blocks": [{"type": "rich_text", "block_id": "typed", "elements": [section]}],
        "channel": saying.channel.id,
        "event_ts": saying.ts,
    }


def _author(saying: Saying) -> dict[str, Any]:
    """What else tells where it comes from: a bot, or another organisation."""
    home = saying.home
    foreign = {"user_team": home, "source_team": home} if home != TEAM else {}
    if saying.bot_id is None:
        return {"client_msg_id": f"typed-{saying.ts}", **foreign}
    app = APP if saying.bot_id == BOT else f"A{saying.bot_id[1:]}"
    profile = {"id": saying.bot_id, "app_id": app, "deleted": False, "team_id": home}
    return {"bot_id": saying.bot_id, "bot_profile": profile, **foreign}


def _text_elements(words: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": words}] if words else []
