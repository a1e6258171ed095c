"""Rules decide who may do what, where: at every door, on every click."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.demo.cloud_api import CloudApi
from bot.demo.cloud_mishap import NoAnswer
from bot.demo.slack_api import SlackApi
from bot.demo.workspace import ANNA, BEN, GITA_GUEST, PRIVATE, SHARED, WITH_APP, Posted, UserGroup
from bot.demo.world import EXAMPLE_INSTANCE, LINKED_INSTANCE, MIXED_INSTANCE, SINGAPORE_INSTANCE
from bot.errors import SettingsError
from tests.acceptance.seen import all_text, buttons, controls
from tests.acceptance.stand import IN_BOTH_MODES, serving

GROUP = "S0DBA00001"
RULES = f"""
default = "deny"

[[rule]]
name = "dba"
groups = ["{GROUP}"]
effect = "allow"

[[rule]]
name = "the guest"
users = ["{GITA_GUEST}"]
instances = ["{EXAMPLE_INSTANCE}"]
actions = ["lookup"]
effect = "allow"

[[rule]]
name = "no links"
actions = ["link"]
effect = "deny"
ask = "{GROUP}"

[[rule]]
name = "guangzhou"
regions = ["ap-guangzhou"]
actions = ["lookup", "share"]
channels = ["{WITH_APP}", "{SHARED}"]
effect = "allow"
"""

pytestmark = IN_BOTH_MODES


@pytest.fixture
async def ruled(slack: SlackApi, cloud: CloudApi, tmp_path: Path) -> AsyncIterator[SlackApi]:
    """The app with the rules above; Anna is in the group."""
    path = tmp_path / "rules.toml"
    path.write_text(RULES)
    slack.workspace.put_group(UserGroup(id=GROUP, handle="dba", users=(ANNA,)))
    async with serving(slack, cloud, MONGOLOG_POLICY=str(path)):
        yield slack


async def ask(slack: SlackApi, words: str, **where: str) -> Posted:
    (answer,) = await slack.answers(await slack.command(words, **where))
    return answer


async def test_a_group_of_the_rules_may_have_links(ruled: SlackApi) -> None:
    assert "Download" in controls(await ask(ruled, LINKED_INSTANCE))


async def test_who_may_not_have_links_is_told_whom_to_ask(ruled: SlackApi) -> None:
    answer = await ask(ruled, LINKED_INSTANCE, user=BEN)

    assert "Done" in answer.text
    assert not {"Download", "Get link"} & set(controls(answer))
    assert f"<!subteam^{GROUP}>" in all_text(answer)


async def test_a_region_is_judged_once_it_is_known_and_says_nothing_more(ruled: SlackApi) -> None:
    answer = await ask(ruled, SINGAPORE_INSTANCE, user=BEN)

    assert "rules of this app" in all_text(answer)
    assert "ap-singapore" not in all_text(answer)


async def test_a_missing_instance_looks_like_a_forbidden_one(ruled: SlackApi) -> None:
    missing = await ask(ruled, "cmgo-unknown1", user=BEN)

    assert "rules of this app" in all_text(missing)


async def test_where_a_rule_refuses_a_region_a_missing_instance_looks_like_one_of_it(
    slack: SlackApi, cloud: CloudApi, tmp_path: Path
) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(
        'default = "allow"\n[[rule]]\nname = "no"\nregions = ["ap-singapore"]\neffect = "deny"\n'
    )
    async with serving(slack, cloud, MONGOLOG_POLICY=str(path)):
        forbidden = await ask(slack, SINGAPORE_INSTANCE)
        missing = await ask(slack, "cmgo-unknown1")
        allowed = await ask(slack, EXAMPLE_INSTANCE)
        cloud.every_answer = NoAnswer()
        down = await ask(slack, "cmgo-unknown2")

    assert forbidden.text == missing.text
    assert "The rule no says no" in missing.text
    assert allowed.text.startswith("Done")
    assert "No answer from the cloud" in down.text


async def test_the_place_counts(ruled: SlackApi, cloud: CloudApi) -> None:
    answer = await ask(ruled, LINKED_INSTANCE, user=BEN, channel="C0RANDOM01")

    assert "rules of this app" in all_text(answer)
    assert not cloud.requests  # refused before the cloud was asked


async def test_a_guest_whom_a_rule_names_may_do_what_it_says_and_no_more(
    ruled: SlackApi,
) -> None:
    allowed = await ask(ruled, EXAMPLE_INSTANCE, user=GITA_GUEST)
    refused = await ask(ruled, LINKED_INSTANCE, user=GITA_GUEST)

    assert allowed.text.startswith("Done")
    assert "not allow" in all_text(refused) or "Guests" in all_text(refused)


async def test_one_forbidden_instance_does_not_spoil_the_others(ruled: SlackApi) -> None:
    answer = await ask(ruled, f"{LINKED_INSTANCE} {SINGAPORE_INSTANCE}", user=BEN)

    assert "Not allowed" in all_text(answer)
    assert "Done" in all_text(answer)


async def test_a_rule_that_names_a_shared_channel_opens_it_for_sharing(ruled: SlackApi) -> None:
    await ruled.command(f"{EXAMPLE_INSTANCE} here", user=BEN, channel=SHARED)

    shared = await ruled.wait_for(lambda posted: posted.via == "chat.postMessage")

    assert shared.channel == SHARED


async def test_a_right_that_was_lost_is_missed_on_the_next_click(ruled: SlackApi) -> None:
    await ruled.command(f"{LINKED_INSTANCE} here")
    shared = await ruled.wait_for(lambda posted: posted.via == "chat.postMessage")

    await ruled.click(shared, "ml.link", user=BEN)
    told = await ruled.wait_for(lambda posted: posted.ephemeral_to == BEN)

    assert "no links" in all_text(told)
    assert "myqcloud" not in all_text(told)


async def test_one_instance_without_links_does_not_take_those_of_another(
    slack: SlackApi, cloud: CloudApi, tmp_path: Path
) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(
        'default = "allow"\n[[rule]]\nname = "no"\ninstances = ["cmgo-mixed*"]\n'
        'actions = ["link"]\neffect = "deny"\n'
    )
    async with serving(slack, cloud, MONGOLOG_POLICY=str(path)):
        answer = await ask(slack, f"{LINKED_INSTANCE} {MIXED_INSTANCE}")

    downloads = [each for each in buttons(answer) if each["action_id"] == "ml.download"]
    assert [LINKED_INSTANCE in each["value"] for each in downloads] == [True]


async def test_who_may_see_less_does_not_change_what_others_see(
    slack: SlackApi, cloud: CloudApi, tmp_path: Path
) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(
        f'default = "allow"\n[[rule]]\nname = "not Ben"\nusers = ["{BEN}"]\n'
        f'instances = ["{EXAMPLE_INSTANCE}"]\neffect = "deny"\n'
    )
    async with serving(slack, cloud, MONGOLOG_POLICY=str(path)):
        await slack.command(f"{LINKED_INSTANCE} {EXAMPLE_INSTANCE} here")
        shared = await slack.wait_for(lambda posted: posted.via == "chat.postMessage")
        await slack.click(shared, "ml.refresh", user=BEN)
        told = await slack.wait_for(lambda posted: posted.ephemeral_to == BEN)

    assert "not Ben" in all_text(told)
    assert slack.workspace.find(shared.channel, shared.ts) == shared


async def test_a_group_that_slack_does_not_tell_of_closes_the_door(
    slack: SlackApi, cloud: CloudApi, tmp_path: Path
) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(RULES)
    slack.scopes.discard("usergroups:read")
    async with serving(slack, cloud, MONGOLOG_POLICY=str(path)):
        answer = await ask(slack, LINKED_INSTANCE)

    assert "did not say who you are" in all_text(answer)
    assert not cloud.requests


async def test_a_link_refused_for_lack_of_knowledge_is_in_the_audit_too(
    slack: SlackApi, cloud: CloudApi, tmp_path: Path
) -> None:
    store = tmp_path / "mongolog.db"
    async with serving(slack, cloud):
        await slack.command(f"{LINKED_INSTANCE} here")
        shared = await slack.wait_for(lambda posted: posted.via == "chat.postMessage")
    path = tmp_path / "rules.toml"
    path.write_text(RULES)
    slack.scopes.discard("usergroups:read")
    more = {"MONGOLOG_POLICY": str(path), "DATABASE_URL": f"sqlite:///{store}"}
    async with serving(slack, cloud, **more):
        await slack.click(shared, "ml.link", user=BEN)
        await slack.wait_for(lambda posted: posted.ephemeral_to == BEN)
        with closing(sqlite3.connect(store)) as connection:
            deeds = connection.execute("SELECT deed, user FROM audit").fetchall()

    assert deeds == [("link.refused", BEN)]


LINKS_BY_REGION = """
default = "allow"
[[rule]]
name = "no links from Singapore"
regions = ["ap-singapore"]
actions = ["link"]
effect = "deny"
"""
LINKS_BY_PLACE = f"""
default = "deny"
[[rule]]
name = "looks"
actions = ["lookup", "share"]
effect = "allow"
[[rule]]
name = "links here"
actions = ["link"]
channels = ["{WITH_APP}"]
effect = "allow"
"""


async def test_links_are_refused_by_region_once_it_is_known(
    slack: SlackApi, cloud: CloudApi, tmp_path: Path
) -> None:
    linked = cloud.world.tasks(LINKED_INSTANCE, "ap-guangzhou", datetime.now(UTC)) or []
    cloud.world.add("cmgo-singlink1", "ap-singapore", tasks=linked)
    path = tmp_path / "rules.toml"
    path.write_text(LINKS_BY_REGION)
    async with serving(slack, cloud, MONGOLOG_POLICY=str(path)):
        private = await ask(slack, "cmgo-singlink1")
        await slack.mention("cmgo-singlink1")
        public = await slack.wait_for(lambda posted: posted.via == "chat.postMessage")
        await slack.click(public, "ml.link", user=ANNA)
        told = await slack.wait_for(lambda posted: "no links from" in all_text(posted))

    assert "Download" not in controls(private)
    assert "myqcloud" not in all_text(told)


async def test_links_are_given_where_a_rule_allows_them_and_nowhere_else(
    slack: SlackApi, cloud: CloudApi, tmp_path: Path
) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(LINKS_BY_PLACE)
    async with serving(slack, cloud, MONGOLOG_POLICY=str(path)):
        here = await ask(slack, LINKED_INSTANCE)
        elsewhere = await ask(slack, LINKED_INSTANCE, channel=PRIVATE)
        await slack.command(f"{LINKED_INSTANCE} here", channel=PRIVATE)
        shared = await slack.wait_for(lambda posted: posted.via == "chat.postMessage")
        await slack.click(shared, "ml.link", user=ANNA)
        told = await slack.wait_for(
            lambda posted: posted.channel == PRIVATE and "not allow" in all_text(posted)
        )

    assert "Download" in controls(here)
    assert "Download" not in controls(elsewhere)
    assert "myqcloud" not in all_text(told)


async def test_names_of_a_region_that_is_refused_stand_in_no_menu(
    slack: SlackApi, cloud: CloudApi, tmp_path: Path
) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(
        f'default = "allow"\n[[rule]]\nname = "not Ben"\nusers = ["{BEN}"]\n'
        'regions = ["ap-singapore"]\neffect = "deny"\n'
    )
    async with serving(slack, cloud, MONGOLOG_POLICY=str(path)):
        await ask(slack, SINGAPORE_INSTANCE)
        mine, his = await ask(slack, ""), await ask(slack, "", user=BEN)

    assert SINGAPORE_INSTANCE in controls(mine)
    assert SINGAPORE_INSTANCE not in controls(his)


async def test_refreshing_needs_the_right_to_share(
    slack: SlackApi, cloud: CloudApi, tmp_path: Path
) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(
        f'default = "allow"\n[[rule]]\nname = "no sharing"\nusers = ["{BEN}"]\n'
        f'instances = ["{EXAMPLE_INSTANCE}"]\nactions = ["share"]\neffect = "deny"\n'
    )
    async with serving(slack, cloud, MONGOLOG_POLICY=str(path)):
        await slack.command(f"{EXAMPLE_INSTANCE} here")
        shared = await slack.wait_for(lambda posted: posted.via == "chat.postMessage")
        await slack.click(shared, "ml.refresh", user=BEN)
        told = await slack.wait_for(lambda posted: posted.ephemeral_to == BEN)

    assert "no sharing" in all_text(told)
    assert slack.workspace.find(shared.channel, shared.ts) == shared


async def test_an_app_that_a_rule_names_is_heard_and_another_one_is_not(
    slack: SlackApi, cloud: CloudApi, tmp_path: Path
) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(
        'default = "allow"\n[[rule]]\nname = "alerts"\napps = ["A0ALERTS01"]\n'
        f'instances = ["{EXAMPLE_INSTANCE}"]\nactions = ["lookup"]\neffect = "allow"\n'
    )
    async with serving(slack, cloud, MONGOLOG_POLICY=str(path)):
        for bot_id, words in [
            ("B0OTHERAPP", EXAMPLE_INSTANCE),
            ("B0ALERTS01", LINKED_INSTANCE),
            *[("B0ALERTS01", EXAMPLE_INSTANCE)] * 6,
        ]:
            await slack.mention(words, bot_id=bot_id)
        answers: list[Posted] = []
        async with asyncio.timeout(10):
            while len(answers) < 6:
                await asyncio.sleep(0.05)
                answers = [each for each in slack.posted if each.channel == WITH_APP]
        await asyncio.sleep(0.3)

    assert len(slack.posted) == 6  # the seventh within a minute is not heard
    done = [each for each in slack.posted if each.text.startswith("Done")]
    assert len(done) == 5
    assert all(each.via == "chat.postMessage" for each in done)


async def test_a_faulty_file_stops_the_start_with_its_line(
    slack: SlackApi, cloud: CloudApi, tmp_path: Path
) -> None:
    path = tmp_path / "rules.toml"
    path.write_text('default = "deny"\n\n[[rule]]\nname = "x"\neffect = "perhaps"\n')
    with pytest.raises(SettingsError) as raised:
        async with serving(slack, cloud, MONGOLOG_POLICY=str(path)):
            pass

    (fault,) = raised.value.faults
    assert fault.startswith("MONGOLOG_POLICY: line ")
    assert "effect" in fault
