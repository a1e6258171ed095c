"""The one use case: which region is asked, what is remembered, and what several answers mean."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from bot.cloud.budget import Bucket
from bot.cloud.client import CloudClient
from bot.cloud.http import TC3Auth
from bot.cloud.sign import Credentials
from bot.cloud.wire import Units
from bot.demo.cloud_api import CloudApi
from bot.demo.world import (
    EXAMPLE_INSTANCE,
    GUANGZHOU,
    SINGAPORE,
    SINGAPORE_INSTANCE,
    UNKNOWN_INSTANCE,
    World,
    task,
)
from bot.errors import (
    OUR_OWN_LIMIT,
    CloudBroken,
    CloudError,
    CloudRefused,
    CloudUnreachable,
    NoSuchInstance,
    NotAuthorised,
    Throttled,
)
from bot.memory import BoundedMemory, Memory
from bot.model import Failure, InstanceId, Lookup, Report
from bot.query import Query, _slots_of_one, open_query
from bot.settings import constant

NOW = datetime(2026, 1, 31, 17, 30, tzinfo=UTC)
KEY = Credentials(secret_id="AKIDtest", secret_key="a-key-nobody-has")
OURS = InstanceId("cmgo-ours0001")
TOKYO = "ap-tokyo"

Answer = httpx.Response | Exception | Callable[[], Awaitable[httpx.Response]]


async def no_pause(_: float) -> None:
    """Ask again at once."""


class Permits:
    """Lets everybody pass."""

    def take_now(self) -> bool:
        """Pass at once."""
        return True

    async def take(self) -> None:
        """Pass at once."""


class Cloud:
    """Another side that says one thing in each region, and remembers where it was asked."""

    def __init__(self, **answers: Answer) -> None:
        self.answers = {name.replace("_", "-"): answer for name, answer in answers.items()}
        self.asked: list[str] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        region = request.headers["X-TC-Region"]
        self.asked.append(region)
        answer = self.answers[region]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else await answer()

    def asked_since(self) -> list[str]:
        """The regions asked since this was called last."""
        asked, self.asked = self.asked, []
        return asked


def found(task_id: str = "export-1") -> httpx.Response:
    response = {"TotalCount": 1, "Tasks": [task(task_id)], "RequestId": "r-1"}
    return httpx.Response(200, json={"Response": response})


def empty() -> httpx.Response:
    return httpx.Response(200, json={"Response": {"TotalCount": 0, "Tasks": []}})


def refused(code: str) -> httpx.Response:
    fault = {"Code": code, "Message": "Simulated."}
    return httpx.Response(200, json={"Response": {"Error": fault, "RequestId": f"r-{code}"}})


def missing() -> httpx.Response:
    return refused("InvalidParameterValue.NotFoundInstance")


def down() -> httpx.ConnectError:
    return httpx.ConnectError("no route")


@asynccontextmanager
async def query_over(
    cloud: Cloud,
    *regions: str,
    memory: Memory | None = None,
    reuse: bool = False,
    permits: Permits | None = None,
) -> AsyncIterator[Query]:
    """A query whose requests end in `cloud`; asks all of its regions when none are given."""
    http = httpx.AsyncClient(
        transport=httpx.MockTransport(cloud),
        base_url="https://mongodb.tencentcloudapi.com",
        auth=TC3Auth(lambda: KEY, clock=NOW.timestamp),
        headers={"Content-Type": "application/json", "X-TC-Action": "DescribeLogDownloadTasks"},
    )
    query = Query(
        cloud=CloudClient(
            http=http, permits=permits or Permits(), units=Units(zone=UTC), sleep=no_pause
        ),
        memory=memory or BoundedMemory(),
        regions=regions or tuple(cloud.answers),
        now=lambda: NOW,
        reusable_s=None if reuse else lambda _: 0.0,
    )
    try:
        yield query
    finally:
        await query.aclose()


async def report(query: Query, **lookup: Any) -> Report:
    (outcome,) = await query.ask(Lookup(instances=(OURS,), **lookup), "U1")
    assert isinstance(outcome, Report)
    return outcome


async def failure(query: Query, **lookup: Any) -> CloudError:
    (outcome,) = await query.ask(Lookup(instances=(OURS,), **lookup), "U1")
    assert isinstance(outcome, Failure)
    assert isinstance(outcome.error, CloudError)
    return outcome.error


# --- one report ---


async def test_a_report_says_what_where_and_when() -> None:
    async with query_over(Cloud(ap_tokyo=found())) as query:
        made = await report(query)
    assert (made.instance, made.region, made.regions_asked) == (OURS, TOKYO, (TOKYO,))
    assert [export.id for export in made.exports] == ["export-1"]
    assert (made.complete, made.request_id, made.as_of) == (True, "r-1", NOW)
    assert made.took >= timedelta(0)


async def test_filters_are_left_to_who_shows_the_answer() -> None:
    async with query_over(Cloud(ap_tokyo=found())) as query:
        made = await report(query, states=frozenset({"running"}), page=7, limit=1)
    assert len(made.exports) == 1


# --- which region ---


async def test_an_unknown_instance_is_looked_for_in_all_regions_at_once() -> None:
    both_asked = asyncio.Barrier(2)

    async def wait_for_the_other() -> httpx.Response:
        await both_asked.wait()
        return missing()

    cloud = Cloud(ap_tokyo=wait_for_the_other, ap_singapore=wait_for_the_other)
    async with query_over(cloud) as query:
        assert isinstance(await failure(query), NoSuchInstance)
    assert sorted(cloud.asked) == [SINGAPORE, TOKYO]


async def test_the_region_found_is_remembered() -> None:
    cloud = Cloud(ap_guangzhou=missing(), ap_tokyo=found(), ap_singapore=missing())
    async with query_over(cloud) as query:
        first = await report(query)
        assert sorted(cloud.asked_since()) == [GUANGZHOU, SINGAPORE, TOKYO]
        second = await report(query)
        assert cloud.asked_since() == [TOKYO]
    assert (first.region, second.region) == (TOKYO, TOKYO)
    assert first.regions_asked == (GUANGZHOU, TOKYO, SINGAPORE)
    assert second.regions_asked == (TOKYO,)


async def test_an_instance_that_moved_is_found_again_and_its_region_remembered() -> None:
    cloud = Cloud(ap_guangzhou=missing(), ap_tokyo=found(), ap_singapore=missing())
    async with query_over(cloud) as query:
        await report(query)
        cloud.answers |= {TOKYO: missing(), SINGAPORE: found()}
        cloud.asked_since()
        moved = await report(query)
        assert cloud.asked_since()[0] == TOKYO
        await report(query)
        assert cloud.asked_since() == [SINGAPORE]
    assert moved.region == SINGAPORE


async def test_an_instance_that_is_gone_is_looked_for_everywhere_once() -> None:
    cloud = Cloud(ap_tokyo=found(), ap_singapore=missing())
    async with query_over(cloud) as query:
        await report(query)
        cloud.answers[TOKYO] = missing()
        cloud.asked_since()
        assert isinstance(await failure(query), NoSuchInstance)
        assert sorted(cloud.asked_since()) == [SINGAPORE, TOKYO]


async def test_a_remembered_region_that_is_down_is_not_taken_for_a_move() -> None:
    cloud = Cloud(ap_tokyo=found(), ap_singapore=missing())
    async with query_over(cloud) as query:
        await report(query)
        cloud.answers[TOKYO] = down()
        cloud.asked_since()
        assert isinstance(await failure(query), CloudUnreachable)
        assert set(cloud.asked_since()) == {TOKYO}


async def test_a_region_that_was_asked_for_is_the_only_one_asked() -> None:
    cloud = Cloud(ap_tokyo=found(), ap_singapore=missing())
    async with query_over(cloud) as query:
        await report(query)
        cloud.asked_since()
        caught = await failure(query, region=SINGAPORE)
        assert cloud.asked_since() == [SINGAPORE]
    assert (type(caught), caught.region) == (NoSuchInstance, SINGAPORE)


async def test_a_region_outside_the_settings_may_be_asked_for_and_is_not_remembered() -> None:
    cloud = Cloud(ap_tokyo=found(), eu_frankfurt=found())
    async with query_over(cloud, TOKYO) as query:
        assert (await report(query, region="eu-frankfurt")).region == "eu-frankfurt"
        assert (await report(query)).region == TOKYO


async def test_an_empty_list_is_not_remembered_as_the_place_of_an_instance() -> None:
    cloud = Cloud(ap_tokyo=found(), eu_frankfurt=empty())
    async with query_over(cloud) as query:
        assert (await report(query, region="eu-frankfurt")).exports == ()
        assert (await report(query)).region == TOKYO


async def test_an_empty_list_gives_way_to_a_region_that_lists_exports_later() -> None:
    async def late() -> httpx.Response:
        await asyncio.sleep(0)
        return found()

    cloud = Cloud(ap_tokyo=empty(), eu_frankfurt=late)
    async with query_over(cloud) as query:
        assert (await report(query)).region == "eu-frankfurt"


async def test_an_empty_list_is_the_answer_when_no_other_region_lists_any() -> None:
    cloud = Cloud(ap_tokyo=missing(), eu_frankfurt=empty())
    async with query_over(cloud) as query:
        found_there = await report(query)
        assert (found_there.region, found_there.exports) == ("eu-frankfurt", ())


async def test_an_empty_list_names_the_regions_that_may_have_more() -> None:
    cloud = Cloud(ap_tokyo=down(), ap_singapore=empty(), ap_guangzhou=missing())
    async with query_over(cloud) as query:
        silent = await report(query)
        assert (silent.region, silent.silent_regions) == (SINGAPORE, (TOKYO,))
        assert not silent.is_whole


async def test_a_locked_instance_is_where_it_is_locked_whoever_lists_nothing() -> None:
    locked = refused("FailedOperation.OperationNotAllowedInInstanceLocking")
    async with query_over(Cloud(ap_tokyo=empty(), ap_singapore=locked)) as query:
        caught = await failure(query)
    assert (type(caught), caught.region) == (CloudRefused, SINGAPORE)


async def test_a_region_that_our_key_may_not_ask_may_have_exports_too() -> None:
    refusal = refused("UnauthorizedOperation")
    async with query_over(Cloud(ap_tokyo=empty(), ap_singapore=refusal)) as query:
        assert (await report(query)).silent_regions == (SINGAPORE,)


@pytest.mark.parametrize(("regions", "slots"), [(1, 32), (2, 24), (3, 12), (9, 3), (99, 1)])
def test_regions_that_fall_silent_leave_slots_to_one_that_does_not(
    regions: int, slots: int
) -> None:
    assert _slots_of_one(regions) == slots
    assert slots * (regions - 1) < 32 or regions > 25


async def test_exports_are_the_whole_answer_whoever_else_is_silent() -> None:
    async with query_over(Cloud(ap_tokyo=down(), ap_singapore=found())) as query:
        assert (await report(query)).is_whole


@pytest.mark.parametrize(
    "regions", [(TOKYO, SINGAPORE), (SINGAPORE, TOKYO)], ids=["tokyo first", "singapore first"]
)
async def test_of_two_regions_the_first_in_the_settings_wins_a_tie(
    regions: tuple[str, str],
) -> None:
    cloud = Cloud(ap_tokyo=found("tokyo's"), ap_singapore=found("singapore's"))
    async with query_over(cloud, *regions) as query:
        assert (await report(query)).region == regions[0]


async def test_nobody_waits_for_a_slow_region_once_another_has_the_answer() -> None:
    is_given_up = asyncio.Event()

    async def never() -> httpx.Response:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            is_given_up.set()
            raise
        raise AssertionError

    async with query_over(Cloud(ap_tokyo=never, ap_singapore=found())) as query:
        assert (await report(query)).region == SINGAPORE
        for _ in range(10):  # turns of the loop, not time: an attempt would end by itself in 8 s
            await asyncio.sleep(0)
        assert is_given_up.is_set()


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(down(), id="down"),
        pytest.param(refused("InternalError"), id="broken"),
        pytest.param(refused("AuthFailure.UnauthorizedOperation"), id="not ours to ask"),
        pytest.param(httpx.Response(502, content=b"<html>"), id="html"),
    ],
)
async def test_a_region_in_trouble_does_not_hide_another_that_answers(trouble: Answer) -> None:
    async with query_over(Cloud(ap_tokyo=trouble, ap_singapore=found())) as query:
        assert (await report(query)).region == SINGAPORE


# --- what several refusals mean ---


async def test_found_nowhere_names_the_regions_that_said_so() -> None:
    async with query_over(Cloud(ap_tokyo=missing(), ap_singapore=missing())) as query:
        caught = await failure(query)
    assert isinstance(caught, NoSuchInstance)
    assert (caught.region, caught.silent_regions) == ("ap-tokyo, ap-singapore", ())
    assert caught.code == "InvalidParameterValue.NotFoundInstance"
    assert caught.request_id == "r-InvalidParameterValue.NotFoundInstance"


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(down(), id="down"),
        pytest.param(refused("InternalError"), id="broken"),
        pytest.param(refused("RequestLimitExceeded"), id="throttled"),
    ],
)
async def test_not_found_where_it_could_look_names_the_silent_regions(trouble: Answer) -> None:
    cloud = Cloud(ap_tokyo=trouble, ap_singapore=missing(), ap_guangzhou=trouble)
    async with query_over(cloud) as query:
        caught = await failure(query)
    assert isinstance(caught, NoSuchInstance)
    assert (caught.region, caught.silent_regions) == (SINGAPORE, (TOKYO, GUANGZHOU))


async def test_a_region_that_is_not_served_has_answered() -> None:
    cloud = Cloud(ap_tokyo=refused("UnsupportedRegion"), ap_singapore=missing())
    async with query_over(cloud) as query:
        caught = await failure(query)
        states = query.states
    assert isinstance(caught, NoSuchInstance)
    assert (caught.region, caught.silent_regions) == (SINGAPORE, ())
    errors = {state.region: type(state.error).__name__ for state in states}
    assert errors == {TOKYO: "CloudRefused", SINGAPORE: "NoneType"}


async def test_a_region_that_nobody_waited_for_is_told_as_such() -> None:
    async def never() -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with query_over(Cloud(ap_tokyo=never, ap_singapore=found())) as query:
        await report(query)
        for _ in range(10):
            await asyncio.sleep(0)
        assert {state.region: state.is_outrun for state in query.states} == {
            TOKYO: True,
            SINGAPORE: False,
        }


async def test_our_own_limit_says_nothing_about_a_region() -> None:
    class Spent(Permits):
        def take_now(self) -> bool:
            return False

        async def take(self) -> None:
            raise Throttled(OUR_OWN_LIMIT)

    async with query_over(Cloud(ap_tokyo=found()), permits=Spent()) as query:
        assert isinstance(await failure(query), Throttled)
        assert [state.error for state in query.states] == [None]


@pytest.mark.parametrize(
    "code",
    [
        "FailedOperation.OperationNotAllowedInInstanceLocking",
        "InvalidParameterValue.InstanceHasBeenIsolated",
    ],
)
async def test_an_instance_that_can_not_be_asked_about_is_there(code: str) -> None:
    cloud = Cloud(ap_tokyo=missing(), ap_singapore=refused(code), ap_guangzhou=down())
    async with query_over(cloud) as query:
        caught = await failure(query)
    assert (type(caught), caught.code, caught.region) == (CloudRefused, code, SINGAPORE)


@pytest.mark.parametrize(
    "others",
    [
        pytest.param((missing(), missing()), id="found nowhere else"),
        pytest.param((down(), missing()), id="one down, one without it"),
        pytest.param((down(), down()), id="the others down"),
        pytest.param((refused("InternalError"), refused("RequestLimitExceeded")), id="broken"),
    ],
)
@pytest.mark.parametrize("place", range(3), ids=["first", "second", "third"])
async def test_a_key_that_may_not_ask_wins_over_all_other_trouble(
    others: tuple[Answer, Answer], place: int
) -> None:
    answers = list(others)
    answers.insert(place, refused("UnauthorizedOperation"))
    cloud = Cloud(**dict(zip(("ap_tokyo", "ap_singapore", "ap_guangzhou"), answers, strict=True)))
    async with query_over(cloud) as query:
        assert type(await failure(query)) is NotAuthorised


@pytest.mark.parametrize(
    ("answers", "leaf"),
    [
        pytest.param((down(), refused("InternalError")), CloudUnreachable, id="down, broken"),
        pytest.param((refused("InternalError"), down()), CloudBroken, id="broken, down"),
        pytest.param((refused("RequestLimitExceeded"), down()), Throttled, id="throttled, down"),
    ],
)
async def test_trouble_everywhere_is_that_of_the_first_region(
    answers: tuple[Answer, Answer], leaf: type[CloudError]
) -> None:
    async with query_over(Cloud(ap_tokyo=answers[0], ap_singapore=answers[1])) as query:
        caught = await failure(query)
    assert (type(caught), caught.region) == (leaf, TOKYO)


@pytest.mark.parametrize(
    "regions", [(TOKYO,), (TOKYO, SINGAPORE)], ids=["one region", "two regions"]
)
async def test_a_fault_of_ours_is_not_swallowed(regions: tuple[str, ...]) -> None:
    cloud = Cloud(ap_tokyo=RuntimeError("a mistake"), ap_singapore=missing())
    async with query_over(cloud, *regions) as query:
        with pytest.raises(RuntimeError, match="a mistake"):
            await query.ask(Lookup(instances=(OURS,)), "U1")


# --- memory ---


def report_of(instance: str, region: str = TOKYO) -> Report:
    return Report(instance=InstanceId(instance), region=region, as_of=NOW, took=timedelta(0))


async def test_memory_knows_only_what_was_kept() -> None:
    memory = BoundedMemory()
    assert await memory.region_of(OURS) is None
    await memory.keep(report_of(OURS))
    await memory.keep(report_of(OURS, SINGAPORE))
    assert await memory.region_of(OURS) == SINGAPORE


async def test_memory_forgets_the_instance_that_was_found_longest_ago() -> None:
    memory = BoundedMemory(most=2)
    first, second, third = (InstanceId(f"cmgo-ours000{number}") for number in range(3))
    for instance in (first, second, first, third):
        await memory.keep(report_of(instance))
    regions = [await memory.region_of(each) for each in (first, second, third)]
    assert regions == [TOKYO, None, TOKYO]


async def test_a_failure_is_not_remembered() -> None:
    memory = BoundedMemory()
    async with query_over(Cloud(ap_tokyo=down(), ap_singapore=missing()), memory=memory) as query:
        await failure(query)
    assert await memory.region_of(OURS) is None


# --- against the simulator, as the product opens it ---


@pytest.fixture
async def cloud() -> AsyncIterator[CloudApi]:
    """The simulated cloud on the machine's clock, which the product signs by."""
    world = World(datetime.now(UTC))
    async with CloudApi(
        world, secret_id=KEY.secret_id, secret_key=KEY.secret_key, requests_per_s=1000
    ) as cloud:
        yield cloud


@asynccontextmanager
async def opened(cloud: CloudApi, **settings: str) -> AsyncIterator[Query]:
    """A query as `open_query` makes it, on the simulator; permits come as fast as they may."""
    chosen = {
        "TENCENTCLOUD_SECRET_ID": KEY.secret_id,
        "TENCENTCLOUD_SECRET_KEY": KEY.secret_key,
        "TENCENTCLOUD_REGION": f"{GUANGZHOU},{SINGAPORE}",
        "TENCENTCLOUD_ENDPOINT": cloud.url,
        **settings,
    }
    query = open_query(constant(**chosen), BoundedMemory(), Permits())
    try:
        yield query
    finally:
        await query.aclose()


async def ask(query: Query, *instances: str) -> tuple[Report | Failure, ...]:
    return await query.ask(Lookup(instances=tuple(map(InstanceId, instances))), "U1")


async def test_each_instance_is_found_in_its_own_region(cloud: CloudApi) -> None:
    async with opened(cloud) as query:
        outcomes = await ask(query, SINGAPORE_INSTANCE, EXAMPLE_INSTANCE)
    assert [getattr(outcome, "region", None) for outcome in outcomes] == [SINGAPORE, GUANGZHOU]


async def test_of_ten_instances_one_may_fail_alone(cloud: CloudApi) -> None:
    names = [f"cmgo-ours00{number:02}" for number in range(9)]
    for name in names:
        cloud.world.add(name, GUANGZHOU, tasks=[task(f"export-{name}")])
    asked = [*names[:4], UNKNOWN_INSTANCE, *names[4:]]
    async with opened(cloud) as query:
        outcomes = await ask(query, *asked)
    assert [outcome.instance for outcome in outcomes] == asked
    assert [type(outcome) for outcome in outcomes] == [*[Report] * 4, Failure, *[Report] * 5]
    for outcome in outcomes:
        if isinstance(outcome, Report):
            assert [export.id for export in outcome.exports] == [f"export-{outcome.instance}"]
        else:
            assert isinstance(outcome.error, NoSuchInstance)


@pytest.mark.parametrize(
    ("settings", "size_bytes", "hour"),
    [
        pytest.param({}, 372432, 13, id="as by default"),
        pytest.param({"MONGOLOG_SIZE_UNIT": "kib"}, 372432 * 1024, 13, id="sizes in KiB"),
        pytest.param({"MONGOLOG_API_TIMEZONE": "UTC"}, 372432, 21, id="times in UTC"),
    ],
)
async def test_units_are_those_of_the_settings(
    cloud: CloudApi, settings: dict[str, str], size_bytes: int, hour: int
) -> None:
    async with opened(cloud, **settings) as query:
        (outcome,) = await ask(query, EXAMPLE_INSTANCE)
    assert isinstance(outcome, Report)
    assert outcome.exports[0].size_bytes == size_bytes
    assert outcome.exports[0].created_at == datetime(2024, 3, 7, hour, 1, tzinfo=UTC)


async def test_a_token_of_the_settings_goes_along(cloud: CloudApi) -> None:
    async with opened(cloud, TENCENTCLOUD_TOKEN="a-session-token") as query:
        await ask(query, EXAMPLE_INSTANCE)
    assert all(request.has_token for request in cloud.requests)


async def test_without_shared_permits_the_process_paces_itself(cloud: CloudApi) -> None:
    query = open_query(
        constant(
            TENCENTCLOUD_SECRET_ID=KEY.secret_id,
            TENCENTCLOUD_SECRET_KEY=KEY.secret_key,
            TENCENTCLOUD_REGION=GUANGZHOU,
            TENCENTCLOUD_ENDPOINT=cloud.url,
        ),
        BoundedMemory(),
    )
    (outcome,) = await ask(query, EXAMPLE_INSTANCE)
    await query.aclose()
    assert isinstance(outcome, Report)
    assert isinstance(query._cloud.queue._permits, Bucket)


# --- one flight for equal questions ---


async def test_equal_questions_at_the_same_time_are_asked_once() -> None:
    cloud = Cloud(ap_tokyo=found())
    async with query_over(cloud) as query:
        lookup = Lookup(instances=(OURS,))
        asking = [query.ask(lookup, f"U{number}") for number in range(20)]
        outcomes = await asyncio.gather(*asking)
    assert cloud.asked == [TOKYO]
    assert len({outcome for (outcome,) in outcomes}) == 1


async def test_a_report_just_made_is_given_again_with_its_age() -> None:
    cloud = Cloud(ap_tokyo=found())
    async with query_over(cloud, reuse=True) as query:
        first, second = await report(query), await report(query)
    assert cloud.asked == [TOKYO]
    assert not first.age
    assert second.age > timedelta(0)


async def test_another_region_or_window_is_another_question() -> None:
    cloud = Cloud(ap_tokyo=found(), ap_singapore=found())
    async with query_over(cloud, reuse=True) as query:
        await report(query, region=TOKYO)
        await report(query, region=SINGAPORE)
        await report(query, region=TOKYO, window=("2026-01-01 00:00:00", "2026-01-02 00:00:00"))
    assert cloud.asked == [TOKYO, SINGAPORE, TOKYO]


async def test_an_id_found_in_no_region_is_remembered_as_missing() -> None:
    cloud = Cloud(ap_tokyo=missing(), ap_singapore=missing())
    async with query_over(cloud, reuse=True) as query:
        for _ in range(3):
            assert isinstance(await failure(query), NoSuchInstance)
    assert sorted(cloud.asked) == [SINGAPORE, TOKYO]


async def test_a_failure_is_not_given_again() -> None:
    cloud = Cloud(ap_tokyo=missing(), ap_singapore=refused("UnauthorizedOperation"))
    async with query_over(cloud, reuse=True) as query:
        await failure(query)
        await failure(query)
    assert len(cloud.asked) == 4


async def test_who_leaves_does_not_take_the_answer_from_others() -> None:
    answer: asyncio.Future[httpx.Response] = asyncio.get_running_loop().create_future()
    cloud = Cloud(ap_tokyo=lambda: answer)
    async with query_over(cloud) as query:
        first = asyncio.create_task(query.ask(Lookup(instances=(OURS,)), "U1"))
        second = asyncio.create_task(query.ask(Lookup(instances=(OURS,)), "U2"))
        while not cloud.asked:
            await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        answer.set_result(found())
        (outcome,) = await second
    assert isinstance(outcome, Report)


async def test_a_question_that_everybody_left_is_not_asked_on() -> None:
    async def never() -> httpx.Response:
        try:
            await asyncio.Event().wait()
        finally:
            left.append(TOKYO)
        return found()

    left: list[str] = []
    cloud = Cloud(ap_tokyo=never)
    async with query_over(cloud) as query:
        asking = asyncio.create_task(query.ask(Lookup(instances=(OURS,)), "U1"))
        while not cloud.asked:
            await asyncio.sleep(0)
        asking.cancel()
        await asyncio.wait([asking])
        while not left:
            await asyncio.sleep(0)


async def test_a_fresh_question_takes_no_answer_of_a_moment_ago() -> None:
    cloud = Cloud(ap_tokyo=found())
    async with query_over(cloud, reuse=True) as query:
        await report(query)
        (again,) = await query.ask(Lookup(instances=(OURS,)), "U1", is_fresh=True)
        assert cloud.asked == [TOKYO, TOKYO]
        assert not again.age
        assert (await report(query)).age > timedelta(0)


async def test_a_fresh_question_joins_no_flight_begun_before_it_and_others_join_the_newest() -> (
    None
):
    async def slow() -> httpx.Response:
        await landing.wait()
        return found()

    landing = asyncio.Event()
    cloud = Cloud(ap_tokyo=slow)
    async with query_over(cloud) as query:
        lookup = Lookup(instances=(OURS,))
        first = asyncio.create_task(query.ask(lookup, "U1"))
        while not cloud.asked:
            await asyncio.sleep(0)
        fresh = asyncio.create_task(query.ask(lookup, "U2", is_fresh=True))
        while len(cloud.asked) < 2:
            await asyncio.sleep(0)
        third = asyncio.create_task(query.ask(lookup, "U3"))
        await asyncio.sleep(0)
        landing.set()
        await asyncio.gather(first, fresh, third)
    assert cloud.asked == [TOKYO, TOKYO]


class Remembers:
    """A memory that holds one report."""

    def __init__(self, report: Report) -> None:
        self.report = report

    async def region_of(self, _: InstanceId) -> str | None:
        return None

    async def last_answer(self, _: InstanceId) -> Report | None:
        return self.report

    async def keep(self, report: Report) -> None:
        self.report = report


@pytest.mark.parametrize(
    ("asked", "is_known"),
    [
        pytest.param({}, True, id="anywhere"),
        pytest.param({"region": TOKYO}, True, id="in its region"),
        pytest.param({"region": SINGAPORE}, False, id="in another region"),
        pytest.param({"window": ("2026-01-01", "2026-01-02")}, False, id="in a window"),
    ],
)
async def test_what_was_known_last_is_told_when_it_answers_the_question(
    asked: dict[str, Any], is_known: bool
) -> None:
    memory = Remembers(report_of(OURS))
    cloud = Cloud(ap_tokyo=down(), ap_singapore=down())
    async with query_over(cloud, memory=memory) as query:
        (outcome,) = await query.ask(Lookup(instances=(OURS,), **asked), "U1")

    assert isinstance(outcome, Failure)
    assert (outcome.last_known is not None) is is_known


async def test_what_was_cut_to_a_window_is_not_kept() -> None:
    memory = Remembers(report_of(OURS))
    before = memory.report
    async with query_over(Cloud(ap_tokyo=found()), memory=memory) as query:
        await report(query, window=("2026-01-01", "2026-01-02"))

    assert memory.report is before
