"""What both baselines have in common: Bolt's AsyncApp and its own server, as it comes."""

import os

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient


def bolt_app() -> AsyncApp:
    """An app with its token and secret from the environment, its Web API on loopback."""
    client = AsyncWebClient(
        token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"]
    )
    return AsyncApp(client=client, signing_secret=os.environ["SLACK_SIGNING_SECRET"])


def serve(app: AsyncApp) -> None:
    """Listen for Slack until the process is ended."""
    app.server(port=int(os.environ["PORT"]), host="127.0.0.1").start()
