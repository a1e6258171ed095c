"""What both baselines have in common: Bolt's AsyncApp and its own server, as it comes."""

import os
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

FORM = {
    "type": "modal",
    "callback_id": "mongolog_form",
    "title": {"type": "plain_text", "text": "Exports"},
    "submit": {"type": "plain_text", "text": "Look up"},
    "blocks": [
        {
            "type": "input",
            "block_id": "instance",
            "label": {"type": "plain_text", "text": "Instance"},
            "element": {"type": "plain_text_input", "action_id": "instance"},
        },
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "action_id": "next",
                    "value": "2",
                    "text": {"type": "plain_text", "text": "Next"},
                }
            ],
        },
    ],
}


def bolt_app() -> AsyncApp:
    """An app with its token and secret from the environment, its Web API on loopback.

    It opens a form, and acknowledges what is done there.
    """
    client = AsyncWebClient(
        token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"]
    )
    app = AsyncApp(client=client, signing_secret=os.environ["SLACK_SIGNING_SECRET"])

    @app.shortcut("mongolog_lookup")
    async def open_form(ack: Any, body: dict[str, str]) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)

    @app.action("next")
    async def turn(ack: Any) -> None:
        await ack()

    @app.view("mongolog_form")
    async def take(ack: Any) -> None:
        await ack()

    return app


def serve(app: AsyncApp) -> None:
    """Listen for Slack until the process is ended."""
    app.server(port=int(os.environ["PORT"]), host="127.0.0.1").start()
