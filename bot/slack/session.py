"""The one aiohttp session towards Slack, and the Web API over it."""

from urllib.parse import urlsplit

import aiohttp
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.settings import Settings, revealed
from bot.settings.values import is_loopback

TIMEOUT = aiohttp.ClientTimeout(total=10, connect=3)
KEEP_ALIVE_S = 75.0
CONNECTIONS = 300  # at the end of the process everybody who waits is told at once


def open_session(settings: Settings) -> aiohttp.ClientSession:
    """A session with its own deadlines and TLS context, to be entered or closed.

    Raises:
        SettingsError: when SSL_CERT_FILE holds no certificates.
    """
    connector = aiohttp.TCPConnector(
        ssl=True if _is_plain(settings) else settings.tls(),
        keepalive_timeout=KEEP_ALIVE_S,
        limit=CONNECTIONS,
    )
    # trust_env honours NO_PROXY too; to loopback no proxy is asked at all.
    return aiohttp.ClientSession(
        connector=connector, timeout=TIMEOUT, trust_env=not is_local(settings)
    )


def web_client(settings: Settings, session: aiohttp.ClientSession) -> AsyncWebClient:
    """The Web API over a session; never sends a post again after a broken connection."""
    client = AsyncWebClient(
        token=revealed(settings.slack_bot_token) or None,
        base_url=settings.slack_api_url,
        session=session,
        ssl=None if _is_plain(settings) else settings.tls(),  # for the websockets
        # Slack's default handler would send a post again after a broken connection.
        retry_handlers=[AsyncRateLimitErrorRetryHandler(max_retry_count=2)],
    )
    client.proxy = None  # read from the environment without NO_PROXY; the session does it right
    return client


def is_local(settings: Settings) -> bool:
    """Whether Slack is this machine itself, as in the demo."""
    return is_loopback(urlsplit(settings.slack_api_url).hostname or "")


def _is_plain(settings: Settings) -> bool:
    return urlsplit(settings.slack_api_url).scheme == "http"
