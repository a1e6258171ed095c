"""A baseline: Bolt's AsyncApp with one shared httpx client, as anyone would write it.

`Done:` or `Error:` begins every answer.
"""

import hashlib
import hmac
import json
import os
import time
from typing import Any
from urllib.parse import urlsplit

import httpx
from slack_bolt.async_app import AsyncApp

from tests.benchmarks.apps.tutorial import bolt_app, serve

ENDPOINT = os.environ.get("TENCENTCLOUD_ENDPOINT", "")
TYPE = "application/json; charset=utf-8"


def signed(body: str) -> dict[str, str]:
    """The headers of a request, by the vendor's description of TC3-HMAC-SHA256."""
    now = int(time.time())
    host, date = urlsplit(ENDPOINT).netloc, time.strftime("%Y-%m-%d", time.gmtime(now))
    canonical = f"POST\n/\n\ncontent-type:{TYPE}\nhost:{host}\n\ncontent-type;host\n{sha256(body)}"
    scope = f"{date}/mongodb/tc3_request"
    to_sign = f"TC3-HMAC-SHA256\n{now}\n{scope}\n{sha256(canonical)}"
    key = f"TC3{os.environ['TENCENTCLOUD_SECRET_KEY']}".encode()
    for part in (date, "mongodb", "tc3_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
    credential = f"{os.environ['TENCENTCLOUD_SECRET_ID']}/{scope}"
    return {
        "Authorization": f"TC3-HMAC-SHA256 Credential={credential},"
        f" SignedHeaders=content-type;host, Signature={signature}",
        "Content-Type": TYPE,
        "X-TC-Action": "DescribeLogDownloadTasks",
        "X-TC-Version": "2019-07-25",
        "X-TC-Timestamp": str(now),
        "X-TC-Region": os.environ["TENCENTCLOUD_REGION"],
    }


def sha256(text: str) -> str:
    """The hexadecimal digest of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


async def look_up(client: httpx.AsyncClient, instance: str) -> str:
    """The newest tasks of an instance, one a line; raises ValueError for a refusal."""
    body = json.dumps({"InstanceId": instance, "Limit": 100})
    answer = await client.post("/", content=body, headers=signed(body))
    response = answer.raise_for_status().json()["Response"]
    if "Error" in response:
        raise ValueError(response["Error"]["Code"])
    return "\n".join(f"{task['TaskId']} {task['Status']}" for task in response["Tasks"])


def build() -> AsyncApp:
    """The app with its one command."""
    app, client = bolt_app(), httpx.AsyncClient(base_url=ENDPOINT, timeout=10)

    @app.command("/mongolog")
    async def answer(ack: Any, respond: Any, command: dict[str, str]) -> None:
        await ack()
        try:
            tasks = await look_up(client, command["text"])
        except (httpx.HTTPError, ValueError) as error:
            await respond(f"Error: {error}")
        else:
            await respond(f"Done: {command['text']}\n{tasks}")

    return app


if __name__ == "__main__":
    serve(build())
