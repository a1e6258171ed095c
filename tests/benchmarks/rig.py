"""The rig: each app in a process of its own, between simulators of its own, on a core of its own.

    driver, simulated Slack, simulated cloud: one core ──HTTP on loopback──► the app: another core

All apps of a scenario run at the same time and are driven in turn; one that waits costs nothing.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aiohttp.test_utils import unused_port

from bot.demo.cloud_api import CloudApi
from bot.demo.cloud_mishap import LateAnswer
from bot.demo.slack_api import SlackApi
from bot.demo.workspace import WITH_APP, Person, small_workspace
from bot.demo.world import GUANGZHOU, World, task
from tests.benchmarks.ear import Ear

ROOT = Path(__file__).parents[2]
# Long enough that the app's redaction finds them nowhere else.
TOKEN, SIGNING_SECRET = "xoxb-of-the-benchmarks", "signing-secret-of-the-benchmarks"
SECRET_ID, SECRET_KEY = "AKIDofthebenchmarks", "secret-key-of-the-benchmarks"
START_S = 30.0
LATENCY_S = 0.05  # of the simulated cloud API, before its own work
NO_LIMIT = 10_000
TASKS = 20
INSTANCES = tuple(f"cmgo-bench{number:03}" for number in range(200))
PEOPLE = tuple(f"U0BENCH{number:03}" for number in range(200))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """How to measure.

    Attributes:
        rounds: how often each app has its turn, where rounds are cheap.
        part: of the usual length of a load: 0 to 1.
        app_core: where the apps run; None where it can't be chosen.
    """

    rounds: int
    part: float
    app_core: int | None


class DidNotRun(Exception):
    """A program that should be measured did not start, or did not do its work."""

    def __init__(self, name: str, said: object) -> None:
        super().__init__(f"{name} did not run: {said}")


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A program to measure: its name in the tables, and the arguments of its interpreter."""

    name: str
    arguments: tuple[str, ...]


MONGOLOG = App(name="mongolog", arguments=("-m", "bot", "serve", "--mode", "http"))
WITH_SDK = App(name="AsyncApp + SDK", arguments=("-m", "tests.benchmarks.apps.sdk_bot"))
WITH_HTTPX = App(name="AsyncApp + httpx", arguments=("-m", "tests.benchmarks.apps.httpx_bot"))
APPS = (MONGOLOG, WITH_SDK, WITH_HTTPX)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """One app that runs, and what stands at its two edges."""

    app: App
    cloud: CloudApi
    slack: SlackApi
    ear: Ear
    pid: int


@asynccontextmanager
async def rig(
    bench: Bench,
    *,
    apps: Sequence[App] = APPS,
    latency_s: float = LATENCY_S,
    requests_per_s: int = NO_LIMIT,
) -> AsyncIterator[tuple[Stand, ...]]:
    """Start the apps, and end them.

    Raises:
        DidNotRun: when one of them does not start.

    Args:
        bench: how.
        apps: which.
        latency_s: how long the cloud API takes for each answer.
        requests_per_s: what the cloud API lets through for each app.
    """
    async with AsyncExitStack() as stack:
        opening = [_stand(bench, app, latency_s, requests_per_s) for app in apps]
        yield tuple([await stack.enter_async_context(each) for each in opening])


@asynccontextmanager
async def _stand(
    bench: Bench, app: App, latency_s: float, requests_per_s: int
) -> AsyncIterator[Stand]:
    async with (
        open_cloud(requests_per_s) as cloud,
        SlackApi(small_workspace(), bot_token=TOKEN, signing_secret=SIGNING_SECRET) as slack,
    ):
        cloud.every_answer = LateAnswer(delay_s=latency_s)
        _fill(slack)
        port = unused_port()
        slack.events_url = f"http://127.0.0.1:{port}/slack/events"
        async with _process(bench, app, environment(cloud, slack, port), port) as process:
            yield Stand(
                app=app, cloud=cloud, slack=slack, ear=Ear(slack.on_posted), pid=process.pid
            )


def open_cloud(requests_per_s: int = NO_LIMIT) -> CloudApi:
    """A cloud API, to be entered, with `INSTANCES` of 20 finished exports each."""
    world = World(datetime.now(UTC))
    for instance in INSTANCES:
        tasks = [task(f"export-{instance}-{number}") for number in range(TASKS)]
        world.add(instance, GUANGZHOU, tasks=tasks)
    return CloudApi(
        world, secret_id=SECRET_ID, secret_key=SECRET_KEY, requests_per_s=requests_per_s
    )


def environment(cloud: CloudApi, slack: SlackApi | None = None, port: int = 0) -> dict[str, str]:
    """What every app is told, and nothing of the machine's own but what a program needs to run."""
    told = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "TZ": "UTC",
        "TENCENTCLOUD_SECRET_ID": SECRET_ID,
        "TENCENTCLOUD_SECRET_KEY": SECRET_KEY,
        "TENCENTCLOUD_REGION": GUANGZHOU,
        "TENCENTCLOUD_ENDPOINT": cloud.url,
        "MONGOLOG_METRICS": "",
    }
    if slack is None:
        return told
    return told | {
        "SLACK_BOT_TOKEN": TOKEN,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SLACK_API_URL": slack.api_url,
        "HOST": "127.0.0.1",
        "PORT": str(port),
    }


async def spawn(bench: Bench, command: Sequence[str], **how: Any) -> asyncio.subprocess.Process:
    """Start a program on the apps' core."""
    process = await asyncio.create_subprocess_exec(*command, **how)
    if bench.app_core is not None:
        os.sched_setaffinity(process.pid, {bench.app_core})
    return process


@asynccontextmanager
async def _process(
    bench: Bench, app: App, told: dict[str, str], port: int
) -> AsyncIterator[asyncio.subprocess.Process]:
    with TemporaryDirectory() as cwd, (Path(cwd) / "log").open("w+b") as log:
        command = (sys.executable, *app.arguments)
        process = await spawn(bench, command, cwd=cwd, env=told, stdout=log, stderr=log)
        try:
            await _listening(app, process, port, Path(log.name))
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def _listening(app: App, process: asyncio.subprocess.Process, port: int, log: Path) -> None:
    async with asyncio.timeout(START_S):
        while process.returncode is None:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                await writer.wait_closed()
                return
    raise DidNotRun(app.name, _last_line(log))


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return lines[-1] if lines else "it said nothing"


def _fill(slack: SlackApi) -> None:
    """Let `PEOPLE` into the channel that has the app."""
    channel = slack.workspace.channel(WITH_APP)
    assert channel is not None
    for number, user in enumerate(PEOPLE):
        slack.workspace.put_person(Person(id=user, name=f"bench{number}"))
    slack.workspace.put_channel(replace(channel, members=(*channel.members, *PEOPLE)))
