"""`mongolog check --as`: what the rules answer for somebody somewhere, and which line decided."""

import asyncio
import io
from pathlib import Path

import pytest

from bot.cli.check_rules import explain_rules, read_case, run
from bot.demo.cloud_api import CloudApi
from bot.demo.slack_api import SlackApi
from bot.demo.workspace import (
    ANNA,
    ANNAS_DM,
    BEN,
    FRED_FOREIGN,
    GITA_GUEST,
    SHARED,
    WITH_APP,
    WITHOUT_APP,
    UserGroup,
)
from bot.demo.world import GUANGZHOU, SINGAPORE
from bot.errors import SettingsError, SlackRefused
from bot.policy import EVERY_MEMBER, Rules, read_rules
from bot.settings import constant
from tests.acceptance.stand import settings_between

INSTANCE = "cmgo-prod0001"
DBA = "S0DBA00001"
RULES = f"""
[[rule]]
name = "Links for DBAs"
effect = "allow"
actions = ["link"]
groups = ["{DBA}"]

[[rule]]
name = "No links of production"
effect = "deny"
actions = ["link"]
instances = ["cmgo-prod*"]
ask = "{DBA}"

[[rule]]
name = "Share with the partner"
effect = "allow"
actions = ["share"]
channels = ["{SHARED}"]

[[rule]]
name = "Singapore is watched by nobody"
effect = "deny"
actions = ["watch"]
regions = ["{SINGAPORE}"]
"""


@pytest.fixture
def settings(slack: SlackApi, cloud: CloudApi) -> dict[str, str]:
    """What is set, and a user group that the rules name."""
    slack.workspace.put_group(UserGroup(id=DBA, handle="dba", users=(ANNA,)))
    return settings_between(slack, cloud)


@pytest.fixture
def rules() -> Rules:
    return read_rules(RULES)


async def explained(
    settings: dict[str, str], rules: Rules, who: str, where: str | None = WITH_APP
) -> list[str]:
    given = constant(**{name: value for name, value in settings.items() if value})
    return await explain_rules(given, rules, read_case(who, INSTANCE, where))


async def test_each_action_has_a_line_that_says_what_decided(
    settings: dict[str, str], rules: Rules
) -> None:
    assert await explained(settings, rules, BEN) == [
        f"{BEN} is a member.",
        f"{WITH_APP} is not shared with another organisation.",
        "lookup  allowed: no rule matches",
        f"link    refused: line 8, No links of production; ask {DBA}",
        f"watch   in {GUANGZHOU}: allowed: no rule matches",
        f"watch   in {SINGAPORE}: refused: line 21, Singapore is watched by nobody",
        "share   allowed: no rule matches",
        "admin   allowed: no rule matches",
    ]


async def test_the_groups_of_the_person_are_told_and_count(
    settings: dict[str, str], rules: Rules
) -> None:
    told = await explained(settings, rules, ANNA)

    assert told[0] == f"{ANNA} is a member, in {DBA}."
    assert "link    allowed: line 2, Links for DBAs" in told


async def test_a_shared_channel_is_open_for_what_a_rule_says_and_no_more(
    settings: dict[str, str], rules: Rules
) -> None:
    told = await explained(settings, rules, BEN, SHARED)

    assert told[1] == f"{SHARED} counts as shared with another organisation."
    assert "share   allowed: line 15, Share with the partner" in told
    assert [line for line in told if line.startswith("watch")] == [
        "watch   refused: no rule that allows it names this shared channel",
    ]


@pytest.mark.parametrize(
    ("who", "first", "reason"),
    [
        pytest.param(GITA_GUEST, "a guest", "no rule names this guest", id="guest"),
        pytest.param(
            FRED_FOREIGN,
            "of another organisation",
            "no rule names this person of another organisation",
            id="foreign",
        ),
        pytest.param(
            "U0NOBODY01",
            "nobody whom Slack describes",
            "no rule names this person, whom Slack does not describe",
            id="unknown",
        ),
    ],
)
async def test_whoever_is_no_member_is_told_why_not(
    settings: dict[str, str], who: str, first: str, reason: str
) -> None:
    told = await explained(settings, EVERY_MEMBER, who)

    assert told[0] == f"{who} is {first}."
    assert {line.partition("  ")[2].strip() for line in told[2:]} == {f"refused: {reason}"}
    assert len(told[2:]) == 5


async def test_a_default_that_refuses_is_told(settings: dict[str, str]) -> None:
    told = await explained(settings, Rules(default="deny"), BEN)

    assert "lookup  refused: no rule matches, and the default is deny" in told


async def test_without_regions_in_the_settings_those_of_the_rules_are_told(
    settings: dict[str, str], rules: Rules
) -> None:
    told = await explained({**settings, "TENCENTCLOUD_REGION": ""}, rules, BEN)

    assert [line for line in told if line.startswith("watch")] == [
        f"watch   in {SINGAPORE}: refused: line 21, Singapore is watched by nobody",
        "watch   in elsewhere: allowed: no rule matches",
    ]


async def test_a_channel_that_the_app_cannot_see_counts_as_shared(
    settings: dict[str, str],
) -> None:
    told = await explained(settings, EVERY_MEMBER, BEN, "C0UNKNOWN1")

    assert told[1] == "C0UNKNOWN1 counts as shared with another organisation."
    assert "share   refused: no rule that allows it names this shared channel" in told


async def test_in_a_direct_message_nobody_else_reads(
    slack: SlackApi, settings: dict[str, str]
) -> None:
    slack.scopes -= {"im:read"}  # the app does without: it need not ask

    told = await explained(settings, EVERY_MEMBER, ANNA, ANNAS_DM)

    assert told[1] == f"{ANNAS_DM} is not shared with another organisation."
    assert "share   allowed: no rule matches" in told


async def test_without_a_channel_nothing_is_said_about_what_others_see(
    settings: dict[str, str],
) -> None:
    told = await explained(settings, EVERY_MEMBER, ANNA, None)

    assert [line.split()[0] for line in told] == [ANNA, "lookup", "link", "admin"]


async def test_when_slack_does_not_tell_who_is_in_a_group_all_is_refused(
    slack: SlackApi, settings: dict[str, str], rules: Rules
) -> None:
    slack.scopes -= {"usergroups:read"}

    assert await explained(settings, rules, ANNA) == [
        "Slack does not say who is in the user groups of the rules: everything is refused."
    ]


async def test_nothing_is_said_in_slack_and_the_cloud_is_not_asked(
    slack: SlackApi, cloud: CloudApi, settings: dict[str, str], rules: Rules
) -> None:
    await explained(settings, rules, ANNA)

    assert {call.method for call in slack.asked} == {
        "auth.test",
        "users.info",
        "usergroups.list",
        "conversations.info",
    }
    assert slack.posted == ()
    assert not cloud.requests


@pytest.mark.parametrize(
    ("who", "where"),
    [
        pytest.param(BEN, WITH_APP, id="ids"),
        pytest.param(f"<@{BEN}>", f"<#{WITH_APP}>", id="mentions"),
        pytest.param(f"<@{BEN}|ben>", f"<#{WITH_APP}|db-oncall>", id="mentions with names"),
    ],
)
def test_people_and_channels_are_named_by_id(who: str, where: str) -> None:
    case = read_case(who, INSTANCE.upper(), where)

    assert (case.user, case.instance, case.channel) == (BEN, INSTANCE, WITH_APP)


def test_all_that_is_no_id_is_told_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        read_case("@ben", "prod", "#db-oncall")

    assert refused.value.faults == (
        "--as: must be the id of a person, such as U0123456789; a name can be anybody's",
        "instance: must be the id of an instance, such as cmgo-k2p5su09",
        "channel: must be the id of a channel, such as C0123456789; a name can change",
    )


async def test_a_token_that_slack_refuses_ends_it(settings: dict[str, str]) -> None:
    with pytest.raises(SlackRefused) as refused:
        await explained({**settings, "SLACK_BOT_TOKEN": "xoxb-wrong"}, EVERY_MEMBER, BEN)
    assert refused.value.code == "invalid_auth"

    with pytest.raises(SettingsError) as unset:
        await explained({**settings, "SLACK_BOT_TOKEN": ""}, EVERY_MEMBER, BEN)
    assert unset.value.faults == ("SLACK_BOT_TOKEN: must be set, as Slack is asked who that is",)


@pytest.mark.parametrize(
    ("changes", "arguments", "code", "out", "err"),
    [
        pytest.param({}, (BEN, INSTANCE, WITH_APP), 0, "link    refused: line 8,", "", id="told"),
        pytest.param(
            {"SLACK_BOT_TOKEN": "xoxb-wrong"},
            (BEN, INSTANCE, WITHOUT_APP),
            1,
            "",
            "Slack refuses to say who that is (invalid_auth)\n",
            id="no Slack",
        ),
        pytest.param({}, ("ben", INSTANCE, None), 2, "", "--as: must be the id", id="no id"),
        pytest.param(
            {"MONGOLOG_POLICY": ".env"}, (BEN, INSTANCE, None), 2, "", "line 1: `X` is", id="fault"
        ),
    ],
)
async def test_the_exit_code_says_how_it_went(
    settings: dict[str, str],
    tmp_path: Path,
    log: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    changes: dict[str, str],
    arguments: tuple[str, str, str | None],
    code: int,
    out: str,
    err: str,
) -> None:
    del log  # which puts the handlers back
    (tmp_path / "rules.toml").write_text(RULES, encoding="utf-8")
    (tmp_path / ".env").write_text("X = 1\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name, value in {**settings, "MONGOLOG_POLICY": "rules.toml", **changes}.items():
        monkeypatch.setenv(name, value)

    assert await asyncio.to_thread(run, *arguments) == code
    told = capsys.readouterr()
    assert out in told.out
    assert err in told.err
    assert bool(told.out) is (code == 0)
    assert bool(told.err) is (code != 0)


@pytest.mark.parametrize("who", ["U0BEN00001", "@U0BEN00001", "<@U0BEN00001>", "<@U0BEN00001|ben>"])
@pytest.mark.parametrize("where", ["C0DBONCALL", "#C0DBONCALL", "<#C0DBONCALL|db-oncall>"])
def test_ids_are_read_as_people_write_them(who: str, where: str) -> None:
    case = read_case(who, INSTANCE, where)

    assert (case.user, case.channel) == ("U0BEN00001", "C0DBONCALL")
