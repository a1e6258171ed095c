"""`mongolog check`: each thing that can be set wrong is one line, and nothing secret is in it."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.cli.check_cloud import NOBODYS_INSTANCE
from bot.cli.manifest import read_manifest
from bot.demo.cloud_api import CloudApi
from bot.demo.cloud_mishap import ErrorAnswer, Mishap, RawAnswer
from bot.demo.slack_api import SlackApi
from bot.demo.workspace import small_workspace
from bot.demo.world import GUANGZHOU, SINGAPORE, World
from tests.acceptance.process import run
from tests.acceptance.stand import (
    BOT_TOKEN,
    SECRET_ID,
    SECRET_KEY,
    SIGNING_SECRET,
    settings_between,
)

APP_TOKEN = "xapp-1-acceptance-tests"


@pytest.fixture
async def slack() -> AsyncIterator[SlackApi]:
    """A simulated Slack in which the app has just the scopes of the manifest, and an app token."""
    async with SlackApi(
        small_workspace(),
        bot_token=BOT_TOKEN,
        app_token=APP_TOKEN,
        signing_secret=SIGNING_SECRET,
    ) as api:
        api.scopes = set(read_manifest()["oauth_config"]["scopes"]["bot"])
        yield api


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where the process finds nothing that it was not given."""
    return tmp_path


async def check(home: Path, settings: Mapping[str, str]) -> tuple[int, dict[str, str]]:
    """Run it; the exit code, and each line by what it is about. Nothing secret, nothing else."""
    code, out, err = await run("check", settings={"HOME": str(home), **settings}, cwd=home)
    secrets = (BOT_TOKEN, APP_TOKEN, SIGNING_SECRET, SECRET_ID, SECRET_KEY, *settings.values())
    kept = {"HOST", "PORT", "HOME", "TENCENTCLOUD_REGION", "MONGOLOG_SIZE_UNIT"}
    public = {settings[name] for name in kept & set(settings)}
    assert err == ""
    assert not [secret for secret in secrets if secret and secret not in public and secret in out]
    assert "Traceback" not in out
    lines = (line.partition("  ") for line in out.splitlines())
    pairs = ((verdict, *rest.strip().partition(": ")) for verdict, _, rest in lines)
    return code, {about: f"{verdict}: {told}" for verdict, about, _, told in pairs}


async def test_when_all_is_well_every_line_says_so(
    slack: SlackApi, cloud: CloudApi, home: Path
) -> None:
    code, told = await check(home, settings_between(slack, cloud, SLACK_APP_TOKEN=APP_TOKEN))

    assert told == {
        "settings": "ok: can be read.",
        "mode": "ok: Socket Mode.",
        "bot token": "ok: Slack takes it (T0ACME0001).",
        "bot scopes": "ok: those of the manifest.",
        "app token": "ok: Slack opens connections for it.",
        "signing secret": "ok: set; only a delivery of Slack's can try it.",
        "credentials": "ok: from the settings.",
        f"cloud {GUANGZHOU}": "ok: the key is good and may list log exports.",
        f"cloud {SINGAPORE}": "ok: the key is good and may list log exports.",
        "clock": "ok: right.",
        "rules": "warn: none: every full member may do everything, links included.",
        "store": "ok: not there yet: `mongolog serve` makes it at its first start.",
        "manifest": "ok: event subscriptions, commands and shortcuts can't be read:"
        " compare what is set at Slack with `mongolog manifest`.",
    }
    assert code == 0


async def test_each_edge_is_asked_once(slack: SlackApi, cloud: CloudApi, home: Path) -> None:
    await check(home, settings_between(slack, cloud, SLACK_APP_TOKEN=APP_TOKEN))

    assert sorted(call.method for call in slack.asked) == ["apps.connections.open", "auth.test"]
    assert sorted(str(request.region) for request in cloud.requests) == [GUANGZHOU, SINGAPORE]


@pytest.mark.parametrize(
    ("changes", "about", "line"),
    [
        pytest.param(
            {"SLACK_BOT_TOKEN": "xoxb-wrong"},
            "bot token",
            "fault: Slack refuses SLACK_BOT_TOKEN (invalid_auth)."
            " Whoever manages the app at Slack can fix it.",
            id="bot token",
        ),
        pytest.param(
            {"SLACK_BOT_TOKEN": ""},
            "bot token",
            "fault: SLACK_BOT_TOKEN must be set to serve. Whoever runs this machine can fix it.",
            id="no bot token",
        ),
        pytest.param(
            {"SLACK_APP_TOKEN": "xapp-wrong"},
            "app token",
            "fault: Slack refuses SLACK_APP_TOKEN (invalid_auth)."
            " Whoever manages the app at Slack can fix it.",
            id="app token",
        ),
        pytest.param(
            {"SLACK_SIGNING_SECRET": ""},
            "mode",
            "fault: SLACK_APP_TOKEN, SLACK_SIGNING_SECRET: one must be set, for Socket Mode or"
            " for HTTP mode. Whoever runs this machine can fix it.",
            id="no mode",
        ),
        pytest.param(
            {"TENCENTCLOUD_SECRET_KEY": "wrong"},
            f"cloud {GUANGZHOU}",
            "fault: the API refuses the key (AuthFailure.SignatureFailure)."
            " An admin of the cloud account can fix it.",
            id="cloud key",
        ),
        pytest.param(
            {"TENCENTCLOUD_SECRET_ID": "", "TENCENTCLOUD_SECRET_KEY": ""},
            "credentials",
            "fault: TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY: must be set, as there is"
            " neither a tccli profile nor a credentials file with a key."
            " Whoever runs this machine can fix it.",
            id="no cloud key",
        ),
        pytest.param(
            {"TENCENTCLOUD_SECRET_KEY": ""},
            "credentials",
            "fault: TENCENTCLOUD_SECRET_KEY: must be set. Whoever runs this machine can fix it.",
            id="half a cloud key",
        ),
        pytest.param(
            {"TENCENTCLOUD_REGION": ""},
            "cloud",
            "fault: TENCENTCLOUD_REGION must be set. Whoever runs this machine can fix it.",
            id="no region",
        ),
        pytest.param(
            {"TENCENTCLOUD_REGION": "ap-atlantis"},
            "cloud ap-atlantis",
            "fault: the API refuses the question: region or endpoint is wrong (UnsupportedRegion)."
            " Whoever runs this machine can fix it.",
            id="no such region",
        ),
        pytest.param(
            {"TENCENTCLOUD_ENDPOINT": "http://127.0.0.1:9"},
            f"cloud {GUANGZHOU}",
            "fault: the API does not answer (ConnectError). Whoever runs this machine can fix it.",
            id="cloud down",
        ),
        pytest.param(
            {"SLACK_API_URL": "http://127.0.0.1:9/api/"},
            "bot token",
            "fault: not tried, as Slack does not answer. Whoever runs this machine can fix it.",
            id="Slack down",
        ),
        pytest.param(
            {"PORT": "eighty"},
            "settings",
            "fault: PORT: must be a whole number from 0 to 65535."
            " Whoever runs this machine can fix it.",
            id="malformed",
        ),
    ],
)
async def test_what_is_set_wrong_is_a_fault_with_who_can_fix_it(
    slack: SlackApi,
    cloud: CloudApi,
    home: Path,
    changes: dict[str, str],
    about: str,
    line: str,
) -> None:
    code, told = await check(home, settings_between(slack, cloud, **changes))

    assert told[about] == line
    assert code == 1


async def test_one_fault_does_not_keep_the_rest_from_being_tried(
    slack: SlackApi, cloud: CloudApi, home: Path
) -> None:
    settings = settings_between(slack, cloud, SLACK_BOT_TOKEN="xoxb-wrong")
    _, told = await check(home, settings)

    assert told["bot scopes"] == "warn: not tried, as that needs a good bot token."
    assert told[f"cloud {SINGAPORE}"].startswith("ok: ")
    assert told["rules"].startswith("warn: ")


async def test_a_missing_scope_is_named(slack: SlackApi, cloud: CloudApi, home: Path) -> None:
    slack.scopes -= {"users:read", "chat:write"}

    code, told = await check(home, settings_between(slack, cloud))

    assert told["bot scopes"] == (
        "fault: missing: chat:write, users:read; add and install the app again."
        " Whoever manages the app at Slack can fix it."
    )
    assert code == 1


async def test_a_scope_too_many_is_a_warning(slack: SlackApi, cloud: CloudApi, home: Path) -> None:
    slack.scopes |= {"files:write"}

    code, told = await check(home, settings_between(slack, cloud))

    assert told["bot scopes"].startswith("warn: more than needed: files:write.")
    assert code == 0


@pytest.mark.parametrize(
    ("seconds", "line", "code"),
    [
        pytest.param(
            120, "warn: 120 s behind the cloud's. Whoever runs this machine can fix it.", 0, id="2m"
        ),
        pytest.param(
            -600,
            "fault: 600 s ahead of the cloud's; more than 300 s are refused."
            " Whoever runs this machine can fix it.",
            1,
            id="10m",
        ),
    ],
)
async def test_a_clock_that_is_off_is_told_beside_a_key_that_is_good(
    slack: SlackApi, home: Path, seconds: int, line: str, code: int
) -> None:
    def clock() -> datetime:
        return datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=seconds)

    world = World(datetime.now(UTC))
    async with CloudApi(world, secret_id=SECRET_ID, secret_key=SECRET_KEY, clock=clock) as cloud:
        got, told = await check(home, settings_between(slack, cloud))

    # The Date header has no fractions: a second more or less is the same clock.
    near = {line.replace(str(abs(seconds)), str(abs(seconds) + off)) for off in (-2, -1, 0, 1, 2)}
    assert told["clock"] in near
    assert told[f"cloud {GUANGZHOU}"].startswith("ok: ")
    assert got == code


async def test_a_right_that_is_missing_is_named(
    slack: SlackApi, cloud: CloudApi, home: Path
) -> None:
    cloud.deny(NOBODYS_INSTANCE)

    code, told = await check(home, settings_between(slack, cloud))

    assert told[f"cloud {GUANGZHOU}"] == (
        "fault: the key may not call mongodb:DescribeLogDownloadTasks (UnauthorizedOperation)."
        " An admin of the cloud account can fix it."
    )
    assert code == 1


@pytest.mark.parametrize(
    ("mishap", "line"),
    [
        pytest.param(
            RawAnswer(status=502, body=b"<html>", content_type="text/html"),
            "fault: the API can't answer just now (HTTP502). Try again later.",
            id="a gateway",
        ),
        pytest.param(
            ErrorAnswer(code="RequestLimitExceeded"),
            "fault: the API can't answer just now (RequestLimitExceeded). Try again later.",
            id="the limit",
        ),
        pytest.param(
            ErrorAnswer(code="AuthFailure.TokenFailure"),
            "fault: the API refuses the key (AuthFailure.TokenFailure)."
            " An admin of the cloud account can fix it.",
            id="an old token",
        ),
        pytest.param(
            ErrorAnswer(code="Foreign \x1b[2J text"),
            "fault: the API can't answer just now. Try again later.",
            id="a hostile code",
        ),
        pytest.param(
            RawAnswer(body=b'{"Response": {"Tasks": null}}'),
            "ok: the key is good and may list log exports.",
            id="an empty list",
        ),
    ],
)
async def test_each_region_is_told_by_itself(
    slack: SlackApi, cloud: CloudApi, home: Path, mishap: Mishap, line: str
) -> None:
    cloud.region_answers[SINGAPORE] = mishap

    code, told = await check(home, settings_between(slack, cloud))

    assert told[f"cloud {SINGAPORE}"] == line
    assert told[f"cloud {GUANGZHOU}"].startswith("ok: ")
    assert code == (0 if line.startswith("ok") else 1)


async def test_the_key_may_come_from_the_profile_of_tccli(
    slack: SlackApi, cloud: CloudApi, home: Path
) -> None:
    (home / ".tccli").mkdir()
    (home / ".tccli" / "default.credential").write_text(
        f'{{"secretId": "{SECRET_ID}", "secretKey": "{SECRET_KEY}", "token": "a-session-token"}}'
    )
    keyless = {"TENCENTCLOUD_SECRET_ID": "", "TENCENTCLOUD_SECRET_KEY": ""}

    code, told = await check(home, settings_between(slack, cloud, **keyless))

    assert told["credentials"] == "ok: temporary, from the tccli profile."
    assert told[f"cloud {GUANGZHOU}"].startswith("ok: ")
    assert code == 0


async def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(
    slack: SlackApi, cloud: CloudApi, home: Path
) -> None:
    closed = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy"), "http://127.0.0.1:9")

    code, told = await check(home, settings_between(slack, cloud, **closed))

    assert told["bot token"].startswith("ok: ")
    assert code == 0
