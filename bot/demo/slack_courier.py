"""Carries one signed request to the app and waits as long as Slack would; never tries again."""

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import aiohttp

from bot.demo.slack_delivery import USER_AGENT, Acknowledgement

# docs.slack.dev/interactivity/handling-user-interaction
DEADLINE_S = 3.0


class Courier:
    """An HTTP client on a fresh connection for each request, as a restarted app needs it."""

    def __init__(self, *, deadline_s: float = DEADLINE_S) -> None:
        self._deadline_s = deadline_s

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True),
            timeout=aiohttp.ClientTimeout(total=self._deadline_s),
            headers={"User-Agent": USER_AGENT, "Accept": "*/*"},
            trust_env=False,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._session.close()

    async def carry(self, body: bytes, headers: Mapping[str, str], url: str) -> Acknowledgement:
        """Post a body; redirects are not followed."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            async with self._session.post(
                url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                said = await answer.text(errors="replace")
        except TimeoutError:
            return Acknowledgement(outcome="operation_timeout", seconds=loop.time() - started)
        except aiohttp.ClientError:
            return Acknowledgement(outcome="dispatch_failed", seconds=loop.time() - started)
        return Acknowledgement(
            outcome="ok" if answer.status == 200 else "dispatch_failed",  # noqa: PLR2004 - HTTP's OK
            status=answer.status,
            body=said,
            content_type=answer.content_type,
            seconds=loop.time() - started,
        )
