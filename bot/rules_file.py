"""The rules file: its text, read once at start."""

from pathlib import Path

from bot.errors import SettingsError
from bot.policy import EVERY_MEMBER, Rules, read_rules

MOST_BYTES = 1024 * 1024  # far above what `read_rules` takes


def open_rules(path: str | None) -> Rules:
    """The rules in the file at `path`; without one every full member may do everything.

    Raises:
        SettingsError: with one line for each fault in the file.
    """
    if path is None:
        return EVERY_MEMBER
    try:
        with Path(path).open("rb") as file:
            text = file.read(MOST_BYTES).decode("utf-8-sig")
    except OSError:
        raise SettingsError(("MONGOLOG_POLICY: the file can't be read",)) from None
    except UnicodeDecodeError:
        raise SettingsError(("MONGOLOG_POLICY: the file must be text in UTF-8",)) from None
    return read_rules(text)
