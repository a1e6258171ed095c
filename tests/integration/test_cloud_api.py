"""The simulated cloud API, asked over a real loopback socket by a client that signs for itself."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import anyio
import httpx
import pytest

from bot.demo.cloud_api import CloudApi
from bot.demo.cloud_mishap import (
    ErrorAnswer,
    HalfAnswer,
    LateAnswer,
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
    SINGAPORE,
    SINGAPORE_INSTANCE,
    UNKNOWN_INSTANCE,
    World,
    task,
)

SECRET_ID, SECRET_KEY = "AKIDtest", "a key nobody has"
NOW = datetime(2026, 1, 31, 17, 30, tzinfo=UTC)
OURS = "cmgo-ours0001"


@dataclass
class Clock:
    """Stands still until a test moves it."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Naps:
    """A sleep that takes no time and remembers what was asked of it."""

    taken_s: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.taken_s.append(seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def naps() -> Naps:
    return Naps()


@pytest.fixture
async def cloud(clock: Clock, naps: Naps) -> AsyncIterator[CloudApi]:
    async with CloudApi(
        World(NOW), secret_id=SECRET_ID, secret_key=SECRET_KEY, clock=clock, sleep=naps
    ) as cloud:
        yield cloud


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as http:
        yield http


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def authorization(
    headers: dict[str, str],
    body: bytes,
    *,
    date: str | None = None,
    service: str = "mongodb",
    names: tuple[str, ...] = ("content-type", "host"),
    key: str = SECRET_KEY,
    key_id: str = SECRET_ID,
) -> str:
    """The Authorization header as the vendor describes it."""
    timestamp = headers["x-tc-timestamp"]
    date = date or datetime.fromtimestamp(int(timestamp), UTC).strftime("%Y-%m-%d")
    scope = f"{date}/{service}/tc3_request"
    canonical_headers = "".join(f"{name}:{headers[name].lower()}\n" for name in names)
    canonical = f"POST\n/\n\n{canonical_headers}\n{';'.join(names)}\n{sha256(body)}"
    secret = f"TC3{key}".encode()
    for part in scope.split("/"):
        secret = hmac.new(secret, part.encode(), "sha256").digest()
    text = f"TC3-HMAC-SHA256\n{timestamp}\n{scope}\n{sha256(canonical.encode())}"
    signature = hmac.new(secret, text.encode(), "sha256").hexdigest()
    return (
        f"TC3-HMAC-SHA256 Credential={key_id}/{scope}, "
        f"SignedHeaders={';'.join(names)}, Signature={signature}"
    )


def signed(
    cloud: CloudApi,
    body: bytes,
    *,
    at: datetime = NOW,
    change: dict[str, str] | None = None,
    drop: tuple[str, ...] = (),
    **signing: Any,
) -> httpx.Request:
    """A request signed after `change` and `drop` were done to its headers."""
    headers = {
        "content-type": "application/json",
        "host": httpx.URL(cloud.url).netloc.decode(),
        "x-tc-action": "DescribeLogDownloadTasks",
        "x-tc-version": "2019-07-25",
        "x-tc-region": GUANGZHOU,
        "x-tc-timestamp": str(int(at.timestamp())),
    }
    headers |= change or {}
    for name in drop:
        del headers[name]
    headers["authorization"] = authorization(headers, body, **signing)
    return httpx.Request("POST", cloud.url, content=body, headers=headers)


def question(instance: str = EXAMPLE_INSTANCE, **fields: Any) -> bytes:
    return json.dumps({"InstanceId": instance, **fields}).encode()


async def response_to(http: httpx.AsyncClient, request: httpx.Request) -> dict[str, Any]:
    """The envelope's inside, of an answer that the API processed."""
    answer = await http.send(request)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    response: dict[str, Any] = answer.json()["Response"]
    assert response["RequestId"]
    return response


async def code_of(http: httpx.AsyncClient, request: httpx.Request) -> str | None:
    """The code of a refusal; None for a success."""
    response = await response_to(http, request)
    if "Error" not in response:
        return None
    assert response["Error"]["Message"]
    code: str = response["Error"]["Code"]
    return code


async def ids_of(http: httpx.AsyncClient, cloud: CloudApi, **fields: Any) -> list[str]:
    response = await response_to(http, signed(cloud, question(OURS, **fields)))
    return [task["TaskId"] for task in response["Tasks"]]


def numbered(count: int) -> list[dict[str, Any]]:
    return [task(f"export-{number}") for number in range(count)]


async def test_documented_example_is_answered(cloud: CloudApi, http: httpx.AsyncClient) -> None:
    response = await response_to(http, signed(cloud, question()))
    assert set(response) == {"TotalCount", "Tasks", "RequestId"}
    assert response["TotalCount"] == 1
    assert response["Tasks"] == [task("export-28439fb3-90a6-4ca2-bd2f-ad99e99a14e9")]


async def test_instance_without_exports_has_an_empty_list(
    cloud: CloudApi, http: httpx.AsyncClient
) -> None:
    response = await response_to(http, signed(cloud, question(EMPTY_INSTANCE)))
    assert (response["TotalCount"], response["Tasks"]) == (0, [])


async def test_world_is_seen_at_the_time_of_the_clock(
    cloud: CloudApi, http: httpx.AsyncClient, clock: Clock
) -> None:
    before = await response_to(http, signed(cloud, question(LINKED_INSTANCE)))
    clock.now += timedelta(seconds=10)
    after = await response_to(http, signed(cloud, question(LINKED_INSTANCE)))
    assert before["Tasks"][0]["Url"] != after["Tasks"][0]["Url"]


async def test_every_answer_has_its_own_request_id(
    cloud: CloudApi, http: httpx.AsyncClient
) -> None:
    answers = [await response_to(http, signed(cloud, question())) for _ in range(2)]
    assert answers[0]["RequestId"] != answers[1]["RequestId"]


# --- the signature ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """A request with a signature that was made elsewhere, with the vendor's example key."""

    timestamp: int
    date: str
    content_type: str
    signed_headers: str
    body: bytes
    signature: str

    def headers(self) -> dict[str, str]:
        scope = f"{VENDOR_ID}/{self.date}/mongodb/tc3_request"
        return {
            "Authorization": f"TC3-HMAC-SHA256 Credential={scope}, "
            f"SignedHeaders={self.signed_headers}, Signature={self.signature}",
            "Content-Type": self.content_type,
            "Host": "mongodb.intl.tencentcloudapi.com",
            "X-TC-Action": "DescribeLogDownloadTasks",
            "X-TC-Version": "2019-07-25",
            "X-TC-Region": GUANGZHOU,
            "X-TC-Timestamp": str(self.timestamp),
        }


VENDOR_ID = "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE"
VENDOR_KEY = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"
BY_THE_SDK = Vector(
    timestamp=1551113065,
    date="2019-02-25",
    content_type="application/json",
    signed_headers="content-type;host",
    body=b'{"InstanceId": "cmgo-k2p5su09", "Limit": 20, "Offset": 0}',
    signature="25e77cf5fe102238d29f11a7cdebfbf0c2690f667324c544f804dcb8d2461abf",
)
BEFORE_MIDNIGHT = Vector(
    timestamp=1551139199,
    date="2019-02-25",
    content_type="application/json; charset=utf-8",
    signed_headers="content-type;host;x-tc-action",
    body=b'{"InstanceId":"cmgo-k2p5su09","Limit":100,"Offset":0}',
    signature="5a432db789fcd3c2079256b6b120bb782e2d4c71f160712f9f0bf1362f531415",
)
AT_MIDNIGHT = replace(
    BEFORE_MIDNIGHT,
    timestamp=1551139200,
    date="2019-02-26",
    signature="c5b01696eca295901315eeab27ffc65a169326741a1b0cca638db4f4cb25704e",
)


@pytest.mark.parametrize(
    "vector",
    [
        pytest.param(BY_THE_SDK, id="made by the vendor's SDK"),
        pytest.param(BEFORE_MIDNIGHT, id="last second of a UTC day"),
        pytest.param(AT_MIDNIGHT, id="first second of a UTC day"),
    ],
)
async def test_signatures_made_elsewhere_are_accepted(
    http: httpx.AsyncClient, vector: Vector
) -> None:
    clock = Clock(datetime.fromtimestamp(vector.timestamp, UTC))
    async with CloudApi(
        World(NOW), secret_id=VENDOR_ID, secret_key=VENDOR_KEY, clock=clock
    ) as cloud:
        request = httpx.Request("POST", cloud.url, content=vector.body, headers=vector.headers())
        assert await code_of(http, request) is None


async def test_further_signed_headers_are_honoured(
    cloud: CloudApi, http: httpx.AsyncClient
) -> None:
    names = ("content-type", "host", "x-tc-action")
    request = signed(cloud, question(), names=names)
    assert await code_of(http, request) is None
    assert cloud.requests[-1].signed_headers == names
    request.headers["x-tc-action"] = "DescribeDBInstances"
    assert await code_of(http, request) == "AuthFailure.SignatureFailure"


async def test_signed_header_that_did_not_arrive_is_noticed(
    cloud: CloudApi, http: httpx.AsyncClient
) -> None:
    request = signed(cloud, question(), names=("content-type", "host", "x-tc-action"))
    del request.headers["x-tc-action"]
    assert await code_of(http, request) == "AuthFailure.SignatureFailure"


async def test_every_byte_of_the_body_is_signed(cloud: CloudApi, http: httpx.AsyncClient) -> None:
    sent = signed(cloud, question())
    spaced = httpx.Request("POST", cloud.url, content=question() + b" ", headers=sent.headers)
    spaced.headers["content-length"] = str(len(question()) + 1)
    assert await code_of(http, spaced) == "AuthFailure.SignatureFailure"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("content-type", "application/json; charset=utf-8", id="content type"),
        pytest.param("host", "mongodb.tencentcloudapi.com", id="host"),
        pytest.param("x-tc-timestamp", str(int(NOW.timestamp()) + 1), id="timestamp"),
    ],
)
async def test_header_changed_after_signing_is_noticed(
    cloud: CloudApi, http: httpx.AsyncClient, name: str, value: str
) -> None:
    request = signed(cloud, question())
    request.headers[name] = value
    assert await code_of(http, request) == "AuthFailure.SignatureFailure"


@pytest.mark.parametrize(
    ("signing", "code"),
    [
        pytest.param({"key": "another key"}, "SignatureFailure", id="wrong key"),
        pytest.param({"key_id": "AKIDother"}, "SecretIdNotFound", id="unknown key id"),
        pytest.param({"date": "2026-02-01"}, "SignatureFailure", id="local date"),
        pytest.param({"service": "cvm"}, "SignatureFailure", id="another service"),
        pytest.param({"names": ("host",)}, "InvalidAuthorization", id="content type not signed"),
        pytest.param({"names": ("content-type",)}, "InvalidAuthorization", id="host not signed"),
        pytest.param(
            {"names": ("host", "content-type")}, "InvalidAuthorization", id="names not ascending"
        ),
    ],
)
async def test_request_signed_wrongly_is_refused(
    cloud: CloudApi, http: httpx.AsyncClient, signing: dict[str, Any], code: str
) -> None:
    assert await code_of(http, signed(cloud, question(), **signing)) == f"AuthFailure.{code}"


@pytest.mark.parametrize("part", ["date", "service"])
async def test_scope_that_was_not_signed_is_refused(
    cloud: CloudApi, http: httpx.AsyncClient, part: str
) -> None:
    request = signed(cloud, question())
    said = {"date": ("2026-01-31", "2026-01-30"), "service": ("/mongodb/", "/cvm/")}[part]
    request.headers["authorization"] = request.headers["authorization"].replace(*said)
    assert await code_of(http, request) == "AuthFailure.SignatureFailure"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("Bearer token", id="another scheme"),
        pytest.param(
            "TC3-HMAC-SHA256 Credential=AKIDtest, SignedHeaders=content-type;host, Signature=00",
            id="no scope",
        ),
    ],
)
async def test_malformed_authorization_is_refused(
    cloud: CloudApi, http: httpx.AsyncClient, text: str
) -> None:
    request = signed(cloud, question())
    request.headers["authorization"] = text
    assert await code_of(http, request) == "AuthFailure.InvalidAuthorization"
    assert cloud.requests[-1].signed_headers == ()


async def test_request_without_authorization_is_refused(
    cloud: CloudApi, http: httpx.AsyncClient
) -> None:
    request = signed(cloud, question())
    del request.headers["authorization"]
    assert await code_of(http, request) == "AuthFailure.InvalidAuthorization"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        pytest.param(-301, "AuthFailure.SignatureExpire", id="too old"),
        pytest.param(-300, None, id="just not too old"),
        pytest.param(300, None, id="just not too far ahead"),
        pytest.param(301, "AuthFailure.SignatureExpire", id="too far ahead"),
    ],
)
async def test_timestamp_may_be_five_minutes_off(
    cloud: CloudApi, http: httpx.AsyncClient, seconds: int, code: str | None
) -> None:
    request = signed(cloud, question(), at=NOW + timedelta(seconds=seconds))
    assert await code_of(http, request) == code


async def test_timestamp_must_be_there_and_a_number(
    cloud: CloudApi, http: httpx.AsyncClient
) -> None:
    request = signed(cloud, question())
    request.headers["x-tc-timestamp"] = "1769880600.5"
    assert await code_of(http, request) == "InvalidParameter"
    del request.headers["x-tc-timestamp"]
    assert await code_of(http, request) == "MissingParameter"


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        pytest.param({"x-tc-token": "the token"}, None, id="right"),
        pytest.param({"x-tc-token": "old token"}, "AuthFailure.TokenFailure", id="wrong"),
        pytest.param({}, "AuthFailure.TokenFailure", id="missing"),
    ],
)
async def test_token_of_temporary_credentials_is_checked(
    clock: Clock, http: httpx.AsyncClient, sent: dict[str, str], code: str | None
) -> None:
    async with CloudApi(
        World(NOW), secret_id=SECRET_ID, secret_key=SECRET_KEY, token="the token", clock=clock
    ) as cloud:
        assert await code_of(http, signed(cloud, question(), change=sent)) == code
        assert cloud.requests[-1].has_token is bool(sent)


# --- what is asked ---


@pytest.mark.parametrize(
    ("change", "drop", "code"),
    [
        pytest.param({"x-tc-action": "DropEverything"}, (), "InvalidAction", id="action"),
        pytest.param({}, ("x-tc-action",), "MissingParameter", id="no action"),
        pytest.param({"x-tc-version": "2018-04-08"}, (), "NoSuchVersion", id="version"),
        pytest.param({}, ("x-tc-version",), "MissingParameter", id="no version"),
        pytest.param({"x-tc-region": "xx-nowhere"}, (), "UnsupportedRegion", id="region"),
        pytest.param({}, ("x-tc-region",), "MissingParameter", id="no region"),
        pytest.param({"content-type": "text/plain"}, (), "InvalidRequest", id="content type"),
    ],
)
async def test_header_that_asks_for_nothing_known_is_refused(
    cloud: CloudApi,
    http: httpx.AsyncClient,
    change: dict[str, str],
    drop: tuple[str, ...],
    code: str,
) -> None:
    assert await code_of(http, signed(cloud, question(), change=change, drop=drop)) == code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(b"{}", "MissingParameter", id="no instance"),
        pytest.param(b"{", "InvalidParameter", id="half a JSON"),
        pytest.param(b"\xff", "InvalidParameter", id="no text"),
        pytest.param(b"[]", "InvalidParameter", id="no object"),
        pytest.param(b'{"InstanceId": 7}', "InvalidParameter", id="instance is a number"),
        pytest.param(b'{"InstanceId": null}', "InvalidParameter", id="instance is null"),
        pytest.param(question(Limit="20"), "InvalidParameter", id="limit is text"),
        pytest.param(question(Limit=True), "InvalidParameter", id="limit is true"),
        pytest.param(question(Offset=1.0), "InvalidParameter", id="offset is a fraction"),
        pytest.param(question(StartTime=5), "InvalidParameter", id="time is a number"),
        pytest.param(question(OrderBy="x"), "UnknownParameter", id="unknown field"),
        pytest.param(
            question(Limit=0), "InvalidParameterValue.LimitParaOutOfRange", id="limit too small"
        ),
        pytest.param(
            question(Limit=101), "InvalidParameterValue.LimitParaOutOfRange", id="limit too large"
        ),
        pytest.param(
            question(Offset=-1), "InvalidParameterValue.OffsetParaOutOfRange", id="offset too small"
        ),
        pytest.param(
            question(Offset=10001),
            "InvalidParameterValue.OffsetParaOutOfRange",
            id="offset too large",
        ),
        pytest.param(
            question(StartTime="2024-3-7 10:00:00"),
            "InvalidParameterValue.TimeFormatErr",
            id="unpadded month",
        ),
        pytest.param(
            question(StartTime="2024-03-07"), "InvalidParameterValue.TimeFormatErr", id="date only"
        ),
        pytest.param(
            question(EndTime="2023-03-0310:51:21"),
            "InvalidParameterValue.TimeFormatErr",
            id="no space",
        ),
        pytest.param(
            question(EndTime="2024-02-30 10:00:00"),
            "InvalidParameterValue.TimeFormatErr",
            id="no such day",
        ),
        pytest.param(
            question(StartTime="2024-03-07 9:22:15", EndTime="2024-03-07 09:22:15"),
            "InvalidParameterValue.StartTimeNotBeforeThanEndTime",
            id="empty period",
        ),
        pytest.param(
            question(UNKNOWN_INSTANCE),
            "InvalidParameterValue.NotFoundInstance",
            id="unknown instance",
        ),
        pytest.param(
            question(SINGAPORE_INSTANCE),
            "InvalidParameterValue.NotFoundInstance",
            id="in another region",
        ),
    ],
)
async def test_question_that_the_api_would_not_answer_is_refused(
    cloud: CloudApi, http: httpx.AsyncClient, body: bytes, code: str
) -> None:
    assert await code_of(http, signed(cloud, body)) == code


async def test_limits_of_limit_and_offset_are_allowed(
    cloud: CloudApi, http: httpx.AsyncClient
) -> None:
    for body in (question(Limit=1, Offset=0), question(Limit=100, Offset=10000)):
        assert await code_of(http, signed(cloud, body)) is None


async def test_instance_is_found_in_its_own_region(
    cloud: CloudApi, http: httpx.AsyncClient
) -> None:
    request = signed(cloud, question(SINGAPORE_INSTANCE), change={"x-tc-region": SINGAPORE})
    assert await code_of(http, request) is None


async def test_denied_instance_is_unauthorised_until_allowed_again(
    cloud: CloudApi, http: httpx.AsyncClient
) -> None:
    request = signed(cloud, question())
    cloud.deny(EXAMPLE_INSTANCE)
    assert await code_of(http, request) == "UnauthorizedOperation"
    cloud.allow(EXAMPLE_INSTANCE)
    assert await code_of(http, request) is None


async def test_instance_that_is_denied_need_not_exist(
    cloud: CloudApi, http: httpx.AsyncClient
) -> None:
    cloud.deny(UNKNOWN_INSTANCE)
    assert await code_of(http, signed(cloud, question(UNKNOWN_INSTANCE))) == "UnauthorizedOperation"


async def test_other_paths_and_methods_are_no_part_of_the_api(
    cloud: CloudApi, http: httpx.AsyncClient
) -> None:
    assert (await http.get(cloud.url)).status_code == 405
    assert (await http.post(f"{cloud.url}/v1")).status_code == 404
    assert not cloud.requests


# --- pages and periods ---


async def test_offset_counts_rows(cloud: CloudApi, http: httpx.AsyncClient) -> None:
    cloud.world.add(OURS, GUANGZHOU, tasks=numbered(7))
    assert await ids_of(http, cloud, Limit=3, Offset=1) == ["export-1", "export-2", "export-3"]
    assert await ids_of(http, cloud, Limit=3, Offset=6) == ["export-6"]
    assert await ids_of(http, cloud, Limit=3, Offset=7) == []


async def test_offset_counts_pages_when_told_so(clock: Clock, http: httpx.AsyncClient) -> None:
    async with CloudApi(
        World(NOW), secret_id=SECRET_ID, secret_key=SECRET_KEY, clock=clock, offset_is="page"
    ) as cloud:
        cloud.world.add(OURS, GUANGZHOU, tasks=numbered(7))
        assert await ids_of(http, cloud, Limit=3, Offset=1) == ["export-3", "export-4", "export-5"]
        assert await ids_of(http, cloud, Limit=3, Offset=2) == ["export-6"]
        assert await ids_of(http, cloud, Limit=3, Offset=3) == []


async def test_page_has_twenty_rows_when_no_limit_is_given(
    cloud: CloudApi, http: httpx.AsyncClient
) -> None:
    cloud.world.add(OURS, GUANGZHOU, tasks=numbered(25))
    assert len(await ids_of(http, cloud)) == 20


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        pytest.param(lambda count: count + 5, 30, id="too many"),
        pytest.param(lambda _: 0, 0, id="none"),
        pytest.param(lambda _: None, None, id="null"),
    ],
)
async def test_total_count_can_lie(
    cloud: CloudApi, http: httpx.AsyncClient, lie: Callable[[int], int | None], said: int | None
) -> None:
    cloud.world.add(OURS, GUANGZHOU, tasks=numbered(25))
    truth = await response_to(http, signed(cloud, question(OURS)))
    cloud.total_count = lie
    answer = await response_to(http, signed(cloud, question(OURS)))
    assert (truth["TotalCount"], answer["TotalCount"]) == (25, said)


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        pytest.param({"StartTime": "2024-03-07 9:00:00"}, ["noon", "nine"], id="from, included"),
        pytest.param({"StartTime": "2024-03-07 09:00:01"}, ["noon"], id="from a second later"),
        pytest.param({"EndTime": "2024-03-07 12:00:00"}, ["noon", "nine"], id="until, included"),
        pytest.param({"EndTime": "2024-03-07 11:59:59"}, ["nine"], id="until a second before"),
        pytest.param(
            {"StartTime": "2024-03-07 10:00:00", "EndTime": "2024-03-07 11:00:00"}, [], id="between"
        ),
    ],
)
async def test_period_is_of_the_creation_time(
    cloud: CloudApi, http: httpx.AsyncClient, period: dict[str, str], expected: list[str]
) -> None:
    tasks = [
        task("nine", CreateTime="2024-03-07 9:00:00"),
        task("noon", CreateTime="2024-03-07 12:00:00"),
        task("timeless", CreateTime=None),
    ]
    cloud.world.add(OURS, GUANGZHOU, tasks=tasks)
    response = await response_to(http, signed(cloud, question(OURS, **period)))
    assert [task["TaskId"] for task in response["Tasks"]] == expected
    assert response["TotalCount"] == len(expected)


# --- the rate limit ---


async def test_more_requests_than_the_limit_within_any_second_are_refused(
    cloud: CloudApi, http: httpx.AsyncClient, clock: Clock
) -> None:
    request = signed(cloud, question())
    codes = [await code_of(http, request) for _ in range(10)]
    clock.now += timedelta(seconds=0.9)
    codes += [await code_of(http, request) for _ in range(11)]
    assert codes == [None] * 20 + ["RequestLimitExceeded"]
    clock.now += timedelta(seconds=0.1)
    codes = [await code_of(http, request) for _ in range(11)]
    assert codes == [None] * 10 + ["RequestLimitExceeded"]


# --- mishaps ---


async def test_date_header_is_the_servers_clock(
    cloud: CloudApi, http: httpx.AsyncClient, clock: Clock
) -> None:
    clock.now = NOW - timedelta(hours=2)
    cloud.next_answers.append(RawAnswer(status=502))
    for _ in range(2):
        answer = await http.send(signed(cloud, question()))
        assert parsedate_to_datetime(answer.headers["date"]) == NOW - timedelta(hours=2)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(
            RawAnswer(status=502, body=b"<html>Bad Gateway</html>", content_type="text/html"),
            id="gateway page",
        ),
        pytest.param(RawAnswer(body=b'{"Response": {"Tas'), id="half a JSON"),
        pytest.param(RawAnswer(), id="empty body"),
        pytest.param(
            RawAnswer(
                body=b'{"Response": {"Error": {"Code": "InternalError", "Message": ""}}}',
                content_type="application/json; charset=utf-8",
            ),
            id="error with a charset",
        ),
        pytest.param(
            RawAnswer(status=302, headers=(("Location", "https://elsewhere.example/"),)),
            id="redirect",
        ),
    ],
)
async def test_raw_answer_goes_out_as_it_stands(
    cloud: CloudApi, http: httpx.AsyncClient, raw: RawAnswer
) -> None:
    cloud.next_answers.append(raw)
    answer = await http.send(signed(cloud, question()))
    assert answer.status_code == raw.status
    assert answer.content == raw.body
    assert answer.headers["content-type"] == raw.content_type
    assert dict(raw.headers).items() <= {"Location": answer.headers.get("location")}.items()


async def test_error_answer_is_the_apis_own_refusal(
    cloud: CloudApi, http: httpx.AsyncClient
) -> None:
    cloud.next_answers.append(ErrorAnswer(code="InternalError.DBError", message="数据库异常"))
    answer = await http.send(signed(cloud, question()))
    refusal = '"Error": {"Code": "InternalError.DBError", "Message": "数据库异常"}'
    assert refusal in answer.content.decode()
    assert answer.json()["Response"]["RequestId"]


async def test_answer_can_come_without_a_request_id(
    cloud: CloudApi, http: httpx.AsyncClient
) -> None:
    cloud.next_answers.append(NoRequestId())
    answer = await http.send(signed(cloud, question()))
    assert set(answer.json()["Response"]) == {"TotalCount", "Tasks"}


@pytest.mark.parametrize(
    ("mishap", "message"),
    [
        pytest.param(NoAnswer(), "without sending a response", id="before the answer"),
        pytest.param(HalfAnswer(), "without sending complete message body", id="within the body"),
    ],
)
async def test_connection_can_break(
    cloud: CloudApi, http: httpx.AsyncClient, mishap: Mishap, message: str
) -> None:
    cloud.next_answers.append(mishap)
    with pytest.raises(httpx.RemoteProtocolError, match=message):
        await http.send(signed(cloud, question()))
    assert await code_of(http, signed(cloud, question())) is None


async def test_late_answer_waits_first(
    cloud: CloudApi, http: httpx.AsyncClient, naps: Naps
) -> None:
    cloud.next_answers.append(LateAnswer(delay_s=30))
    cloud.next_answers.append(LateAnswer(delay_s=5, then=ErrorAnswer(code="InternalError")))
    codes = [await code_of(http, signed(cloud, question())) for _ in range(2)]
    assert codes == [None, "InternalError"]
    assert naps.taken_s == [30, 5]


async def test_silence_lasts_until_the_caller_gives_up(
    cloud: CloudApi, http: httpx.AsyncClient
) -> None:
    cloud.next_answers.append(Silence())
    request = signed(cloud, question())
    request.extensions["timeout"] = {"read": 0.05}
    with pytest.raises(httpx.ReadTimeout):
        await http.send(request)
    assert len(cloud.requests) == 1


async def test_late_answer_is_dropped_when_the_caller_gives_up(http: httpx.AsyncClient) -> None:
    dropped = asyncio.Event()

    async def sleep(_: float) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            dropped.set()

    async with CloudApi(
        World(NOW), secret_id=SECRET_ID, secret_key=SECRET_KEY, clock=Clock(), sleep=sleep
    ) as cloud:
        cloud.next_answers.append(LateAnswer(delay_s=30))
        request = signed(cloud, question())
        request.extensions["timeout"] = {"read": 0.05}
        with pytest.raises(httpx.ReadTimeout):
            await http.send(request)
        with anyio.fail_after(5):
            await dropped.wait()


async def test_silence_ends_when_the_server_closes(http: httpx.AsyncClient) -> None:
    arrived = asyncio.Event()

    def new_id() -> str:
        arrived.set()
        return "request-1"

    async with CloudApi(
        World(NOW), secret_id=SECRET_ID, secret_key=SECRET_KEY, clock=Clock(), new_id=new_id
    ) as cloud:
        cloud.next_answers.append(Silence())
        asking = asyncio.create_task(http.send(signed(cloud, question())))
        await arrived.wait()
    with pytest.raises(httpx.RemoteProtocolError):
        await asking


async def test_mishaps_are_consumed_one_by_one(cloud: CloudApi, http: httpx.AsyncClient) -> None:
    cloud.next_answers.extend([Normal(), ErrorAnswer(code="InternalError"), RawAnswer(status=500)])
    request = signed(cloud, question())
    assert await code_of(http, request) is None
    assert await code_of(http, request) == "InternalError"
    assert (await http.send(request)).status_code == 500
    assert await code_of(http, request) is None


async def test_everything_can_go_wrong_until_told_otherwise(
    cloud: CloudApi, http: httpx.AsyncClient
) -> None:
    request = signed(cloud, question())
    cloud.every_answer = ErrorAnswer(code="ServiceUnavailable")
    cloud.next_answers.append(ErrorAnswer(code="InternalError"))
    codes = [await code_of(http, request) for _ in range(3)]
    assert codes == ["InternalError", "ServiceUnavailable", "ServiceUnavailable"]
    cloud.every_answer = Normal()
    assert await code_of(http, request) is None


# --- what is remembered ---


async def test_requests_are_remembered(cloud: CloudApi, http: httpx.AsyncClient) -> None:
    further = {
        "x-tc-language": "en-US",
        "x-tc-traceid": "trace-1",
        "x-tc-requestclient": "mongolog",
    }
    await http.send(signed(cloud, question(Limit=100), change=further))
    [request] = cloud.requests
    assert request.action == "DescribeLogDownloadTasks"
    assert (request.region, request.version) == (GUANGZHOU, "2019-07-25")
    assert request.body == {"InstanceId": EXAMPLE_INSTANCE, "Limit": 100}
    assert (request.language, request.trace_id, request.client) == tuple(further.values())
    assert request.content_type == "application/json"
    assert request.signed_headers == ("content-type", "host")
    assert request.at == NOW


async def test_refused_requests_are_remembered_too(
    cloud: CloudApi, http: httpx.AsyncClient
) -> None:
    await http.send(signed(cloud, b"\xff", key="another key"))
    assert cloud.requests[-1].body is None


async def test_no_secret_is_remembered(cloud: CloudApi, http: httpx.AsyncClient) -> None:
    request = signed(cloud, question(), change={"x-tc-token": "a bearer token"})
    await http.send(request)
    signature = request.headers["authorization"].rpartition("=")[2]
    for secret in (SECRET_ID, SECRET_KEY, "a bearer token", signature):
        assert secret not in repr(cloud.requests)
