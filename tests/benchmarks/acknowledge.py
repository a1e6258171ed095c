"""How soon a command is acknowledged and answered: mongolog beside a plain Bolt app.

Both run in this process, between the same simulators, and are asked in turn; nothing is asserted.
The baseline is written as tutorials write it: it acknowledges, asks the cloud with a client of its
own, and answers with `respond`.
"""

import asyncio
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.app import running
from bot.cloud.http import TC3Auth, open_http
from bot.cloud.sign import Credentials
from bot.demo.cloud_api import CloudApi
from bot.demo.slack_api import SlackApi
from bot.demo.workspace import small_workspace
from bot.demo.world import EXAMPLE_INSTANCE, GUANGZHOU, World
from bot.settings import constant
from bot.telemetry import set_up_logs

ROUNDS = 100
WARM_UP = 5
PAUSE_S = 0.1  # keeps both below the 15 calls a second that mongolog allows itself
TOKEN, SIGNING_SECRET, SECRET_ID, SECRET_KEY = "xoxb-bench", "bench", "AKIDbench", "bench"


@asynccontextmanager
async def mongolog(slack: SlackApi, cloud: CloudApi) -> AsyncIterator[str]:
    """The product; gives the address of its events."""
    settings = constant(
        SLACK_BOT_TOKEN=TOKEN,
        SLACK_SIGNING_SECRET=SIGNING_SECRET,
        SLACK_API_URL=slack.api_url,
        TENCENTCLOUD_SECRET_ID=SECRET_ID,
        TENCENTCLOUD_SECRET_KEY=SECRET_KEY,
        TENCENTCLOUD_REGION=GUANGZHOU,
        TENCENTCLOUD_ENDPOINT=cloud.url,
        HOST="127.0.0.1",
        PORT="0",
    )
    set_up_logs(settings.secrets, style="json", level="error")
    async with running(settings) as port:
        yield f"http://127.0.0.1:{port}/slack/events"


@asynccontextmanager
async def tutorial(slack: SlackApi, cloud: CloudApi) -> AsyncIterator[str]:
    """The baseline; gives the address of its events."""
    client = AsyncWebClient(token=TOKEN, base_url=slack.api_url)
    client.proxy = None
    app = AsyncApp(client=client, signing_secret=SIGNING_SECRET)
    auth = TC3Auth(lambda: Credentials(secret_id=SECRET_ID, secret_key=SECRET_KEY))

    @app.command("/mongolog")
    async def look_up(ack: Any, respond: Any, command: dict[str, str]) -> None:
        await ack()
        async with open_http(cloud.url, auth, tls=lambda: None) as http:  # type: ignore[arg-type,return-value]
            answer = await http.post(
                "/",
                content=f'{{"InstanceId":"{command["text"]}"}}',
                headers={"X-TC-Region": GUANGZHOU},
            )
        await respond(str(answer.json()["Response"]["Tasks"]))

    runner = web.AppRunner(app.web_app(port=0), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    finally:
        await runner.cleanup()


async def ask(slack: SlackApi, address: str) -> tuple[float, float]:
    """One command: milliseconds until acknowledged, and until answered."""
    slack.events_url = address
    started = time.perf_counter()
    delivery = await slack.command(EXAMPLE_INSTANCE)
    await slack.answers(delivery)
    return 1000 * delivery.seconds, 1000 * (time.perf_counter() - started)


async def main() -> None:
    """Ask both in turn and print medians and their ratio."""
    world = World(datetime.now(UTC))
    async with (
        CloudApi(world, secret_id=SECRET_ID, secret_key=SECRET_KEY, requests_per_s=10_000) as cloud,
        SlackApi(small_workspace(), bot_token=TOKEN, signing_secret=SIGNING_SECRET) as slack,
        mongolog(slack, cloud) as ours,
        tutorial(slack, cloud) as theirs,
    ):
        seen: dict[str, list[tuple[float, float]]] = {ours: [], theirs: []}
        for number in range(WARM_UP + ROUNDS):
            for address, timings in seen.items():
                timing = await ask(slack, address)
                if number >= WARM_UP:
                    timings.append(timing)
            await asyncio.sleep(PAUSE_S)
    for column, name in enumerate(("acknowledged", "answered")):
        mine, base = (statistics.median(row[column] for row in rows) for rows in seen.values())
        print(
            f"{name:13s} median of {ROUNDS}: mongolog {mine:6.2f} ms,"
            f" baseline {base:6.2f} ms, ratio {mine / base:.2f}"
        )
    print("Simulators, driver and both apps share one process: compare within this run only.")


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
