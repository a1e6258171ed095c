"""What `mongolog check` tries at Slack: both tokens and the scopes."""

import re
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.cli.finding import MACHINE, SLACK_ADMIN, Finding, coded, faulty, ok, warn
from bot.cli.manifest import read_manifest
from bot.errors import SettingsError, SlackRefused
from bot.settings import Settings, revealed
from bot.slack.call import UNREACHABLE, result_of
from bot.slack.session import open_session, web_client

BOT_TOKEN, SCOPES, APP_TOKEN, SECRET = "bot token", "bot scopes", "app token", "signing secret"
SCOPES_HEADER = "x-oauth-scopes"
SCOPE = re.compile(r"[a-z][a-z0-9_.:-]*", re.ASCII)


async def check_slack(settings: Settings) -> list[Finding]:
    """Try what is set for Slack; one call for each token."""
    try:
        async with open_session(settings) as session:
            slack = web_client(settings, session)
            return [
                *await _check_bot(settings, slack),
                await _check_app(settings, slack),
                _check_secret(settings),
            ]
    except SettingsError as error:
        return [faulty("Slack", fault, MACHINE) for fault in error.faults]


async def _check_bot(settings: Settings, slack: AsyncWebClient) -> list[Finding]:
    untried = warn(SCOPES, "not tried, as that needs a good bot token")
    if settings.slack_bot_token is None:
        return [faulty(BOT_TOKEN, "SLACK_BOT_TOKEN must be set to serve", MACHINE), untried]
    headers: dict[str, Any] = {}

    async def hello() -> AsyncSlackResponse:
        response = await slack.auth_test()
        headers.update({name.lower(): value for name, value in response.headers.items()})
        return response

    try:
        identity = await result_of(hello())
    except SlackRefused as refusal:
        return [_refused(BOT_TOKEN, "SLACK_BOT_TOKEN", refusal), untried]
    team = str(identity.get("team_id"))
    return [
        ok(BOT_TOKEN, coded("Slack takes it", team)),
        _compare_scopes(headers.get(SCOPES_HEADER)),
    ]


def _compare_scopes(header: object) -> Finding:
    if not isinstance(header, str):
        return warn(SCOPES, "Slack did not say which there are", SLACK_ADMIN)
    have = set(SCOPE.findall(header))
    needed = set(read_manifest()["oauth_config"]["scopes"]["bot"])
    if missing := needed - have:
        told = f"missing: {', '.join(sorted(missing))}; add and install the app again"
        return faulty(SCOPES, told, SLACK_ADMIN)
    if surplus := have - needed:
        return warn(SCOPES, f"more than needed: {', '.join(sorted(surplus))}", SLACK_ADMIN)
    return ok(SCOPES, "those of the manifest")


async def _check_app(settings: Settings, slack: AsyncWebClient) -> Finding:
    if settings.slack_app_token is None:
        return ok(APP_TOKEN, "not set, so there is no Socket Mode")
    token = revealed(settings.slack_app_token)
    try:
        await result_of(slack.apps_connections_open(app_token=token))
    except SlackRefused as refusal:
        return _refused(APP_TOKEN, "SLACK_APP_TOKEN", refusal)
    return ok(APP_TOKEN, "Slack opens connections for it")


def _check_secret(settings: Settings) -> Finding:
    if settings.slack_signing_secret is None:
        return ok(SECRET, "not set, so there is no HTTP mode")
    return ok(SECRET, "set; only a delivery of Slack's can try it")


def _refused(about: str, name: str, refusal: SlackRefused) -> Finding:
    if refusal.code == UNREACHABLE:
        return faulty(about, "not tried, as Slack does not answer", MACHINE)
    return faulty(about, coded(f"Slack refuses {name}", refusal.code), SLACK_ADMIN)
