"""The simulated Slack tells who is in a channel and in a user group, page by page, or refuses."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack_api import SlackApi
from bot.demo.workspace import (
    ANNA,
    ANNAS_DM,
    BEN,
    BOT_USER,
    PRIVATE,
    WITH_APP,
    WITHOUT_APP,
    Channel,
    UserGroup,
)
from tests.integration.played import TOKEN, Clock, PlayedApp, slack_with

ONCALL, OLD, SECRET = "S0DBONCALL", "S0OLDGROUP", "C0SECRET01"


@pytest.fixture
async def slack() -> AsyncIterator[SlackApi]:
    async with slack_with(PlayedApp(), Clock()) as slack:
        groups = slack.workspace.put_group
        groups(UserGroup(id=ONCALL, handle="db-oncall", name="On call", users=(ANNA, BEN)))
        groups(UserGroup(id=OLD, handle="old", users=(BEN,), disabled=True))
        secret = Channel(id=SECRET, name="secret", kind="private", members=(ANNA,))
        slack.workspace.put_channel(secret)
        yield slack


@pytest.fixture
def client(slack: SlackApi) -> AsyncWebClient:
    client = AsyncWebClient(token=TOKEN, base_url=slack.api_url, retry_handlers=[])
    client.proxy = None  # the SDK takes a proxy from the environment, even for loopback
    return client


async def refusal(client: AsyncWebClient, method: str, **arguments: Any) -> str:
    """The word with which Slack says no."""
    with pytest.raises(SlackApiError) as raised:
        await client.api_call(method, params=arguments)
    return str(raised.value.response["error"])


async def test_members_come_in_pages_and_our_app_is_one_of_them(client: AsyncWebClient) -> None:
    found: list[str] = []
    cursor = None
    while cursor != "":
        page = await client.conversations_members(channel=PRIVATE, limit=2, cursor=cursor)
        found += page["members"]
        cursor = page["response_metadata"]["next_cursor"]
    assert found == [ANNA, BEN, BOT_USER]


@pytest.mark.parametrize(
    ("channel", "members"),
    [
        pytest.param(WITHOUT_APP, [ANNA, BEN], id="public, without our app"),
        pytest.param(ANNAS_DM, [ANNA, BOT_USER], id="dm"),
    ],
)
async def test_members_are_told_of_every_place_that_the_app_may_know(
    client: AsyncWebClient, channel: str, members: list[str]
) -> None:
    answer = await client.conversations_members(channel=channel)
    assert answer["members"] == members
    assert answer["response_metadata"]["next_cursor"] == ""


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        pytest.param({"channel": "C0NOWHERE1"}, "channel_not_found", id="no such channel"),
        pytest.param({"channel": SECRET}, "channel_not_found", id="private, without our app"),
        pytest.param({"channel": WITH_APP, "limit": 0}, "invalid_limit", id="no page at all"),
        pytest.param({"channel": WITH_APP, "limit": 1000}, "invalid_limit", id="too long a page"),
        pytest.param({"channel": WITH_APP, "limit": "few"}, "invalid_arguments", id="no number"),
        pytest.param({"channel": WITH_APP, "cursor": "x"}, "invalid_cursor", id="no cursor"),
        pytest.param({"channel": WITH_APP, "cursor": "member:9"}, "invalid_cursor", id="beyond"),
        pytest.param({}, "invalid_arguments", id="no channel"),
    ],
)
async def test_members_are_refused_in_slacks_words(
    client: AsyncWebClient, arguments: dict[str, Any], error: str
) -> None:
    assert await refusal(client, "conversations.members", **arguments) == error


@pytest.mark.parametrize(
    ("channel", "scope"),
    [
        pytest.param(WITH_APP, "channels:read", id="public"),
        pytest.param(PRIVATE, "groups:read", id="private"),
    ],
)
async def test_members_of_each_kind_of_channel_need_its_own_scope(
    slack: SlackApi, client: AsyncWebClient, channel: str, scope: str
) -> None:
    slack.scopes.remove(scope)
    with pytest.raises(SlackApiError) as raised:
        await client.conversations_members(channel=channel)
    assert raised.value.response["error"] == "missing_scope"
    assert raised.value.response["needed"] == scope


async def test_the_people_of_a_user_group_are_told(client: AsyncWebClient) -> None:
    assert (await client.usergroups_users_list(usergroup=ONCALL))["users"] == [ANNA, BEN]


async def test_a_group_that_is_switched_off_is_told_of_only_when_asked_for(
    client: AsyncWebClient,
) -> None:
    assert await refusal(client, "usergroups.users.list", usergroup=OLD) == "no_such_subteam"
    answer = await client.usergroups_users_list(usergroup=OLD, include_disabled=True)
    assert answer["users"] == [BEN]
    few, all_of_them = (
        await client.usergroups_list(),
        await client.usergroups_list(include_disabled=True, include_users=True, include_count=True),
    )
    assert [(each["handle"], "users" in each) for each in few["usergroups"]] == [
        ("db-oncall", False)
    ]
    assert [(each["user_count"], each["users"]) for each in all_of_them["usergroups"]] == [
        (2, [ANNA, BEN]),
        (1, [BEN]),
    ]


async def test_an_unknown_group_and_a_plan_without_groups_are_refused(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    assert await refusal(client, "usergroups.users.list", usergroup="S0NO") == "no_such_subteam"
    slack.workspace.has_groups = False
    without = await refusal(client, "usergroups.users.list", usergroup=ONCALL)
    assert without == await refusal(client, "usergroups.list") == "plan_upgrade_required"
