"""The trigger ids that come with commands and clicks: each opens one view within three seconds."""

from collections.abc import Callable

from bot.demo.slack_refusal import SlackRefusal

# docs.slack.dev/interactivity/handling-user-interaction
LIFE_S = 3.0


class Triggers:
    """The trigger ids that were handed out.

    Args:
        clock: Unix seconds.
        secret: makes so many random bytes as hexadecimal digits.
    """

    def __init__(self, *, clock: Callable[[], float], secret: Callable[[int], str]) -> None:
        self._clock = clock
        self._secret = secret
        self._issued_at: dict[str, float] = {}
        self._spent: set[str] = set()

    def issue(self) -> str:
        """A new one."""
        now = self._clock()
        trigger_id = f"{int(now)}.{self._secret(6)}.{self._secret(16)}"
        self._issued_at[trigger_id] = now
        return trigger_id

    def spend(self, trigger_id: str) -> None:
        """Use one up.

        Raises:
            SlackRefusal: `invalid_trigger_id`, `trigger_expired` or `trigger_exchanged`.
        """
        issued_at = self._issued_at.get(trigger_id)
        if issued_at is None:
            raise SlackRefusal("invalid_trigger_id")
        if trigger_id in self._spent:
            raise SlackRefusal("trigger_exchanged")
        if self._clock() - issued_at > LIFE_S:
            raise SlackRefusal("trigger_expired")
        self._spent.add(trigger_id)
