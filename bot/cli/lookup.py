"""`mongolog lookup`: the same question and answer in the terminal; httpx alone, no Slack.

The answer goes to stdout, all else to stderr. `--json` prints one document, also on failure.
"""

import asyncio
import json
import sys
from datetime import UTC, datetime
from typing import Any

from bot.errors import (
    BadCommand,
    NoSuchInstance,
    NotAuthorised,
    Problem,
    SettingsError,
)
from bot.memory import BoundedMemory
from bot.model import Command, HealthCheck, Help, Lookup, Outcome, Report, WatchStatus
from bot.parse import parse
from bot.query import open_query
from bot.render.explanations import explain
from bot.render.foreign import plain
from bot.render.guide import IN_TERMINAL, help_on
from bot.render.simplest import simplest
from bot.render.terminal import document, text
from bot.render.view import View
from bot.settings import Settings, load, machine_zone
from bot.telemetry import set_up_logs

DONE, USAGE, NO_SUCH_INSTANCE, NOT_AUTHORISED, CLOUD_FAILED = 0, 2, 3, 4, 5
ASKER = "terminal"


def run(words: list[str], *, as_json: bool, links: bool) -> int:
    """Look up and print; gives the exit code. Usage errors and bad settings call nothing."""
    try:
        command = parse(" ".join(words), now=datetime.now(UTC), zone=machine_zone() or "UTC")
        if isinstance(command, Help):  # works before anything is set
            _print_help(_help(command), as_json=as_json)
            return DONE
        _refuse_what_is_for_slack(command)
        settings = load("lookup")
        zone = machine_zone() or settings.api_timezone
        lookup = _understand(" ".join(words), zone)
        set_up_logs(settings.secrets, style=settings.log, level="warning")
        outcomes = asyncio.run(_ask(settings, lookup))
    except BadCommand as error:
        said = explain(error)
        sentence = plain(f"{said.what} {said.turn}: {said.next_step}")
        return _refuse("bad_command", [sentence], as_json=as_json)
    except SettingsError as error:
        return _refuse("settings", list(error.faults), as_json=as_json)
    _print(outcomes, lookup, settings, zone, as_json=as_json, links=links)
    return exit_code(outcomes)


def exit_code(outcomes: tuple[Outcome, ...]) -> int:
    """0 when all succeeded; else the first that applies of 4, 5 and 3."""
    codes = {_code_of(outcome) for outcome in outcomes}
    order = (NOT_AUTHORISED, CLOUD_FAILED, NO_SUCH_INSTANCE)
    return next((code for code in order if code in codes), DONE)


def _code_of(outcome: Outcome) -> int:
    if isinstance(outcome, Report):
        return DONE if outcome.is_whole else CLOUD_FAILED
    error = outcome.error
    if isinstance(error, NotAuthorised):
        return NOT_AUTHORISED
    is_missing = isinstance(error, NoSuchInstance) and not error.silent_regions
    return NO_SUCH_INSTANCE if is_missing else CLOUD_FAILED


def _understand(words: str, zone: str) -> Lookup:
    match parse(words, now=datetime.now(UTC), zone=zone):
        case Lookup(here=True):
            raise BadCommand(Problem.NO_CHANNEL, word="here")
        case Lookup() as lookup:
            return lookup
        case _:
            raise BadCommand(Problem.NO_INSTANCE)


def _refuse_what_is_for_slack(command: Command) -> None:
    if isinstance(command, HealthCheck):
        raise BadCommand(Problem.NO_APP, word="health")
    if isinstance(command, WatchStatus):
        raise BadCommand(Problem.NO_APP, word="status")


async def _ask(settings: Settings, lookup: Lookup) -> tuple[Outcome, ...]:
    query = open_query(settings, BoundedMemory())
    try:
        return await query.ask(lookup, who=ASKER)
    finally:
        await query.aclose()


def _print(
    outcomes: tuple[Outcome, ...],
    lookup: Lookup,
    settings: Settings,
    zone: str,
    *,
    as_json: bool,
    links: bool,
) -> None:
    if as_json:
        _print_json(document(outcomes, lookup, links=links, link_hosts=settings.link_hosts))
        return
    answer = text(
        outcomes,
        lookup,
        now=datetime.now(UTC),
        zone=zone,
        links=links,
        link_hosts=settings.link_hosts,
    )
    print(answer)


def _print_help(words: str, *, as_json: bool) -> None:
    if as_json:
        _print_json({"instances": [], "help": words})
    else:
        print(words)


def _refuse(kind: str, sentences: list[str], *, as_json: bool) -> int:
    if as_json:
        _print_json({"instances": [], "error": {"kind": kind, "message": " ".join(sentences)}})
    print(*sentences, sep="\n", file=sys.stderr)
    return USAGE


def _print_json(document: dict[str, Any]) -> None:
    # ASCII alone: what is foreign in it can't steer a terminal.
    print(json.dumps(document, indent=2))


def _help(command: Help) -> str:
    view = View(
        now=datetime.now(UTC), zone="UTC", reference="", links=False, command="mongolog lookup"
    )
    blocks = simplest(help_on(command.topic, view, overview=IN_TERMINAL)).blocks
    return "\n".join(block["text"]["text"] for block in blocks if "text" in block)
