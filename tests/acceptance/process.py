"""The process that an admin runs, as tests start it."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
START_S = 20


NO_METRICS = {"MONGOLOG_METRICS": ""}  # the default port is one for all of this machine


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Nothing of the machine's own but what a program needs to run."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "TZ": "UTC",
        "HOME": os.devnull,  # no key of this machine's own
        **NO_METRICS,
        **settings,
    }


async def run(*arguments: str, settings: Mapping[str, str], cwd: Path) -> tuple[int, str, str]:
    """Run `mongolog` to its end: exit code, stdout, stderr."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        cwd=cwd,
        env=environment(settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(START_S):
        out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


@asynccontextmanager
async def started(
    *command: str, settings: Mapping[str, str], port: int, cwd: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A serving process that answers /healthz; killed if it is still there at the end."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=cwd,
        env=environment(settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        await _healthy(port)
        yield process
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
        await process.communicate()


async def _healthy(port: int) -> None:
    async with asyncio.timeout(START_S), httpx.AsyncClient(trust_env=False) as client:
        while True:
            try:
                if (await client.get(f"http://127.0.0.1:{port}/healthz")).status_code == 200:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.05)
