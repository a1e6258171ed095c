"""The simulated world: what its exports say while time passes."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.demo.world import (
    DEMO_INSTANCES,
    DONE,
    EMPTY_INSTANCE,
    ERROR,
    EXAMPLE_INSTANCE,
    FAILED,
    FAILING_INSTANCE,
    GUANGZHOU,
    LINKED_INSTANCE,
    MIXED_INSTANCE,
    QUEUED,
    RUNNING,
    RUNNING_INSTANCE,
    SINGAPORE,
    SINGAPORE_INSTANCE,
    SLOW,
    UNKNOWN_INSTANCE,
    Ending,
    Task,
    TimedTask,
    World,
    local_time,
    read_local_time,
    task,
)

START = datetime(2026, 1, 31, 17, 30, tzinfo=UTC)
OURS = "cmgo-ours0001"
ONE_MINUTE = timedelta(minutes=1)


@pytest.fixture
def world() -> World:
    return World(START)


def look(world: World, instance: str, after: timedelta, region: str = GUANGZHOU) -> list[Task]:
    """The tasks of an instance that exists, so long after the start."""
    tasks = world.tasks(instance, region, START + after)
    assert tasks is not None
    return tasks


def ids(tasks: list[Task]) -> list[str]:
    return [task["TaskId"] for task in tasks]


def a_minute_in_two_halves(ending: Ending = Ending.LINK, percent: int = 100) -> TimedTask:
    """Waits for 30 s from the start on, then runs for 30 s."""
    half = ONE_MINUTE / 2
    return TimedTask(
        id="export-1",
        created=timedelta(0),
        waits=half,
        runs=half,
        ending=ending,
        reaches_percent=percent,
        size=1000,
    )


def test_documented_example_is_the_vendors_field_by_field(world: World) -> None:
    expected = {
        "TaskType": 0,
        "TaskId": "export-28439fb3-90a6-4ca2-bd2f-ad99e99a14e9",
        "CreateTime": "2024-03-07 21:01:00",
        "UpdateTime": "2024-03-07 21:14:02",
        "FileSize": 372432,
        "Status": 2,
        "Percent": 100,
        "Url": "",
    }
    assert look(world, EXAMPLE_INSTANCE, timedelta(0)) == [expected]


def test_documented_example_is_never_forgotten(world: World) -> None:
    assert len(look(world, EXAMPLE_INSTANCE, timedelta(days=400))) == 1


@pytest.mark.parametrize(
    ("instance", "region"),
    [
        pytest.param(UNKNOWN_INSTANCE, GUANGZHOU, id="unknown everywhere"),
        pytest.param(SINGAPORE_INSTANCE, GUANGZHOU, id="in another region"),
        pytest.param(EXAMPLE_INSTANCE, SINGAPORE, id="not in this region"),
    ],
)
def test_instance_that_is_not_in_the_region_is_not_seen(
    world: World, instance: str, region: str
) -> None:
    assert world.tasks(instance, region, START) is None


def test_instance_without_exports_has_an_empty_list(world: World) -> None:
    assert look(world, EMPTY_INSTANCE, timedelta(0)) == []


def test_singapore_has_its_own_instance(world: World) -> None:
    assert look(world, SINGAPORE_INSTANCE, timedelta(0), SINGAPORE)


def test_running_instance_advances_and_ends_done(world: World) -> None:
    newest_first = [
        [(task["Status"], task["Percent"]) for task in look(world, RUNNING_INSTANCE, after)]
        for after in (timedelta(0), ONE_MINUTE, 10 * ONE_MINUTE)
    ]
    assert newest_first == [
        [(QUEUED, 0), (RUNNING, 62)],
        [(RUNNING, 16), (RUNNING, 82)],
        [(DONE, 100), (DONE, 100)],
    ]


def test_failing_instance_has_a_failure_and_gets_another(world: World) -> None:
    states = [
        [task["Status"] for task in look(world, FAILING_INSTANCE, after)]
        for after in (timedelta(0), 5 * ONE_MINUTE)
    ]
    assert states == [[RUNNING, FAILED], [FAILED, FAILED]]


def test_mixed_instance_has_seventeen_exports_of_every_state_and_kind(world: World) -> None:
    tasks = look(world, MIXED_INSTANCE, timedelta(0))
    assert len(tasks) == len(set(ids(tasks))) == 17
    every = {(kind, state) for kind in (SLOW, ERROR) for state in (QUEUED, RUNNING, DONE, FAILED)}
    assert every <= {(task["TaskType"], task["Status"]) for task in tasks}


def test_mixed_instance_ends_with_an_export_of_which_nothing_is_known(world: World) -> None:
    last = look(world, MIXED_INSTANCE, timedelta(0))[-1]
    assert {name for name, value in last.items() if value is not None} == {"TaskId"}
    assert len(last) == 8


def test_export_ids_of_the_demo_are_unique() -> None:
    identities = [
        record.id if isinstance(record, TimedTask) else record["TaskId"]
        for _, _, records in DEMO_INSTANCES
        for record in records
    ]
    assert len(identities) == len(set(identities))


def test_link_is_signed_afresh_at_each_look_and_works_for_one_hour(world: World) -> None:
    links = [
        look(world, LINKED_INSTANCE, after)[0]["Url"] for after in (ONE_MINUTE, 2 * ONE_MINUTE)
    ]
    assert links[0] != links[1]
    for link, after in zip(links, (ONE_MINUTE, 2 * ONE_MINUTE), strict=True):
        parts = urlsplit(link)
        assert (parts.scheme, parts.port) == ("https", None)
        assert (parts.hostname or "").endswith(".myqcloud.com")
        begin, end = parse_qs(parts.query)["q-sign-time"][0].split(";")
        assert int(begin) == (START + after).timestamp()
        assert int(end) - int(begin) == 3600


def test_export_is_created_queued_run_and_done(world: World) -> None:
    world.add(OURS, GUANGZHOU, tasks=[a_minute_in_two_halves()])
    moments = [timedelta(seconds=seconds) for seconds in (-1, 0, 29, 30, 45, 59, 60)]
    seen = [
        [(task["Status"], task["Percent"], task["FileSize"], bool(task["Url"])) for task in tasks]
        for tasks in (look(world, OURS, moment) for moment in moments)
    ]
    assert seen == [
        [],
        [(QUEUED, 0, None, False)],
        [(QUEUED, 0, None, False)],
        [(RUNNING, 0, None, False)],
        [(RUNNING, 50, None, False)],
        [(RUNNING, 96, None, False)],
        [(DONE, 100, 1000, True)],
    ]


def test_failure_keeps_the_progress_it_had(world: World) -> None:
    world.add(OURS, GUANGZHOU, tasks=[a_minute_in_two_halves(Ending.FAILURE, percent=40)])
    running, failed = (look(world, OURS, timedelta(seconds=seconds))[0] for seconds in (45, 60))
    assert (running["Status"], running["Percent"]) == (RUNNING, 20)
    assert (failed["Status"], failed["Percent"], failed["Url"]) == (FAILED, 40, "")


def test_done_without_a_link_has_an_empty_url(world: World) -> None:
    world.add(OURS, GUANGZHOU, tasks=[a_minute_in_two_halves(Ending.NO_LINK)])
    [done] = look(world, OURS, ONE_MINUTE)
    assert (done["Status"], done["Url"]) == (DONE, "")


def test_update_time_is_the_last_change_and_stands_still_after_the_end(world: World) -> None:
    world.add(OURS, GUANGZHOU, tasks=[a_minute_in_two_halves()])
    updates = [
        look(world, OURS, timedelta(seconds=seconds))[0]["UpdateTime"]
        for seconds in (29, 45, 60, 3600)
    ]
    assert updates == [
        "2026-02-01 01:30:00",
        "2026-02-01 01:30:45",
        "2026-02-01 01:31:00",
        "2026-02-01 01:31:00",
    ]


def test_export_is_forgotten_after_three_days(world: World) -> None:
    world.add(OURS, GUANGZHOU, tasks=[a_minute_in_two_halves()])
    three_days = timedelta(days=3)
    assert look(world, OURS, three_days - timedelta(seconds=1))
    assert look(world, OURS, three_days) == []


def test_every_demo_export_but_the_documented_one_is_forgotten(world: World) -> None:
    after = {
        instance: len(look(world, instance, timedelta(days=3, hours=1), region))
        for instance, region, _ in DEMO_INSTANCES
    }
    assert {instance for instance, count in after.items() if count} == {EXAMPLE_INSTANCE}


def test_tasks_are_newest_first_and_those_without_a_time_last(world: World) -> None:
    tasks = [
        task("timeless", CreateTime=None),
        task("morning", CreateTime="2024-03-07 9:22:15"),
        task("evening", CreateTime="2024-03-07 21:01:00"),
        task("unreadable", CreateTime="2023-03-0310:51:21"),
    ]
    world.add(OURS, GUANGZHOU, tasks=tasks)
    expected = ["evening", "morning", "timeless", "unreadable"]
    assert ids(look(world, OURS, timedelta(0))) == expected


def test_adding_an_export_again_changes_it(world: World) -> None:
    world.add(OURS, GUANGZHOU, tasks=[task("first", Status=RUNNING), task("second")])
    world.add(OURS, GUANGZHOU, tasks=[task("first", Status=FAILED)])
    states = [(task["TaskId"], task["Status"]) for task in look(world, OURS, timedelta(0))]
    assert states == [("first", FAILED), ("second", DONE)]


def test_removed_export_is_gone_and_the_others_stay(world: World) -> None:
    world.add(OURS, GUANGZHOU, tasks=[task("first"), task("second")])
    world.remove("first")
    assert ids(look(world, OURS, timedelta(0))) == ["second"]


def test_changing_an_answer_does_not_change_the_world(world: World) -> None:
    look(world, EXAMPLE_INSTANCE, timedelta(0))[0]["Status"] = FAILED
    assert look(world, EXAMPLE_INSTANCE, timedelta(0))[0]["Status"] == DONE


def test_task_fields_can_be_changed_nulled_added_and_left_out() -> None:
    made = task("export-1", without=("Url", "Percent"), Status="2", FileSize=None, Novelty=True)
    assert made == {
        "TaskType": 0,
        "TaskId": "export-1",
        "CreateTime": "2024-03-07 21:01:00",
        "UpdateTime": "2024-03-07 21:14:02",
        "FileSize": None,
        "Status": "2",
        "Novelty": True,
    }


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        pytest.param("2024-03-07 21:01:00", datetime(2024, 3, 7, 13, 1, tzinfo=UTC), id="padded"),
        pytest.param("2024-03-07 9:22:15", datetime(2024, 3, 7, 1, 22, 15, tzinfo=UTC), id="not"),
        pytest.param("2023-03-0310:51:21", None, id="malformed"),
        pytest.param(None, None, id="null"),
    ],
)
def test_api_times_are_read_as_beijing_time(text: object, moment: datetime | None) -> None:
    assert read_local_time(text) == moment


def test_api_times_are_written_without_a_zone_in_beijing_time() -> None:
    assert local_time(START) == "2026-02-01 01:30:00"
