"""The real app between the two simulators, and how a test asks it."""

import io
from dataclasses import dataclass

from bot.demo.cloud_api import CloudApi
from bot.demo.slack_api import SlackApi
from bot.demo.workspace import Posted
from bot.demo.world import GUANGZHOU, SINGAPORE

BOT_TOKEN = "xoxb-acceptance-tests"
SIGNING_SECRET = "signing-secret-of-the-tests"
SECRET_ID, SECRET_KEY = "AKIDacceptancetests", "secret-key-of-the-tests"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Everything a test needs: the two edges, the app's address and what it has logged."""

    cloud: CloudApi
    slack: SlackApi
    address: str
    log: io.StringIO

    async def ask(self, words: str, **where: str) -> Posted:
        """Type `/mongolog words`; the one answer, after the log and Slack agree it was taken."""
        delivery = await self.slack.command(words, **where)
        assert delivery.outcome == "ok"
        (answer,) = await self.slack.answers(delivery)
        return answer


def settings_between(slack: SlackApi, cloud: CloudApi, **more: str) -> dict[str, str]:
    """The environment of an app that stands between the simulators."""
    return {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SLACK_API_URL": slack.api_url,
        "TENCENTCLOUD_SECRET_ID": SECRET_ID,
        "TENCENTCLOUD_SECRET_KEY": SECRET_KEY,
        "TENCENTCLOUD_REGION": f"{GUANGZHOU},{SINGAPORE}",
        "TENCENTCLOUD_ENDPOINT": cloud.url,
        "HOST": "127.0.0.1",
        "PORT": "0",
        **more,
    }
