"""One call of Slack's Web API, and Slack's error words → SlackRefused."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import SlackRefused

LONGEST_CALL_S = 15.0
READS = 10  # kept connections may die together
WORD = re.compile(r"[a-z0-9_]{1,60}")
# The SDK lets all but the first four out: of answers that are no text, or JSON but no object.
UNREADABLE = (
    SlackClientError,
    aiohttp.ClientError,
    OSError,
    TimeoutError,
    ValueError,
    LookupError,
    RecursionError,
    AttributeError,
    TypeError,
)
UNREACHABLE = "unreachable"  # our own word, beside Slack's: no answer, or none that can be read


async def result_of(
    call: Awaitable[AsyncSlackResponse], *, within_s: float = LONGEST_CALL_S
) -> dict[str, Any]:
    """Wait for a call and give its answer.

    Args:
        call: of the Web API.
        within_s: gives up after so many seconds, whatever pause Slack asked for.

    Raises:
        SlackRefused: with Slack's error word, or `unreachable`.
    """
    try:
        async with asyncio.timeout(within_s):
            response = await call
    except SlackApiError as error:
        raise SlackRefused(_word(error)) from None
    except UNREADABLE:
        raise SlackRefused(UNREACHABLE) from None
    return response.data if isinstance(response.data, dict) else {}


async def read(
    call: Callable[[], Awaitable[AsyncSlackResponse]], *, within_s: float
) -> dict[str, Any]:
    """The answer of a call that changes nothing; made again when a kept connection was dead.

    Args:
        call: makes the call.
        within_s: gives up after so many seconds in all.

    Raises:
        SlackRefused: as `result_of`.
    """

    async def persist() -> AsyncSlackResponse:
        for _ in range(READS - 1):
            try:
                return await call()
            except aiohttp.ServerTimeoutError:
                raise
            except aiohttp.ClientConnectionError:
                continue
        return await call()

    return await result_of(persist(), within_s=within_s)


def _word(error: SlackApiError) -> str:
    data = getattr(error.response, "data", error.response)
    word = data.get("error") if isinstance(data, dict) else None
    return word if isinstance(word, str) and WORD.fullmatch(word) else UNREACHABLE
