"""The rules of a response_url: five uses in thirty minutes, and what each use may do. Pure.

    a delivery brings a ResponseUrl → `use(payload)` → a message, a new version, or a deletion

Slack documents neither the words `used_url` and `expired_url` nor whether a refused request counts
as a use. Here every request counts, the stricter reading.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.demo.block_kit import message_faults
from bot.demo.json_rules import Fault, Rule, boolean, text, word
from bot.demo.slack_refusal import SlackRefusal, refuse_faults
from bot.demo.workspace import Posted, Via, Workspace

# docs.slack.dev/interactivity/handling-user-interaction
MOST_USES = 5
LIFE_S = 30 * 60

FIELDS: Mapping[str, Rule] = {
    "response_type": word("ephemeral", "in_channel"),
    "replace_original": boolean,
    "delete_original": boolean,
    "thread_ts": text(most=20),
    "mrkdwn": boolean,
    "unfurl_links": boolean,
    "unfurl_media": boolean,
}
CHECKED_BY_BLOCK_KIT = ("text", "blocks")


@dataclass(slots=True, kw_only=True)
class ResponseUrl:
    """One response_url; counts its own uses.

    Attributes:
        answers: id of the delivery that brought it.
        user, channel: who acted, and where.
        issued_at: Unix seconds.
        clicked: the message that was clicked; None for a slash command.
        replaces_last: on a slash command's url, `replace_original` replaces the message before
            it. Slack does not promise either; by default it posts a new message.
        uses: how many requests came so far.
        last: the message it posted last.
    """

    answers: str
    user: str
    channel: str
    issued_at: float
    clicked: Posted | None = None
    replaces_last: bool = False
    uses: int = 0
    last: Posted | None = None

    def spend(self, now: float) -> None:
        """Count one use at `now` (Unix seconds).

        Raises:
            SlackRefusal: `used_url` or `expired_url`, with status 404.
        """
        if now - self.issued_at > LIFE_S:
            raise SlackRefusal("expired_url", status=404)
        if self.uses >= MOST_USES:
            raise SlackRefusal("used_url", status=404)
        self.uses += 1

    def use(self, payload: Any, workspace: Workspace, now: float) -> None:
        """Do what the payload asks.

        Raises:
            SlackRefusal: with status 400 for a payload that Slack would not take, 404 when the
                message to replace or delete is gone.
        """
        _refuse_unknown(payload)
        if payload.get("delete_original"):
            workspace.delete(self._original(workspace, "unsupported_delete"))
            return
        refuse_faults(message_faults(payload), status=400)
        if payload.get("replace_original") and (self.clicked or self._may_replace()):
            self._replace(payload, workspace)
        else:
            self.post(payload, workspace, now)

    def post(
        self, payload: dict[str, Any], workspace: Workspace, now: float, via: Via = "response_url"
    ) -> None:
        """Post a new message, seen by the person alone unless it says `in_channel`.

        In a thread only with `in_channel`. Rights in the channel are not looked at: a response_url
        works where our app is not a member.
        """
        is_shown_to_all = payload.get("response_type") == "in_channel"
        self.last = workspace.post(
            Posted(
                channel=self.channel,
                ts=workspace.new_ts(now),
                text=payload.get("text") or "",
                blocks=tuple(payload.get("blocks") or ()),
                thread_ts=payload.get("thread_ts") if is_shown_to_all else None,
                ephemeral_to=None if is_shown_to_all else self.user,
                via=via,
                answers=self.answers,
                unfurl_links=payload.get("unfurl_links"),
                unfurl_media=payload.get("unfurl_media"),
            )
        )

    def _may_replace(self) -> bool:
        return self.replaces_last and self.last is not None

    def _replace(self, payload: dict[str, Any], workspace: Workspace) -> None:
        """Who sees a message never changes: `response_type` counts for nothing here."""
        said = {
            "text": payload.get("text") or "",
            "blocks": tuple(payload.get("blocks") or ()),
            "answers": self.answers,
        }
        self.last = workspace.edit(self._original(workspace, "message_not_found"), **said)

    def _original(self, workspace: Workspace, error: str) -> Posted:
        original = self.clicked or (self.last if self.replaces_last else None)
        if original is None:
            raise SlackRefusal(error, status=400)
        current = workspace.find(original.channel, original.ts)
        if current is None:
            raise SlackRefusal("message_not_found", status=404)
        return current


def _refuse_unknown(payload: Any) -> None:
    if not isinstance(payload, dict):
        raise SlackRefusal("invalid_payload", status=400)
    faults: list[Fault] = []
    for name, value in payload.items():
        if name in FIELDS:
            faults += FIELDS[name](value, f"/{name}")
        elif name not in CHECKED_BY_BLOCK_KIT:
            faults.append(Fault(pointer="", message=f"invalid additional property: {name}"))
    if faults:
        raise SlackRefusal("invalid_arguments", faults=faults, status=400)
