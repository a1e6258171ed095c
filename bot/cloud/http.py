"""The long-lived httpx client of the cloud API: signs each request, mends clock and credentials.

request → TC3Auth (sign, learn from a refusal) → httpx
"""

import logging
import ssl
import time
from collections.abc import Callable, Generator
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, urlsplit

import httpx

from bot.cloud.retry import CLOCK_FAULT, KEY_FAULTS
from bot.cloud.sign import Credentials, sign
from bot.errors import SettingsError
from bot.settings.values import is_loopback
from bot.telemetry import event

ACTION = "DescribeLogDownloadTasks"
VERSION = "2019-07-25"
SERVICE = "mongodb"
CONTENT_TYPE = "application/json; charset=utf-8"
SIGNED = ("content-type", "host", "x-tc-action")

CONNECT_S = 3.0
ATTEMPT_S = 8.0
CONNECTIONS = 40
KEPT_CONNECTIONS = 8


class TC3Auth(httpx.Auth):
    """Signs a request as it leaves, over the very bytes that are sent.

    When the API says that the clock is off or the token no longer good, it mends itself for the
    requests that follow: the clock by the Date of that answer, the credentials by reading them
    again.

    Args:
        credentials: gives the credentials as they are now.
        clock: Unix seconds; the API refuses a clock that is more than 5 minutes off.
    """

    requires_request_body = True
    requires_response_body = True

    def __init__(
        self, credentials: Callable[[], Credentials], clock: Callable[[], float] = time.time
    ) -> None:
        self._read_credentials = credentials
        self._credentials = credentials()
        self._clock = clock
        self._clock_is_behind_s = 0.0

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Put on timestamp, token and signature; learn from a refusal."""
        timestamp = int(self._clock() + self._clock_is_behind_s)
        request.headers["X-TC-Timestamp"] = str(timestamp)
        if self._credentials.token:
            request.headers["X-TC-Token"] = self._credentials.token
        request.headers["Authorization"] = sign(
            self._credentials,
            service=SERVICE,
            timestamp=timestamp,
            headers={name: request.headers[name] for name in SIGNED},
            body=request.content,
        ).authorization
        response = yield request
        if CLOCK_FAULT.encode() in response.content:
            self._set_clock(response.headers.get("Date", ""))
        if any(fault.encode() in response.content for fault in KEY_FAULTS):
            self._renew_credentials()

    def _set_clock(self, date: str) -> None:
        # Only on that refusal: an everyday Date may be a cache's, and a good clock needs no help.
        try:
            their_time = parsedate_to_datetime(date).timestamp()
        except (ValueError, OverflowError):
            return
        self._clock_is_behind_s = their_time - self._clock()
        event("cloud.clock_is_off", logging.WARNING, seconds=round(self._clock_is_behind_s))

    def _renew_credentials(self) -> None:
        before = self._credentials
        try:
            self._credentials = self._read_credentials()
        except SettingsError:  # the file is being written, or gone: the old ones stay
            event("cloud.credentials_unreadable", logging.WARNING)
        if self._credentials != before:
            event("cloud.credentials_read_again")


def open_http(
    endpoint: str,
    auth: httpx.Auth,
    tls: Callable[[], ssl.SSLContext],
    *,
    kept: int = KEPT_CONNECTIONS,
) -> httpx.AsyncClient:
    """The client that lives as long as the process; close it with `aclose`.

    Args:
        endpoint: scheme and host, already checked by the settings.
        auth: signs each request.
        tls: makes the TLS context; not called for plain http, which has nothing to verify and
            which the settings allow to loopback only.
        kept: how many idle connections stay open for the next requests.

    Raises:
        SettingsError: when the environment names a proxy of a kind that can't be used.
    """
    parts = urlsplit(endpoint)
    try:
        return _new_http(parts, auth, tls, kept)
    except (ImportError, ValueError):  # httpx reads the proxies of the environment here
        fault = "HTTPS_PROXY, HTTP_PROXY, ALL_PROXY: only http proxies can be used"
        raise SettingsError((fault,)) from None


def _new_http(
    endpoint: SplitResult, auth: httpx.Auth, tls: Callable[[], ssl.SSLContext], kept: int
) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=endpoint.geturl(),
        auth=auth,
        verify=False if endpoint.scheme == "http" else tls(),
        trust_env=not is_loopback(endpoint.hostname or ""),  # no proxy to this machine itself
        follow_redirects=False,
        limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=kept),
        timeout=httpx.Timeout(ATTEMPT_S, connect=CONNECT_S),
        headers={
            "Content-Type": CONTENT_TYPE,
            "X-TC-Action": ACTION,
            "X-TC-Version": VERSION,
            "X-TC-Language": "en-US",
        },
    )
