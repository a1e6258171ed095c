"""Who somebody is, by what Slack says and by what it leaves out: fail closed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.policy import Kind
from bot.slack.people import People

HOME, ORGANISATION = "T0HOME", "E0HOME"
MEMBER: dict[str, Any] = {
    "id": "U1",
    "team_id": HOME,
    "is_restricted": False,
    "is_ultra_restricted": False,
    "tz": "Europe/Berlin",
}


@asynccontextmanager
async def people_of(answer: object) -> AsyncIterator[People]:
    async def say(_: web.Request) -> web.Response:
        return web.json_response(answer)

    application = web.Application()
    application.router.add_route("*", "/api/users.info", say)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as session:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
        client = AsyncWebClient(token="xoxb-x", base_url=url, session=session)
        client.proxy = None
        yield People(client, team=HOME, enterprise=ORGANISATION, zone="UTC", clock=lambda: 0.0)
    await runner.cleanup()


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in MEMBER.items() if name not in names}


@pytest.mark.parametrize(
    ("user", "kind"),
    [
        pytest.param(MEMBER, Kind.MEMBER, id="a member"),
        pytest.param(MEMBER | {"is_restricted": True}, Kind.GUEST, id="a guest"),
        pytest.param(MEMBER | {"is_ultra_restricted": True}, Kind.GUEST, id="one channel"),
        pytest.param(MEMBER | {"team_id": "T0OTHER"}, Kind.FOREIGN, id="another team"),
        pytest.param(MEMBER | {"is_stranger": True}, Kind.FOREIGN, id="a stranger"),
        pytest.param(
            MEMBER | {"team_id": "T0OTHER", "enterprise_user": {"enterprise_id": ORGANISATION}},
            Kind.MEMBER,
            id="another team of the organisation",
        ),
        pytest.param(
            MEMBER | {"team_id": "T0OTHER", "enterprise_user": {"enterprise_id": "E0OTHER"}},
            Kind.FOREIGN,
            id="another organisation",
        ),
        pytest.param(MEMBER | {"deleted": True}, Kind.UNKNOWN, id="deleted"),
        pytest.param(MEMBER | {"is_bot": True}, Kind.UNKNOWN, id="a bot"),
        pytest.param(without("is_restricted"), Kind.UNKNOWN, id="no flag"),
        pytest.param(without("is_ultra_restricted"), Kind.UNKNOWN, id="no second flag"),
        pytest.param(MEMBER | {"is_restricted": None}, Kind.UNKNOWN, id="a flag that is null"),
        pytest.param(without("team_id"), Kind.UNKNOWN, id="no team"),
        pytest.param({}, Kind.UNKNOWN, id="nothing"),
        pytest.param("U1", Kind.UNKNOWN, id="no object"),
    ],
)
async def test_somebody_is_a_member_only_when_slack_says_all_of_it(user: Any, kind: Kind) -> None:
    async with people_of({"ok": True, "user": user}) as people:
        # The workspace of the command proves nothing about who typed it.
        assert (await people.person("U1", HOME)).actor.kind is kind


async def test_a_zone_that_is_none_gives_way_to_the_settings() -> None:
    async with people_of({"ok": True, "user": MEMBER | {"tz": "Mars/Olympus"}}) as people:
        assert (await people.person("U1", HOME)).zone == "UTC"
