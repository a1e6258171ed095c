"""Facts to render: exports, reports, failures and the questions that led to them."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.errors import (
    CloudBroken,
    CloudRefused,
    CloudUnreachable,
    CloudUnreadable,
    MongologError,
    NoSuchExport,
    NoSuchInstance,
    NotAuthorised,
    Refusal,
    Refused,
    Throttled,
)
from bot.link import Link
from bot.model import (
    DONE,
    ERROR,
    FAILED,
    QUEUED,
    RUNNING,
    SLOW,
    Condition,
    Export,
    Failure,
    InstanceId,
    Lookup,
    Outcome,
    RegionState,
    Report,
)
from bot.render.view import Earlier, Surface, View

NOW = datetime(2026, 11, 24, 2, 35, 34, tzinfo=UTC)
INSTANCE = InstanceId("cmgo-k2p5su09")
OTHER = InstanceId("cmgo-b6nit818p")
THIRD = InstanceId("cmgo-p8vn3x7k")
GUANGZHOU, SINGAPORE = "ap-guangzhou", "ap-singapore"
REQUEST_ID = "3f9c1e42-0c1d-4b7f-8d53-77aa10e88239"
SECRET = "5up3rs3cr3t"
STORAGE = "cmgo-logs-1250000000.cos.ap-guangzhou.myqcloud.com"
HOSTILE = "<!channel> `x` *b* :tada: <https://evil.example|Download>\u202e\u001b[31m\u200b&"

IN_20_MINUTES = NOW + timedelta(minutes=20)
VIEW = View(
    now=NOW,
    zone="Asia/Shanghai",
    reference="ml-7K2Q",
    links=True,
    console="https://console.tencentcloud.com/mongodb",
)


def link(*, host: str = STORAGE, ends: datetime | None = IN_20_MINUTES, pad: int = 0) -> Link:
    """A signed link that carries SECRET."""
    times = f"q-sign-time={int(NOW.timestamp())};{int(ends.timestamp())}&" if ends else ""
    return Link(f"https://{host}/slow.tar.gz?{times}q-signature={SECRET}{'0' * pad}")


def export(
    number: int = 1, state: str | None = DONE, kind: str | None = SLOW, **facts: Any
) -> Export:
    """The export created `number` times ten minutes ago, changed four minutes later."""
    created_at = NOW - number * timedelta(minutes=10)
    known: dict[str, Any] = {
        "id": f"export-28439f{abs(number):02x}-5b1e-4c55-9a0e-1f0c7a0e8240",
        "state": state,
        "kind": kind,
        "created_at": created_at,
        "updated_at": created_at + timedelta(minutes=4),
    }
    if state == DONE:
        known |= {"progress_percent": 100, "size_bytes": 372_432, "link": link()}
    return Export(**(known | facts))


RUNNING_ONE = export(1, RUNNING, progress_percent=62, size_bytes=0)
QUEUED_ONE = export(2, QUEUED, ERROR, progress_percent=0)
FAILED_ONE = export(3, FAILED, progress_percent=41)
MIXED = (
    RUNNING_ONE,
    QUEUED_ONE,
    FAILED_ONE,
    export(4, size_bytes=2_040_109_466),
    *(export(number, kind=(SLOW, ERROR)[number % 2]) for number in range(5, 16)),
    export(16, FAILED),
    export(17),
)


def report(*exports: Export, instance: InstanceId = INSTANCE, **facts: Any) -> Report:
    """What the cloud said just now, in the region that is asked first."""
    known: dict[str, Any] = {
        "region": GUANGZHOU,
        "regions_asked": (GUANGZHOU, SINGAPORE),
        "as_of": NOW,
        "took": timedelta(milliseconds=412),
        "request_id": REQUEST_ID,
    }
    return Report(instance=instance, exports=exports, **(known | facts))


def failure(
    error: MongologError, instance: InstanceId = INSTANCE, last_known: Report | None = None
) -> Failure:
    """No answer about one instance."""
    return Failure(instance=instance, error=error, last_known=last_known)


def stale(*exports: Export, instance: InstanceId = INSTANCE, **facts: Any) -> Failure:
    """No answer about one instance, of which something was known 12 minutes ago."""
    unlinked = (replace(each, link=None) for each in exports)
    known = report(
        *unlinked, instance=instance, as_of=NOW - timedelta(minutes=12), request_id=None, **facts
    )
    return failure(CLOUD_DOWN, instance, known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One look-up: what was found, what was asked, who reads it."""

    outcomes: tuple[Outcome, ...]
    lookup: Lookup = field(default_factory=lambda: Lookup(instances=(INSTANCE,)))
    view: View = VIEW


def scene(*outcomes: Outcome, view: View = VIEW, **words: Any) -> Scene:
    """A look-up of the instances in `outcomes`, narrowed by `words`."""
    instances = tuple(outcome.instance for outcome in outcomes)
    return Scene(outcomes=outcomes, lookup=Lookup(instances=instances, **words), view=view)


def ten_instances() -> tuple[Report, ...]:
    """Ten instances of 17 exports each."""
    names = (InstanceId(f"cmgo-prod{number:04}") for number in range(10))
    return tuple(report(*MIXED, instance=name) for name in names)


def cloud_error(kind: type[Any], code: str, message: str = "") -> Any:
    """An error of the cloud edge with its request id and region."""
    return kind(code, message=message, request_id=REQUEST_ID, region=GUANGZHOU)


NOT_FOUND = cloud_error(
    NoSuchInstance, "InvalidParameterValue.NotFoundInstance", "The instance is not found."
)
SILENT_REGION = NoSuchInstance(
    "InvalidParameterValue.NotFoundInstance", region=GUANGZHOU, silent_regions=(SINGAPORE,)
)
THROTTLED = cloud_error(Throttled, "RequestLimitExceeded", "Too many requests.")
CLOUD_DOWN = CloudUnreachable("timeout", region=GUANGZHOU)
NO_LINKS = replace(VIEW, links=False)
IN_CHANNEL = replace(NO_LINKS, surface=Surface.CHANNEL)
IN_DIRECT = replace(NO_LINKS, surface=Surface.DIRECT)
IN_MODAL = replace(VIEW, surface=Surface.MODAL)
DENIED = replace(NO_LINKS, link_denied=True)
SOMEBODY, GROUP = "U024BE7LH", "S0614TZR7"
ASKED_EARLIER = Earlier(user=SOMEBODY, at=NOW - timedelta(minutes=3))
LONG_AGO: dict[str, Any] = {
    "since": NOW - timedelta(minutes=95),
    "until": NOW - timedelta(minutes=35),
    "zone": "Asia/Shanghai",
}
TWICE = (
    export(1, RUNNING, progress_percent=62, size_bytes=0),
    export(2, created_at=NOW - timedelta(minutes=14)),
)
OVERTAKEN = (export(1), export(4, RUNNING, progress_percent=97, size_bytes=0))

SCENES: dict[str, Scene] = {
    "no_exports": scene(report()),
    "no_exports_region_silent": scene(report(silent_regions=(SINGAPORE,))),
    "counted_but_not_listed": scene(report(complete=False)),
    "done": scene(report(export())),
    "done_link_ended": scene(report(export(link=link(ends=NOW - timedelta(hours=1))))),
    "done_link_lifetime_unknown": scene(report(export(link=link(ends=None)))),
    "done_link_too_long": scene(report(export(link=link(pad=3000)))),
    "done_without_link": scene(report(export(link=None))),
    "done_empty": scene(report(export(size_bytes=0, link=None))),
    "done_in_thread": scene(report(export()), view=IN_CHANNEL),
    "done_in_direct_messages": scene(report(export()), view=IN_DIRECT),
    "done_in_modal": scene(report(export()), view=IN_MODAL),
    "link_right_missing": scene(report(export()), view=DENIED),
    "link_right_missing_group": scene(report(export()), view=replace(DENIED, ask_group=GROUP)),
    "link_right_missing_in_thread": scene(
        report(export()), view=replace(IN_CHANNEL, link_denied=True, ask_group=GROUP)
    ),
    "link_host_refused": scene(report(export(link=link(host="evil.example")))),
    "running": scene(report(RUNNING_ONE)),
    "packing": scene(report(replace(RUNNING_ONE, progress_percent=100))),
    "queued": scene(report(QUEUED_ONE)),
    "failed": scene(report(FAILED_ONE)),
    "mixed_paged": scene(report(*MIXED)),
    "mixed_in_thread": scene(report(*MIXED), view=IN_CHANNEL),
    "mixed_in_modal": scene(report(*MIXED), view=IN_MODAL),
    "page_two": scene(report(*MIXED), page=2),
    "page_beyond": scene(report(*MIXED), page=9),
    "filtered": scene(report(*MIXED), states=frozenset({"failed"}), kinds=frozenset({"slow"})),
    "filtered_to_one": scene(report(*MIXED), states=frozenset({"running"})),
    "filtered_to_two_states": scene(report(*MIXED), states=frozenset({"failed", "running"})),
    "filtered_by_time": scene(report(*MIXED), **LONG_AGO),
    "filtered_to_none": scene(report(*MIXED[3:15]), states=frozenset({"failed"})),
    "window": scene(report(*MIXED[:2]), window=("2024-03-07 9:22", "2024-03-07 11:22")),
    "several": scene(
        report(*MIXED),
        failure(CLOUD_DOWN, OTHER),
        report(export(), instance=THIRD, region=SINGAPORE),
        view=IN_CHANNEL,
    ),
    "several_for_one": scene(
        report(*MIXED), failure(NOT_FOUND, OTHER), report(instance=THIRD), page=2
    ),
    "several_in_modal": scene(report(*MIXED), report(export(), instance=OTHER), view=IN_MODAL),
    "several_right_missing": scene(
        report(export()),
        failure(Refused(Refusal.RULE, rule="prod only", ask=GROUP), OTHER),
        view=replace(DENIED, ask_group=GROUP),
    ),
    "several_last_known": scene(
        stale(*MIXED), stale(instance=OTHER), report(export(), instance=THIRD)
    ),
    "ten_instances": scene(*ten_instances()),
    "last_known_running": scene(stale(RUNNING_ONE)),
    "last_known_done_in_thread": scene(stale(export()), view=IN_CHANNEL),
    "last_known_mixed": scene(stale(*MIXED), page=9),
    "last_known_filtered": scene(stale(*MIXED), states=frozenset({"failed"})),
    "last_known_none": scene(stale()),
    "last_known_throttled": scene(
        replace(stale(*MIXED[3:15], complete=False), error=THROTTLED), states=frozenset({"failed"})
    ),
    "asked_earlier": scene(report(RUNNING_ONE), view=replace(VIEW, earlier=ASKED_EARLIER)),
    "asked_earlier_in_thread": scene(
        report(RUNNING_ONE), view=replace(IN_CHANNEL, earlier=ASKED_EARLIER)
    ),
    "made_twice": scene(report(*TWICE)),
    "made_while_another_runs": scene(report(*OVERTAKEN)),
    "found_elsewhere": scene(report(RUNNING_ONE, region=SINGAPORE)),
    "shared_by": scene(report(*MIXED[:4]), view=replace(IN_CHANNEL, shared_by=SOMEBODY)),
    "vanishing_facts": scene(report(Export(id="1373039ed2ee07bcd6ae1d5e"))),
    "unknown_numbers": scene(
        report(export(1, "unknown:4", "unknown:2", progress_percent=30), RUNNING_ONE)
    ),
    "hostile_text": scene(
        report(
            export(id=HOSTILE, kind=f"unknown:{HOSTILE}", link=link(host="*evil*.example")),
            export(id=HOSTILE, state=f"unknown:{HOSTILE}"),
            region=HOSTILE,
        )
    ),
    "clock_in_the_future": scene(report(export(-48, RUNNING, progress_percent=5))),
    "incomplete": scene(report(*MIXED, complete=False)),
    "a_little_old": scene(report(RUNNING_ONE, as_of=NOW - timedelta(seconds=2))),
}

FAILURES: dict[str, MongologError] = {
    "unknown_id": NOT_FOUND,
    "region_silent": SILENT_REGION,
    "throttled": THROTTLED,
    "cloud_down": CLOUD_DOWN,
    "cloud_broken": cloud_error(CloudBroken, "InternalError", "An internal error has occurred."),
    "export_gone": NoSuchExport("NoSuchExport", region=GUANGZHOU),
    "unreadable": CloudUnreadable("not JSON", region=GUANGZHOU),
    "credentials_wrong": cloud_error(
        NotAuthorised, "AuthFailure.SecretIdNotFound", "The SecretId is not found."
    ),
    "right_missing": cloud_error(
        NotAuthorised, "InvalidParameter.PermissionDenied", "没有权限执行该操作。"
    ),
    "refused": cloud_error(
        CloudRefused, "FailedOperation.OperationNotAllowedInInstanceLocking", "Instance locked."
    ),
    "hostile_message": cloud_error(CloudRefused, HOSTILE, HOSTILE),
}

WELL = Condition(
    version="0.1.0",
    mode="http",
    started_at=NOW - timedelta(hours=9),
    regions=(
        RegionState(region=GUANGZHOU, as_of=NOW - timedelta(minutes=3)),
        RegionState(region=SINGAPORE),
    ),
    requests_per_s=15,
)
CONDITIONS = {
    "well": WELL,
    "outrun": replace(
        WELL,
        regions=(
            WELL.regions[0],
            RegionState(region=SINGAPORE, as_of=NOW - timedelta(minutes=3), is_outrun=True),
        ),
    ),
    "with_rules": replace(WELL, rules=3, rules_default="deny"),
    "store_full": replace(WELL, troubles=("the store has no space left",), rules=3),
    "never_asked": replace(WELL, regions=WELL.regions[1:]),
    "region_down": replace(
        WELL,
        regions=(
            *WELL.regions[:1],
            RegionState(region=SINGAPORE, as_of=NOW - timedelta(seconds=8), error=CLOUD_DOWN),
        ),
        waiting=12,
    ),
    "key_refused": replace(
        WELL,
        regions=(
            RegionState(
                region=GUANGZHOU,
                as_of=NOW - timedelta(seconds=40),
                error=FAILURES["credentials_wrong"],
            ),
        ),
        requests_per_s=0.5,
    ),
    "slack_silent": replace(
        WELL,
        mode="socket",
        troubles=("no connection to Slack was heard for a minute",),
    ),
}
