"""The trigger ids that come with commands and clicks: each opens one view within three seconds."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.demo.slack_refusal import SlackRefusal

# docs.slack.dev/interactivity/handling-user-interaction
LIFE_S = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """What a person did.

    Attributes:
        user: who did it; empty when nobody is told of.
        conversation: where they were looking; None when Slack does not tell.
        view_id: of the modal's view in which they did it; None outside of modals.
        issued_at: Unix seconds.
    """

    user: str
    conversation: str | None
    view_id: str | None
    issued_at: float


class Triggers:
    """The trigger ids that were handed out.

    Args:
        clock: Unix seconds.
        secret: makes so many random bytes as hexadecimal digits.
    """

    def __init__(self, *, clock: Callable[[], float], secret: Callable[[int], str]) -> None:
        self._clock = clock
        self._secret = secret
        self._issued: dict[str, Trigger] = {}
        self._spent: set[str] = set()

    def issue(
        self, *, user: str = "", conversation: str | None = None, view_id: str | None = None
    ) -> str:
        """A new one; see `Trigger`."""
        now = self._clock()
        trigger_id = f"{int(now)}.{self._secret(6)}.{self._secret(16)}"
        self._issued[trigger_id] = Trigger(
            user=user, conversation=conversation, view_id=view_id, issued_at=now
        )
        return trigger_id

    def spend(self, trigger_id: str) -> Trigger:
        """Use one up; what it came with.

        Raises:
            SlackRefusal: `invalid_trigger_id`, `expired_trigger_id` or `exchanged_trigger_id`:
                the words of docs.slack.dev/reference/methods/views.open.
        """
        trigger = self._issued.get(trigger_id)
        if trigger is None:
            raise SlackRefusal("invalid_trigger_id")
        if trigger_id in self._spent:
            raise SlackRefusal("exchanged_trigger_id")
        if self._clock() - trigger.issued_at > LIFE_S:
            raise SlackRefusal("expired_trigger_id")
        self._spent.add(trigger_id)
        return trigger
