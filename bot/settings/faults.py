"""What is wrong with the settings as a whole: one line a fault, no values in it. Pure."""

from typing import Any, Final, Literal

from pydantic import ValidationError

from bot.settings.credentials import half_set

Need = Literal["lookup", "serve", "check"]
REQUIRED: Final[dict[Need, tuple[str, ...]]] = {
    "lookup": ("TENCENTCLOUD_REGION",),
    "serve": ("SLACK_BOT_TOKEN", "TENCENTCLOUD_REGION"),
    "check": (),
}
APP_TOKEN, SIGNING_SECRET = "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"


def unknown(given: set[str], names: tuple[str, ...]) -> list[str]:
    """Names that begin like ours and are none."""
    return [
        f"{name}: no such setting"
        for name in sorted(given)
        if name.startswith("MONGOLOG_") and name not in names
    ]


def missing(given: set[str], need: Need, mode: str) -> list[str]:
    """What a command needs and does not have."""
    if need == "check":  # which says by itself what is missing
        return []
    for_mode = missing_for(mode, given) if need == "serve" else []
    required = [f"{name}: must be set" for name in REQUIRED[need] if name not in given]
    return [*required, *for_mode, *half_set(given)]


def missing_for(mode: str, given: set[str]) -> list[str]:
    """What a mode of `serve` needs and does not have."""
    if mode == "auto" and not given & {APP_TOKEN, SIGNING_SECRET}:
        return [f"{APP_TOKEN}, {SIGNING_SECRET}: one must be set, for Socket Mode or for HTTP mode"]
    needed = {"http": SIGNING_SECRET, "socket": APP_TOKEN}.get(mode)
    return [f"{needed}: must be set for --mode {mode}"] if needed and needed not in given else []


def sentences(error: ValidationError) -> list[str]:
    """Pydantic's complaints in our own words."""
    faults = error.errors(include_input=False, include_url=False)
    return [f"{fault['loc'][0]}: {_reason(fault)}" for fault in faults]


def _reason(fault: Any) -> str:
    # Only our own ValueErrors are quoted: pydantic's words could name a type, never help.
    own = fault.get("ctx", {}).get("error")
    return str(own) if isinstance(own, ValueError) else "has a value that can't be used"
