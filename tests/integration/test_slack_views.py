"""The simulated Slack's views methods open, push, update and publish as Slack would, or refuse."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack_api import SlackApi
from bot.demo.slack_surfaces import View
from bot.demo.workspace import ANNA, APP, BEN, BOT, TEAM
from tests.integration.played import TOKEN, Clock, PlayedApp, slack_with

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "Still asking …"}}
INPUT = {
    "type": "input",
    "block_id": "instance",
    "label": {"type": "plain_text", "text": "Instance"},
    "element": {"type": "plain_text_input", "action_id": "id", "initial_value": "cmgo-"},
}


def modal(title: str = "Mongo logs", **fields: Any) -> dict[str, Any]:
    plain = {"type": "plain_text", "text": title}
    return {"type": "modal", "title": plain, "blocks": [SECTION], **fields}


def home(*blocks: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"type": "home", "blocks": list(blocks or (SECTION,)), **fields}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def slack(clock: Clock) -> AsyncIterator[SlackApi]:
    async with slack_with(PlayedApp(), clock) as slack:
        yield slack


@pytest.fixture
def client(slack: SlackApi) -> AsyncWebClient:
    client = AsyncWebClient(token=TOKEN, base_url=slack.api_url, retry_handlers=[])
    client.proxy = None  # the SDK takes a proxy from the environment, even for loopback
    return client


async def opened(slack: SlackApi, client: AsyncWebClient, **fields: Any) -> View:
    """A modal that Anna has just got."""
    await client.views_open(trigger_id=slack.triggers.issue(user=ANNA), view=modal(**fields))
    (view,) = slack.views
    return view


async def refusal(client: AsyncWebClient, method: str, **arguments: Any) -> dict[str, Any]:
    """The JSON body with which Slack says no."""
    with pytest.raises(SlackApiError) as raised:
        await client.api_call(method, json=arguments)
    body = raised.value.response.data
    assert isinstance(body, dict)
    return body


# views.open


async def test_a_modal_opens_for_the_person_whose_trigger_it_is(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    trigger_id = slack.triggers.issue(user=BEN)
    sent = modal(callback_id="ml.lookup", private_metadata="here", external_id="x1")

    answer = await client.views_open(trigger_id=trigger_id, view=sent)

    (view,) = slack.views
    assert (view.user, view.view, view.revision) == (BEN, sent, 0)
    told = answer["view"]
    assert told["id"] == told["root_view_id"] == view.id
    assert told["previous_view_id"] is None
    assert (told["hash"], told["callback_id"]) == (view.hash, "ml.lookup")
    assert (told["private_metadata"], told["external_id"]) == ("here", "x1")
    assert (told["app_id"], told["bot_id"], told["team_id"]) == (APP, BOT, TEAM)
    assert told["blocks"] == [{"block_id": "slack0", **SECTION}]
    assert told["state"] == {"values": {}}


async def test_a_view_may_come_as_text_that_is_json(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    text = '{"type": "modal", "title": {"type": "plain_text", "text": "a"}, "blocks": []}'
    body = await refusal(
        client, "views.open", trigger_id=slack.triggers.issue(user=ANNA), view=text
    )
    assert body["errors"] == ["no fewer than 1 items allowed [json-pointer:/view/blocks]"]


async def test_a_trigger_opens_one_view_only(slack: SlackApi, client: AsyncWebClient) -> None:
    trigger_id = slack.triggers.issue(user=ANNA)
    await client.views_open(trigger_id=trigger_id, view=modal())
    body = await refusal(client, "views.open", trigger_id=trigger_id, view=modal())
    assert body["error"] == "exchanged_trigger_id"


async def test_a_trigger_is_good_for_three_seconds(
    slack: SlackApi, client: AsyncWebClient, clock: Clock
) -> None:
    in_time, late = slack.triggers.issue(user=ANNA), slack.triggers.issue(user=ANNA)
    clock.seconds += 3
    await client.views_open(trigger_id=in_time, view=modal())
    clock.seconds += 0.1
    body = await refusal(client, "views.open", trigger_id=late, view=modal())
    assert body["error"] == "expired_trigger_id"


async def test_an_invented_trigger_opens_nothing(slack: SlackApi, client: AsyncWebClient) -> None:
    body = await refusal(client, "views.open", trigger_id="1.2.abc", view=modal())
    assert body["error"] == "invalid_trigger_id"
    assert slack.views == ()


@pytest.mark.parametrize("missing", ["trigger_id", "view"])
async def test_what_is_needed_is_asked_for(client: AsyncWebClient, missing: str) -> None:
    arguments = {"trigger_id": "1.2.abc", "view": modal()}
    del arguments[missing]
    body = await refusal(client, "views.open", **arguments)
    assert body["errors"] == [f"missing required field: {missing}"]


async def test_a_faulty_view_is_pointed_at_and_leaves_the_trigger_good(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    trigger_id = slack.triggers.issue(user=ANNA)
    body = await refusal(client, "views.open", trigger_id=trigger_id, view=modal(title="a" * 25))
    assert body["error"] == "invalid_arguments"
    assert body["response_metadata"]["messages"] == [
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    ]
    await client.views_open(trigger_id=trigger_id, view=modal())


async def test_a_home_tab_is_no_modal(slack: SlackApi, client: AsyncWebClient) -> None:
    trigger_id = slack.triggers.issue(user=ANNA)
    body = await refusal(client, "views.open", trigger_id=trigger_id, view=home())
    assert "must be one of: modal [json-pointer:/view/type]" in body["errors"]


async def test_a_name_of_the_app_s_is_taken_while_its_view_is_open(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    await opened(slack, client, external_id="look-1")
    trigger_id = slack.triggers.issue(user=BEN)
    body = await refusal(
        client, "views.open", trigger_id=trigger_id, view=modal(external_id="look-1")
    )
    assert body["error"] == "duplicate_external_id"
    (view,) = slack.views
    await slack.close(view)
    await client.views_open(
        trigger_id=slack.triggers.issue(user=BEN), view=modal(external_id="look-1")
    )


async def test_a_second_modal_takes_the_place_of_the_first(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    first = await opened(slack, client)
    second = await opened(slack, client, title="another")
    assert slack.views == (second,)
    body = await refusal(client, "views.update", view_id=first.id, view=modal())
    assert body["error"] == "not_found"


async def test_everybody_has_a_modal_of_their_own(slack: SlackApi, client: AsyncWebClient) -> None:
    for user in (ANNA, BEN):
        await client.views_open(trigger_id=slack.triggers.issue(user=user), view=modal())
    assert [view.user for view in slack.views] == [ANNA, BEN]


# views.push


async def test_a_view_is_pushed_on_the_one_that_was_used(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    first = await opened(slack, client)
    trigger_id = slack.triggers.issue(user=ANNA, view_id=first.id)
    answer = await client.views_push(trigger_id=trigger_id, view=modal("above"))
    told = answer["view"]
    assert (told["root_view_id"], told["previous_view_id"]) == (first.id, first.id)
    assert [view.id for view in slack.views] == [told["id"]]


async def test_three_views_are_all_that_a_modal_holds(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    first = await opened(slack, client)
    triggers = [slack.triggers.issue(user=ANNA, view_id=first.id) for _ in range(3)]
    for trigger_id in triggers[:2]:
        await client.views_push(trigger_id=trigger_id, view=modal("above"))
    body = await refusal(client, "views.push", trigger_id=triggers[2], view=modal("too much"))
    assert body["error"] == "push_limit_reached"


async def test_nothing_is_pushed_by_what_was_done_outside_of_an_open_modal(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    view = await opened(slack, client)
    trigger_id = slack.triggers.issue(user=ANNA, view_id=view.id)
    outside = await refusal(
        client, "views.push", trigger_id=slack.triggers.issue(user=ANNA), view=modal()
    )
    await slack.close(view)
    closed = await refusal(client, "views.push", trigger_id=trigger_id, view=modal())
    assert (outside["error"], closed["error"]) == ("not_found", "not_found")


# views.update


@pytest.mark.parametrize("name", ["view_id", "external_id"])
async def test_a_view_is_updated_by_either_of_its_names(
    slack: SlackApi, client: AsyncWebClient, name: str
) -> None:
    first = await opened(slack, client, external_id="look-1")
    by = {"view_id": first.id} if name == "view_id" else {"external_id": "look-1"}

    answer = await client.views_update(view=modal("Done", external_id="look-1"), **by)

    (view,) = slack.views
    assert (view.id, view.revision, view.view["title"]["text"]) == (first.id, 1, "Done")
    assert answer["view"]["hash"] == view.hash != first.hash
    assert [each.revision for each in slack.view_history] == [0, 1]


async def test_an_update_that_read_an_older_version_is_refused(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    first = await opened(slack, client)
    await client.views_update(view_id=first.id, hash=first.hash, view=modal("second"))
    body = await refusal(
        client, "views.update", view_id=first.id, hash=first.hash, view=modal("third")
    )
    assert body["error"] == "hash_conflict"
    await client.views_update(view_id=first.id, view=modal("without a hash"))


async def test_a_view_that_was_closed_is_not_found(slack: SlackApi, client: AsyncWebClient) -> None:
    view = await opened(slack, client, external_id="look-1")
    await slack.close(view)
    for name in ({"view_id": view.id}, {"external_id": "look-1"}, {"view_id": "V0"}):
        body = await refusal(client, "views.update", view=modal(), **name)
        assert body["error"] == "not_found"
    assert slack.view_history[-1].closed


async def test_an_update_must_say_of_what(client: AsyncWebClient) -> None:
    body = await refusal(client, "views.update", view=modal())
    assert body["errors"] == ["missing required field: view_id or external_id"]


async def test_what_was_typed_stays_where_the_field_stays(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    submit = {"type": "plain_text", "text": "Look up"}
    view = await opened(slack, client, blocks=[INPUT], submit=submit)
    assert slack.surfaces.values(view)["instance"]["id"]["value"] == "cmgo-"
    typed = {"instance": {"id": {"type": "plain_text_input", "value": "cmgo-k2p5su09"}}}
    slack.surfaces.enter(view, typed)

    same = await client.views_update(
        view_id=view.id, view=modal(blocks=[SECTION, INPUT], submit=submit)
    )
    other = await client.views_update(
        view_id=view.id, view=modal(blocks=[{**INPUT, "block_id": "new"}], submit=submit)
    )

    assert same["view"]["state"]["values"] == typed
    assert other["view"]["state"]["values"]["new"]["id"]["value"] == "cmgo-"


# views.publish


async def test_a_home_tab_is_published_for_one_person_and_again(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    assert slack.home_of(ANNA) is None
    first = await client.views_publish(user_id=ANNA, view=home())
    again = await client.views_publish(
        user_id=ANNA, view=home(SECTION, SECTION), hash=first["view"]["hash"]
    )

    tab = slack.home_of(ANNA)
    assert tab is not None
    assert first["view"]["id"] == again["view"]["id"] == tab.id
    assert (tab.revision, len(tab.blocks), tab.is_home) == (1, 2, True)
    assert "title" not in again["view"]
    assert (slack.home_of(BEN), slack.views) == (None, ())


async def test_a_home_tab_published_from_an_older_version_is_refused(
    client: AsyncWebClient,
) -> None:
    first = await client.views_publish(user_id=ANNA, view=home())
    await client.views_publish(user_id=ANNA, view=home())
    body = await refusal(
        client, "views.publish", user_id=ANNA, view=home(), hash=first["view"]["hash"]
    )
    assert body["error"] == "hash_conflict"


async def test_a_home_tab_that_is_switched_off_is_not_published(
    slack: SlackApi, client: AsyncWebClient
) -> None:
    slack.surfaces.has_home = False
    body = await refusal(client, "views.publish", user_id=ANNA, view=home())
    assert body["error"] == "not_enabled"


async def test_a_home_tab_needs_a_person_and_takes_no_modal(client: AsyncWebClient) -> None:
    nobody = await refusal(client, "views.publish", user_id="U0NOBODY01", view=home())
    assert nobody["errors"] == ["must be the id of a user [json-pointer:/user_id]"]
    wrong = await refusal(client, "views.publish", user_id=ANNA, view=modal())
    assert wrong["error"] == "invalid_arguments"


async def test_a_home_tab_is_not_updated_as_a_modal_is(client: AsyncWebClient) -> None:
    tab = await client.views_publish(user_id=ANNA, view=home())
    body = await refusal(client, "views.update", view_id=tab["view"]["id"], view=modal())
    assert body["error"] == "not_found"


async def test_who_waits_for_a_view_is_woken_by_it(slack: SlackApi, client: AsyncWebClient) -> None:
    view = await opened(slack, client)
    await client.views_update(view_id=view.id, view=modal("Done"))
    done = await slack.wait_for_view(lambda each: each.view["title"]["text"] == "Done")
    assert done.revision == 1
    with pytest.raises(TimeoutError, match="no such view"):
        await slack.wait_for_view(lambda each: each.is_home, timeout_s=0.01)
