"""A download against storage at the wire: whole or not there, continued, never led astray."""

import errno
import json
import os
import random
import shutil
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from bot.cloud.download import MOST_IN_VAIN, Download, storage_client
from bot.cloud.fetching import Fetched, NotFetched, Reason
from bot.cloud.part import Part
from bot.errors import CloudBroken
from bot.link import Link
from tests.storage import CHUNK, CONTENT, ETAG, HOST, SECRET, Answer, Bucket, link_to

EXPORT = "export-28439fb3-90a6-4ca2-bd2f-ad99e99a14e9"
SIZE = len(CONTENT)


@dataclass
class Notes:
    """What a download tells, as words."""

    told: list[str] = field(default_factory=list)

    def begun(self, size_bytes: int, total_bytes: int | None) -> None:
        self.told.append(f"begun {size_bytes} of {total_bytes}")

    def grown(self, size_bytes: int) -> None:
        assert size_bytes > 0

    def broke_off(self, size_bytes: int) -> None:
        self.told.append(f"broke off {size_bytes}")

    def changed(self) -> None:
        self.told.append("changed")

    def renewed(self) -> None:
        self.told.append("renewed")


@dataclass
class Bench:
    """A bucket, a place on disk, and who is asked for fresh links."""

    target: Path
    bucket: Bucket = field(default_factory=Bucket)
    notes: Notes = field(default_factory=Notes)
    fresh: list[str] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    link_hosts: tuple[str, ...] = ()
    renew: Callable[[], Awaitable[Link]] | None = None
    on_sleep: Callable[[], None] = lambda: None

    async def fetch(self, link: str | None = None, *, export: str = EXPORT) -> Fetched:
        """One run of the command, as far as the storage sees it."""
        async with storage_client(transport=self.bucket.transport()) as http:
            with Part(self.target, export) as part:
                return await Download(
                    http=http,
                    part=part,
                    link=Link(link or link_to()),
                    renew=self.renew or self._next_link,
                    watcher=self.notes,
                    link_hosts=self.link_hosts,
                    chance=random.Random(1),  # noqa: S311
                    sleep=self._sleep,
                ).run()

    async def refused(self, link: str | None = None) -> NotFetched:
        """The same, when no file comes of it."""
        with pytest.raises(NotFetched) as raised:
            await self.fetch(link)
        return raised.value

    async def _next_link(self) -> Link:
        return Link(link_to(signature=self.fresh.pop(0)))

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.on_sleep()

    @property
    def part(self) -> Path:
        """What has come so far."""
        return self.target.with_name(f"{self.target.name}.part")

    @property
    def ranges(self) -> list[str | None]:
        """The Range of every request."""
        return [asked.get("range") for asked in self.bucket.asked]

    def files(self) -> list[str]:
        """The names in the directory."""
        return sorted(path.name for path in self.target.parent.iterdir())

    async def stop_after(self, size_bytes: int) -> None:
        """An earlier run that gave up after so many bytes, as nothing more came."""
        self.bucket.breaks.extend([size_bytes] + [0] * MOST_IN_VAIN)
        assert (await self.refused()).reason is Reason.UNREACHABLE
        assert self.part.stat().st_size == size_bytes
        self.bucket.asked.clear()
        self.notes.told.clear()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "logs" / "cmgo-k2p5su09-slow.tar.gz")


async def test_a_file_comes_whole_and_leaves_nothing_beside_it(bench: Bench) -> None:
    fetched = await bench.fetch()

    assert fetched == Fetched(size_bytes=SIZE, was_there=False)
    assert bench.target.read_bytes() == CONTENT
    assert bench.files() == [bench.target.name]
    assert bench.notes.told == [f"begun 0 of {SIZE}"]


async def test_only_its_owner_may_read_it(bench: Bench) -> None:
    await bench.fetch()

    assert bench.target.stat().st_mode & 0o777 == 0o600


async def test_what_is_stored_is_what_is_asked_for(bench: Bench) -> None:
    await bench.fetch()

    (asked,) = bench.bucket.asked
    assert asked["accept-encoding"] == "identity"
    assert not {"authorization", "cookie", "range"} & set(asked)


async def test_a_packed_body_is_kept_as_it_is_stored(bench: Bench) -> None:
    headers = {"Content-Encoding": "gzip", "Content-Length": "5"}
    bench.bucket.next_answers.append(Answer(status=200, headers=headers, body=b"\x1f\x8bxyz"))

    await bench.fetch()

    assert bench.target.read_bytes() == b"\x1f\x8bxyz"


async def test_an_empty_file_is_a_file(bench: Bench) -> None:
    bench.bucket.content = b""

    assert await bench.fetch() == Fetched(size_bytes=0, was_there=False)
    assert bench.files() == [bench.target.name]


async def test_a_size_that_is_not_told_is_no_trouble(bench: Bench) -> None:
    bench.bucket.tells_size = False

    assert (await bench.fetch()).size_bytes == SIZE
    assert bench.notes.told == ["begun 0 of None"]


async def test_a_connection_that_breaks_off_is_continued_where_it_was(bench: Bench) -> None:
    bench.bucket.breaks.extend([200_000, 100_000])

    await bench.fetch()

    assert bench.target.read_bytes() == CONTENT
    assert bench.ranges == [None, "bytes=200000-", "bytes=300000-"]
    assert [asked.get("if-range") for asked in bench.bucket.asked] == [None, ETAG, ETAG]
    assert "broke off 200000" in bench.notes.told


async def test_a_body_that_is_too_short_is_a_break_too(bench: Bench) -> None:
    short = {"ETag": ETAG, "Content-Length": str(SIZE)}
    bench.bucket.next_answers.append(Answer(status=200, headers=short, body=CONTENT[:1000]))

    await bench.fetch()

    assert bench.ranges == [None, "bytes=1000-"]
    assert bench.target.read_bytes() == CONTENT


async def test_pauses_grow_and_end_when_nothing_comes(bench: Bench) -> None:
    bench.bucket.breaks.extend([0] * 100)

    error = await bench.refused()

    assert error.reason is Reason.UNREACHABLE
    assert len(bench.bucket.asked) == MOST_IN_VAIN
    assert bench.slept == sorted(bench.slept)
    assert bench.files() == []


async def test_many_breaks_are_borne_while_each_brings_something(bench: Bench) -> None:
    bench.bucket.breaks.extend([CHUNK] * (SIZE // CHUNK - 1))

    await bench.fetch()

    assert len(bench.bucket.asked) == SIZE // CHUNK > MOST_IN_VAIN
    assert bench.target.read_bytes() == CONTENT


async def test_a_later_run_goes_on_from_what_an_earlier_one_left(bench: Bench) -> None:
    await bench.stop_after(300_000)

    await bench.fetch()

    assert bench.ranges == ["bytes=300000-"]
    assert bench.notes.told == [f"begun 300000 of {SIZE}"]
    assert bench.target.read_bytes() == CONTENT
    assert bench.files() == [bench.target.name]


async def test_a_run_that_ended_before_the_name_was_given_needs_no_more_bytes(bench: Bench) -> None:
    await bench.stop_after(300_000)
    bench.part.write_bytes(CONTENT)

    await bench.fetch()

    assert bench.ranges == []
    assert bench.target.read_bytes() == CONTENT


async def test_a_file_that_has_changed_meanwhile_begins_anew(bench: Bench) -> None:
    await bench.stop_after(300_000)
    bench.bucket.content, bench.bucket.etag = CONTENT[::-1], '"another"'

    await bench.fetch()

    assert bench.target.read_bytes() == CONTENT[::-1]
    assert bench.files() == [bench.target.name]


async def test_a_server_without_ranges_sends_all_of_it_again(bench: Bench) -> None:
    await bench.stop_after(300_000)
    bench.bucket.takes_ranges = False

    await bench.fetch()

    assert bench.ranges == ["bytes=300000-"]
    assert bench.target.read_bytes() == CONTENT


@pytest.mark.parametrize("etag", ["", 'W/"weak"'], ids=["none", "weak"])
async def test_without_a_strong_etag_nothing_is_continued(bench: Bench, etag: str) -> None:
    bench.bucket.etag = etag
    bench.bucket.breaks.append(300_000)

    await bench.fetch()

    assert bench.ranges == [None, None]
    assert bench.target.read_bytes() == CONTENT


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Content-Range": f"bytes 0-99/{SIZE}"}, id="another place"),
        pytest.param({"Content-Range": f"bytes 300000-399999/{SIZE + 1}"}, id="another size"),
        pytest.param({"Content-Range": f"bytes 300000-399999/{SIZE}", "ETag": '"x"'}, id="etag"),
        pytest.param({"Content-Type": "multipart/byteranges; boundary=x"}, id="many parts"),
        pytest.param({"Content-Range": "bytes 300000-399999/*"}, id="size untold"),
    ],
)
async def test_a_part_that_does_not_fit_is_never_added(
    bench: Bench, headers: dict[str, str]
) -> None:
    await bench.stop_after(300_000)
    bench.bucket.next_answers.append(Answer(status=206, headers=headers, body=b"x" * 100))

    await bench.fetch()

    assert bench.target.read_bytes() == CONTENT
    assert bench.notes.told[0] == "changed"


async def test_a_part_longer_than_the_file_begins_anew(bench: Bench) -> None:
    await bench.stop_after(300_000)
    bench.bucket.content = CONTENT[:1000]

    await bench.fetch()

    assert bench.target.read_bytes() == CONTENT[:1000]


async def test_a_part_longer_than_it_may_be_begins_anew(bench: Bench) -> None:
    await bench.stop_after(300_000)
    bench.part.write_bytes(CONTENT + b"more")

    await bench.fetch()

    assert bench.ranges == [None]
    assert bench.target.read_bytes() == CONTENT


@pytest.mark.parametrize(
    "notes",
    [
        pytest.param("", id="empty"),
        pytest.param("[]", id="a list"),
        pytest.param('{"export": "other", "etag": "\\"x\\"", "total_bytes": 9}', id="another's"),
        pytest.param(json.dumps({"export": EXPORT, "etag": "x\r\ny", "total_bytes": 9}), id="etag"),
        pytest.param(json.dumps({"export": EXPORT, "etag": ETAG, "total_bytes": "9"}), id="size"),
        pytest.param(json.dumps({"export": EXPORT}), id="half"),
    ],
)
async def test_a_part_of_unknown_origin_begins_anew(bench: Bench, notes: str) -> None:
    await bench.stop_after(300_000)
    bench.part.with_name(f"{bench.part.name}.json").write_text(notes)

    await bench.fetch()

    assert bench.ranges == [None]
    assert bench.target.read_bytes() == CONTENT


async def test_a_part_of_another_export_is_not_continued(bench: Bench) -> None:
    await bench.stop_after(300_000)

    await bench.fetch(export="export-another")

    assert bench.ranges == [None]


async def test_a_file_that_is_there_is_not_fetched_again(bench: Bench) -> None:
    await bench.fetch()
    before = bench.target.stat().st_mtime_ns

    assert await bench.fetch() == Fetched(size_bytes=SIZE, was_there=True)
    assert bench.target.stat().st_mtime_ns == before
    assert bench.files() == [bench.target.name]


async def test_a_file_of_another_size_is_replaced_and_there_until_then(bench: Bench) -> None:
    await bench.fetch()
    bench.target.write_bytes(b"cut short")
    bench.bucket.breaks.extend([300_000] + [0] * MOST_IN_VAIN)

    await bench.refused()

    assert bench.target.read_bytes() == b"cut short"
    bench.bucket.breaks.clear()
    assert await bench.fetch() == Fetched(size_bytes=SIZE, was_there=False)
    assert bench.target.read_bytes() == CONTENT


async def test_an_expired_link_is_fetched_anew_and_the_file_goes_on(bench: Bench) -> None:
    await bench.stop_after(300_000)
    bench.bucket.good, bench.fresh = {"renewed"}, ["renewed"]

    await bench.fetch()

    assert bench.ranges == ["bytes=300000-", "bytes=300000-"]
    assert bench.notes.told == ["renewed", f"begun 300000 of {SIZE}"]
    assert bench.target.read_bytes() == CONTENT


async def test_a_storage_that_refuses_a_fresh_link_is_not_asked_for_ever(bench: Bench) -> None:
    bench.bucket.good, bench.fresh = set(), ["renewed", "again", "once more"]

    error = await bench.refused()

    assert (error.reason, error.status) == (Reason.REFUSED, 403)
    assert len(bench.bucket.asked) == 2


async def test_a_long_download_may_outlive_several_links(bench: Bench) -> None:
    bench.bucket.breaks.extend([CHUNK] * 3)
    bench.fresh = ["second", "third", "fourth"]
    next_good = iter(({"second"}, {"third"}, {"fourth"}))
    bench.on_sleep = lambda: setattr(bench.bucket, "good", next(next_good))

    await bench.fetch()

    assert bench.notes.told.count("renewed") == 3
    assert bench.target.read_bytes() == CONTENT


async def test_what_goes_wrong_when_a_link_is_renewed_is_said_as_it_is(bench: Bench) -> None:
    async def renew() -> Link:
        raise CloudBroken("InternalError")

    bench.bucket.good = set()
    bench.renew = renew

    with pytest.raises(CloudBroken):
        await bench.fetch()


@pytest.mark.parametrize(
    "link",
    [
        pytest.param(link_to(host="x.tencentcos.evil.example"), id="looks like it"),
        pytest.param(link_to().replace("https", "http"), id="no TLS"),
        pytest.param(link_to(host=f"{HOST}:8443"), id="another port"),
        pytest.param(link_to(host=f"someone@{HOST}"), id="user info"),
        pytest.param("", id="none"),
    ],
)
async def test_a_link_to_anywhere_else_is_not_followed(bench: Bench, link: str) -> None:
    error = await bench.refused(link or "nonsense")

    assert error.reason is Reason.HOST
    assert bench.bucket.asked == []


async def test_a_fresh_link_is_looked_at_as_well(bench: Bench) -> None:
    async def renew() -> Link:
        return Link("https://evil.example/slow.tar.gz")

    bench.bucket.good = set()
    bench.renew = renew

    error = await bench.refused()

    assert (error.reason, error.host) == (Reason.HOST, "evil.example")
    assert len(bench.bucket.asked) == 1


async def test_hosts_of_the_settings_are_allowed(bench: Bench) -> None:
    bench.link_hosts = ("mirror.example",)

    await bench.fetch(link_to(host="mirror.example"))

    assert bench.target.read_bytes() == CONTENT


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_refused_by_name(bench: Bench, status: int) -> None:
    headers = {"Location": link_to(host="elsewhere.example")}
    bench.bucket.next_answers.append(Answer(status=status, headers=headers))

    error = await bench.refused()

    assert (error.reason, error.host) == (Reason.REDIRECT, "elsewhere.example")
    assert len(bench.bucket.asked) == 1


@pytest.mark.parametrize("location", ["/login", "https://[", None])
async def test_a_redirect_to_nowhere_names_who_sent_us(bench: Bench, location: str | None) -> None:
    headers = {"Location": location} if location else {}
    bench.bucket.next_answers.append(Answer(status=302, headers=headers))

    assert (await bench.refused()).host == HOST


@pytest.mark.parametrize(
    ("status", "reason", "requests"),
    [
        (404, Reason.GONE, 1),
        (410, Reason.GONE, 1),
        (400, Reason.UNREADABLE, 1),
        (204, Reason.UNREADABLE, 1),
        (500, Reason.BROKEN, MOST_IN_VAIN),
        (503, Reason.BROKEN, MOST_IN_VAIN),
        (429, Reason.BROKEN, MOST_IN_VAIN),
    ],
)
async def test_other_answers_say_whose_turn_it_is(
    bench: Bench, status: int, reason: Reason, requests: int
) -> None:
    bench.bucket.next_answers.extend([Answer(status=status, headers={})] * 100)

    error = await bench.refused()

    assert (error.reason, error.status) == (reason, status)
    assert len(bench.bucket.asked) == requests
    assert bench.files() == []


async def test_the_storage_may_say_when_to_come_back(bench: Bench) -> None:
    told = [Answer(status=503, headers={"Retry-After": word}) for word in ("7", "86400", "soon")]
    bench.bucket.next_answers.extend(told)

    await bench.fetch()

    assert bench.slept[:2] == [7, 30]


async def test_a_trouble_of_a_moment_costs_one_more_request(bench: Bench) -> None:
    bench.bucket.next_answers.append(Answer(status=500, headers={}))

    await bench.fetch()

    assert bench.target.read_bytes() == CONTENT


async def test_a_disk_without_room_is_told_before_a_byte_is_written(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil._ntuple_diskusage(SIZE, SIZE - 1000, 1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)

    error = await bench.refused()

    assert (error.reason, error.needs_bytes, error.free_bytes) == (Reason.FULL, SIZE, 1000)
    assert bench.files() == []


async def test_a_disk_that_fills_up_meanwhile_keeps_what_has_come(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int, __: object) -> int:
        raise OSError(errno.ENOSPC, "no space left")

    await bench.stop_after(300_000)
    with Part(bench.target, EXPORT) as part:
        monkeypatch.setattr(os, "write", full)
        with pytest.raises(NotFetched) as raised:
            part.write(b"more")
        monkeypatch.undo()

    assert raised.value.reason is Reason.FULL
    assert bench.part.stat().st_size == 300_000


async def test_two_runs_never_write_the_same_file(bench: Bench) -> None:
    with Part(bench.target, EXPORT) as part:
        part.restart(etag=ETAG, total_bytes=SIZE)
        part.write(b"first")
        error = await bench.refused()

    assert error.reason is Reason.BUSY
    assert bench.part.read_bytes() == b"first"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    file = tmp_path / "elsewhere"
    file.write_text("precious")
    yield file
    assert file.read_text() == "precious"


async def test_a_symbolic_link_in_the_way_is_not_written_through(
    bench: Bench, elsewhere: Path
) -> None:
    bench.target.parent.mkdir()
    bench.part.symlink_to(elsewhere)

    assert (await bench.refused()).reason is Reason.DISK


async def test_a_directory_that_can_not_be_made_is_said(bench: Bench, elsewhere: Path) -> None:
    bench.target = elsewhere / "cmgo.tar.gz"

    assert (await bench.refused()).reason is Reason.DISK


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ReadTimeout, httpx.ProxyError])
async def test_no_text_of_an_error_is_kept(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, error: type[httpx.RequestError]
) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise error(f"failed at {request.url}")

    monkeypatch.setattr(bench.bucket, "transport", lambda: httpx.MockTransport(fail))

    refused = await bench.refused()

    assert refused.reason is Reason.UNREACHABLE
    assert SECRET not in f"{refused!r} {vars(refused)}"
    assert refused.__cause__ is None
