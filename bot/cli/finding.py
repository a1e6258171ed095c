"""What `mongolog check` found out about one thing, as one line."""

import enum
import re
from dataclasses import dataclass

# A vendor's error code is told as it is, so that it can be searched for; nothing else of theirs is.
CODE = re.compile(r"[A-Za-z0-9._-]{1,100}")

MACHINE = "Whoever runs this machine can fix it."
SLACK_ADMIN = "Whoever manages the app at Slack can fix it."
CLOUD_ADMIN = "An admin of the cloud account can fix it."
WAIT = "Try again later."


class Verdict(enum.StrEnum):
    """How one thing stands."""

    OK = "ok"
    WARN = "warn"  # works, but somebody should know
    FAULT = "fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line.

    Attributes:
        about: what was tried.
        told: what came out, in our own words, without a full stop.
        fixer: whose turn it is, as a sentence; "" when there is nothing to do.
    """

    verdict: Verdict
    about: str
    told: str
    fixer: str = ""

    @property
    def line(self) -> str:
        """The finding as it is printed."""
        return f"{self.verdict:<5}  {self.about}: {self.told}. {self.fixer}".rstrip()


def ok(about: str, told: str) -> Finding:
    """It is as it should be."""
    return Finding(verdict=Verdict.OK, about=about, told=told)


def warn(about: str, told: str, fixer: str = "") -> Finding:
    """It works, but somebody should know."""
    return Finding(verdict=Verdict.WARN, about=about, told=told, fixer=fixer)


def faulty(about: str, told: str, fixer: str) -> Finding:
    """It does not work."""
    return Finding(verdict=Verdict.FAULT, about=about, told=told, fixer=fixer)


def coded(told: str, code: str) -> str:
    """The sentence with the vendor's code behind it, when that is one."""
    return f"{told} ({code})" if CODE.fullmatch(code) else told
