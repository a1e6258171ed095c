"""The cloud client over real HTTP: against the strict simulator, and against everything else."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from bot.cloud.client import CloudClient, Listing, newest_first
from bot.cloud.http import KEPT_CONNECTIONS, TC3Auth, open_http
from bot.cloud.queue import SLOTS, Party
from bot.cloud.retry import ATTEMPTS
from bot.cloud.sign import Credentials
from bot.cloud.wire import Units
from bot.demo.cloud_api import CloudApi
from bot.demo.cloud_mishap import (
    ErrorAnswer,
    HalfAnswer,
    Mishap,
    NoAnswer,
    NoRequestId,
    Normal,
    RawAnswer,
    Silence,
)
from bot.demo.world import (
    EMPTY_INSTANCE,
    EXAMPLE_INSTANCE,
    GUANGZHOU,
    LINKED_INSTANCE,
    MIXED_INSTANCE,
    SINGAPORE,
    UNKNOWN_INSTANCE,
    World,
    local_time,
    task,
)
from bot.errors import (
    CloudBroken,
    CloudError,
    CloudUnreachable,
    CloudUnreadable,
    NoSuchInstance,
    NotAuthorised,
    SettingsError,
    Throttled,
)
from bot.model import Export, InstanceId

NOW = datetime(2026, 1, 31, 17, 30, tzinfo=UTC)
KEY = Credentials(secret_id="AKIDtest", secret_key="a key nobody has")
EXAMPLE, MANY = InstanceId(EXAMPLE_INSTANCE), InstanceId("cmgo-many0001")
UNITS = Units(zone=ZoneInfo("Asia/Shanghai"))
CLOSED = "http://127.0.0.1:9"  # nobody listens on the discard port


@dataclass
class Permits:
    """Lets everybody pass and remembers who; after `at_most` the minute is over."""

    taken: int = 0
    at_most: int = 1000

    def take_now(self) -> bool:
        if self.taken >= self.at_most:
            return False
        self.taken += 1
        return True

    async def take(self) -> None:
        if self.taken >= self.at_most:
            raise Throttled("OurOwnLimit")
        self.taken += 1


async def no_pause(_: float) -> None:
    """Ask again at once."""


def no_tls() -> ssl.SSLContext:
    raise AssertionError("plain http needs no certificates")


@asynccontextmanager
async def client_of(
    url: str,
    *,
    credentials: Credentials = KEY,
    permits: Permits | None = None,
    skew: timedelta = timedelta(0),
    timeout_s: float | None = None,
) -> AsyncIterator[CloudClient]:
    """A client as the product opens it, with a clock of its own."""
    http = open_http(url, TC3Auth(lambda: credentials, clock=(NOW + skew).timestamp), no_tls)
    if timeout_s is not None:
        http.timeout = httpx.Timeout(timeout_s)
    client = CloudClient(http=http, permits=permits or Permits(), units=UNITS, sleep=no_pause)
    try:
        yield client
    finally:
        await client.aclose()


def cloud_of(**arguments: Any) -> CloudApi:
    known = {"secret_id": KEY.secret_id, "secret_key": KEY.secret_key, "clock": lambda: NOW}
    return CloudApi(World(NOW), **{**known, "requests_per_s": 1000, **arguments})


@pytest.fixture
async def cloud() -> AsyncIterator[CloudApi]:
    async with cloud_of() as cloud:
        yield cloud


@pytest.fixture
async def client(cloud: CloudApi) -> AsyncIterator[CloudClient]:
    async with client_of(cloud.url) as client:
        yield client


@asynccontextmanager
async def client_over(
    answer: Callable[[httpx.Request], httpx.Response | Awaitable[httpx.Response]],
) -> AsyncIterator[CloudClient]:
    """A client whose requests end in a function instead of a socket."""
    async with httpx.AsyncClient(
        transport=httpx.MockTransport(answer),  # type: ignore[arg-type]  # it takes async ones too
        base_url="https://mongodb.tencentcloudapi.com",
        auth=TC3Auth(lambda: KEY, clock=NOW.timestamp),
        headers={"Content-Type": "application/json", "X-TC-Action": "DescribeLogDownloadTasks"},
    ) as http:
        yield CloudClient(http=http, permits=Permits(), units=UNITS, sleep=no_pause)


async def listing(
    client: CloudClient, instance: str = EXAMPLE_INSTANCE, region: str = GUANGZHOU
) -> Listing:
    return await client.log_exports(InstanceId(instance), region, party=Party("U1"))


async def error(
    client: CloudClient, instance: str = EXAMPLE_INSTANCE, region: str = GUANGZHOU
) -> CloudError:
    with pytest.raises(CloudError) as caught:
        await listing(client, instance, region)
    assert caught.value.region == region
    return caught.value


def numbered(count: int) -> list[dict[str, Any]]:
    """Exports a minute apart, newest first."""
    return [
        task(f"export-{number}", CreateTime=local_time(NOW - timedelta(minutes=number)))
        for number in range(count)
    ]


def ids(exports: tuple[Export, ...]) -> list[str]:
    return [export.id for export in exports]


# --- what goes out ---


async def test_all_inputs_arrive(cloud: CloudApi, client: CloudClient) -> None:
    await client.describe_log_download_tasks(
        EXAMPLE,
        GUANGZHOU,
        party=Party("U1"),
        limit=20,
        offset=3,
        start_time="2024-03-07 9:22:15",
        end_time="2024-03-07 21:22:15",
    )
    (request,) = cloud.requests
    assert (request.action, request.version) == ("DescribeLogDownloadTasks", "2019-07-25")
    assert (request.region, request.language) == (GUANGZHOU, "en-US")
    assert request.content_type == "application/json; charset=utf-8"
    assert request.signed_headers == ("content-type", "host", "x-tc-action")
    assert request.body == {
        "InstanceId": EXAMPLE_INSTANCE,
        "Limit": 20,
        "Offset": 3,
        "StartTime": "2024-03-07 9:22:15",
        "EndTime": "2024-03-07 21:22:15",
    }


async def test_times_go_out_only_when_asked_for(cloud: CloudApi, client: CloudClient) -> None:
    await listing(client)
    assert cloud.requests[-1].body == {"InstanceId": EXAMPLE_INSTANCE, "Limit": 100, "Offset": 0}
    window = ("2024-03-07 9:22:15", "2024-03-07 15:33:15")
    found = await client.log_exports(EXAMPLE, GUANGZHOU, party=Party("U1"), window=window)
    assert cloud.requests[-1].body["StartTime"] == window[0]
    assert cloud.requests[-1].body["EndTime"] == window[1]
    assert found.exports == ()


async def test_documented_answer_comes_in(client: CloudClient) -> None:
    found = await listing(client)
    (export,) = found.exports
    assert export.id == "export-28439fb3-90a6-4ca2-bd2f-ad99e99a14e9"
    assert (export.kind, export.state, export.link) == ("slow", "done", None)
    assert export.created_at == datetime(2024, 3, 7, 13, 1, tzinfo=UTC)
    assert found.complete
    assert found.request_id


async def test_no_exports_are_an_answer(client: CloudClient) -> None:
    assert (await listing(client, EMPTY_INSTANCE)).exports == ()


async def test_a_link_comes_in_and_does_not_show(client: CloudClient) -> None:
    (export,) = (await listing(client, LINKED_INSTANCE)).exports
    assert export.link is not None
    assert export.link.is_allowed()
    assert export.link.works_until == NOW + timedelta(hours=1)
    assert "q-signature" not in repr(export)


async def test_a_token_of_temporary_credentials_goes_along() -> None:
    temporary = Credentials(
        secret_id=KEY.secret_id, secret_key=KEY.secret_key, token="a session token"
    )
    async with (
        cloud_of(token="a session token") as cloud,
        client_of(cloud.url, credentials=temporary) as client,
    ):
        assert (await listing(client)).exports
        assert cloud.requests[-1].has_token


async def test_without_a_token_none_goes_along(cloud: CloudApi, client: CloudClient) -> None:
    await listing(client)
    assert not cloud.requests[-1].has_token


async def test_every_call_takes_a_permit_for_the_one_who_asks(cloud: CloudApi) -> None:
    cloud.world.add(MANY, GUANGZHOU, tasks=numbered(250))
    permits = Permits()
    async with client_of(cloud.url, permits=permits) as client:
        await client.log_exports(MANY, GUANGZHOU, party=(party := Party("U0SOMEONE")))
    assert permits.taken == len(cloud.requests) == party.calls


async def test_without_a_permit_nothing_goes_out(cloud: CloudApi) -> None:
    async with client_of(cloud.url, permits=Permits(at_most=0)) as client:
        with pytest.raises(Throttled):
            await listing(client)
    assert not cloud.requests


async def test_no_more_calls_are_under_way_than_the_pool_carries() -> None:
    under_way, most = 0, 0

    async def answer(_: httpx.Request) -> httpx.Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        return httpx.Response(200, json={"Response": {"TotalCount": 0, "Tasks": []}})

    async with client_over(answer) as client:
        await asyncio.gather(*(listing(client) for _ in range(3 * SLOTS)))
    assert most == SLOTS


# --- all pages ---


@pytest.mark.parametrize("offset_is", ["row", "page"])
@pytest.mark.parametrize("count", [100, 101, 250], ids=str)
async def test_every_export_comes_once_newest_first(offset_is: str, count: int) -> None:
    async with cloud_of(offset_is=offset_is) as cloud, client_of(cloud.url) as client:
        cloud.world.add(MANY, GUANGZHOU, tasks=numbered(count))
        found = await listing(client, MANY)
        assert ids(found.exports) == [f"export-{number}" for number in range(count)]
        assert found.complete
        assert all(request.body["Limit"] == 100 for request in cloud.requests)


@pytest.mark.parametrize(
    ("offset_is", "offsets"), [("row", [0, 100, 200]), ("page", [0, 1, 2])], ids=["row", "page"]
)
async def test_what_offset_means_is_found_out_once(offset_is: str, offsets: list[int]) -> None:
    async with cloud_of(offset_is=offset_is) as cloud, client_of(cloud.url) as client:
        cloud.world.add(MANY, GUANGZHOU, tasks=numbered(250))
        first = await listing(client, MANY)
        cloud.requests.clear()
        assert (await listing(client, MANY)).exports == first.exports
        assert [request.body["Offset"] for request in cloud.requests] == offsets


@pytest.mark.parametrize("total", [0, 1, 100, 5000, None], ids=str)
async def test_total_count_is_not_believed(
    cloud: CloudApi, client: CloudClient, total: int | None
) -> None:
    cloud.world.add(MANY, GUANGZHOU, tasks=numbered(250))
    cloud.total_count = lambda _: total
    assert len((await listing(client, MANY)).exports) == 250


@pytest.mark.parametrize(
    "mishap",
    [
        pytest.param(ErrorAnswer(code="InternalError"), id="internal error"),
        pytest.param(ErrorAnswer(code="RequestLimitExceeded"), id="over the limit"),
        pytest.param(RawAnswer(status=502, body=b"<html>"), id="html"),
        pytest.param(NoAnswer(), id="closed"),
        pytest.param(HalfAnswer(), id="half"),
    ],
)
async def test_a_later_page_that_fails_leaves_the_pages_before_it(
    cloud: CloudApi, client: CloudClient, mishap: Mishap
) -> None:
    cloud.world.add(MANY, GUANGZHOU, tasks=numbered(250))
    cloud.next_answers.extend([Normal()] * 3)
    cloud.every_answer = mishap
    found = await listing(client, MANY)
    assert ids(found.exports) == [f"export-{number}" for number in range(200)]
    assert not found.complete
    assert found.request_id


async def test_a_later_page_without_a_permit_leaves_the_pages_before_it(cloud: CloudApi) -> None:
    cloud.world.add(MANY, GUANGZHOU, tasks=numbered(250))
    async with client_of(cloud.url, permits=Permits(at_most=1)) as client:
        found = await listing(client, MANY)
    assert (len(found.exports), found.complete) == (100, False)


async def test_exports_without_a_time_come_last(client: CloudClient) -> None:
    exports = (await listing(client, MIXED_INSTANCE)).exports
    times = [export.created_at for export in exports]
    known = [moment for moment in times if moment]
    assert times == [*sorted(known, reverse=True), None]


def test_sorting_keeps_the_apis_order_where_times_are_equal() -> None:
    exports = tuple(Export(id=name, created_at=NOW) for name in "bca")
    assert newest_first(exports) == exports


# --- refusals ---


@pytest.mark.parametrize(
    ("credentials", "code"),
    [
        pytest.param(
            Credentials(secret_id="AKIDtest", secret_key="another"), "SignatureFailure", id="key"
        ),
        pytest.param(
            Credentials(secret_id="AKIDother", secret_key="another"), "SecretIdNotFound", id="id"
        ),
    ],
)
async def test_a_wrong_key_is_for_an_admin(
    cloud: CloudApi, credentials: Credentials, code: str
) -> None:
    async with client_of(cloud.url, credentials=credentials) as client:
        caught = await error(client)
    assert (type(caught), caught.code) == (NotAuthorised, f"AuthFailure.{code}")
    assert caught.request_id


@pytest.mark.parametrize("token", [None, "an old token"], ids=["missing", "old"])
async def test_a_wrong_token_is_for_an_admin(token: str | None) -> None:
    credentials = Credentials(secret_id=KEY.secret_id, secret_key=KEY.secret_key, token=token)
    async with (
        cloud_of(token="a session token") as cloud,
        client_of(cloud.url, credentials=credentials) as client,
    ):
        caught = await error(client)
    assert (type(caught), caught.code) == (NotAuthorised, "AuthFailure.TokenFailure")


@pytest.mark.parametrize("minutes", [-10, 10], ids=["slow", "fast"])
async def test_a_clock_that_is_off_is_set_by_the_apis_own(cloud: CloudApi, minutes: int) -> None:
    async with client_of(cloud.url, skew=timedelta(minutes=minutes)) as client:
        assert (await listing(client)).exports
        assert (await listing(client)).exports
    assert len(cloud.requests) == 3  # one refused, then all good


async def test_a_clock_that_stays_off_is_told_as_such(cloud: CloudApi, client: CloudClient) -> None:
    cloud.every_answer = ErrorAnswer(code="AuthFailure.SignatureExpire")
    caught = await error(client)
    assert (type(caught), caught.code) == (NotAuthorised, "AuthFailure.SignatureExpire")
    assert len(cloud.requests) == 2


async def test_a_token_that_has_run_out_is_read_again() -> None:
    keys = [replace(KEY, token="yesterday's"), replace(KEY, token="today's")]
    async with cloud_of(token="today's") as cloud:
        http = open_http(cloud.url, TC3Auth(lambda: keys.pop(0), clock=NOW.timestamp), no_tls)
        client = CloudClient(http=http, permits=Permits(), units=UNITS, sleep=no_pause)
        assert (await listing(client)).exports
        await client.aclose()
    assert len(cloud.requests) == 2


async def test_a_key_that_was_replaced_in_its_file_is_used_for_the_next_question() -> None:
    keys = [replace(KEY, secret_key="yesterday's"), KEY]
    async with cloud_of() as cloud:
        http = open_http(cloud.url, TC3Auth(lambda: keys.pop(0), clock=NOW.timestamp), no_tls)
        client = CloudClient(http=http, permits=Permits(), units=UNITS, sleep=no_pause)
        assert (await error(client)).code == "AuthFailure.SignatureFailure"
        assert (await listing(client)).exports
        await client.aclose()
    assert len(cloud.requests) == 2


async def test_credentials_that_can_not_be_read_again_stay() -> None:
    keys: list[Credentials] = [replace(KEY, token="yesterday's")]

    def read() -> Credentials:
        if not keys:
            raise SettingsError(("the file is gone",))
        return keys.pop()

    async with cloud_of(token="today's") as cloud:
        http = open_http(cloud.url, TC3Auth(read, clock=NOW.timestamp), no_tls)
        client = CloudClient(http=http, permits=Permits(), units=UNITS, sleep=no_pause)
        caught = await error(client)
        await client.aclose()
    assert (type(caught), caught.code) == (NotAuthorised, "AuthFailure.TokenFailure")


async def test_a_clock_that_is_a_little_off_does_not_matter(cloud: CloudApi) -> None:
    async with client_of(cloud.url, skew=timedelta(minutes=4)) as client:
        assert (await listing(client)).exports


async def test_a_missing_right_is_for_an_admin_until_it_is_given(
    cloud: CloudApi, client: CloudClient
) -> None:
    cloud.deny(EXAMPLE_INSTANCE)
    caught = await error(client)
    assert (type(caught), caught.code) == (NotAuthorised, "UnauthorizedOperation")
    cloud.allow(EXAMPLE_INSTANCE)
    assert (await listing(client)).exports


@pytest.mark.parametrize(
    ("instance", "region"),
    [(UNKNOWN_INSTANCE, GUANGZHOU), (EXAMPLE_INSTANCE, SINGAPORE)],
    ids=["unknown instance", "wrong region"],
)
async def test_an_instance_that_is_not_there_is_told_as_such(
    client: CloudClient, instance: str, region: str
) -> None:
    caught = await error(client, instance, region)
    assert type(caught) is NoSuchInstance
    assert caught.code == "InvalidParameterValue.NotFoundInstance"
    assert caught.request_id


async def test_a_region_that_does_not_exist_is_refused(client: CloudClient) -> None:
    assert (await error(client, region="ap-atlantis")).code == "UnsupportedRegion"


async def test_over_the_limit_is_to_wait() -> None:
    async with cloud_of(requests_per_s=2) as cloud, client_of(cloud.url) as client:
        await listing(client)
        await listing(client)
        caught = await error(client)
    assert (type(caught), caught.code) == (Throttled, "RequestLimitExceeded")


async def test_the_apis_words_stay_on_the_error(cloud: CloudApi, client: CloudClient) -> None:
    cloud.every_answer = ErrorAnswer(code="InternalError.DBError", message="数据库错误")
    caught = await error(client)
    assert (type(caught), caught.message) == (CloudBroken, "数据库错误")


# --- asking again ---


@pytest.mark.parametrize(
    "mishap",
    [
        pytest.param(NoAnswer(), id="closed before the answer"),
        pytest.param(HalfAnswer(), id="closed within the answer"),
        pytest.param(RawAnswer(status=502, body=b"<html>"), id="html of a gateway"),
        pytest.param(RawAnswer(status=200, body=b"{"), id="half JSON"),
        *(
            pytest.param(ErrorAnswer(code=code), id=code)
            for code in (
                "RequestLimitExceeded",
                "RequestLimitExceeded.UinLimitExceeded",
                "RequestLimitExceeded.GlobalRegionUinLimitExceeded",
                "RequestLimitExceeded.IPLimitExceeded",
                "LimitExceeded.TooManyRequests",
                "ServiceUnavailable",
                "ResourceUnavailable",
                "InternalError",
                "InternalError.DBError",
                "FailedOperation.KernelResponseTimeout",
            )
        ),
    ],
)
async def test_a_moments_trouble_is_asked_past(
    cloud: CloudApi, client: CloudClient, mishap: Mishap
) -> None:
    cloud.next_answers.append(mishap)
    assert (await listing(client)).exports
    assert len(cloud.requests) == 2


@pytest.mark.parametrize(
    "code",
    [
        "AuthFailure.SignatureFailure",
        "AuthFailure.SecretIdNotFound",
        "UnauthorizedOperation",
        "InvalidParameterValue.NotFoundInstance",
        "InvalidParameter.PermissionDenied",
        "MissingParameter",
    ],
)
async def test_what_will_not_get_better_is_asked_once(
    cloud: CloudApi, client: CloudClient, code: str
) -> None:
    cloud.next_answers.append(ErrorAnswer(code=code))
    assert (await error(client)).code == code
    assert len(cloud.requests) == 1


async def test_each_attempt_has_its_own_permit(cloud: CloudApi) -> None:
    permits = Permits()
    cloud.every_answer = NoAnswer()
    async with client_of(cloud.url, permits=permits) as client:
        await error(client)
    assert permits.taken == len(cloud.requests) == ATTEMPTS


async def test_kept_connections_that_have_all_died_lose_no_question() -> None:
    answered, everybody_is_here = 0, asyncio.Event()

    async def answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal answered
        await reader.readuntil(b"\r\n\r\n")
        answered += 1
        if answered == KEPT_CONNECTIONS:  # so many connections at once, all of them kept
            everybody_is_here.set()
        await everybody_is_here.wait()
        body = b'{"Response": {"TotalCount": 0, "Tasks": []}}'
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        await writer.drain()
        with suppress(asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")  # the next request comes, and finds nobody
        writer.transport.abort()

    async with await asyncio.start_server(answer_once, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        auth = TC3Auth(lambda: KEY, clock=NOW.timestamp)
        client = CloudClient(
            http=open_http(url, auth, no_tls),
            open_fresh=lambda: open_http(url, auth, no_tls, kept=0),
            permits=Permits(),
            units=UNITS,
            sleep=no_pause,
        )
        await asyncio.gather(*(listing(client) for _ in range(KEPT_CONNECTIONS)))
        assert not (await listing(client)).exports
        await client.aclose()
    assert answered == KEPT_CONNECTIONS + 1


# --- mishaps ---

FAULT = json.dumps(
    {"Response": {"Error": {"Code": "AuthFailure", "Message": "no"}, "RequestId": "r-1"}}
).encode()


@pytest.mark.parametrize(
    ("mishap", "leaf"),
    [
        pytest.param(NoAnswer(), CloudUnreachable, id="closed before the answer"),
        pytest.param(HalfAnswer(), CloudUnreachable, id="closed within the answer"),
        pytest.param(RawAnswer(status=502, body=b"<html>"), CloudBroken, id="html of a gateway"),
        pytest.param(RawAnswer(status=503), CloudBroken, id="empty and unavailable"),
        pytest.param(RawAnswer(), CloudBroken, id="empty"),
        pytest.param(RawAnswer(body=b'{"Response": {'), CloudBroken, id="half JSON"),
        pytest.param(RawAnswer(body=b"{}"), CloudUnreadable, id="no envelope"),
        pytest.param(RawAnswer(status=429), Throttled, id="a gateway's limit"),
        pytest.param(RawAnswer(status=403, body=b"<html>"), CloudUnreadable, id="a proxy's no"),
        pytest.param(RawAnswer(body=FAULT), NotAuthorised, id="an error with status 200"),
        pytest.param(RawAnswer(status=500, body=FAULT), NotAuthorised, id="an error with 500"),
        pytest.param(
            RawAnswer(body=FAULT, content_type="application/json; charset=utf-8"),
            NotAuthorised,
            id="an error with a charset",
        ),
        pytest.param(
            RawAnswer(body=FAULT, content_type="text/html"), NotAuthorised, id="an error as html"
        ),
        pytest.param(
            RawAnswer(body=b"nonsense", headers=(("Content-Encoding", "gzip"),)),
            CloudUnreachable,
            id="no gzip although it says so",
        ),
    ],
)
async def test_mishap_becomes_the_error_that_fits_and_is_over(
    cloud: CloudApi, client: CloudClient, mishap: Mishap, leaf: type[CloudError]
) -> None:
    cloud.every_answer = mishap
    assert type(await error(client)) is leaf
    cloud.every_answer = Normal()
    assert (await listing(client)).exports


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308], ids=str)
async def test_a_redirect_is_not_followed(
    cloud: CloudApi, client: CloudClient, status: int
) -> None:
    elsewhere = (("Location", f"{cloud.url}/elsewhere"),)
    cloud.next_answers.append(RawAnswer(status=status, headers=elsewhere))
    caught = await error(client)
    assert (type(caught), caught.code) == (CloudUnreadable, f"HTTP{status}")
    assert len(cloud.requests) == 1


async def test_a_redirect_to_nonsense_is_an_error_too(cloud: CloudApi, client: CloudClient) -> None:
    cloud.every_answer = RawAnswer(status=302, headers=(("Location", "http://[::1"),))
    assert type(await error(client)) is CloudUnreachable


async def test_silence_ends_with_the_timeout(cloud: CloudApi) -> None:
    async with client_of(cloud.url, timeout_s=0.05) as client:
        cloud.every_answer = Silence()
        caught = await error(client)
        assert (type(caught), caught.code) == (CloudUnreachable, "ReadTimeout")
        cloud.every_answer = Normal()
        assert (await listing(client)).exports


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ReadTimeout,
        httpx.ConnectTimeout,
        httpx.PoolTimeout,
        httpx.WriteTimeout,
        httpx.ConnectError,
        httpx.ReadError,
        httpx.WriteError,
        httpx.RemoteProtocolError,
        httpx.LocalProtocolError,
        httpx.ProxyError,
        httpx.DecodingError,
        TimeoutError,
    ],
    ids=lambda failure: failure.__name__,
)
async def test_any_failure_on_the_way_is_no_answer(failure: type[Exception]) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise failure("words that could hold anything")

    async with client_over(answer) as client:
        caught = await error(client)
    assert (type(caught), caught.code) == (CloudUnreachable, failure.__name__)
    assert caught.__suppress_context__


async def test_nobody_listening_is_no_answer() -> None:
    async with client_of(CLOSED) as client:
        caught = await error(client)
    assert (type(caught), caught.code) == (CloudUnreachable, "ConnectError")


async def test_a_fault_of_ours_is_not_taken_for_the_clouds() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise RuntimeError("a mistake")

    async with client_over(answer) as client:
        with pytest.raises(RuntimeError, match="a mistake"):
            await listing(client)


async def test_an_answer_without_a_request_id_is_an_answer(
    cloud: CloudApi, client: CloudClient
) -> None:
    cloud.every_answer = NoRequestId()
    assert (await listing(client)).request_id is None
    assert (await error(client, UNKNOWN_INSTANCE)).request_id is None


# --- the way out ---


@pytest.fixture
def closed_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy in the environment that nobody runs."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, CLOSED)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("closed_proxy")
async def test_no_proxy_stands_between_this_machine_and_itself(cloud: CloudApi) -> None:
    async with client_of(cloud.url) as client:
        assert (await listing(client)).exports


async def test_the_companys_proxy_stands_before_the_vendor_and_sees_no_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as proxy:
        port = proxy.sockets[0].getsockname()[1]
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        http = open_http(
            "https://mongodb.tencentcloudapi.com", TC3Auth(lambda: KEY), ssl.create_default_context
        )
        async with http:
            caught = await error(
                CloudClient(http=http, permits=Permits(), units=UNITS, sleep=no_pause)
            )
    assert (type(caught), caught.code) == (CloudUnreachable, "ProxyError")
    assert heard
    for request in heard:
        assert request.startswith(b"CONNECT mongodb.tencentcloudapi.com:443 ")
        assert b"TC3-HMAC-SHA256" not in request
