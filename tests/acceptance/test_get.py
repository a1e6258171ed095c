"""`mongolog get` as it is typed: real TLS, a real proxy in between, files on a real disk."""

import asyncio
import os
import pty
import signal
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.demo.cloud_api import CloudApi
from bot.demo.cloud_mishap import NoAnswer, Normal
from bot.demo.world import EXAMPLE_INSTANCE, GUANGZHOU, SINGAPORE, UNKNOWN_INSTANCE, task
from tests.acceptance.process import ROOT, START_S, environment, run
from tests.acceptance.stand import SECRET_ID, SECRET_KEY
from tests.storage import CONTENT, SECRET, Answer, Bucket, link_to

TLS = ROOT / "tests" / "samples" / "tls"
INSTANCE = "cmgo-fetch001"
EXPORT = "export-28439fb3-90a6-4ca2-bd2f-ad99e99a14e9"
NAME = f"{INSTANCE}-slow-20240307T130100Z-28439fb3.tar.gz"
KEPT = 300_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The cloud, the bucket, and how a process is told to reach them."""

    cloud: CloudApi
    bucket: Bucket
    settings: dict[str, str]
    cwd: Path

    def list_exports(self, *exports: dict[str, Any]) -> None:
        """Let the cloud list these of the instance."""
        self.cloud.world.add(INSTANCE, GUANGZHOU, tasks=exports)

    async def get(self, *words: str, **changes: str) -> tuple[int, str, str]:
        """Run `mongolog get`: exit code, stdout, stderr; the link is in neither."""
        code, out, err = await run("get", *words, settings=self.settings | changes, cwd=self.cwd)
        for said in (out, err):
            assert SECRET not in said
            assert "https://" not in said
            assert "Traceback" not in said
        return code, out, err

    def files(self) -> list[str]:
        """The names where the command ran."""
        return sorted(path.name for path in self.cwd.iterdir())


def _app(bucket: Bucket) -> web.Application:
    async def serve(request: web.Request) -> web.StreamResponse:
        answer = bucket.answer(request.query_string, request.headers)
        response = web.StreamResponse(status=answer.status, headers=answer.headers)
        await response.prepare(request)
        await response.write(answer.body[: answer.breaks_after])
        if answer.is_silent:
            await asyncio.Event().wait()
        if answer.breaks_after is not None and request.transport is not None:
            request.transport.close()
        return response

    app = web.Application()
    app.router.add_get("/{path}", serve)
    return app


@asynccontextmanager
async def _storage(bucket: Bucket) -> AsyncIterator[int]:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(TLS / "storage.pem", TLS / "storage.key")
    runner = web.AppRunner(_app(bucket), handler_cancellation=True, shutdown_timeout=0.05)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _proxy(port: int) -> AsyncIterator[str]:
    """Leads every CONNECT to one port here; gives its URL."""

    async def lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"CONNECT ")
        there, back = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        with suppress(OSError):
            await asyncio.gather(_pass_on(reader, back), _pass_on(there, writer))

    server = await asyncio.start_server(lead, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()


@pytest.fixture
async def stage(cloud: CloudApi, tmp_path: Path) -> AsyncIterator[Stage]:
    bucket = Bucket()
    async with _storage(bucket) as port, _proxy(port) as proxy:
        settings = {
            "TENCENTCLOUD_SECRET_ID": SECRET_ID,
            "TENCENTCLOUD_SECRET_KEY": SECRET_KEY,
            "TENCENTCLOUD_REGION": f"{GUANGZHOU},{SINGAPORE}",
            "TENCENTCLOUD_ENDPOINT": cloud.url,
            "HTTPS_PROXY": proxy,
            "SSL_CERT_FILE": str(TLS / "ca.pem"),
        }
        stage = Stage(cloud=cloud, bucket=bucket, settings=settings, cwd=tmp_path)
        stage.list_exports(task(EXPORT, Url=link_to(), FileSize=len(CONTENT)))
        yield stage


async def test_the_file_comes_to_disk_and_its_path_is_all_of_stdout(stage: Stage) -> None:
    code, out, err = await stage.get(INSTANCE)

    assert (code, out) == (0, f"{NAME}\n")
    assert err == f"Done: slow log of {INSTANCE}, 512 KiB, created 2024-03-07 13:01 UTC\n"
    assert (stage.cwd / NAME).read_bytes() == CONTENT
    assert stage.files() == [NAME]


@pytest.mark.parametrize("option", [("-o", "a/b"), ("--output", "a/b"), ("--output=a/b",)])
async def test_a_directory_is_made_where_it_is_asked_for(
    stage: Stage, option: tuple[str, ...]
) -> None:
    code, out, _ = await stage.get(*option, INSTANCE, "slow")

    assert (code, out) == (0, f"a/b/{NAME}\n")
    assert (stage.cwd / "a" / "b" / NAME).read_bytes() == CONTENT


async def test_the_newest_of_the_kind_that_is_asked_for(stage: Stage) -> None:
    stage.list_exports(
        task("export-newer", TaskType=1, CreateTime="2024-03-08 09:00:00", Url=link_to("e.log")),
        task("export-older", TaskType=1, CreateTime="2024-03-01 09:00:00", Url=link_to("e.log")),
    )

    _, error, _ = await stage.get(INSTANCE, "error")
    _, slow, _ = await stage.get(INSTANCE, "slow")
    _, newest, _ = await stage.get(INSTANCE)
    _, earlier, _ = await stage.get(INSTANCE, "error", "--until", "2024-03-05")

    assert error.startswith(f"{INSTANCE}-error-20240308T010000Z-")
    assert error.endswith(".log\n")
    assert slow == f"{NAME}\n"
    assert newest == error
    assert earlier.startswith(f"{INSTANCE}-error-20240301T010000Z-")


async def test_what_is_newer_and_can_not_be_fetched_is_counted(stage: Stage) -> None:
    stage.list_exports(
        task("export-running", Status=1, Percent=40, CreateTime="2024-03-09 09:00:00"),
        task("export-no-link", Url="", CreateTime="2024-03-08 09:00:00"),
    )

    code, out, err = await stage.get(INSTANCE)

    assert (code, out) == (0, f"{NAME}\n")
    assert "Newer, but not to be fetched: 1 running, 1 done." in err


async def test_a_file_that_is_there_is_not_fetched_twice(stage: Stage) -> None:
    await stage.get(INSTANCE)
    code, out, err = await stage.get(INSTANCE)

    assert (code, out) == (0, f"{NAME}\n")
    assert "here already" in err


async def test_another_size_than_the_api_tells_is_said_and_no_fault(stage: Stage) -> None:
    stage.list_exports(task(EXPORT, Url=link_to(), FileSize=512))

    code, out, err = await stage.get(INSTANCE)

    assert (code, out) == (0, f"{NAME}\n")
    assert "512 KiB (524,288 bytes), where the API tells of 512 B" in err


async def test_a_link_that_expired_is_asked_for_anew(stage: Stage) -> None:
    stage.bucket.next_answers.append(Answer(status=403, headers={}))

    code, _, err = await stage.get(INSTANCE)

    assert code == 0
    assert "The link had expired; the cloud gave a fresh one." in err
    assert len(stage.cloud.requests) == 3  # two regions, then the one where it is


async def test_a_broken_connection_is_continued_in_the_same_run(stage: Stage) -> None:
    stage.bucket.breaks.append(KEPT)

    code, _, err = await stage.get(INSTANCE)

    assert code == 0
    assert "The connection broke off at 293 KiB; trying again." in err
    assert [asked.get("range") for asked in stage.bucket.asked] == [None, f"bytes={KEPT}-"]
    assert (stage.cwd / NAME).read_bytes() == CONTENT


async def test_ctrl_c_keeps_what_has_come_and_says_how_to_go_on(stage: Stage) -> None:
    stage.bucket.breaks.append(KEPT)
    stage.bucket.is_silent = True
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "get", INSTANCE),
        cwd=stage.cwd,
        env=environment(stage.settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    part = stage.cwd / f"{NAME}.part"
    async with asyncio.timeout(START_S):
        while not part.exists() or part.stat().st_size < KEPT:
            await asyncio.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, err = await process.communicate()

    assert (process.returncode, out) == (130, b"")
    assert f"293 KiB of 512 KiB are kept in {NAME}.part: the same command goes on" in err.decode()
    assert b"Traceback" not in err
    code, _, _ = await stage.get(INSTANCE)
    assert code == 0
    assert stage.bucket.asked[-1]["range"] == f"bytes={KEPT}-"
    assert (stage.cwd / NAME).read_bytes() == CONTENT
    assert stage.files() == [NAME]


async def test_a_terminal_shows_how_far_it_is(stage: Stage) -> None:
    ours, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "get", INSTANCE),
        cwd=stage.cwd,
        env=environment(stage.settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    async with asyncio.timeout(START_S):
        out, _ = await process.communicate()
    shown = os.read(ours, 65_536).decode()
    os.close(ours)

    assert out == f"{NAME}\n".encode()
    assert "[####################] 100% · 512 KiB of 512 KiB" in shown
    assert shown.endswith("\x1b[K")


@pytest.mark.parametrize(
    ("exports", "sentence"),
    [
        pytest.param((), f"No exports: {INSTANCE}", id="none at all"),
        pytest.param((task("r", Status=1, Percent=40),), "Running 40%: slow log", id="running"),
        pytest.param((task("d", Url=""),), "Done without a link: it may have", id="no link"),
        pytest.param((task("f", Status=3),), "Failed", id="failed"),
    ],
)
async def test_nothing_to_fetch_says_what_there_is(
    stage: Stage, exports: tuple[dict[str, Any], ...], sentence: str
) -> None:
    stage.cloud.world.remove(EXPORT)
    stage.list_exports(*exports)

    code, out, err = await stage.get(INSTANCE, TENCENTCLOUD_REGION=GUANGZHOU)

    assert (code, out) == (3, "")
    assert err.startswith("Nothing to fetch: no done export with a link.\n")
    assert sentence in err


@pytest.mark.parametrize(
    ("words", "changes", "code"),
    [
        pytest.param((), {}, 2, id="no words"),
        pytest.param(("cgmo-k2p5su09",), {}, 2, id="misspelt"),
        pytest.param((INSTANCE, EXAMPLE_INSTANCE), {}, 2, id="two instances"),
        pytest.param((INSTANCE, "failed"), {}, 2, id="what failed has no file"),
        pytest.param((INSTANCE, "here"), {}, 2, id="nowhere to share"),
        pytest.param((INSTANCE, "page", "2"), {}, 2, id="a page"),
        pytest.param(("help",), {}, 2, id="help"),
        pytest.param((INSTANCE, "-o"), {}, 2, id="no directory"),
        pytest.param((INSTANCE, "-o", "file"), {}, 2, id="a file for a directory"),
        pytest.param((INSTANCE, "-o", "file/below"), {}, 2, id="a directory in a file"),
        pytest.param((INSTANCE,), {"TENCENTCLOUD_REGION": ""}, 2, id="settings"),
        pytest.param((INSTANCE,), {"HTTPS_PROXY": "socks5://127.0.0.1:9"}, 2, id="proxy"),
        pytest.param((INSTANCE,), {"SSL_CERT_FILE": ""}, 2, id="a stranger's certificate"),
        pytest.param((UNKNOWN_INSTANCE,), {}, 3, id="unknown"),
        pytest.param((INSTANCE,), {"TENCENTCLOUD_SECRET_KEY": "wrong"}, 4, id="not authorised"),
        pytest.param(
            (INSTANCE,), {"TENCENTCLOUD_ENDPOINT": "http://127.0.0.1:9"}, 5, id="cloud down"
        ),
    ],
)
async def test_each_ending_has_its_exit_code(
    stage: Stage, words: tuple[str, ...], changes: dict[str, str], code: int
) -> None:
    (stage.cwd / "file").touch()

    got, out, err = await stage.get(*words, **changes)

    assert (got, out) == (code, "")
    assert err.strip()
    assert stage.files() == ["file"]


@pytest.mark.parametrize(
    ("answer", "code", "sentence"),
    [
        (Answer(status=404, headers={}), 3, "The file is no longer there (HTTP 404)"),
        (Answer(status=400, headers={}), 5, "makes no sense (HTTP 400)"),
        (Answer(status=302, headers={"Location": "https://evil.example/"}), 5, "to evil.example,"),
    ],
    ids=["gone", "nonsense", "redirect"],
)
async def test_what_the_storage_refuses_is_one_sentence(
    stage: Stage, answer: Answer, code: int, sentence: str
) -> None:
    stage.bucket.next_answers.append(answer)

    got, out, err = await stage.get(INSTANCE)

    assert (got, out) == (code, "")
    assert sentence in err
    assert stage.files() == []


async def test_a_link_that_is_refused_twice_is_an_admins_turn(stage: Stage) -> None:
    stage.bucket.good = set()

    code, out, err = await stage.get(INSTANCE)

    assert (code, out) == (4, "")
    assert "The storage refuses even a fresh link (HTTP 403)." in err


async def test_a_link_to_another_host_is_refused_by_name(stage: Stage) -> None:
    link = "https://x.tencentcos.evil.example/slow.tar.gz?q-signature=5ec4e75ec4e7"
    stage.list_exports(task(EXPORT, Url=link))

    code, out, err = await stage.get(INSTANCE)

    assert (code, out) == (2, "")
    assert "x.tencentcos.evil.example, which is not allowed" in err
    assert "MONGOLOG_LINK_HOSTS" in err
    assert not stage.bucket.asked


async def test_a_cloud_that_fails_when_a_link_has_expired_is_told_as_it_is(stage: Stage) -> None:
    stage.bucket.good = set()
    stage.cloud.next_answers.extend([Normal(), Normal()])
    stage.cloud.every_answer = NoAnswer()

    code, out, err = await stage.get(INSTANCE)

    assert (code, out) == (5, "")
    assert INSTANCE in err


GET_AND_NAME_MODULES = f"""
import sys
from bot.cli import main
code = main(["get", "{INSTANCE}"])
print("MODULES", *sorted({{name.split(".")[0] for name in sys.modules}}), file=sys.stderr)
sys.exit(code)
"""


async def test_it_imports_nothing_of_slack_or_the_store(stage: Stage) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", GET_AND_NAME_MODULES),
        cwd=stage.cwd,
        env=environment(stage.settings),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, err = await process.communicate()

    modules = set(err.decode().partition("MODULES")[2].split())
    assert process.returncode == 0
    assert "httpx" in modules
    assert not modules & {"aiohttp", "slack_bolt", "slack_sdk", "sqlalchemy", "yaml"}
