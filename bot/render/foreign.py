r"""Foreign text (task ids, the API's messages, typed words) made harmless. Pure.

    foreign text ── visible ──► one line, nothing hidden in it, cut to a length
                 ── quoted ───► the same between back-ticks, which it can't leave
    phrase       ── escaped ──► for Slack's markup: only our own marks work in it
                 ── plain ────► no marks at all: notifications, screen readers, the terminal

A *phrase* is text of ours in which every foreign word is `quoted`. What can't be seen, or turns
the text around it, shows as `\u202e`.
"""

import re
import unicodedata

MISSING = "\N{EN DASH}"  # stands for a fact that nobody gave
WORD_LENGTH = 40
MESSAGE_LENGTH = 300

# Control, format (bidi, zero width, tags), surrogate, private use, line and paragraph separators.
HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
# Letters and symbols that show nothing: Hangul fillers and the empty Braille pattern.
BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
LARGEST_SHORT_ESCAPE = 0xFFFF

BARE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,59}")


def visible(text: str, length: int = WORD_LENGTH) -> str:
    r"""`text` in one line of at most `length` characters, hidden characters as `\u…`."""
    shown = "".join(_show(character) for character in text[: length + 1]).strip()
    return shown if len(shown) <= length else shown[: length - 1] + "…"


def quoted(text: str, length: int = WORD_LENGTH) -> str:
    """`text` between back-ticks, for a phrase; a dash when there is nothing to see."""
    inside = visible(text, length).replace("`", "'")
    return f"`{inside}`" if inside else MISSING


def bare(text: str) -> str:
    """`text` as it is when it is a plain name (a region, an error code), else `quoted`."""
    return text if BARE.fullmatch(text) else quoted(text)


def escaped(phrase: str) -> str:
    """A phrase for a mrkdwn text object: Slack's three active characters as entities."""
    return phrase.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(phrase: str) -> str:
    """A phrase without its back-ticks."""
    return phrase.replace("`", "")


def code(text: str, length: int = WORD_LENGTH) -> str:
    """Foreign `text` as a code span of a mrkdwn text object."""
    return escaped(quoted(text, length))


def _show(character: str) -> str:
    if unicodedata.category(character) not in HIDDEN_CATEGORIES and character not in BLANKS:
        return character
    number = ord(character)
    return f"\\u{number:04x}" if number <= LARGEST_SHORT_ESCAPE else f"\\U{number:08x}"
