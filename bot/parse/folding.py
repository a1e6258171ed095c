"""Characters: makes what phones, alerts and Slack write comparable; knows no words."""

import re
import unicodedata

# Slack escapes exactly these three (docs.slack.dev/messaging/formatting-message-text); the
# ampersand comes last, so that what was typed as "&lt;" stays so.
_ESCAPES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))

# Hyphens that look like "-" in what people paste, and angle brackets: those are never part of a
# word, so that no word handed on can look like Slack's markup.
_HYPHENS = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2212"), "-")
_ANGLES = dict.fromkeys(map(ord, "<>"), " ")

# Control, format (zero-width, bidi) and surrogate characters, and those that are drawn as nothing
# although Unicode counts them as letters or marks.
_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs"})
_INVISIBLE_LETTERS = dict.fromkeys(map(ord, "\u034f\u115f\u1160\u17b4\u17b5\ufe0e\ufe0f"))

_QUOTES = "'\"`\u00b4\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u00ab\u00bb\u2039\u203a"
_BRACKETS = "()[]{}\u300c\u300d\u300e\u300f\u3010\u3011\u300a\u300b\u3008\u3009"
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"  # phones make one of the two in --since
_STOPS_AND_SIGNS = ".,;:!?\u2026\u3002\u00b7\u2022*_~=&+/\\|^"
_PUNCTUATION = _QUOTES + _BRACKETS + _DASHES + _STOPS_AND_SIGNS
_QUESTION_MARKS = re.compile(r"\?+")


def unescape(text: str) -> str:
    """The text behind Slack's three escapes; any other entity stays as it is."""
    for escape, character in _ESCAPES:
        text = text.replace(escape, character)
    return text


def fold(text: str) -> str:
    """NFKC, one kind of hyphen, no angle brackets; invisible characters are kept."""
    return unicodedata.normalize("NFKC", text).translate(_HYPHENS | _ANGLES)


def drop_invisible(text: str) -> str:
    """The text without the characters that nobody sees; white space that separates is kept."""
    text = text.translate(_INVISIBLE_LETTERS)
    if text.isprintable():
        return text
    return "".join(character for character in text if not _is_invisible(character))


def bare(text: str) -> str:
    """The text without the quotes, brackets, dashes and punctuation around it.

    Question marks alone stay as one: they ask for help.
    """
    return text.strip(_PUNCTUATION) or ("?" if _QUESTION_MARKS.fullmatch(text) else "")


def _is_invisible(character: str) -> bool:
    is_drawn = unicodedata.category(character) not in _INVISIBLE_CATEGORIES
    return not (is_drawn or character.isspace())
