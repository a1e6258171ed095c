"""One question over its attempts: each is in the log, and its place in the queue is kept once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from bot.cloud.call import QUICK_S, Call
from bot.cloud.client import CloudClient
from bot.cloud.queue import Party
from bot.cloud.regions import first_listing
from bot.cloud.wire import Units
from bot.errors import CloudUnreachable
from bot.model import InstanceId
from bot.telemetry import observing

INSTANCE = InstanceId("cmgo-k2p5su09")
UNITS = Units(zone=ZoneInfo("Asia/Shanghai"))


class Plenty:
    """Permits without end."""

    def take_now(self) -> bool:
        return True

    async def take(self) -> None:
        pass


async def no_pause(_: float) -> None:
    """Ask again at once."""


def client_over(answer: Callable[[httpx.Request], Awaitable[httpx.Response]]) -> CloudClient:
    http = httpx.AsyncClient(
        transport=httpx.MockTransport(answer),  # type: ignore[arg-type]  # it takes async ones too
        base_url="https://mongodb.tencentcloudapi.com",
    )
    return CloudClient(http=http, permits=Plenty(), units=UNITS, sleep=no_pause)


@pytest.fixture
def calls() -> Iterator[list[dict[str, Any]]]:
    """The facts of every `cloud.called`."""
    seen: list[dict[str, Any]] = []

    def keep(name: str, facts: Any) -> None:
        if name == "cloud.called":
            seen.append(dict(facts))

    with observing(keep):
        yield seen


async def test_an_attempt_that_the_deadline_cuts_short_is_in_the_log_too(
    calls: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.cloud.call.IN_ALL_S", 0.03)

    async def never(_: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    client = client_over(never)
    with pytest.raises(CloudUnreachable):
        await client.log_exports(INSTANCE, "ap-guangzhou", party=Party("anna"))
    await client.aclose()

    assert [(each["outcome"], each["error"]) for each in calls] == [
        ("cut_short", "CloudUnreachable")
    ]


async def test_a_region_that_is_given_up_because_another_answered_is_no_trouble(
    calls: list[dict[str, Any]],
) -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        if request.headers["X-TC-Region"] == "ap-guangzhou":
            await asyncio.Event().wait()
        tasks = [{"TaskId": "export-1"}]
        return httpx.Response(200, json={"Response": {"TotalCount": 1, "Tasks": tasks}})

    client = client_over(answer)
    found = await first_listing(
        ("ap-guangzhou", "ap-singapore"),
        lambda region: client.log_exports(INSTANCE, region, party=Party("anna")),
    )
    await asyncio.sleep(0.01)
    await client.aclose()

    assert found.region == "ap-singapore"
    assert {each["region"]: (each["outcome"], each.get("error")) for each in calls} == {
        "ap-guangzhou": ("cut_short", None),
        "ap-singapore": ("ok", None),
    }


async def test_exports_that_are_counted_but_not_listed_are_not_the_whole(
    calls: list[dict[str, Any]],
) -> None:
    async def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"Response": {"TotalCount": 17, "Tasks": None}})

    client = client_over(answer)
    listing = await client.log_exports(INSTANCE, "ap-guangzhou", party=Party("anna"))
    await client.aclose()

    assert (listing.exports, listing.complete) == ((), False)
    assert {each["outcome"] for each in calls} == {"ok"}


def new_call() -> Call:
    return Call(
        instance=INSTANCE,
        region="ap-guangzhou",
        offset=0,
        body=b"",
        party=Party("anna"),
        deadline=None,
    )


def test_an_attempt_that_failed_at_once_keeps_its_place_the_first_time() -> None:
    call = new_call()
    call.begin((0, 7))
    call.has_failed()
    assert call.place == (0, 7)

    call.begin((0, 7))
    call.has_failed()
    assert call.place is None


def test_an_attempt_that_took_its_time_goes_to_the_end() -> None:
    call = new_call()
    call.begin((0, 7))
    call._started -= 2 * QUICK_S
    call.has_failed()
    assert call.place is None
