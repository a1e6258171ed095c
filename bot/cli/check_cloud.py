"""What `mongolog check` tries at the cloud: the key and its right in each region, and the clock."""

import asyncio
import time
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.cli.finding import (
    CLOUD_ADMIN,
    MACHINE,
    WAIT,
    Finding,
    coded,
    faulty,
    ok,
    warn,
)
from bot.cloud.budget import Bucket
from bot.cloud.client import CloudClient
from bot.cloud.http import open_http
from bot.cloud.queue import Party
from bot.cloud.wire import Units
from bot.errors import (
    CloudBroken,
    CloudError,
    CloudUnreachable,
    NoSuchInstance,
    NotAuthorised,
    SettingsError,
    Throttled,
)
from bot.query import auth_of
from bot.settings import Settings

# Well formed, and nobody's: to whom may look, the API says that there is no such instance.
NOBODYS_INSTANCE = "cmgo-00000000"
CLOCK = "clock"
REGION_S = 12.0  # one attempt that hangs, and another
WARN_S, FAULT_S = 60, 300  # both edges refuse a clock that is more than 5 minutes off


async def check_cloud(settings: Settings) -> list[Finding]:
    """Ask every region once, and learn the time from the answers."""
    if not settings.regions:
        return [faulty("cloud", "TENCENTCLOUD_REGION must be set", MACHINE)]
    try:
        skews_s: list[float] = []
        client = _client(settings, skews_s)
    except SettingsError as error:
        return [faulty("cloud", f"not tried: {fault}", MACHINE) for fault in error.faults]
    try:
        asked = (_check_region(client, region) for region in settings.regions)
        regions = await asyncio.gather(*asked)
    finally:
        await client.aclose()
    return [*regions, _check_clock(skews_s)]


def _client(settings: Settings, skews_s: list[float]) -> CloudClient:
    async def note_time(response: Any) -> None:
        try:
            their_time = parsedate_to_datetime(response.headers.get("Date", ""))
        except ValueError:
            return
        skews_s.append(their_time.timestamp() - time.time())

    http = open_http(settings.cloud_endpoint, auth_of(settings), settings.tls)
    http.event_hooks = {"response": [note_time]}
    permits = Bucket(settings.requests_per_s, clock=time.monotonic)
    units = Units(zone=ZoneInfo(settings.api_timezone))
    return CloudClient(http=http, permits=permits, units=units)


async def _check_region(client: CloudClient, region: str) -> Finding:
    about = f"cloud {region}"
    try:
        async with asyncio.timeout(REGION_S):
            await client.describe_log_download_tasks(
                NOBODYS_INSTANCE, region, party=Party("check"), limit=1
            )
    except NoSuchInstance:
        pass  # that is how a good key is answered
    except CloudError as error:
        return _explain(about, error)
    except TimeoutError:
        return _explain(about, CloudUnreachable("Deadline"))
    return ok(about, "the key is good and may list log exports")


def _explain(about: str, error: CloudError) -> Finding:
    match error:
        case NotAuthorised() if error.code.startswith("AuthFailure"):
            told, fixer = "the API refuses the key", CLOUD_ADMIN
        case NotAuthorised():
            told, fixer = "the key may not call mongodb:DescribeLogDownloadTasks", CLOUD_ADMIN
        case CloudUnreachable():
            told, fixer = "the API does not answer", MACHINE
        case Throttled() | CloudBroken():
            told, fixer = "the API can't answer just now", WAIT
        case _:
            told, fixer = "the API refuses the question: region or endpoint is wrong", MACHINE
    return faulty(about, coded(told, error.code), fixer)


def _check_clock(skews_s: list[float]) -> Finding:
    if not skews_s:
        return warn(CLOCK, "not tried, as no answer told the time")
    skew_s = min(skews_s, key=abs)  # the others were longer on their way
    if abs(skew_s) <= WARN_S:
        return ok(CLOCK, "right")
    told = f"{abs(skew_s):.0f} s {'behind' if skew_s > 0 else 'ahead of'} the cloud's"
    if abs(skew_s) <= FAULT_S:
        return warn(CLOCK, told, MACHINE)
    return faulty(CLOCK, f"{told}; more than {FAULT_S} s are refused", MACHINE)
