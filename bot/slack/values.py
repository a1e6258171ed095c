"""What a button says: the words behind it → an order. Pure.

    v1|q|<command>                     ask that, in the words that `parse` reads
    v1|d|<command>                     send that answer to my direct messages
    v1|e|[<region>|]<instance>|<export>    the link of that export
    v1|c|<instance>|<export>           the curl command for that link

`bot.render.values` writes them. They come back from outside: nothing in them is believed before it
has been read again, by the same rules as what somebody typed.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from bot.errors import BadCommand, Problem
from bot.model import InstanceId, Lookup
from bot.parse import parse
from bot.settings.values import REGION

VERSION = "v1"
LONGEST_EXPORT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class AskFor:
    """Ask a question; `to_me` sends the answer to the direct messages."""

    lookup: Lookup
    to_me: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLink:
    """The link of one export; `region` is "" when it is not known, `as_curl` gives a command."""

    region: str
    instance: InstanceId
    export: str
    as_curl: bool = False


Order = AskFor | FetchLink


def read_order(value: str) -> Order:
    """What a button or an option asks for.

    Raises:
        BadCommand: when it can't be read: the message is from another version, or was forged.
    """
    version, _, rest = value.partition("|")
    kind, _, said = rest.partition("|")
    try:
        if version == VERSION and kind in ("q", "d"):
            return AskFor(lookup=read_question(said), to_me=kind == "d")
        if version == VERSION and kind in ("e", "c"):
            return _fetch(said.split("|"), as_curl=kind == "c")
    except ValueError:
        pass
    raise BadCommand(Problem.OLD_BUTTON)


def read_question(words: str) -> Lookup:
    """The question of a button; its times are absolute, so that it means the same at any time.

    Raises:
        BadCommand: when it is none.
    """
    try:
        command = parse(words, now=datetime.now(UTC), zone="UTC")
    except BadCommand:
        command = None
    if not isinstance(command, Lookup):
        raise BadCommand(Problem.OLD_BUTTON)
    return command


def _fetch(parts: list[str], *, as_curl: bool) -> FetchLink:
    region, instance, export = ["", *parts][-3:]
    is_region = not region or REGION.fullmatch(region)
    if len(parts) not in (2, 3) or not is_region or not 0 < len(export) <= LONGEST_EXPORT:
        raise ValueError
    return FetchLink(region=region, instance=InstanceId(instance), export=export, as_curl=as_curl)
