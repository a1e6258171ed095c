"""The simulated Slack's Web API answers slack_sdk as Slack would, refusals included."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack_api import SlackApi
from bot.demo.slack_methods import COVERAGE
from bot.demo.slack_refusal import SlackRefusal
from bot.demo.workspace import (
    ANNA,
    ANNAS_DM,
    ARCHIVED,
    BEN,
    BOT_USER,
    FRED_FOREIGN,
    GITA_GUEST,
    OTHER_TEAM,
    PRIVATE,
    SHARED,
    TEAM,
    WITH_APP,
    WITHOUT_APP,
    Channel,
    Person,
    small_workspace,
)

TOKEN, APP_TOKEN = "xoxb-invented", "xapp-invented"
NOW = 1795487734.0
ARGUMENTS = {
    "user": ANNA,
    "channel": WITH_APP,
    "ts": "1795487734.000000",
    "text": "words",
}
LONG = {"type": "section", "text": {"type": "mrkdwn", "text": "a" * 3001}}
DIVIDER = {"type": "divider"}


class Moment:
    """The time, which a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def moment() -> Moment:
    return Moment()


@pytest.fixture
async def slack(moment: Moment) -> AsyncIterator[SlackApi]:
    workspace = small_workspace()
    async with SlackApi(
        workspace,
        bot_token=TOKEN,
        app_token=APP_TOKEN,
        signing_secret="invented",
        clock=moment,
    ) as slack:
        yield slack


@pytest.fixture
def client(slack: SlackApi) -> AsyncWebClient:
    client = AsyncWebClient(token=TOKEN, base_url=slack.api_url, retry_handlers=[])
    client.proxy = None  # the SDK takes a proxy from the environment, even for loopback
    return client


@pytest.fixture
async def http(slack: SlackApi) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(base_url=slack.api_url, headers=headers, trust_env=False) as http:
        yield http


async def refusal(client: AsyncWebClient, method: str, **arguments: Any) -> dict[str, Any]:
    """The JSON body with which Slack says no."""
    with pytest.raises(SlackApiError) as raised:
        await client.api_call(method, params=arguments)
    body = raised.value.response.data
    assert isinstance(body, dict)
    return body


async def test_auth_test_says_who_we_are_and_what_we_may(client: AsyncWebClient) -> None:
    answer = await client.auth_test()
    assert (answer["user_id"], answer["team_id"]) == (BOT_USER, TEAM)
    assert answer["bot_id"].startswith("B")
    assert answer["is_enterprise_install"] is False
    assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")


async def test_every_covered_method_has_a_route_and_no_other_has(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    for method in COVERAGE:
        client.token = APP_TOKEN if method == "apps.connections.open" else TOKEN
        slack.refuse_next(method, "fatal_error")
        assert (await refusal(client, method))["error"] == "fatal_error"
    assert (await refusal(client, "chat.scheduleMessage"))["error"] == "unknown_method"


@pytest.mark.parametrize("method", [method for method, scopes in COVERAGE.items() if scopes])
async def test_a_method_without_its_scope_is_refused(
    slack: SlackApi, client: AsyncWebClient, method: str
) -> None:
    slack.scopes -= set(COVERAGE[method])
    answer = await refusal(client, method, **ARGUMENTS)
    assert (answer["error"], answer["needed"]) == ("missing_scope", COVERAGE[method][0])
    assert "commands" in answer["provided"].split(",")


@pytest.mark.parametrize(
    ("authorization", "error"),
    [
        pytest.param({}, "not_authed", id="no token"),
        pytest.param({"Authorization": "Bearer xoxb-other"}, "invalid_auth", id="a wrong token"),
    ],
)
async def test_a_call_needs_the_token(
    slack: SlackApi, authorization: dict[str, str], error: str
) -> None:
    async with httpx.AsyncClient(base_url=slack.api_url, trust_env=False) as stranger:
        answer = await stranger.post("auth.test", headers=authorization)
    assert (answer.status_code, answer.json()) == (200, {"ok": False, "error": error})


async def test_a_rate_is_enforced_when_it_is_set_by_channel_and_for_a_minute(
    slack: SlackApi, client: AsyncWebClient, moment: Moment
) -> None:
    slack.rate_limits = {"chat.postMessage": 2}
    for _ in range(2):
        await client.chat_postMessage(channel=WITH_APP, text="words")
    moment.now += 20
    with pytest.raises(SlackApiError) as raised:
        await client.chat_postMessage(channel=WITH_APP, text="words")
    assert (raised.value.response.status_code, raised.value.response["error"]) == (
        429,
        "ratelimited",
    )
    assert raised.value.response.headers["Retry-After"] == "40"
    await client.chat_postMessage(channel=PRIVATE, text="words")
    await client.auth_test()
    moment.now += 40
    await client.chat_postMessage(channel=WITH_APP, text="words")


async def test_a_trigger_id_is_good_once_and_for_three_seconds(
    slack: SlackApi, moment: Moment
) -> None:
    used, old = slack.triggers.issue(), slack.triggers.issue()
    slack.triggers.spend(used)
    with pytest.raises(SlackRefusal, match="exchanged_trigger_id"):
        slack.triggers.spend(used)
    with pytest.raises(SlackRefusal, match="invalid_trigger_id"):
        slack.triggers.spend("123.abc")
    moment.now += 3.1
    with pytest.raises(SlackRefusal, match="expired_trigger_id"):
        slack.triggers.spend(old)


async def test_users_info_tells_single_from_multi_channel_guests(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    slack.workspace.put_person(Person(id="U0MONA0001", name="mona", kind="multi_channel_guest"))
    single = (await client.users_info(user=GITA_GUEST))["user"]
    multi = (await client.users_info(user="U0MONA0001"))["user"]
    assert (single["is_restricted"], single["is_ultra_restricted"]) == (True, True)
    assert (multi["is_restricted"], multi["is_ultra_restricted"]) == (True, False)


async def test_conversations_info_tells_of_an_invitation_not_yet_accepted(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    slack.workspace.put_channel(
        Channel(id="C0PENDING1", name="soon", has_app=True, pending_shared=True)
    )
    channel = (await client.conversations_info(channel="C0PENDING1"))["channel"]
    assert (channel["is_ext_shared"], channel["is_pending_ext_shared"]) == (False, True)
    assert channel["pending_shared"] == [OTHER_TEAM]


async def test_a_form_may_carry_the_token_and_blocks_as_json(slack: SlackApi) -> None:
    form = {"token": TOKEN, "channel": WITH_APP, "blocks": '[{"type": "divider"}]'}
    async with httpx.AsyncClient(base_url=slack.api_url, trust_env=False) as http:
        answer = (await http.post("chat.postMessage", data=form)).json()
    assert answer["ok"] is True
    assert slack.posted[-1].blocks == (DIVIDER,)
    assert "token" not in slack.asked[-1].arguments


@pytest.mark.parametrize(
    ("body", "content_type", "error"),
    [
        pytest.param(b"{", "application/json", "invalid_json", id="broken json"),
        pytest.param(b"[]", "application/json", "json_not_object", id="a list"),
        pytest.param(b"<a/>", "text/xml", "invalid_post_type", id="xml"),
        pytest.param(b"[" * 100_000, "application/json", "invalid_json", id="bottomless json"),
    ],
)
async def test_a_body_that_is_no_arguments_is_refused(
    http: httpx.AsyncClient, body: bytes, content_type: str, error: str
) -> None:
    headers = {"Content-Type": content_type}
    answer = await http.post("chat.postMessage", content=body, headers=headers)
    assert answer.json() == {"ok": False, "error": error}


async def test_json_without_a_charset_is_taken_with_a_warning(http: httpx.AsyncClient) -> None:
    answer = await http.post("chat.postMessage", json={"channel": WITH_APP, "text": "words"})
    assert answer.json()["warning"] == "missing_charset"


async def test_reading_methods_do_not_look_into_a_json_body(http: httpx.AsyncClient) -> None:
    answer = (await http.post("users.info", json={"user": ANNA})).json()
    assert answer["response_metadata"]["messages"] == ["[ERROR] missing required field: user"]


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param({**ARGUMENTS, "color": "red"}, id="unknown"),
        pytest.param({"text": "words"}, id="missing"),
        pytest.param({"channel": 5, "text": "words"}, id="a number for a text"),
        pytest.param(
            {"channel": WITH_APP, "text": "words", "unfurl_links": "perhaps"},
            id="a word for a flag",
        ),
    ],
)
async def test_arguments_that_slack_does_not_know_are_refused(
    http: httpx.AsyncClient, arguments: dict[str, Any]
) -> None:
    answer = (await http.post("chat.postMessage", json=arguments)).json()
    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"]


async def test_a_member_has_a_rank_and_a_time_zone(client: AsyncWebClient) -> None:
    user = (await client.users_info(user=BEN))["user"]
    assert (user["team_id"], user["is_restricted"], user["is_bot"]) == (TEAM, False, False)
    assert (user["tz"], user["tz_offset"]) == ("Europe/Berlin", 3600)
    assert user["profile"]["real_name"] == "Ben Bauer"


async def test_a_guest_is_restricted(client: AsyncWebClient) -> None:
    user = (await client.users_info(user=GITA_GUEST))["user"]
    assert (user["is_restricted"], user["is_ultra_restricted"]) == (True, True)


async def test_a_foreigner_is_a_stranger_only_while_in_no_channel_with_the_app(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    met = (await client.users_info(user=FRED_FOREIGN))["user"]
    slack.workspace.put_channel(Channel(id=SHARED, shared=True, has_app=False))
    unmet = (await client.users_info(user=FRED_FOREIGN))["user"]
    assert (met["team_id"], met["is_stranger"], unmet["is_stranger"]) == (OTHER_TEAM, False, True)
    assert "is_restricted" not in met


async def test_nobody_is_not_found(client: AsyncWebClient) -> None:
    assert (await refusal(client, "users.info", user="U0NOBODY01"))["error"] == "user_not_found"


@pytest.mark.parametrize(
    ("channel", "facts"),
    [
        pytest.param(WITH_APP, {"is_channel": True, "is_member": True}, id="channel"),
        pytest.param(WITHOUT_APP, {"is_member": False, "is_ext_shared": False}, id="without app"),
        pytest.param(PRIVATE, {"is_private": True, "is_member": True}, id="private"),
        pytest.param(SHARED, {"is_ext_shared": True, "is_shared": True}, id="shared"),
        pytest.param(ARCHIVED, {"is_archived": True}, id="archived"),
        pytest.param(ANNAS_DM, {"is_im": True, "user": ANNA}, id="dm"),
    ],
)
async def test_a_channel_tells_what_it_is(
    client: AsyncWebClient, channel: str, facts: dict[str, Any]
) -> None:
    told = (await client.conversations_info(channel=channel))["channel"]
    assert told["id"] == channel
    assert {name: told[name] for name in facts} == facts


async def test_a_private_channel_without_the_app_is_hidden(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    slack.workspace.put_channel(Channel(id=PRIVATE, kind="private", members=(ANNA,)))
    answer = await refusal(client, "conversations.info", channel=PRIVATE)
    assert answer["error"] == "channel_not_found"


async def test_each_kind_of_channel_needs_its_own_scope(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    slack.scopes -= {"groups:read"}
    assert (await client.conversations_info(channel=WITH_APP))["ok"]
    answer = await refusal(client, "conversations.info", channel=PRIVATE)
    assert (answer["error"], answer["needed"]) == ("missing_scope", "groups:read")


async def test_a_message_is_kept_as_it_was_sent(slack: SlackApi, client: AsyncWebClient) -> None:
    metadata = {"event_type": "mongolog_notice", "event_payload": {"watch": 7}}
    answer = await client.chat_postMessage(
        channel=WITH_APP,
        text="Done: slow log",
        blocks=[DIVIDER],
        thread_ts="1795487000.000100",
        reply_broadcast=True,
        metadata=metadata,
        unfurl_links=False,
        unfurl_media=False,
    )
    (posted,) = slack.posted
    assert (answer["channel"], answer["ts"]) == (WITH_APP, posted.ts)
    assert answer["message"]["bot_id"].startswith("B")
    assert (posted.text, posted.blocks, posted.via) == (
        "Done: slow log",
        (DIVIDER,),
        "chat.postMessage",
    )
    assert (posted.thread_ts, posted.reply_broadcast) == ("1795487000.000100", True)
    assert (posted.metadata, posted.unfurl_links, posted.unfurl_media) == (metadata, False, False)


async def test_messages_of_the_same_instant_get_rising_timestamps(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    for _ in range(3):
        await client.chat_postMessage(channel=WITH_APP, text="words")
    stamps = [posted.ts for posted in slack.posted]
    assert stamps == ["1795487734.000000", "1795487734.000001", "1795487734.000002"]


async def test_a_post_to_a_person_goes_to_the_apps_dm(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    known = await client.chat_postMessage(channel=ANNA, text="words")
    new = await client.chat_postMessage(channel=BEN, text="words")
    again = await client.chat_postMessage(channel=BEN, text="words")
    assert (known["channel"], new["channel"]) == (ANNAS_DM, again["channel"])
    opened = slack.workspace.channel(new["channel"])
    assert opened is not None
    assert opened.kind == "im"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        pytest.param({"channel": "C0NOWHERE1"}, "channel_not_found", id="unknown channel"),
        pytest.param({"channel": "#db-oncall"}, "channel_not_found", id="a channel's name"),
        pytest.param({"channel": WITHOUT_APP}, "not_in_channel", id="app not in channel"),
        pytest.param({"channel": ARCHIVED}, "is_archived", id="archived channel"),
        pytest.param({"channel": BOT_USER}, "cannot_dm_bot", id="the app itself"),
        pytest.param({"channel": FRED_FOREIGN}, "channel_not_found", id="a foreigner"),
        pytest.param({"text": ""}, "no_text", id="empty"),
        pytest.param({"text": "a" * 40_001}, "msg_too_long", id="too long"),
        pytest.param({"blocks": [LONG]}, "invalid_blocks", id="a faulty block"),
        pytest.param({"blocks": "nonsense"}, "invalid_blocks_format", id="no list of blocks"),
        pytest.param({"thread_ts": "yesterday"}, "invalid_thread_ts", id="no timestamp"),
        pytest.param({"metadata": {"a": 1}}, "invalid_metadata_format", id="no metadata"),
        pytest.param(
            {"metadata": {"event_type": "a", "event_payload": {"deep": {}}}},
            "invalid_metadata_schema",
            id="nested metadata",
        ),
    ],
)
async def test_a_post_that_slack_would_not_take_is_refused(
    slack: SlackApi, http: httpx.AsyncClient, arguments: dict[str, Any], error: str
) -> None:
    body = {"channel": WITH_APP, "text": "words", **arguments}
    answer = await http.post("chat.postMessage", json=body)
    assert (answer.status_code, answer.json()["error"]) == (200, error)
    assert slack.posted == ()


async def test_a_faulty_block_is_pointed_at(client: AsyncWebClient) -> None:
    answer = await refusal(client, "chat.postMessage", channel=WITH_APP, blocks=f"[{LONG}]")
    assert answer["error"] == "invalid_blocks_format"  # Python's own quotes are no JSON
    with pytest.raises(SlackApiError) as raised:
        await client.chat_postMessage(channel=WITH_APP, text="words", blocks=[DIVIDER, LONG])
    assert raised.value.response["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/1/text/text]"
    ]


async def test_write_public_lets_the_app_post_where_it_is_not(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    slack.scopes.add("chat:write.public")
    assert (await client.chat_postMessage(channel=WITHOUT_APP, text="words"))["ok"]


async def test_an_ephemeral_post_is_for_one_member_alone(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    await client.chat_postEphemeral(channel=WITH_APP, user=ANNA, text="words")
    assert slack.posted[0].ephemeral_to == ANNA
    answer = await refusal(
        client, "chat.postEphemeral", channel=WITH_APP, user=FRED_FOREIGN, text="words"
    )
    assert answer["error"] == "user_not_in_channel"


async def test_an_update_with_blocks_replaces_both_and_keeps_metadata(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    metadata = {"event_type": "mongolog_notice", "event_payload": {}}
    posted = await client.chat_postMessage(channel=WITH_APP, text="running", metadata=metadata)
    await client.chat_update(
        channel=WITH_APP, ts=posted["ts"], text="done", blocks=[DIVIDER], parse="none"
    )
    (now,) = slack.posted
    assert (now.text, now.blocks, now.metadata, now.parse) == (
        "done",
        (DIVIDER,),
        metadata,
        "none",
    )
    assert [version.revision for version in slack.workspace.history] == [0, 1]


async def test_an_update_with_text_alone_takes_the_blocks_away(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(channel=WITH_APP, text="running", blocks=[DIVIDER])
    await client.chat_update(channel=WITH_APP, ts=posted["ts"], text="done")
    assert slack.posted[0].blocks == ()


async def test_an_update_may_be_no_longer_than_4000_characters(client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel=WITH_APP, text="a" * 4001)
    answer = await refusal(
        client, "chat.update", channel=WITH_APP, ts=posted["ts"], text="a" * 4001
    )
    assert answer["error"] == "msg_too_long"


@pytest.mark.parametrize(
    ("method", "error"),
    [
        pytest.param("chat.update", "cant_update_message", id="update"),
        pytest.param("chat.delete", "cant_delete_message", id="delete"),
    ],
)
async def test_an_ephemeral_message_can_not_be_changed(
    client: AsyncWebClient, method: str, error: str
) -> None:
    sent = await client.chat_postEphemeral(channel=WITH_APP, user=ANNA, text="words")
    words = {"text": "other"} if method == "chat.update" else {}
    answer = await refusal(client, method, channel=WITH_APP, ts=sent["message_ts"], **words)
    assert answer["error"] == error


async def test_a_deleted_message_is_gone(slack: SlackApi, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel=WITH_APP, text="words")
    await client.chat_delete(channel=WITH_APP, ts=posted["ts"])
    answer = await refusal(client, "chat.update", channel=WITH_APP, ts=posted["ts"], text="other")
    assert answer["error"] == "message_not_found"
    assert slack.posted == ()


async def test_a_dm_is_updated_by_its_channel_not_by_the_person(client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel=ANNA, text="words")
    answer = await refusal(client, "chat.update", channel=ANNA, ts=posted["ts"], text="other")
    assert answer["error"] == "channel_not_found"
    assert (await client.chat_update(channel=posted["channel"], ts=posted["ts"], text="a"))["ok"]


async def test_calls_are_refused_on_request_and_only_so_often(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    slack.refuse_next("chat.postMessage", "internal_error", times=2)
    for _ in range(2):
        answer = await refusal(client, "chat.postMessage", channel=WITH_APP, text="words")
        assert answer["error"] == "internal_error"
    assert (await client.chat_postMessage(channel=WITH_APP, text="words"))["ok"]
    assert [asked.answer["ok"] for asked in slack.asked] == [False, False, True]


async def test_a_rate_limit_is_http_429_with_the_time_to_wait(
    slack: SlackApi, http: httpx.AsyncClient
) -> None:
    slack.refuse_next("chat.postMessage", "ratelimited", retry_after_s=7)
    answer = await http.post("chat.postMessage", json=ARGUMENTS)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert answer.json() == {"ok": False, "error": "ratelimited"}


async def test_a_deactivated_person_gets_no_dm(slack: SlackApi, client: AsyncWebClient) -> None:
    slack.workspace.put_person(Person(id=BEN, name="ben", deleted=True))
    answer = await refusal(client, "chat.postMessage", channel=BEN, text="words")
    assert answer["error"] == "channel_not_found"
