"""`mongolog check`: everything that is set, tried for real; one line each, and who can fix it.

Nothing is changed anywhere, no secret is shown, and one fault does not keep the rest from being
tried. The lines go to stdout; exit 0 when none of them is a fault, else 1.
"""

import asyncio

from bot.cli.check_cloud import check_cloud
from bot.cli.check_slack import check_slack
from bot.cli.finding import MACHINE, Finding, Verdict, faulty, ok, warn
from bot.errors import SettingsError, StoreError
from bot.rules_file import open_rules
from bot.settings import Settings, load
from bot.settings.credentials import read_credentials
from bot.store import TROUBLES, UNREACHABLE, WHY_NOT, open_store
from bot.telemetry import set_up_logs

DONE, FAULTS = 0, 1
RULES, STORE = "rules", "store"
SETTINGS, MODE, CREDENTIALS = "settings", "mode", "credentials"
MODES = {"socket": "Socket Mode", "http": "HTTP mode"}
# What no call of ours can find out.
UNTRIED = (
    ok(
        "manifest",
        "event subscriptions, commands and shortcuts can't be read:"
        " compare what is set at Slack with `mongolog manifest`",
    ),
)


def run() -> int:
    """Check and print; gives the exit code."""
    try:
        settings = load("check")
    except SettingsError as error:
        return _print([faulty(SETTINGS, fault, MACHINE) for fault in error.faults])
    set_up_logs(settings.secrets, style=settings.log, level="error")
    return _print(asyncio.run(check(settings)))


async def check(settings: Settings) -> list[Finding]:
    """Every finding, in the order in which they are told."""
    slack, cloud = await asyncio.gather(check_slack(settings), check_cloud(settings))
    return [
        ok(SETTINGS, "can be read"),
        _check_mode(settings),
        *slack,
        *_check_credentials(settings),
        *cloud,
        _check_rules(settings),
        await _check_store(settings),
        *UNTRIED,
    ]


def _check_rules(settings: Settings) -> Finding:
    if settings.policy is None:
        return warn(RULES, "none: every full member may do everything, links included")
    try:
        rules = open_rules(settings.policy)
    except SettingsError as error:
        return faulty(RULES, " ".join(error.faults), MACHINE)
    told = f"{len(rules.rules)}; what none of them is about: {rules.default}"
    if rules.default == "allow" and not any(rule.effect == "deny" for rule in rules.rules):
        return warn(RULES, f"{told}, and none of them refuses anything to a member", MACHINE)
    return ok(RULES, told)


async def _check_store(settings: Settings) -> Finding:
    """Beside a process that serves, and without creating what is not there yet."""
    try:
        async with open_store(settings.database_url, audit_days=1, is_beside=True) as store:
            await store.audit.entries(most=1)
    except SettingsError as error:
        (fault,) = error.faults
        is_new = fault.endswith(WHY_NOT["no_store"])
        new = ok(STORE, "not there yet: `mongolog serve` makes it at its first start")
        return new if is_new else faulty(STORE, fault, MACHINE)
    except StoreError as error:
        return faulty(STORE, TROUBLES.get(error.code, UNREACHABLE), MACHINE)
    return ok(STORE, "can be read")


def _check_mode(settings: Settings) -> Finding:
    try:
        return ok(MODE, MODES[settings.mode()])
    except SettingsError as error:
        return faulty(MODE, " ".join(error.faults), MACHINE)


def _check_credentials(settings: Settings) -> list[Finding]:
    try:
        keys = read_credentials(settings)
    except SettingsError as error:
        return [faulty(CREDENTIALS, fault, MACHINE) for fault in error.faults]
    kind = "temporary, " if keys.token else ""
    return [ok(CREDENTIALS, f"{kind}from {keys.source}")]


def _print(findings: list[Finding]) -> int:
    for finding in findings:
        print(finding.line)
    return FAULTS if any(each.verdict is Verdict.FAULT for each in findings) else DONE
