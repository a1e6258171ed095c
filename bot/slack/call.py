"""One call of Slack's Web API, and Slack's error words → SlackRefused."""

from collections.abc import Awaitable
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import SlackRefused

UNREACHABLE = "unreachable"  # our own word, beside Slack's: no answer, or none that can be read


async def result_of(call: Awaitable[AsyncSlackResponse]) -> dict[str, Any]:
    """Wait for a call and give its answer.

    Raises:
        SlackRefused: with Slack's error word, or `unreachable`.
    """
    try:
        response = await call
    except SlackApiError as error:
        raise SlackRefused(_word(error)) from None
    except (SlackClientError, aiohttp.ClientError, OSError, TimeoutError, ValueError):
        raise SlackRefused(UNREACHABLE) from None
    return response.data if isinstance(response.data, dict) else {}


def _word(error: SlackApiError) -> str:
    data = getattr(error.response, "data", error.response)
    return str((data.get("error") if isinstance(data, dict) else None) or UNREACHABLE)
