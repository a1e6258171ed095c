"""`mongolog serve`: the bot, until it is told to end."""

import asyncio
import sys

from bot.app import serve
from bot.errors import SettingsError, SlackRefused
from bot.settings import load
from bot.telemetry import set_up_logs

DONE, SLACK_UNREACHABLE, USAGE = 0, 1, 2


def run(mode: str) -> int:
    """Serve; gives the exit code, 0 after a drained SIGTERM."""
    try:
        settings = load("serve", mode=mode)
        set_up_logs(settings.secrets, style=settings.log, level=settings.log_level)
        asyncio.run(serve(settings, settings.mode(mode)))
    except SettingsError as error:
        print(*error.faults, sep="\n", file=sys.stderr)
        return USAGE
    except SlackRefused as refusal:
        print(f"Slack can't be reached ({refusal.code}); start again later.", file=sys.stderr)
        return SLACK_UNREACHABLE
    return DONE
