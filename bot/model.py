"""The nouns of mongolog: an export of an instance, a report on it, a question, a message. Pure.

Every datetime here is aware and in UTC. Knows neither the cloud API's words nor Slack's.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from bot.errors import MongologError
from bot.link import Link

# Instance ids seen in the vendor's documentation have 8 or 9 characters behind the dash.
INSTANCE_ID_PATTERN = r"cmgo-[a-z0-9]{6,16}"
MAX_INSTANCES = 10  # in one answer

SLOW, ERROR = "slow", "error"
QUEUED, RUNNING, DONE, FAILED = "queued", "running", "done", "failed"
STATES = (QUEUED, RUNNING, DONE, FAILED)


class InstanceId(str):
    """The id of one TencentDB for MongoDB instance, such as `cmgo-k2p5su09`; lower case.

    Raises:
        ValueError: when the text is no such id.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Check once, here at the border."""
        if not re.fullmatch(INSTANCE_ID_PATTERN, text):
            raise ValueError("not an instance id")
        return super().__new__(cls, text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One log download task of an instance. A fact that the API did not give is None.

    Attributes:
        id: the API's TaskId; opaque foreign text.
        kind: `slow`, `error`, or `unknown:N` with the API's number.
        state: `queued`, `running`, `done`, `failed`, or `unknown:N` with the API's number.
        progress_percent: 0 to 100.
        size_bytes: after unit conversion; 0 is a fact ("seems empty"), None is not known.
        created_at: when the export was asked for.
        updated_at: when its state last changed, as far as the API says.
        link: where the file can be fetched; None when the API gave no link.
    """

    id: str
    kind: str | None = None
    state: str | None = None
    progress_percent: int | None = None
    size_bytes: int | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    link: Link | None = None

    @property
    def is_active(self) -> bool:
        """Not known to have ended: an unknown state may still be moving."""
        return self.state is not None and self.state not in (DONE, FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the cloud said about one instance.

    Attributes:
        region: where the instance was found.
        regions_asked: all regions asked, in the order of the settings.
        exports: every export the API listed, newest first; empty when it has none.
        complete: False when reading stopped before the end: there are more exports than these.
        as_of: when the cloud answered.
        took: how long asking took, all pages and regions together.
        age: how old this answer was when it was asked for; zero when the cloud was asked for it.
        request_id: the API's RequestId of the first page, when it gave one.
        silent_regions: those that gave no answer, when `region` listed no exports: there may be
            some.
    """

    instance: InstanceId
    region: str
    regions_asked: tuple[str, ...] = ()
    exports: tuple[Export, ...] = ()
    complete: bool = True
    as_of: datetime
    took: timedelta
    request_id: str | None = None
    age: timedelta = timedelta(0)
    silent_regions: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether there can be no exports but these."""
        return self.complete and not self.silent_regions


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why there is no report on one instance; `age` as in `Report`.

    Attributes:
        last_known: the newest report of earlier, without links; None when there is none.
    """

    instance: InstanceId
    error: MongologError
    age: timedelta = timedelta(0)
    last_known: Report | None = None


Outcome = Report | Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """A question about exports.

    Attributes:
        instances: 1 to 10, in the order they were typed, each once.
        states: words among `active`, `queued`, `running`, `done`, `failed`; empty means any.
        kinds: words among `slow`, `error`; empty means any.
        since, until: bounds of an export's creation time: since <= created < until.
        zone: the time zone, as an IANA name, in which typed times were read; "" when none was.
        window: StartTime and EndTime for the API, passed on as they were typed.
        region: ask only there.
        page: which page of the answer, from 1.
        limit: rows a page; None means the surface's own.
        here: share the answer in the channel.
    """

    instances: tuple[InstanceId, ...]
    states: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    zone: str = ""
    window: tuple[str, str] | None = None
    region: str | None = None
    page: int = 1
    limit: int | None = None
    here: bool = False

    @property
    def is_filtered(self) -> bool:
        """True when exports may be left out of the answer."""
        return bool(self.states or self.kinds or self.since or self.until)

    def matching(self, exports: tuple[Export, ...]) -> tuple[Export, ...]:
        """Those of `exports` that were asked for, in their order."""
        return tuple(export for export in exports if self._matches(export))

    def _matches(self, export: Export) -> bool:
        state_fits = (
            not self.states
            or export.state in self.states
            or ("active" in self.states and export.is_active)
        )
        kind_fits = not self.kinds or export.kind in self.kinds
        return state_fits and kind_fits and self._in_period(export.created_at)

    def _in_period(self, created_at: datetime | None) -> bool:
        if self.since is None and self.until is None:
            return True
        if created_at is None:
            return False
        return (self.since is None or self.since <= created_at) and (
            self.until is None or created_at < self.until
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """Asked with no words at all: how to ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """`help [topic]`; topic is "" for the overview."""

    topic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheck:
    """`health`: is the app itself well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchStatus:
    """`status` without an instance: what is watched here."""


Command = Lookup | Menu | Help | HealthCheck | WatchStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionState:
    """How the cloud's API answered in one region, when it was asked last.

    Attributes:
        region: one of the settings' regions.
        as_of: when it answered, or failed to; None when it was not asked yet.
        error: why there was no answer; None when there was one, "no such instance" included.
        is_outrun: nobody waited for its answer, as another region's came first.
    """

    region: str
    as_of: datetime | None = None
    error: MongologError | None = None
    is_outrun: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """How the app itself is.

    Attributes:
        version: of the product.
        mode: how Slack's deliveries come, `http` or `socket`.
        started_at: when this process was ready.
        troubles: what each probe that is not well says, in our own words; empty when all are well.
        regions: every region of the settings, in their order.
        waiting: calls of the cloud's API that wait for their turn.
        requests_per_s: our share of the account's limit.
        rules: how many rules there are; None without a rules file.
        rules_default: what is said of what no rule is about, `allow` or `deny`.
    """

    version: str
    mode: str
    started_at: datetime
    troubles: tuple[str, ...] = ()
    regions: tuple[RegionState, ...] = ()
    waiting: int = 0
    requests_per_s: float
    rules: int | None = None
    rules_default: str = "allow"

    @property
    def is_well(self) -> bool:
        """Whether everything that was tried last went well."""
        return not self.troubles and not any(region.error for region in self.regions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What goes out to Slack.

    Attributes:
        text: what lock screens show and screen readers read; plain words, at most 250 characters.
        blocks: Block Kit as plain dicts; empty: the text alone.
    """

    text: str
    blocks: tuple[dict[str, Any], ...] = field(default=())
