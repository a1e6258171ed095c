"""What buttons and options say, as text that `bot.slack.values` reads back. Pure.

No secret is in it. What would be too long for Slack is "": a value that is cut would ask another
thing, so its control is left out.
"""

import re
from dataclasses import replace

from bot.model import Lookup
from bot.parse.vocabulary import is_region
from bot.parse.writing import canonical

VERSION = "v1"
ASK = f"{VERSION}|q|"
MOST_IN_BUTTON = 1000
MOST_IN_OPTION = 75
EXPORT_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def ask_value(lookup: Lookup, *, most: int = MOST_IN_BUTTON) -> str:
    """Asks this question."""
    words = _words(lookup)
    return _within(f"{ASK}{words}", most) if words else ""


def words_asked(value: str) -> str:
    """The question in a value of `ask_value`; "" when it is another value."""
    return value.removeprefix(ASK) if value.startswith(ASK) else ""


def share_value(lookup: Lookup, *, most: int = MOST_IN_BUTTON) -> str:
    """Shares the answer to this question where it is pressed."""
    return ask_value(replace(lookup, here=True), most=most)


def send_value(lookup: Lookup, *, most: int = MOST_IN_BUTTON) -> str:
    """Sends the answer to the direct messages of whoever presses it."""
    words = _words(lookup)
    return _within(f"{VERSION}|d|{words}", most) if words else ""


def export_value(region: str, instance: str, export: str) -> str:
    """Fetches the link of an export; a region that has not the shape of one is left out."""
    if not EXPORT_ID.fullmatch(export):
        return ""
    where = f"{region}|" if is_region(region) else ""
    return _within(f"{VERSION}|e|{where}{instance}|{export}", MOST_IN_BUTTON)


def curl_value(instance: str, export: str) -> str:
    """Gives the curl command for the link of an export."""
    if not EXPORT_ID.fullmatch(export):
        return ""
    return _within(f"{VERSION}|c|{instance}|{export}", MOST_IN_OPTION)


def _words(lookup: Lookup) -> str:
    try:
        return canonical(lookup)
    except (ValueError, LookupError, OSError, OverflowError):  # no such zone, or the edge of time
        return ""


def _within(value: str, most: int) -> str:
    return value if len(value) <= most else ""
