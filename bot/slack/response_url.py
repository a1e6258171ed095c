"""A response_url takes a message 5 times within 30 minutes; a bearer secret from outside.

Source: https://docs.slack.dev/interactivity/handling-user-interaction
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bot.errors import SettingsError, SlackRefused
from bot.settings.values import is_loopback
from bot.slack.call import UNREACHABLE

LONGEST_PAUSE_S = 5.0
MOST_PAUSES = 2
TOO_MANY_REQUESTS, OK = 429, 200

Answer = tuple[int, str, str]  # status, text, Retry-After


class ResponseUrls:
    """Sends to them.

    Args:
        session: towards Slack, with its own deadlines.
        open_fresh: opens another one, for a second try when a kept connection was dead.
        hosts: where one may point to.
        sleep: waits that many seconds, when Slack asks for a pause.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        open_fresh: Callable[[], aiohttp.ClientSession],
        hosts: tuple[str, ...],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._session = session
        self._open_fresh = open_fresh
        self._hosts = hosts
        self._sleep = sleep

    async def send(self, url: str, body: dict[str, Any]) -> None:
        """Send a message; when a connection breaks it is sent again, and may come twice.

        Raises:
            SlackRefused: when it was not taken.
        """
        if not self._is_slack(url):
            raise SlackRefused("response_url_host")
        for pauses_left in reversed(range(MOST_PAUSES + 1)):
            status, text, asked_for = await self._post(url, body)
            if status != TOO_MANY_REQUESTS:
                break
            if not pauses_left:
                raise SlackRefused("ratelimited")
            await self._sleep(_pause(asked_for))
        if (word := _refusal_word(status, text)) is not None:
            raise SlackRefused(word)

    async def _post(self, url: str, body: dict[str, Any]) -> Answer:
        try:
            try:
                return await _post_over(self._session, url, body)
            except aiohttp.ServerTimeoutError:
                raise
            except aiohttp.ClientConnectionError:  # kept ones may have died together
                async with self._open_fresh() as fresh:
                    return await _post_over(fresh, url, body)
        except (aiohttp.ClientError, TimeoutError, OSError, SettingsError):
            # The last one when the file of certificates has gone since the start.
            raise SlackRefused(UNREACHABLE) from None

    def _is_slack(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            return False
        host = parts.hostname or ""
        if host not in self._hosts or "@" in parts.netloc:
            return False
        return is_loopback(host) or (parts.scheme == "https" and port in (None, 443))


async def _post_over(session: aiohttp.ClientSession, url: str, body: dict[str, Any]) -> Answer:
    async with session.post(url, json=body, allow_redirects=False) as response:
        text = (await response.read()).decode(errors="replace")
        return response.status, text, response.headers.get("Retry-After", "")


def _pause(asked_for: str) -> float:
    pause_s = float(asked_for) if asked_for.isascii() and asked_for.isdecimal() else 1.0
    if pause_s > LONGEST_PAUSE_S:  # another door is open now
        raise SlackRefused("ratelimited")
    return pause_s


def _refusal_word(status: int, text: str) -> str | None:
    """Slack's error word for an answer of a response_url; None when the message was taken."""
    word = re.search(r'"error"\s*:\s*"([a-z_]+)"', text)
    if word:
        return word[1]
    if status == OK and '"ok":false' not in text.replace(" ", ""):
        return None
    bare = re.fullmatch(r"\s*([a-z_]{3,40})\s*", text)
    return bare[1] if bare else f"http_{status}"
