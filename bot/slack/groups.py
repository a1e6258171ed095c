"""Who is in the user groups that the rules name; asked at Slack, kept for 5 minutes."""

import logging
from collections.abc import Callable, Mapping

from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SlackRefused
from bot.slack.call import UNREACHABLE, read
from bot.slack.locks import Locks
from bot.slack.recent import Recent
from bot.telemetry import event

Members = Mapping[str, frozenset[str]]

ALL = "all"
PATIENCE_S = 3.0  # somebody waits for an answer that needs this one first


class Groups:
    """The members of a few user groups.

    Args:
        slack: the Web API.
        named: ids of the groups that any rule names; when empty, nothing is ever asked.
        clock: monotonic seconds.
    """

    def __init__(
        self, slack: AsyncWebClient, named: frozenset[str], clock: Callable[[], float]
    ) -> None:
        self._slack = slack
        self._named = named
        self._members: Recent[Members] = Recent(clock)
        self._asking = Locks()

    async def of(self, user: str) -> frozenset[str]:
        """The named groups that `user` is in.

        Raises:
            SlackRefused: when Slack does not say who is in them.
        """
        if not self._named:
            return frozenset()
        async with self._asking.of(ALL):  # one call for all who come meanwhile
            members = self._members.get(ALL) or self._members.put(ALL, await self._learn())
        return frozenset(group for group in self._named if user in members[group])

    async def _learn(self) -> Members:
        """The members of each named group; a group that is not there, or disabled, has none."""
        answer = await read(
            lambda: self._slack.usergroups_list(include_users=True), within_s=PATIENCE_S
        )
        listed = answer.get("usergroups")
        if not isinstance(listed, list):
            raise SlackRefused(UNREACHABLE)
        found = {str(group.get("id")): group for group in listed if isinstance(group, dict)}
        if missing := self._named - set(found):
            event("groups.missing", logging.WARNING, groups=len(missing))
        return {
            group: frozenset(map(str, found.get(group, {}).get("users") or ()))
            for group in self._named
        }
