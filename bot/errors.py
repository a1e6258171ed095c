"""What can go wrong, and who can fix it.

    MongologError
    ├── BadCommand          the words typed make no question           the person
    ├── Refused             the rules say no                           an admin
    ├── CloudError          the cloud API gave no answer we can show
    │   ├── CloudUnreachable    no answer at all                       wait
    │   ├── NotAuthorised       our key is wrong or lacks the right    an admin
    │   ├── NoSuchInstance      no such instance where we looked       the person
    │   ├── NoSuchExport        the cloud no longer lists the export   the person
    │   ├── Throttled           the account's request limit is spent   wait
    │   ├── CloudRefused        understood, and refused                the person
    │   ├── CloudBroken         the API failed                         wait
    │   └── CloudUnreadable     an answer we can't read                us
    ├── SlackRefused        Slack did not take what we sent            us
    ├── StoreError          what is remembered can't be read or kept   an admin
    └── SettingsError       the environment can't be used              an admin

`render.explanations` holds one sentence for each leaf. What people see is made from the fields; the
text of an exception is its code at most, and never shown.
"""

import enum
from typing import ClassVar


class Fixer(enum.StrEnum):
    """Whose turn it is."""

    USER = "user"
    ADMIN = "admin"
    WAIT = "wait"
    US = "us"


class MongologError(Exception):
    """The root. `fixer` says whose turn it is."""

    fixer: ClassVar[Fixer] = Fixer.US


class Problem(enum.StrEnum):
    """What is wrong with the words of a command; `BadCommand` says which fields each one fills."""

    UNKNOWN_WORD = "unknown word"  # word, nearest (a valid word, or "")
    MISSPELT_ID = "misspelt id"  # word, nearest (an id that would be valid, or "")
    OTHER_PRODUCT = "other product"  # word, nearest (the product's name)
    EXPORT_ID = "export id"  # word
    NO_INSTANCE = "no instance"  # nothing but words: which instance?
    TOO_MANY = "too many instances"  # commands: the same question in parts that are small enough
    BAD_TIME = "bad time"  # word
    BAD_PERIOD = "bad period"  # since is not before until; word: what was typed
    BAD_REGION = "bad region"  # word
    BAD_NUMBER = "bad number"  # word: what followed `page` or `limit`
    STANDS_ALONE = "stands alone"  # word: `health`, asked together with something else
    NO_APP = "no app"  # word: `health` or `status`, asked where no app is running
    NO_CHANNEL = "no channel"  # word: `here`, asked where there is no channel to share in
    BAD_WINDOW = "bad window"  # word
    OLD_BUTTON = "old button"  # a click that can't be read; commands: what it may have meant
    MISSING_VALUE = "missing value"  # word: the keyword that stands last, with nothing after it


class BadCommand(MongologError):
    """The words typed make no question.

    Args:
        problem: what is wrong.
        word: the word it is about, as typed (foreign text: escape it, cut it to 40 characters).
        nearest: the nearest valid word or id, or the product's name; "" when there is none.
        commands: commands, without the leading `/mongolog`, that ask the same in parts.
    """

    fixer = Fixer.USER

    def __init__(
        self, problem: Problem, *, word: str = "", nearest: str = "", commands: tuple[str, ...] = ()
    ) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.word = word
        self.nearest = nearest
        self.commands = commands


class Refusal(enum.StrEnum):
    """Why the rules say no."""

    GUEST = "guest"
    FOREIGN = "foreign"
    UNKNOWN_PERSON = "unknown person"  # Slack did not say who is asking
    SHARED_CHANNEL = "shared channel"  # shared with another organisation, or not known not to be
    RULE = "rule"  # a rule of the rules file, or its default
    TOO_MANY = "too many"  # look-ups of this person, under way and waiting
    NOT_A_MEMBER = "not a member"  # of the conversation in which an answer was to be shared
    NO_AUDIT = "no audit"  # the audit can't be written, so no link is given


class Refused(MongologError):
    """No; `reason` says why. Nothing was sent to the cloud API.

    Args:
        reason: why.
        rule: the name of the rule that decided; "" when none did, or when it was the default.
        ask: the user group to ask for the right; "" when none is named.
    """

    fixer = Fixer.ADMIN

    def __init__(self, reason: Refusal, *, rule: str = "", ask: str = "") -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.rule = rule
        self.ask = ask


class CloudError(MongologError):
    """The cloud API gave no answer that can be shown.

    Args:
        code: the API's error code, or a short word of ours when there was no envelope.
        message: the API's own message, foreign text in any language; "" when there was none.
        request_id: the API's RequestId, when it gave one.
        region: the region asked.
    """

    def __init__(
        self, code: str, *, message: str = "", request_id: str | None = None, region: str = ""
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.request_id = request_id
        self.region = region


class CloudUnreachable(CloudError):
    """No answer: no connection, a deadline passed, or a connection that broke."""

    fixer = Fixer.WAIT


class NotAuthorised(CloudError):
    """Our key is wrong, expired, or may not do this."""

    fixer = Fixer.ADMIN


class NoSuchInstance(CloudError):
    """No such instance in any region that answered.

    `silent_regions` are the regions that gave no answer: the instance may be there.
    """

    fixer = Fixer.USER

    def __init__(
        self,
        code: str,
        *,
        message: str = "",
        request_id: str | None = None,
        region: str = "",
        silent_regions: tuple[str, ...] = (),
    ) -> None:
        super().__init__(code, message=message, request_id=request_id, region=region)
        self.silent_regions = silent_regions


class NoSuchExport(CloudError):
    """The cloud no longer lists this export: it seems to forget them after about 3 days."""

    fixer = Fixer.USER


OUR_OWN_LIMIT = "OurOwnLimit"  # the code of a Throttled that the API never saw


class Throttled(CloudError):
    """The account's request limit is spent for the moment."""

    fixer = Fixer.WAIT


class CloudRefused(CloudError):
    """The API understood the question and refused it: a locked instance, a bad time window."""

    fixer = Fixer.USER


class CloudBroken(CloudError):
    """The API failed: an internal error of theirs, or a gateway's error page."""

    fixer = Fixer.WAIT


class CloudUnreadable(CloudError):
    """An answer that is not what the API's documentation promises, or a request it can't read."""

    fixer = Fixer.US


# Slack's words for a channel that this app was not invited to.
NOT_INVITED_CODES = frozenset({"not_in_channel", "channel_not_found"})


class SlackRefused(MongologError):
    """Slack did not take what we sent; `code` is Slack's error word."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class StoreError(MongologError):
    """The store can't be read or written.

    `code` is `locked`, `full`, `read_only`, `newer_schema`, `unreachable`, `damaged`, `gone` when
    the file was deleted, or `refused` when PostgreSQL refuses our user or has no such database;
    while it is opened also `taken`, `no_folder`, `no_store`, `older_schema` or `address`.
    """

    fixer = Fixer.ADMIN

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SettingsError(MongologError):
    """The environment can't be used; `faults` has one line per fault, no values in them."""

    fixer = Fixer.ADMIN

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("settings")
        self.faults = faults
