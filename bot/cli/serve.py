"""`mongolog serve`: the bot, until it is told to end."""

import asyncio
import sys

from bot.app import serve
from bot.errors import SettingsError, SlackRefused
from bot.settings import Settings, load
from bot.telemetry import set_up_logs

DONE, SLACK_UNREACHABLE, USAGE = 0, 1, 2


def run(mode: str) -> int:
    """Serve; gives the exit code, 0 after a drained SIGTERM."""
    try:
        settings = load("serve")
        _check_mode(mode, settings)
        set_up_logs(settings.secrets, style=settings.log, level=settings.log_level)
        asyncio.run(serve(settings))
    except SettingsError as error:
        print(*error.faults, sep="\n", file=sys.stderr)
        return USAGE
    except SlackRefused as refusal:
        print(f"Slack can't be reached ({refusal.code}); start again later.", file=sys.stderr)
        return SLACK_UNREACHABLE
    return DONE


def _check_mode(mode: str, settings: Settings) -> None:
    if mode == "socket" or (mode == "auto" and settings.slack_app_token is not None):
        fault = "SLACK_APP_TOKEN: this version has no Socket Mode; serve with --mode http"
        raise SettingsError((fault,))
