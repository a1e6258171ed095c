"""Who is in the user groups that the rules name; asked at Slack, kept for 5 minutes."""

import asyncio
from collections.abc import Callable

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.call import read
from bot.slack.locks import Locks
from bot.slack.recent import Recent

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
        self._members: Recent[frozenset[str]] = Recent(clock)
        self._asking = Locks()

    async def of(self, user: str) -> frozenset[str]:
        """The named groups that `user` is in.

        Raises:
            SlackRefused: when Slack does not say who is in one of them.
        """
        if not self._named:
            return frozenset()
        named = sorted(self._named)
        members = await asyncio.gather(*(self._members_of(group) for group in named))
        return frozenset(
            group for group, inside in zip(named, members, strict=True) if user in inside
        )

    async def _members_of(self, group: str) -> frozenset[str]:
        async with self._asking.of(group):  # one call for all who come meanwhile
            known = self._members.get(group)
            return known if known is not None else await self._learn(group)

    async def _learn(self, group: str) -> frozenset[str]:
        answer = await read(
            lambda: self._slack.usergroups_users_list(usergroup=group), within_s=PATIENCE_S
        )
        users = answer.get("users")
        inside = frozenset(map(str, users)) if isinstance(users, list) else frozenset()
        return self._members.put(group, inside)
