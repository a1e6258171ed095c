"""What is measured of a process by itself: a cold look-up in the terminal, and resident memory."""

import asyncio
import math
import os
import shutil
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.demo.world import GUANGZHOU
from tests.benchmarks.figures import Table, shown, times
from tests.benchmarks.load import warm_up
from tests.benchmarks.rig import (
    INSTANCES,
    MONGOLOG,
    Bench,
    DidNotRun,
    environment,
    open_cloud,
    rig,
    spawn,
)

PAIRS = 9
MOST_MIB = 70
# tccli speaks https alone; on loopback there is no certificate, so that both go without TLS.
TCCLI_OVER_HTTP = """
import sys
from tencentcloud.common.profile.http_profile import HttpProfile
HttpProfile.__init__.__defaults__ = ("http", *HttpProfile.__init__.__defaults__[1:])
from tccli.main import main
sys.exit(main())
"""


async def cold(bench: Bench) -> Table:
    """The whole process, from its start to its end, beside the vendor's own command line."""
    async with open_cloud() as cloud:
        told = environment(cloud)
        ours = (sys.executable, "-m", "bot", "lookup", INSTANCES[0])
        theirs = _tccli(cloud.url)
        found: dict[str, list[float]] = {"mongolog lookup": []}
        commands: dict[str, tuple[str, ...]] = {"mongolog lookup": ours}
        if theirs is not None:
            commands["tccli"], found["tccli"] = theirs, []
        with TemporaryDirectory() as home:
            for number in range(1 + max(3, round(PAIRS * bench.part))):
                for name, command in commands.items():
                    took_s = await _timed(bench, command, home, told)
                    found[name] += [took_s] if number else []  # the first fills the disk's cache
    return _cold_table(found)


def _cold_table(found: dict[str, list[float]]) -> Table:
    table = Table(
        title="cold: one look-up in a new process, from start to end",
        columns=("program", "runs", "median ms", "least ms", "x"),
    )
    medians = {name: statistics.median(taken) for name, taken in found.items()}
    ours = medians["mongolog lookup"]
    for name, taken in found.items():
        cells = (shown(1000 * medians[name]), shown(1000 * min(taken)), times(medians[name], ours))
        table.add(name, str(len(taken)), *cells)
    if "tccli" in medians:
        ratio = ours / medians["tccli"]
        table.target("<= 0.65 of tccli", f"{ratio:.2f}", is_met=ratio <= 0.65)
    else:
        table.note("tccli is not installed: not measured (PATH, or its path in TCCLI)")
    return table


def _tccli(url: str) -> tuple[str, ...] | None:
    script = shutil.which(os.environ.get("TCCLI") or "tccli")
    if script is None:
        return None
    first = Path(script).read_text(encoding="utf-8").splitlines()[0]
    asked = ("mongodb", "DescribeLogDownloadTasks", "--InstanceId", INSTANCES[0], "--Limit", "100")
    where = ("--region", GUANGZHOU, "--endpoint", url.partition("://")[2])
    return (first.removeprefix("#!").strip(), "-c", TCCLI_OVER_HTTP, *asked, *where)


async def _timed(bench: Bench, command: tuple[str, ...], home: str, told: dict[str, str]) -> float:
    started = time.perf_counter()
    process = await spawn(
        bench,
        command,
        cwd=home,
        env={**told, "HOME": home},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    took_s = time.perf_counter() - started
    if process.returncode or f"export-{INSTANCES[0]}-0".encode() not in said:
        raise DidNotRun(" ".join(command[-2:]), said[-300:])
    return took_s


async def memory(bench: Bench) -> Table:
    """What each app keeps in memory after its first commands, doing nothing."""
    table = Table(
        title="memory: resident, idle after the first commands",
        columns=("app", "MiB", "x"),
    )
    async with rig(bench) as stands:
        await warm_up(*stands, people=1)
        sizes = {stand.app: _resident_mib(stand.pid) for stand in stands}
    ours = sizes[MONGOLOG]
    for app, size in sizes.items():
        table.add(app.name, shown(size), times(size, ours))
    table.target(f"<= {MOST_MIB} MiB", f"{shown(ours)} MiB", is_met=ours <= MOST_MIB)
    return table


def _resident_mib(pid: int) -> float:
    """Of a process, by the kernel; nan where it has no /proc."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return math.nan
    facts = dict(line.split(":", 1) for line in status.read_text(encoding="ascii").splitlines())
    return int(facts["VmRSS"].split()[0]) / 1024
