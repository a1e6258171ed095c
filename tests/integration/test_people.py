"""Who somebody is, by what Slack says and by what it leaves out: fail closed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
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


Say = Callable[[web.Request], Awaitable[web.Response]]


@asynccontextmanager
async def people_of(
    answer: object, say: Say | None = None, clock: Callable[[], float] = lambda: 0.0
) -> AsyncIterator[People]:
    async def say_so(_: web.Request) -> web.Response:
        return web.json_response(answer)

    application = web.Application()
    application.router.add_route("*", "/api/{method}", say or say_so)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as session:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
        client = AsyncWebClient(token="xoxb-x", base_url=url, session=session)
        client.proxy = None
        yield People(client, team=HOME, enterprise=ORGANISATION, zone="UTC", clock=clock)
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


async def test_many_who_come_at_once_are_asked_about_once() -> None:
    asked: list[str] = []

    async def say(request: web.Request) -> web.Response:
        asked.append(request.path)
        await asyncio.sleep(0)
        return web.json_response({"ok": True, "user": MEMBER})

    async with people_of(None, say) as people:
        known = await asyncio.gather(*(people.person("U1", HOME) for _ in range(15)))
    assert asked == ["/api/users.info"]
    assert {each.actor.kind for each in known} == {Kind.MEMBER}


async def test_who_can_not_be_told_is_asked_about_once_by_all_who_come_at_once() -> None:
    asked: list[str] = []

    async def say(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.json_response({"ok": False, "error": "internal_error"})

    async with people_of(None, say) as people:
        known = await asyncio.gather(*(people.person("U1", HOME) for _ in range(15)))
        places = await asyncio.gather(*(people.place("C1") for _ in range(15)))
    assert asked == ["/api/users.info", "/api/conversations.info"]
    assert {each.actor.kind for each in known} == {Kind.UNKNOWN}
    assert all(place.is_shared for place in places)


async def test_connections_that_break_do_not_make_a_member_unknown() -> None:
    broken: list[str] = []

    async def say(request: web.Request) -> web.Response:
        if len(broken) < 4:
            broken.append(request.path)
            assert request.transport is not None
            request.transport.abort()
        return web.json_response({"ok": True, "user": MEMBER})

    async with people_of(None, say) as people:
        assert (await people.person("U1", HOME)).actor.kind is Kind.MEMBER
    assert len(broken) == 4


async def test_a_slack_that_is_down_is_asked_about_somebody_once() -> None:
    asked: list[str] = []

    async def say(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=503, text="<html>", content_type="text/html")

    async with people_of(None, say) as people:
        assert (await people.person("U1", HOME)).actor.kind is Kind.UNKNOWN
    assert len(asked) == 1


async def test_a_channel_that_slack_describes_in_no_words_counts_as_shared() -> None:
    async with people_of({"ok": True, "channel": "C1"}) as people:
        assert (await people.place("C1")).is_shared


async def test_who_could_not_be_told_is_asked_about_again_a_moment_later() -> None:
    answers = [{"ok": False, "error": "internal_error"}, {"ok": True, "user": MEMBER}]
    now = 0.0

    async def say(_: web.Request) -> web.Response:
        return web.json_response(answers.pop(0))

    async with people_of(None, say, lambda: now) as people:
        assert (await people.person("U1", HOME)).actor.kind is Kind.UNKNOWN
        now = 2.0
        assert (await people.person("U1", HOME)).actor.kind is Kind.MEMBER


@pytest.mark.parametrize(
    ("channel", "is_shared"),
    [
        pytest.param({"is_ext_shared": False}, False, id="ours alone"),
        pytest.param({"is_ext_shared": True}, True, id="shared"),
        pytest.param({"is_ext_shared": False, "is_pending_ext_shared": True}, True, id="invited"),
        pytest.param({}, True, id="not said"),
        pytest.param(None, True, id="not described"),
    ],
)
async def test_a_place_counts_as_shared_unless_slack_says_that_it_is_not(
    channel: dict[str, Any] | None, is_shared: bool
) -> None:
    async with people_of({"ok": True, "channel": channel}) as people:
        assert (await people.place("C1")).is_shared is is_shared
