"""The words of the grammar, each in one place; knows no order and no values."""

import difflib
import re

from bot.model import ERROR, SLOW, STATES

STATE_WORDS = ("active", *STATES)
KIND_WORDS = (SLOW, ERROR)
KIND_PLURALS = {"errors": ERROR}
DAY_WORDS = ("today", "yesterday")
VALUE_WORDS = ("since", "last", "until", "region", "zone", "window", "page", "limit")
HERE = "here"

HELP = "help"
HEALTH = "health"  # of the app; asked alone
STATUS = "status"  # of the watches when asked alone, else a filler
QUESTION_MARK = "?"
# Ask for help only as the first word, unlike in "done ?" and "last 6 h"; `h` is left of -h.
FIRST_HELP_WORDS = frozenset({QUESTION_MARK, "h"})

# Dropped. The names of things come apart from the rest because `help states` asks about one.
_SMALL_WORDS = """
    a about ago all and are at check for from get how i in is it list me my of on or please pls
    show the their to with
"""
_NAMES_OF_THINGS = """
    export exports id ids instance instances kind log logs mongo mongodb mongolog @mongolog
    state states status
"""
NOT_TOPICS = frozenset(_SMALL_WORDS.split())
FILLERS = NOT_TOPICS.union(_NAMES_OF_THINGS.split())

_VERBS = (HERE, HELP, HEALTH)
_ALL = frozenset({*STATE_WORDS, *KIND_WORDS, *KIND_PLURALS, *DAY_WORDS, *VALUE_WORDS, *_VERBS})
OPTIONS = _ALL | FILLERS  # what may stand before "=" or ":"

_SUGGESTED = sorted(_ALL - {*KIND_PLURALS, "zone"})  # `zone` is taught nowhere

# Suggested, never assumed: "finished" may mean done, or done and failed.
_OTHER_WORDS = {
    "broken": "failed",
    "complete": "done",
    "completed": "done",
    "finished": "done",
    "pending": "queued",
    "processing": "running",
    "ready": "done",
    "success": "done",
    "waiting": "queued",
    "before": "until",
    "after": "since",
    "past": "last",
    "share": "here",
}
_LONGEST_MISSPELLING = 16  # longer words resemble nothing, and comparing them costs

_REGION = re.compile(r"[a-z]{2}-[a-z]+(?:-[a-z][a-z0-9]*)?")
# Without `region` before it, a word is one only when it begins as the vendor's do (regions.go of
# github.com/TencentCloud/tencentcloud-sdk-go-intl-en).
_REGION_START = re.compile(r"(?:ap|eu|na|sa)-.")


def is_region(word: str) -> bool:
    """Whether it has a region's shape, such as `ap-guangzhou` or `ap-shanghai-fsi`.

    An availability zone (`ap-guangzhou-3`) has not. The list of regions grows, so the
    shape decides.
    """
    return _REGION.fullmatch(word) is not None


def looks_like_region(word: str) -> bool:
    """Whether it begins as a region does, well formed or not."""
    return _REGION_START.match(word) is not None


def nearest_word(word: str) -> str:
    """The word of the grammar that was probably meant; "" when none is near."""
    if word in _OTHER_WORDS:
        return _OTHER_WORDS[word]
    if len(word) > _LONGEST_MISSPELLING:
        return ""
    return next(iter(difflib.get_close_matches(word, _SUGGESTED, n=1)), "")
