"""A Slack workspace: its people, its channels, and what our app has said in them. Pure.

Knows no HTTP and no rights: `slack_methods` and `slack_response_url` decide what may be said.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from bot.demo.slack_messages import Posted, Said, Via

__all__ = [
    "ANNA",
    "ANNAS_DM",
    "APP",
    "ARCHIVED",
    "BEN",
    "BOT",
    "BOT_USER",
    "FRED_FOREIGN",
    "GITA_GUEST",
    "OTHER_TEAM",
    "PRIVATE",
    "SHARED",
    "TEAM",
    "TEAM_DOMAIN",
    "WITHOUT_APP",
    "WITH_APP",
    "Channel",
    "ChannelKind",
    "Person",
    "PersonKind",
    "Posted",
    "Said",
    "UserGroup",
    "Via",
    "Workspace",
    "small_workspace",
]

TEAM = "T0ACME0001"
TEAM_DOMAIN = "acme"
OTHER_TEAM = "T0PARTNER1"
APP = "A0MONGOLOG"
BOT = "B0MONGOLOG"
BOT_USER = "U0MONGOLOG"

ANNA = "U0ANNA0001"
BEN = "U0BEN00001"
GITA_GUEST = "U0GITA0001"
FRED_FOREIGN = "U0FRED0001"

WITH_APP = "C0DBONCALL"
WITHOUT_APP = "C0RANDOM01"
PRIVATE = "C0LEADS001"
SHARED = "C0SHARED01"
ARCHIVED = "C0ARCHIVED"
ANNAS_DM = "D0ANNA0001"

PersonKind = Literal["member", "guest", "multi_channel_guest", "foreign", "bot"]
ChannelKind = Literal["channel", "private", "im"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may be met in the workspace.

    Attributes:
        name: the handle, lower case.
        real_name: what people see.
        kind: a `guest` is a single-channel guest; `foreign` people belong to `OTHER_TEAM`, and are
            strangers while they are in no channel with our app.
        tz: IANA name of the person's time zone.
        deleted: the account was deactivated.
    """

    id: str
    name: str
    real_name: str = ""
    kind: PersonKind = "member"
    tz: str = "Asia/Shanghai"
    deleted: bool = False

    @property
    def team(self) -> str:
        """The id of the person's own workspace."""
        return OTHER_TEAM if self.kind == "foreign" else TEAM


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A place to talk.

    Attributes:
        name: without `#`; empty for a DM.
        members: ids of the people in it, without the app.
        has_app: whether our app is in it; for a DM, whether it is the app's own.
        archived: nobody can post here any more.
        shared: shared with another organisation.
        pending_shared: another organisation was invited, and has not yet accepted.
    """

    id: str
    name: str = ""
    kind: ChannelKind = "channel"
    members: tuple[str, ...] = ()
    has_app: bool = False
    archived: bool = False
    shared: bool = False
    pending_shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UserGroup:
    """People who are called by one handle.

    Attributes:
        handle: without `@`.
        users: ids of the people in it.
        disabled: switched off; Slack tells of it only when asked for.
    """

    id: str
    handle: str
    name: str = ""
    users: tuple[str, ...] = ()
    disabled: bool = False


Listener = Callable[[Posted], None]


class Workspace:
    """People, channels and messages.

    Args:
        people: everybody, our bot user too.
        channels: every place.

    Attributes:
        has_groups: whether its plan knows user groups.
        on_posted: called with every version of every message, in order, just after it is kept.
        on_said: called with every message of others, likewise, and again when one is deleted.
    """

    def __init__(self, *, people: tuple[Person, ...], channels: tuple[Channel, ...]) -> None:
        self._people = {person.id: person for person in people}
        self._channels = {channel.id: channel for channel in channels}
        self._history: list[Posted] = []
        self._last_microsecond = 0
        self._said: dict[tuple[str, str], Said] = {}
        self._groups: dict[str, UserGroup] = {}
        self.has_groups = True
        self.on_posted: list[Listener] = []
        self.on_said: list[Callable[[Said], None]] = []

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody, in the order they were given."""
        return tuple(self._people.values())

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Every place; DMs opened later come last."""
        return tuple(self._channels.values())

    @property
    def history(self) -> tuple[Posted, ...]:
        """Every version of every message, deletions too, in the order of their making."""
        return tuple(self._history)

    @property
    def posted(self) -> tuple[Posted, ...]:
        """The messages as they stand now, in the order they were first posted."""
        latest = {(posted.channel, posted.ts): posted for posted in self._history}
        return tuple(posted for posted in latest.values() if not posted.deleted)

    @property
    def said(self) -> tuple[Said, ...]:
        """The messages of others as they stand now, in the order they were said."""
        return tuple(each for each in self._said.values() if not each.deleted)

    @property
    def groups(self) -> tuple[UserGroup, ...]:
        """The user groups, in the order they were put."""
        return tuple(self._groups.values())

    def person(self, user_id: str) -> Person | None:
        """The person with this id, if there is one."""
        return self._people.get(user_id)

    def channel(self, channel_id: str) -> Channel | None:
        """The channel with this id, if there is one."""
        return self._channels.get(channel_id)

    def group(self, group_id: str) -> UserGroup | None:
        """The user group with this id, if there is one."""
        return self._groups.get(group_id)

    def find_said(self, channel_id: str, ts: str) -> Said | None:
        """The message of somebody else; None when there is none, or it was deleted."""
        said = self._said.get((channel_id, ts))
        return None if said is None or said.deleted else said

    def find(self, channel_id: str, ts: str) -> Posted | None:
        """The message as it stands now; None when there is none, or it was deleted."""
        versions = (each for each in reversed(self._history) if each.ts == ts)
        latest = next((each for each in versions if each.channel == channel_id), None)
        return None if latest is None or latest.deleted else latest

    def has_thread(self, channel_id: str, ts: str) -> bool:
        """Whether somebody has answered the message with this id."""
        said = {(each.channel, each.thread_ts) for each in self.said}
        return (channel_id, ts) in said | {(each.channel, each.thread_ts) for each in self.posted}

    def put_person(self, person: Person) -> None:
        """Add a person, or replace the one with the same id."""
        self._people[person.id] = person

    def put_channel(self, channel: Channel) -> None:
        """Add a channel, or replace the one with the same id."""
        self._channels[channel.id] = channel

    def put_group(self, group: UserGroup) -> None:
        """Add a user group, or replace the one with the same id."""
        self._groups[group.id] = group

    def open_dm(self, user_id: str) -> Channel:
        """The DM between our app and this person; made when it is first needed."""
        for channel in self._channels.values():
            if channel.kind == "im" and channel.has_app and user_id in channel.members:
                return channel
        opened = Channel(id=f"D{user_id[1:]}", kind="im", members=(user_id,), has_app=True)
        self.put_channel(opened)
        return opened

    def new_ts(self, now: float) -> str:
        """An id for a message posted at `now` (Unix seconds); later than every one before."""
        self._last_microsecond = max(round(now * 1_000_000), self._last_microsecond + 1)
        seconds, microseconds = divmod(self._last_microsecond, 1_000_000)
        return f"{seconds}.{microseconds:06}"

    def say(self, said: Said) -> None:
        """Keep a message of somebody else, or that it was deleted, and tell who listens."""
        self._said[said.channel, said.ts] = said
        for listener in self.on_said:
            listener(said)

    def post(self, posted: Posted) -> Posted:
        """Keep a message, or a new version of one, and tell who listens."""
        self._history.append(posted)
        for listener in self.on_posted:
            listener(posted)
        return posted

    def edit(self, posted: Posted, **changes: Any) -> Posted:
        """Keep the next version of a message."""
        return self.post(replace(posted, revision=posted.revision + 1, **changes))

    def delete(self, posted: Posted) -> None:
        """Take a message away; the history keeps it."""
        self.edit(posted, deleted=True)


def small_workspace() -> Workspace:
    """A team of two, a guest, a partner, and one channel of each sort.

    Anna and Ben are in every channel; the guest is in `WITH_APP`, the partner in `SHARED`.
    The app is everywhere but in `WITHOUT_APP`, and knows Anna's DM.
    """
    team = (ANNA, BEN)
    return Workspace(
        people=(
            Person(id=ANNA, name="anna", real_name="Anna Aalto"),
            Person(id=BEN, name="ben", real_name="Ben Bauer", tz="Europe/Berlin"),
            Person(id=GITA_GUEST, name="gita", real_name="Gita Guest", kind="guest"),
            Person(id=FRED_FOREIGN, name="fred", real_name="Fred Foreign", kind="foreign"),
            Person(id=BOT_USER, name="mongolog", real_name="mongolog", kind="bot"),
        ),
        channels=(
            Channel(id=WITH_APP, name="db-oncall", members=(*team, GITA_GUEST), has_app=True),
            Channel(id=WITHOUT_APP, name="random", members=team),
            Channel(id=PRIVATE, name="leads", kind="private", members=team, has_app=True),
            Channel(
                id=SHARED,
                name="partner-ops",
                members=(*team, FRED_FOREIGN),
                has_app=True,
                shared=True,
            ),
            Channel(id=ARCHIVED, name="old-db", members=team, has_app=True, archived=True),
            Channel(id=ANNAS_DM, kind="im", members=(ANNA,), has_app=True),
        ),
    )
