"""What went wrong in plain words: what happened, whose turn it is, the next step. Pure.

One sentence for each leaf of `errors.py`; used by Slack, by rows among several instances and by
the terminal alike, so it names no surface. The text of an exception is never shown: `what` and
`next_step` are phrases (see `foreign`) made from its fields.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.errors import (
    NOT_INVITED_CODES,
    OUR_OWN_LIMIT,
    BadCommand,
    CloudBroken,
    CloudError,
    CloudRefused,
    CloudUnreachable,
    CloudUnreadable,
    Fixer,
    MongologError,
    NoSuchExport,
    NoSuchInstance,
    NotAuthorised,
    Problem,
    Refused,
    SettingsError,
    SlackRefused,
    StoreError,
    Throttled,
)
from bot.render.foreign import bare
from bot.render.misunderstandings import misunderstanding
from bot.render.refusals import (
    NO_ADMINS,
    STORE_AWAY,
    STORE_FAILED,
    STORE_NEXT,
    STORES,
    Words,
    refusal_words,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Three phrases about one error.

    Attributes:
        what: what happened, a sentence.
        turn: whose turn it is: `Your turn`, `An admin's turn`, `Wait` or `Our turn`.
        next_step: what to do now, a sentence.
    """

    what: str
    turn: str
    next_step: str


TURNS: Mapping[Fixer, str] = {
    Fixer.USER: "Your turn",
    Fixer.ADMIN: "An admin's turn",
    Fixer.WAIT: "Wait",
    Fixer.US: "Our turn",
}
EMOJI: Mapping[Fixer, str] = {
    Fixer.USER: ":mag:",
    Fixer.ADMIN: ":lock:",
    Fixer.WAIT: ":warning:",
    Fixer.US: ":wrench:",
}

UNEXPECTED: Words = (
    "Something broke on our side",
    "Something broke on our side; your question was fine.",
    "ask again; if it breaks again, tell the people who run this app, with the reference.",
)

KEY_REFUSED: Words = (
    "Our key was not accepted",
    "The cloud did not accept the key this app asks with.",
    "check the `TENCENTCLOUD_…` credentials, and the clock of the machine it runs on.",
)
NO_TURN: Words = (
    "Too many look-ups just now",
    "This look-up waited a minute for its turn at the cloud and did not get one.",
    "nothing to do for you; ask again when fewer people do.",
)
RIGHT_MISSING: Words = (
    "Our key lacks the right",
    "The cloud knows this app's key, but does not let it list log exports.",
    "allow it `mongodb:DescribeLogDownloadTasks` for this instance.",
)
ASK_IN_A_MINUTE = "nothing to do for you; ask again in a minute."

CLOUD: Mapping[type[CloudError], Words] = {
    CloudUnreachable: (
        "No answer from the cloud",
        "The cloud's API did not answer in time, or the connection broke; I tried more than once.",
        ASK_IN_A_MINUTE,
    ),
    Throttled: (
        "Too many requests",
        "The account's request limit is spent for the moment; the console draws on it too.",
        "nothing to do for you; ask again in some seconds.",
    ),
    CloudRefused: (
        "Refused by the cloud",
        "The cloud understood the question and refused to answer it.",
        "see the cloud's own words, look at the instance in the console, then ask again.",
    ),
    NoSuchExport: (
        "The export is gone",
        "The cloud no longer lists this export; it seems to forget them after about 3 days.",
        "ask about the instance again, or export again in the console.",
    ),
    CloudBroken: (
        "The cloud's API failed",
        "The API ended with an error of its own, also when I asked again.",
        ASK_IN_A_MINUTE,
    ),
    CloudUnreadable: (
        "Unreadable answer",
        "The cloud's API answered something that I can't read.",
        "tell the people who run this app, with the reference: it needs a fix.",
    ),
}
HEADLINES: Mapping[Problem, str] = {
    Problem.TOO_MANY: "Too many instances",
    Problem.OLD_BUTTON: "An old message",
}
SLACK_REFUSED: Words = (
    "Slack refused the answer",
    "Slack did not take the answer that I sent.",
    "ask again; if it stays, tell the people who run this app, with the reference.",
)
TOO_LATE: Words = (
    "Slack was too quick",
    "Slack gives an app three seconds to open a window, and that was not enough this time.",
    "choose the shortcut once more.",
)
TRIGGER_CODES = frozenset({"expired_trigger_id", "exchanged_trigger_id", "trigger_expired"})
NOT_INVITED: Words = (
    "I am not in this channel",
    "I am not in this channel, so I can't share an answer in it.",
    "type `/invite @mongolog` and ask again; without `here` the answer goes to you alone.",
)
SETTINGS: Words = (
    "The settings can't be used",
    "The app's settings can't be used.",
    "mend the variables that the app named when it was started.",
)

CLOUD_REFUSALS: Mapping[str, str] = {
    "FailedOperation.OperationNotAllowedInInstanceLocking": "The instance is locked just now.",
    "InvalidParameterValue.IllegalInstanceStatus": "The instance is busy with a change just now.",
    "InvalidParameterValue.StatusAbnormal": "The instance is not in a normal state.",
    "InvalidParameterValue.InstanceHasBeenDeleted": "The instance was deleted.",
    "InvalidParameterValue.InstanceHasBeenIsolated": "The instance is isolated, as after expiry.",
    "InvalidParameterValue.RegionError": "The cloud does not know that region.",
    "UnsupportedRegion": "The cloud does not serve that region.",
}


def explain(error: BaseException) -> Explanation:
    """What `error` means to the person who asked; anything unexpected is ours."""
    _, what, next_step = _words(error)
    return Explanation(what=what, turn=TURNS[fixer_of(error)], next_step=next_step)


def headline(error: BaseException) -> str:
    """The error in a few words, without a full stop."""
    return _words(error)[0]


def emoji_of(error: BaseException) -> str:
    """The picture that goes with the headline."""
    return EMOJI[fixer_of(error)]


def fixer_of(error: BaseException) -> Fixer:
    """Whose turn it is; for a few errors that depends on more than their kind."""
    if isinstance(error, Refused) and error.reason in NO_ADMINS:
        return NO_ADMINS[error.reason]
    if isinstance(error, NoSuchInstance) and error.silent_regions:
        return Fixer.WAIT
    if isinstance(error, SlackRefused) and error.code in NOT_INVITED_CODES | TRIGGER_CODES:
        return Fixer.USER
    return error.fixer if isinstance(error, MongologError) else Fixer.US


def _words(error: BaseException) -> Words:
    match error:
        case BadCommand():
            words = _misunderstood(error)
        case Refused():
            words = refusal_words(error)
        case CloudError():
            words = _cloud_words(error)
        case SlackRefused():
            words = _slack_words(error.code)
        case StoreError():
            words = STORE_FAILED, STORES.get(error.code, STORE_AWAY), STORE_NEXT
        case SettingsError():
            words = SETTINGS
        case _:
            words = UNEXPECTED
    return words


def _slack_words(code: str) -> Words:
    if code in TRIGGER_CODES:
        return TOO_LATE
    return NOT_INVITED if code in NOT_INVITED_CODES else SLACK_REFUSED


def _misunderstood(error: BadCommand) -> Words:
    what, next_step = misunderstanding(error)
    return HEADLINES.get(error.problem, "Not understood"), what, next_step


def _cloud_words(error: CloudError) -> Words:
    match error:
        case Throttled(code=code) if code == OUR_OWN_LIMIT:
            return NO_TURN
        case NoSuchInstance():
            return _not_found(error)
        case NotAuthorised():
            return KEY_REFUSED if _is_about_key(error.code) else RIGHT_MISSING
        case CloudRefused() if error.code in CLOUD_REFUSALS:
            headline, _, next_step = CLOUD[CloudRefused]
            return headline, CLOUD_REFUSALS[error.code], next_step
        case _:
            return next((CLOUD[kind] for kind in type(error).__mro__ if kind in CLOUD), UNEXPECTED)


def _is_about_key(code: str) -> bool:
    # AuthFailure alone and .UnauthorizedOperation speak of rights, the others of the signature.
    return code.startswith("AuthFailure.") and code != "AuthFailure.UnauthorizedOperation"


def _not_found(error: NoSuchInstance) -> Words:
    if error.silent_regions:
        silent = ", ".join(bare(region) for region in error.silent_regions[:10])
        return (
            "Not found where I could look",
            f"No such instance where I could look; {silent} did not answer.",
            "ask again in a minute, the instance may be there.",
        )
    regions = ", ".join(bare(region) for region in error.region.split(", "))
    where = f" in {regions}" if error.region else " where I looked"
    return (
        "Not found",
        f"The cloud knows no such instance{where}.",
        "check the id; if it is right, add its region, such as `region ap-singapore`.",
    )
