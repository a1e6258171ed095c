"""A baseline: Bolt's AsyncApp with the official SDK, as their tutorials are put together.

The SDK's client blocks, so each call runs in a thread. `Done:` or `Error:` begins every answer.
"""

import asyncio
import os
from typing import Any

from slack_bolt.async_app import AsyncApp
from tencentcloud.common.credential import Credential  # type: ignore[import-untyped]
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException  # type: ignore[import-untyped]
from tencentcloud.common.profile.client_profile import ClientProfile  # type: ignore[import-untyped]
from tencentcloud.common.profile.http_profile import HttpProfile  # type: ignore[import-untyped]
from tencentcloud.mongodb.v20190725 import models  # type: ignore[import-untyped]
from tencentcloud.mongodb.v20190725.mongodb_client import MongodbClient  # type: ignore[import-untyped]

from tests.benchmarks.apps.tutorial import bolt_app, serve


def cloud_client() -> MongodbClient:
    """One client for the life of the process."""
    scheme, _, host = os.environ["TENCENTCLOUD_ENDPOINT"].partition("://")
    return MongodbClient(
        Credential(os.environ["TENCENTCLOUD_SECRET_ID"], os.environ["TENCENTCLOUD_SECRET_KEY"]),
        os.environ["TENCENTCLOUD_REGION"],
        ClientProfile(httpProfile=HttpProfile(protocol=scheme, endpoint=host)),
    )


def look_up(client: MongodbClient, instance: str) -> str:
    """The newest tasks of an instance, one a line."""
    request = models.DescribeLogDownloadTasksRequest()
    request.InstanceId = instance
    request.Limit = 100
    answer = client.DescribeLogDownloadTasks(request)
    lines = (f"{task.TaskId} {task.Status} {task.Percent} %" for task in answer.Tasks)
    return "\n".join(lines)


def build() -> AsyncApp:
    """The app with its one command."""
    app, client = bolt_app(), cloud_client()

    @app.command("/mongolog")
    async def answer(ack: Any, respond: Any, command: dict[str, str]) -> None:
        await ack()
        try:
            tasks = await asyncio.to_thread(look_up, client, command["text"])
        except TencentCloudSDKException as error:
            await respond(f"Error: {error.code}")
        else:
            await respond(f"Done: {command['text']}\n{tasks}")

    return app


if __name__ == "__main__":
    serve(build())
