"""One thing that Slack sends to an app, and how it looks on either way. Pure.

Parcel ──► a form or JSON, for HTTP
       └─► an envelope, for a websocket
"""

import json
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

from bot.demo.slack_arguments import FORM, JSON

Kind = Literal["slash_commands", "interactive", "events_api"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A command, a click or an event on its way.

    Attributes:
        kind: as the type of an envelope names it.
        payload: what it says, the same on either way.
        retry_number: 0 when sent first, 1 to 3 for an event that is sent again.
        retry_reason: why it is sent again, in Slack's words; empty when it is not.
    """

    kind: Kind
    payload: dict[str, Any]
    retry_number: int = 0
    retry_reason: str = ""

    def body(self) -> bytes:
        """What HTTP carries."""
        match self.kind:
            case "slash_commands":
                return urlencode(self.payload).encode()
            case "interactive":
                return urlencode({"payload": json.dumps(self.payload)}).encode()
            case "events_api":
                return json.dumps(self.payload).encode()

    def headers(self) -> dict[str, str]:
        """What HTTP says about the body; docs.slack.dev/apis/events-api, about retries."""
        content_type = {"Content-Type": JSON if self.kind == "events_api" else FORM}
        if not self.retry_number:
            return content_type
        return content_type | {
            "X-Slack-Retry-Num": str(self.retry_number),
            "X-Slack-Retry-Reason": self.retry_reason,
        }

    def envelope(self, envelope_id: str) -> dict[str, Any]:
        """What a websocket carries; docs.slack.dev/apis/events-api/using-socket-mode."""
        retry = {"retry_attempt": self.retry_number, "retry_reason": self.retry_reason}
        return {
            "envelope_id": envelope_id,
            "payload": self.payload,
            "type": self.kind,
            "accepts_response_payload": self._is_answerable(),
            **(retry if self.kind == "events_api" else {}),
        }

    def _is_answerable(self) -> bool:
        """Whether an acknowledgement may say something: to a command and to a submission."""
        return self.kind == "slash_commands" or self.payload.get("type") == "view_submission"
