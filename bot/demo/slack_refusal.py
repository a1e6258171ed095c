"""How the simulated Slack says no: `{"ok": false, "error": …}` and what comes with it. Pure."""

from collections.abc import Iterable
from typing import Any

from bot.demo.json_rules import Fault


class SlackRefusal(Exception):
    """Slack does not do it.

    Args:
        error: Slack's error word.
        faults: what is wrong with the request, for the words that come with details.
        status: the HTTP status; the Web API says no with 200.
        retry_after_s: for the header Retry-After; 0 sends none.
        facts: more fields of the answer.
    """

    def __init__(
        self,
        error: str,
        *,
        faults: Iterable[Fault] = (),
        status: int = 200,
        retry_after_s: int = 0,
        **facts: Any,
    ) -> None:
        super().__init__(error)
        self.error = error
        self.faults = tuple(faults)
        self.status = status
        self.retry_after_s = retry_after_s
        self.facts = facts

    def answer(self) -> dict[str, Any]:
        """The JSON body; the details stand in it twice, as Slack's do."""
        body = {"ok": False, "error": self.error, **self.facts}
        if self.faults:
            body["errors"] = [str(fault) for fault in self.faults]
            messages = [f"[ERROR] {fault}" for fault in self.faults]
            body["response_metadata"] = {"messages": messages}
        return body


def refuse_faults(faults: tuple[Fault, ...], *, status: int = 200) -> None:
    """Raise `SlackRefusal` for the first fault and those with the same error word, if any."""
    if faults:
        error = faults[0].error
        same = (fault for fault in faults if fault.error == error)
        raise SlackRefusal(error, faults=same, status=status)
