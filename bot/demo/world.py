"""Simulated instances, their exports and the time that passes over them. Pure: no clock of its own.

It speaks the API's own words: an export is a plain dict with TaskType, TaskId, CreateTime and so
on, as DescribeLogDownloadTasks lists it.

    World ── has ──► (instance, region) ──► TimedTask ── at a moment ──► dict
                                        └─► dict, the same at every moment
"""

import enum
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any
from uuid import NAMESPACE_OID, uuid5

Task = dict[str, Any]

# The API's times carry no zone; other answers of the product show that they are Beijing time:
# DescribeMongodbLogs gives LogTime with +08:00 for a query in zone-less times.
API_ZONE = timezone(timedelta(hours=8))
API_TIME_FORMAT = "%Y-%m-%d %H:%M:%S"

# The log service behind these tasks keeps a record for three days and signs links for one hour
# (tencentcloud.com/document/product/614/42798).
RECORD_LIFE = timedelta(days=3)
LINK_LIFE = timedelta(hours=1)

SLOW, ERROR = 0, 1  # TaskType
QUEUED, RUNNING, DONE, FAILED = 0, 1, 2, 3  # Status

GUANGZHOU, SINGAPORE = "ap-guangzhou", "ap-singapore"

EXAMPLE_INSTANCE = "cmgo-k2p5su09"
RUNNING_INSTANCE = "cmgo-running1"
MIXED_INSTANCE = "cmgo-mixed017"
LINKED_INSTANCE = "cmgo-linked01"
EMPTY_INSTANCE = "cmgo-empty001"
FAILING_INSTANCE = "cmgo-failing1"
SINGAPORE_INSTANCE = "cmgo-singap01"
UNKNOWN_INSTANCE = "cmgo-unknown1"  # in no region

# The result example of DescribeLogDownloadTasks (cloud.tencent.com/document/api/240/124620).
DOCUMENTED_TASK: MappingProxyType[str, Any] = MappingProxyType(
    {
        "TaskType": SLOW,
        "TaskId": "export-28439fb3-90a6-4ca2-bd2f-ad99e99a14e9",
        "CreateTime": "2024-03-07 21:01:00",
        "UpdateTime": "2024-03-07 21:14:02",
        "FileSize": 372432,
        "Status": DONE,
        "Percent": 100,
        "Url": "",
    }
)


def task(task_id: str, /, *, without: tuple[str, ...] = (), **fields: Any) -> Task:
    """One export as the API says it, the same at every moment: the documented example, changed.

    Args:
        task_id: its TaskId.
        without: names of fields to leave out.
        fields: fields to say otherwise, None for null; a name the API does not know is added.
    """
    whole = {**DOCUMENTED_TASK, "TaskId": task_id, **fields}
    return {name: value for name, value in whole.items() if name not in without}


class Ending(enum.Enum):
    """How an export ends."""

    LINK = "done, with a link that is signed afresh at each look"
    NO_LINK = "done, no link issued"
    FAILURE = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedTask:
    """One export that waits, runs and ends while time passes, and is forgotten after three days.

    Attributes:
        created: when it was asked for, counted from the world's start; negative: before it.
        waits: how long it stays initialised.
        runs: how long it then runs.
        reaches_percent: its progress when it ends.
        says: fields said otherwise at every moment, whatever is true.
    """

    id: str
    type: int = SLOW
    created: timedelta
    waits: timedelta = timedelta(0)
    runs: timedelta = timedelta(minutes=4)
    ending: Ending = Ending.LINK
    reaches_percent: int = 100
    size: int = 372432
    says: dict[str, Any] = field(default_factory=dict)

    def at(self, now: datetime, *, started_at: datetime, region: str) -> Task | None:
        """What the API says of it at `now`; None before it was asked for and once forgotten."""
        created_at = started_at + self.created
        age = now - created_at
        if not timedelta(0) <= age < RECORD_LIFE:
            return None
        facts = {
            "TaskType": self.type,
            "TaskId": self.id,
            "CreateTime": local_time(created_at),
            "UpdateTime": local_time(created_at + self._last_change(age)),
        }
        return facts | self._state(age) | self._link(age, now, region) | self.says

    def _last_change(self, age: timedelta) -> timedelta:
        return timedelta(0) if age < self.waits else min(age, self.waits + self.runs)

    def _state(self, age: timedelta) -> Task:
        if age < self.waits:
            return {"Status": QUEUED, "Percent": 0, "FileSize": None}
        if age < self.waits + self.runs:
            percent = (age - self.waits) * self.reaches_percent // self.runs
            return {"Status": RUNNING, "Percent": percent, "FileSize": None}
        if self.ending is Ending.FAILURE:
            return {"Status": FAILED, "Percent": self.reaches_percent, "FileSize": None}
        return {"Status": DONE, "Percent": self.reaches_percent, "FileSize": self.size}

    def _link(self, age: timedelta, now: datetime, region: str) -> Task:
        has_link = self.ending is Ending.LINK and age >= self.waits + self.runs
        return {"Url": storage_link(self.id, region=region, now=now) if has_link else ""}


def storage_link(task_id: str, *, region: str, now: datetime) -> str:
    """A link shaped like the vendor's object storage makes them; it works for one hour.

    The parameters are those of a signed COS URL (cloud.tencent.com/document/product/436/14114);
    the key and the signature are invented, and the bucket belongs to nobody.
    """
    begin = int(now.timestamp())
    period = f"{begin};{begin + int(LINK_LIFE.total_seconds())}"
    signature = hashlib.sha256(f"{task_id} {period}".encode()).hexdigest()[:40]
    return (
        f"https://mongodb-logs-1250000000.cos.{region}.myqcloud.com/{task_id}.tar.gz"
        f"?q-sign-algorithm=sha1&q-ak=AKIDSIMULATED&q-sign-time={period}&q-key-time={period}"
        f"&q-header-list=host&q-url-param-list=&q-signature={signature}"
    )


def local_time(moment: datetime) -> str:
    """The moment as the API writes it: `2024-03-07 21:01:00`, UTC+8, no zone said."""
    return moment.astimezone(API_ZONE).strftime(API_TIME_FORMAT)


def read_local_time(text: object) -> datetime | None:
    """The moment that an API time means; None for anything that is none."""
    try:
        return datetime.strptime(str(text), API_TIME_FORMAT).replace(tzinfo=API_ZONE)
    except ValueError:
        return None


class World:
    """What the simulated cloud knows: the demo's instances, and those added by `add`.

    Args:
        started_at: an aware moment that the demo's exports are timed from.
    """

    def __init__(self, started_at: datetime) -> None:
        self.started_at = started_at
        self._records: dict[tuple[str, str], dict[object, Task | TimedTask]] = {}
        for instance, region, records in DEMO_INSTANCES:
            self.add(instance, region, tasks=records)

    def add(self, instance: str, region: str, *, tasks: Iterable[Task | TimedTask] = ()) -> None:
        """Let the instance exist in the region and have these exports too.

        One with the TaskId of an export that is there takes its place: so a state changes. A
        plain dict is listed as it stands and is never forgotten.
        """
        records = self._records.setdefault((instance, region), {})
        records.update((_id_of(record), record) for record in tasks)

    def remove(self, task_id: str) -> None:
        """Let the cloud forget one export, wherever it is listed."""
        for records in self._records.values():
            records.pop(task_id, None)

    def tasks(self, instance: str, region: str, now: datetime) -> list[Task] | None:
        """What the API lists at `now`: newest first, those without a time last, equals as added.

        Empty when the instance has no exports; None when there is no such instance in the region.
        """
        records = self._records.get((instance, region))
        if records is None:
            return None
        seen = [self._look(record, now, region) for record in records.values()]
        return sorted((task for task in seen if task is not None), key=_newest_first)

    def _look(self, record: Task | TimedTask, now: datetime, region: str) -> Task | None:
        if isinstance(record, TimedTask):
            return record.at(now, started_at=self.started_at, region=region)
        return dict(record)


def _id_of(record: Task | TimedTask) -> object:
    return record.id if isinstance(record, TimedTask) else record.get("TaskId")


def _newest_first(task: Task) -> float:
    created_at = read_local_time(task.get("CreateTime"))
    return -created_at.timestamp() if created_at else 0.0


def _export_id(number: int) -> str:
    return f"export-{uuid5(NAMESPACE_OID, str(number))}"


def _ago(*, days: float = 0, hours: float = 0, minutes: float = 0) -> timedelta:
    return -timedelta(days=days, hours=hours, minutes=minutes)


_LONG = timedelta(hours=1)

# 62 % at the start, done two minutes later; the second starts half a minute in.
_RUNNING = (
    TimedTask(id=_export_id(1), created=_ago(minutes=3.1), runs=timedelta(minutes=5), size=9125341),
    TimedTask(
        id=_export_id(2),
        type=ERROR,
        created=_ago(minutes=1),
        waits=timedelta(minutes=1.5),
        runs=timedelta(minutes=3),
        size=48213,
    ),
)

_LINKED = (TimedTask(id=_export_id(3), created=_ago(hours=2), size=52428800),)
# One failed before the start, one fails while you watch.
_FAILING = (
    TimedTask(id=_export_id(4), created=_ago(hours=5), ending=Ending.FAILURE, reaches_percent=37),
    TimedTask(
        id=_export_id(5),
        type=ERROR,
        created=_ago(minutes=1),
        runs=timedelta(minutes=2.5),
        ending=Ending.FAILURE,
        reaches_percent=80,
    ),
)

_SINGAPORE = (
    TimedTask(id=_export_id(6), created=_ago(minutes=2), runs=timedelta(minutes=6), size=1048576),
    TimedTask(id=_export_id(7), type=ERROR, created=_ago(hours=9), size=733184),
)

_MIXED = (
    TimedTask(id=_export_id(10), created=_ago(minutes=1), waits=_LONG),
    TimedTask(id=_export_id(11), type=ERROR, created=_ago(minutes=3), waits=_LONG),
    TimedTask(id=_export_id(12), created=_ago(minutes=11), runs=_LONG),
    TimedTask(id=_export_id(13), type=ERROR, created=_ago(minutes=25), runs=_LONG),
    # Running with 100 %: the file is being packed.
    TimedTask(id=_export_id(14), created=_ago(hours=0.5), says={"Status": RUNNING, "Url": ""}),
    TimedTask(id=_export_id(15), created=_ago(hours=1), size=2147483648),
    TimedTask(id=_export_id(16), type=ERROR, created=_ago(hours=2), size=1023),
    TimedTask(id=_export_id(17), created=_ago(hours=3), ending=Ending.FAILURE, reaches_percent=12),
    TimedTask(id=_export_id(18), type=ERROR, created=_ago(hours=4), ending=Ending.FAILURE),
    TimedTask(id=_export_id(19), created=_ago(hours=6), ending=Ending.NO_LINK),
    TimedTask(id=_export_id(20), type=ERROR, created=_ago(hours=8), size=0),
    # DeleteLogDownloadTask's example names an export in this other form.
    TimedTask(id="1373039ed2ee07bcd6ae1d5e", created=_ago(hours=12), size=5747378),
    # A sibling of this API knows a status 4, waiting for retry.
    TimedTask(id=_export_id(21), created=_ago(hours=18), says={"Status": 4, "Url": ""}),
    TimedTask(id=_export_id(22), type=2, created=_ago(days=1)),
    TimedTask(
        id=_export_id(23),
        created=_ago(days=1.5),
        says={"Url": "https://downloads.example.net/mongodb/slow.tar.gz"},
    ),
    TimedTask(id=_export_id(24), created=_ago(days=2), size=881664),
    TimedTask(
        id=_export_id(25),
        created=_ago(days=2.5),
        says=dict.fromkeys((name for name in DOCUMENTED_TASK if name != "TaskId"), None),
    ),
)

DEMO_INSTANCES: tuple[tuple[str, str, tuple[Task | TimedTask, ...]], ...] = (
    (EXAMPLE_INSTANCE, GUANGZHOU, (dict(DOCUMENTED_TASK),)),
    (RUNNING_INSTANCE, GUANGZHOU, _RUNNING),
    (MIXED_INSTANCE, GUANGZHOU, _MIXED),
    (LINKED_INSTANCE, GUANGZHOU, _LINKED),
    (EMPTY_INSTANCE, GUANGZHOU, ()),
    (FAILING_INSTANCE, GUANGZHOU, _FAILING),
    (SINGAPORE_INSTANCE, SINGAPORE, _SINGAPORE),
)
