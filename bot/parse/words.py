"""Cuts a text into words and finds the instance ids in it; judges no word.

Slack delivers `&amp; &lt; &gt;` escaped and everything active in angle brackets: links, mentions,
channels (docs.slack.dev/messaging/formatting-message-text). A terminal delivers plain text; both
are read here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from bot.model import INSTANCE_ID_PATTERN, InstanceId
from bot.parse.folding import bare, drop_invisible, fold, unescape
from bot.parse.vocabulary import OPTIONS

# `my-cmgo-…` and `cmgo-…` with a 17th character are names of something else.
_ID = re.compile(rf"(?<![a-z0-9-]){INSTANCE_ID_PATTERN}(?![a-z0-9])")

_MARKUP = re.compile(r"<([@#!][^<>]*|[a-z][a-z0-9+.-]*:[^<>]*)>", re.IGNORECASE)
_LINK_TARGET = re.compile(r"[^:]*:(?://)?(?P<place>[^/?#]*)")
_LIST_MARK = re.compile("[,;|\u3001]+")
_OPTION = re.compile(r"([^=:]{1,24})[=:](.+)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word of a command.

    Attributes:
        typed: as a person would recognise it, invisible characters and all; no angle brackets.
        text: what it says, with its case; "" for a link, mention or channel.
        ids: the instance ids it holds, in order; they use up the whole word.
    """

    typed: str
    text: str
    ids: tuple[InstanceId, ...] = ()

    @property
    def plain(self) -> str:
        """What it says, in lower case: what words are compared by."""
        return self.text.lower()


def split_words(text: str) -> tuple[Word, ...]:
    """The words of a text as Slack or a terminal delivers it, in order; never an empty one."""
    words: list[Word] = []
    for index, piece in enumerate(_MARKUP.split(text)):
        is_markup = index % 2 == 1  # re.split puts what the group caught at the odd places
        words += [_markup_word(piece)] if is_markup else _plain_words(piece)
    return tuple(words)


def instance_ids(text: str) -> tuple[InstanceId, ...]:
    """Every instance id in any text, in order, each once; empty when there is none.

    Finds them in links, host names, node names (`cmgo-by909vwp_0-node-slave0`) and markup.
    """
    return tuple(dict.fromkeys(found for word in split_words(text) for found in word.ids))


def find_ids(text: str) -> tuple[InstanceId, ...]:
    """The ids in one word, in order, however they are capitalised or percent-encoded."""
    return tuple(InstanceId(found) for found in _ID.findall(unquote(text).lower()))


def _plain_words(stretch: str) -> Iterator[Word]:
    for chunk in fold(unescape(stretch)).split():
        pieces, link = _cut_chunk(chunk)
        for piece in pieces:
            for part in _option_parts(piece):
                yield from _plain_word(part)
        if link:
            yield _link_word(link, target=link)


def _cut_chunk(chunk: str) -> tuple[list[str], str]:
    """The pieces of a list, and the link at its end or "".

    A link stays whole: a connection string lists its hosts with commas.
    """
    before, mark, after = chunk.partition("://")
    pieces = _LIST_MARK.split(before)
    return (pieces[:-1], pieces[-1] + mark + after) if mark else (pieces, "")


def _option_parts(piece: str) -> tuple[str, ...]:
    """`since` and `6h` of `--since=6h`; a piece that is no option stays whole."""
    option = _OPTION.fullmatch(piece)
    if option and bare(drop_invisible(option[1])).lower() in OPTIONS:
        return option[1], option[2]
    return (piece,)


def _plain_word(piece: str) -> Iterator[Word]:
    text = bare(drop_invisible(piece))
    if text:
        yield Word(typed=bare(piece), text=text, ids=find_ids(text))


def _markup_word(content: str) -> Word:
    seen = fold(unescape(content))
    target, _, label = seen.partition("|")
    if target[:1] in "@#!":
        return _unread_word(seen, name=_mention_name(target, label))
    return _link_word(seen, target=target, label=label)


def _link_word(seen: str, *, target: str, label: str = "") -> Word:
    # The label of an automatic link is the link again: its user and password stay unsaid.
    return _unread_word(seen, name=_place(target) if "://" in label or not label else label)


def _unread_word(seen: str, *, name: str) -> Word:
    return Word(typed=name.strip() or "link", text="", ids=find_ids(drop_invisible(seen)))


def _mention_name(target: str, label: str) -> str:
    """`@name`, `#name` or `@channel`, from what stands before and after the bar."""
    if target.startswith("!date"):
        return label
    sign = "#" if target.startswith("#") else "@"
    return sign + (label or target[1:]).lstrip("@#!")


def _place(target: str) -> str:
    """The host of a link, or the address of a mail link."""
    match = _LINK_TARGET.match(target)
    place = bare(match["place"] if match else target)
    return place if target.lower().startswith("mailto:") else place.rpartition("@")[2]
