"""The API's answers as it documents them, as it may send them, and as nobody should."""

import json
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cloud.wire import Page, Units, decode, request_body, utc_time
from bot.errors import (
    CloudBroken,
    CloudError,
    CloudUnreadable,
    NoSuchInstance,
    NotAuthorised,
    Throttled,
)
from bot.link import Link
from bot.model import Export

SAMPLES = Path(__file__).parent.parent / "samples"
BEIJING = ZoneInfo("Asia/Shanghai")
UNITS = Units(zone=BEIJING)
REGION = "ap-guangzhou"
TIMES = ("CreateTime", "UpdateTime")
FIELDS = ("TaskType", "TaskId", *TIMES, "FileSize", "Status", "Percent", "Url")


def sample(name: str) -> tuple[int, bytes]:
    """Status and body of a recorded answer."""
    recorded = json.loads((SAMPLES / name).read_text(encoding="utf-8"))
    assert recorded["source"].startswith("https://")
    return recorded["status"], json.dumps(recorded["answer"]).encode()


def read(response: object, *, status: int = 200, units: Units = UNITS) -> Page:
    """The page of an envelope with this inside."""
    return decode(status, json.dumps({"Response": response}).encode(), region=REGION, units=units)


def export(*, units: Units = UNITS, **fields: Any) -> Export:
    """One task with these fields, read."""
    page = read({"Tasks": [{"TaskId": "e", **fields}]}, units=units)
    return page.exports[0]


def error(status: int, body: bytes) -> CloudError:
    """The error that an answer must become."""
    with pytest.raises(CloudError) as caught:
        decode(status, body, region=REGION, units=UNITS)
    assert caught.value.region == REGION
    return caught.value


# --- what goes out ---


def test_all_inputs_go_out() -> None:
    body = request_body(
        instance="cmgo-k2p5su09",
        limit=100,
        offset=0,
        start_time="2024-03-07 9:22:15",
        end_time="2024-03-07 11:22:15",
    )
    assert json.loads(body) == {
        "InstanceId": "cmgo-k2p5su09",
        "Limit": 100,
        "Offset": 0,
        "StartTime": "2024-03-07 9:22:15",
        "EndTime": "2024-03-07 11:22:15",
    }


def test_times_that_were_not_given_do_not_go_out() -> None:
    body = request_body(instance="cmgo-k2p5su09", limit=20, offset=1)
    assert body == b'{"InstanceId":"cmgo-k2p5su09","Limit":20,"Offset":1}'


# --- what comes back ---


def test_documented_answer_is_read() -> None:
    page = decode(*sample("log_downloads_documented.json"), region=REGION, units=UNITS)
    assert page == Page(
        total_count=1,
        request_id="832423fdfsfsd-312jdsf",
        exports=(
            Export(
                id="export-28439fb3-90a6-4ca2-bd2f-ad99e99a14e9",
                kind="slow",
                state="done",
                progress_percent=100,
                size_bytes=372432,
                created_at=datetime(2024, 3, 7, 13, 1, 0, tzinfo=UTC),
                updated_at=datetime(2024, 3, 7, 13, 14, 2, tzinfo=UTC),
                link=None,
            ),
        ),
    )


def test_documented_error_is_an_error_although_the_status_is_200() -> None:
    caught = error(*sample("error_documented.json"))
    assert type(caught) is NotAuthorised
    assert caught.code == "AuthFailure.SignatureFailure"
    assert caught.message.startswith("The provided credentials could not be validated.")
    assert caught.request_id == "ed93f3cb-f35e-473f-b9f3-0d451b8b79c6"


@pytest.mark.parametrize(
    "response",
    [
        pytest.param({"TotalCount": 0, "Tasks": []}, id="empty"),
        pytest.param({"TotalCount": 0, "Tasks": None}, id="null"),
        pytest.param({"TotalCount": 3, "Tasks": None}, id="null although counted"),
        pytest.param({"TotalCount": 0}, id="missing"),
        pytest.param({}, id="nothing at all"),
    ],
)
def test_no_tasks_are_no_exports(response: dict[str, Any]) -> None:
    assert read(response).exports == ()


@pytest.mark.parametrize("tasks", [{}, {"0": {}}, "[]", 7, True], ids=str)
def test_tasks_that_are_no_list_can_not_be_read(tasks: object) -> None:
    with pytest.raises(CloudUnreadable) as caught:
        read({"Tasks": tasks, "RequestId": "r-1"})
    assert (caught.value.code, caught.value.request_id) == ("Tasks", "r-1")


def test_a_task_that_is_no_object_is_left_out() -> None:
    page = read({"Tasks": [None, 7, "task", [], {"TaskId": "e"}]})
    assert page.exports == (Export(id="e"),)


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize(
    "value", [None, {}, [], True, "", "–"], ids=["null", "object", "list", "true", "empty", "dash"]
)
def test_any_field_may_be_null_or_nonsense(name: str, value: object) -> None:
    moment = "2024-03-07 21:01:00"
    whole = dict(
        zip(FIELDS, (1, "e", moment, moment, 1, 1, 1, "https://x.myqcloud.com/a"), strict=True)
    )
    before, after = read({"Tasks": [whole, {**whole, name: value}]}).exports
    changed = [
        field for field in Export.__slots__ if getattr(before, field) != getattr(after, field)
    ]
    assert len(changed) == 1


def test_a_task_without_any_field_is_an_export_without_facts() -> None:
    assert read({"Tasks": [{}]}).exports == (Export(id=""),)
    assert read({"Tasks": [dict.fromkeys(FIELDS)]}).exports == (Export(id=""),)


def test_fields_of_tomorrow_are_ignored() -> None:
    assert export(DeprecatedWarning="soon", Owner={"Uin": 1}) == Export(id="e")


@pytest.mark.parametrize(
    ("number", "word"),
    [
        pytest.param(0, "queued", id="initialised"),
        pytest.param(1, "running", id="running"),
        pytest.param(2, "done", id="success"),
        pytest.param(3, "failed", id="failed"),
        pytest.param(4, "unknown:4", id="waiting for retry, as siblings have it"),
        pytest.param(-1, "unknown:-1", id="below"),
        pytest.param("2", "done", id="a number in a string"),
        pytest.param(" 2 ", "done", id="a number in a padded string"),
        pytest.param(2.0, "done", id="a number with a fraction of zero"),
        pytest.param(2.5, None, id="a fraction"),
        pytest.param("two", None, id="a word"),
        pytest.param("٢", None, id="an arabic digit"),
    ],
)
def test_status_becomes_a_word_and_an_unknown_one_keeps_its_number(
    number: object, word: str | None
) -> None:
    assert export(Status=number).state == word


@pytest.mark.parametrize(
    ("number", "word"),
    [
        pytest.param(0, "slow", id="slow log"),
        pytest.param(1, "error", id="error log"),
        pytest.param(2, "unknown:2", id="a kind of tomorrow"),
        pytest.param("1", "error", id="a number in a string"),
    ],
)
def test_task_type_becomes_a_word_and_an_unknown_one_keeps_its_number(
    number: object, word: str
) -> None:
    assert export(TaskType=number).kind == word


@pytest.mark.parametrize(
    ("percent", "progress"),
    [
        pytest.param(0, 0, id="none"),
        pytest.param(62, 62, id="some"),
        pytest.param(100, 100, id="all"),
        pytest.param(101, 100, id="above"),
        pytest.param(10**30, 100, id="far above"),
        pytest.param(-1, 0, id="below"),
        pytest.param("62", 62, id="in a string"),
        pytest.param(False, None, id="false is no zero"),
    ],
)
def test_progress_stays_between_0_and_100(percent: object, progress: int | None) -> None:
    assert export(Percent=percent).progress_percent == progress


@pytest.mark.parametrize(
    ("size", "size_bytes", "of_kib"),
    [
        pytest.param(372432, 372432, 381370368, id="a size"),
        pytest.param("372432", 372432, 381370368, id="in a string"),
        pytest.param(0, 0, 0, id="zero is a fact"),
        pytest.param(-1, None, None, id="negative is none"),
        pytest.param(None, None, None, id="null"),
    ],
)
def test_size_is_in_the_unit_of_the_settings(
    size: object, size_bytes: int | None, of_kib: int | None
) -> None:
    assert export(FileSize=size).size_bytes == size_bytes
    assert export(FileSize=size, units=Units(zone=UTC, bytes_per_size=1024)).size_bytes == of_kib


@pytest.mark.parametrize(
    ("url", "link"),
    [
        pytest.param("https://x.myqcloud.com/a", Link("https://x.myqcloud.com/a"), id="a link"),
        pytest.param(" https://x.myqcloud.com/a\n", Link("https://x.myqcloud.com/a"), id="padded"),
        pytest.param("", None, id="empty, as in the documented example"),
        pytest.param(" ", None, id="blank"),
        pytest.param(None, None, id="null"),
        pytest.param(7, None, id="a number"),
    ],
)
def test_url_becomes_a_link_or_none(url: object, link: Link | None) -> None:
    assert export(Url=url).link == link


@pytest.mark.parametrize(
    ("total", "count"),
    [
        pytest.param(250, 250, id="a number"),
        pytest.param("250", 250, id="in a string"),
        pytest.param(None, None, id="null"),
        pytest.param("many", None, id="a word"),
    ],
)
def test_total_count_is_what_the_api_says(total: object, count: int | None) -> None:
    assert read({"TotalCount": total}).total_count == count


@pytest.mark.parametrize("request_id", [None, "", 7, []], ids=str)
def test_request_id_may_be_missing(request_id: object) -> None:
    assert read({"Tasks": [], "RequestId": request_id}).request_id is None
    assert read({"Tasks": []}).request_id is None
    fault = {"Code": "InternalError", "Message": "Simulated."}
    with pytest.raises(CloudBroken) as caught:
        read({"Error": fault, "RequestId": request_id})
    assert caught.value.request_id is None


# --- times ---

EVENING = datetime(2024, 3, 7, 13, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        pytest.param("2024-03-07 21:01:05", EVENING, id="as documented"),
        pytest.param("2024-03-0721:01:05", EVENING, id="no space, as an example has it"),
        pytest.param("2024-03-07T21:01:05", EVENING, id="with a T"),
        pytest.param(" 2024-03-07  21:01:05 ", EVENING, id="more spaces"),
        pytest.param("2024-3-07 21:1:5", EVENING, id="nothing padded"),
        pytest.param("2024-03-07 21:01:05.999", EVENING, id="a fraction"),
        pytest.param("2024-03-07 21:01", EVENING.replace(second=0), id="no seconds"),
        pytest.param("2024-03-07T21:01:05+08:00", EVENING, id="its own zone"),
        pytest.param("2024-03-07 13:01:05Z", EVENING, id="UTC"),
        pytest.param("2024-03-07T13:01:05.000 Z", EVENING, id="UTC with a fraction"),
        pytest.param("2024-03-07 04:01:05 -0900", EVENING, id="a zone in the west"),
        pytest.param("2024-03-07 18:46:05+05:45", EVENING, id="a zone of quarter hours"),
    ],
)
def test_times_are_read_however_they_are_written(text: str, moment: datetime) -> None:
    assert utc_time(text, BEIJING) == moment
    assert export(CreateTime=text, UpdateTime=text).updated_at == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        pytest.param(
            "2024-03-07 9:22:15", datetime(2024, 3, 7, 1, 22, 15, tzinfo=UTC), id="unpadded hour"
        ),
        pytest.param(
            "2023-03-0310:51:21", datetime(2023, 3, 3, 2, 51, 21, tzinfo=UTC), id="no space"
        ),
    ],
)
def test_the_documentations_own_slips_are_read(text: str, moment: datetime) -> None:
    assert utc_time(text, BEIJING) == moment


@pytest.mark.parametrize(
    ("zone", "hour"),
    [
        pytest.param(BEIJING, 13, id="beijing"),
        pytest.param(UTC, 21, id="UTC"),
        pytest.param(ZoneInfo("Asia/Tokyo"), 12, id="tokyo"),
        pytest.param(timezone(timedelta(hours=-3)), 24, id="three hours west"),
        pytest.param(ZoneInfo("America/New_York"), 26, id="new york in winter"),
    ],
)
def test_a_time_without_a_zone_is_in_the_zone_of_the_settings(zone: tzinfo, hour: int) -> None:
    midnight = datetime(2024, 3, 7, tzinfo=UTC)
    read_time = utc_time("2024-03-07 21:00:00", zone)
    assert read_time == midnight + timedelta(hours=hour)
    assert read_time.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("-", id="dash"),
        pytest.param("yesterday", id="a word"),
        pytest.param("2024-03-07", id="a day alone"),
        pytest.param("0000-00-00 00:00:00", id="zeros, as databases write none"),
        pytest.param("2024-02-30 21:01:00", id="a day that isn't"),
        pytest.param("2024-13-07 21:01:00", id="a month that isn't"),
        pytest.param("2024-03-07 24:00:00", id="an hour that isn't"),
        pytest.param("2024-03-07 21:60:00", id="a minute that isn't"),
        pytest.param("2024-03-07 21:01:60", id="a leap second"),
        pytest.param("0001-01-01 00:00:00", id="before the calendar in UTC"),
        pytest.param("9999-12-31 23:59:59-08:00", id="behind the calendar in UTC"),
        pytest.param("2024-03-07 21:01:00+24:00", id="a zone a day off"),
        pytest.param("2024-03-07 21:01:00+99:99", id="a zone that isn't"),
        pytest.param("２０２４-03-07 21:01:00", id="full-width digits"),
        pytest.param("1709816460", id="seconds"),
        pytest.param("2024-03-07 21:01:00 and more", id="something behind"),
        pytest.param(1709816460, id="a number"),
        pytest.param(None, id="null"),
    ],
)
def test_what_is_no_time_is_a_missing_time(text: object) -> None:
    assert utc_time(text, BEIJING) is None
    assert export(CreateTime=text) == Export(id="e")


@given(
    moment=st.integers(0, 32_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    hours=st.integers(-12, 14),
)
def test_any_moment_written_in_a_zone_is_read_back(moment: datetime, hours: int) -> None:
    zone = timezone(timedelta(hours=hours))
    text = moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    assert utc_time(text, zone) == moment


# --- errors ---


def refusal(code: object = "InternalError", message: object = "Simulated.") -> bytes:
    fault = {"Code": code, "Message": message}
    return json.dumps({"Response": {"Error": fault, "RequestId": "r-1"}}).encode()


@pytest.mark.parametrize("status", [200, 204, 302, 400, 403, 429, 500, 503], ids=str)
def test_the_body_says_what_is_wrong_whatever_the_status(status: int) -> None:
    caught = error(status, refusal("InvalidParameterValue.NotFoundInstance", "没有该实例"))
    assert type(caught) is NoSuchInstance
    assert caught.message == "没有该实例"
    assert caught.request_id == "r-1"


def test_an_error_beside_tasks_is_an_error() -> None:
    with pytest.raises(Throttled):
        read({"Tasks": [], "TotalCount": 0, "Error": {"Code": "RequestLimitExceeded"}})


@pytest.mark.parametrize("code", [None, "", 500, [], {}], ids=str)
def test_an_error_without_a_code_is_the_apis_trouble(code: object) -> None:
    caught = error(200, refusal(code, None))
    assert type(caught) is CloudBroken
    assert (caught.code, caught.message) == ("Unknown", "")


@pytest.mark.parametrize("fault", ["InternalError", 500, [], True], ids=str)
def test_an_error_that_is_no_object_is_never_an_empty_list(fault: object) -> None:
    with pytest.raises(CloudUnreadable) as caught:
        read({"Error": fault, "Tasks": [], "RequestId": "r-1"})
    assert (caught.value.code, caught.value.request_id) == ("Error", "r-1")


@pytest.mark.parametrize(
    ("document", "leaf", "code"),
    [
        pytest.param(
            {"code": 4100, "message": "no", "codeDesc": "AuthFailure"},
            NotAuthorised,
            "AuthFailure",
            id="with its word",
        ),
        pytest.param({"code": 4100, "message": "no"}, CloudBroken, "4100", id="number alone"),
    ],
)
def test_the_older_flat_form_of_an_error_is_read(
    document: dict[str, Any], leaf: type[CloudError], code: str
) -> None:
    caught = error(200, json.dumps(document).encode())
    assert (type(caught), caught.code, caught.message) == (leaf, code, "no")


HTML = b"<html><head><title>502 Bad Gateway</title></head><body>tgw</body></html>"


@pytest.mark.parametrize(
    ("status", "leaf"),
    [
        pytest.param(200, CloudBroken, id="ok"),
        pytest.param(302, CloudUnreadable, id="redirect"),
        pytest.param(401, CloudUnreadable, id="unauthorised"),
        pytest.param(404, CloudUnreadable, id="not found"),
        pytest.param(407, CloudUnreadable, id="a proxy's refusal"),
        pytest.param(429, Throttled, id="too many requests"),
        pytest.param(500, CloudBroken, id="internal error"),
        pytest.param(502, CloudBroken, id="bad gateway"),
        pytest.param(504, CloudBroken, id="gateway timeout"),
    ],
)
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(HTML, id="html"),
        pytest.param(b"", id="empty"),
        pytest.param(b'{"Response": {"TotalCount": 1, "Tasks": [{"Tas', id="half"),
        pytest.param(b"\xff\xfe\x00", id="bytes"),
        pytest.param(b"[]", id="list"),
        pytest.param(b"7", id="number"),
        pytest.param(b"null", id="null"),
        pytest.param(b'"Response"', id="string"),
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b"9" * 5_000, id="a number beyond reading"),
    ],
)
def test_an_answer_without_an_envelope_is_judged_by_its_status(
    status: int, leaf: type[CloudError], body: bytes
) -> None:
    caught = error(status, body)
    assert (type(caught), caught.code) == (leaf, f"HTTP{status}")
    assert (caught.message, caught.request_id) == ("", None)


@pytest.mark.parametrize(
    "document", [{}, {"Response": None}, {"Response": []}, {"Tasks": []}, {"code": 0}], ids=str
)
def test_an_object_that_is_no_envelope_can_not_be_read(document: dict[str, Any]) -> None:
    caught = error(200, json.dumps(document).encode())
    assert (type(caught), caught.code) == (CloudUnreadable, "Response")


def test_a_success_under_an_error_status_is_no_success() -> None:
    with pytest.raises(CloudBroken) as caught:
        read({"Tasks": [], "TotalCount": 0}, status=503)
    assert caught.value.code == "HTTP503"


def test_a_byte_order_mark_does_not_matter() -> None:
    body = b"\xef\xbb\xbf" + json.dumps({"Response": {"TotalCount": 0}}).encode()
    assert decode(200, body, region=REGION, units=UNITS).total_count == 0


# --- laws ---

ENVELOPE = ("Response", "Error", "Code", "Message", "RequestId", "Tasks", "TotalCount")
NAMES = st.sampled_from([*ENVELOPE, *FIELDS, "code", "codeDesc", "message"])
TWO_DIGITS = st.integers(0, 99)
ODD_TIMES = st.builds(
    "{:04}-{}-{:02}{}{}:{:02}:{:02}{}".format,
    st.integers(0, 9999),
    st.integers(0, 13),
    st.integers(0, 32),
    st.sampled_from(["", " ", "T"]),
    *[st.integers(0, 61)] * 3,
    st.sampled_from(["", "Z"])
    | st.builds("{}{:02}:{:02}".format, st.sampled_from("+-"), TWO_DIGITS, TWO_DIGITS),
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["AuthFailure", "InternalError.DBError", "2", "1e999", "\ud800"])
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=12,
)
TASK = st.fixed_dictionaries(
    {}, optional={name: ODD_TIMES if name in TIMES else LEAVES for name in FIELDS}
)
TASKS = st.lists(TASK | JSON, max_size=3)
ENVELOPES = st.fixed_dictionaries(
    {"Response": st.fixed_dictionaries({"Tasks": TASKS}, optional={"TotalCount": LEAVES})}
)
STATUSES = st.sampled_from([200, 204, 301, 400, 403, 429, 500, 502]) | st.integers(100, 999)


def page_or_error(status: int, body: bytes) -> Page | CloudError:
    try:
        return decode(status, body, region=REGION, units=UNITS)
    except CloudError as caught:
        return caught


@given(status=STATUSES, document=JSON | ENVELOPES)
def test_any_json_is_a_page_or_a_cloud_error(status: int, document: object) -> None:
    outcome = page_or_error(status, json.dumps(document).encode())
    if isinstance(outcome, Page):
        for one in outcome.exports:
            assert one.progress_percent in (None, *range(101))
            assert one.size_bytes is None or one.size_bytes >= 0
            assert {one.created_at and one.created_at.tzinfo} <= {None, UTC}


@given(status=STATUSES, body=st.binary(max_size=60))
def test_any_bytes_are_a_page_or_a_cloud_error(status: int, body: bytes) -> None:
    assert isinstance(page_or_error(status, body), Page | CloudError)


@given(tasks=st.lists(TASK, max_size=3))
def test_every_task_that_is_an_object_is_an_export_in_its_place(
    tasks: list[dict[str, Any]],
) -> None:
    ids = [one.id for one in read({"Tasks": tasks}).exports]
    assert ids == [task["TaskId"] if isinstance(task.get("TaskId"), str) else "" for task in tasks]


def test_a_code_without_end_is_cut() -> None:
    body = json.dumps({"Response": {"Error": {"Code": "X" * 10_000, "Message": ""}}}).encode()
    with pytest.raises(CloudError) as caught:
        decode(200, body, region="ap-tokyo", units=Units(zone=UTC))
    assert len(caught.value.code) == 100
