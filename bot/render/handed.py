"""What one person alone is handed: a link, a curl command, and word of what was done. Pure."""

import re
import shlex
from collections.abc import Iterator

from bot.model import DONE, Export, Message, Report
from bot.render.blocks import Block, context, message, section
from bot.render.foreign import bare, code, escaped
from bot.render.frame import reference_line
from bot.render.headline import subject
from bot.render.links import NO_LINK, Offer, download_button, lifetime, obstacle
from bot.render.rows import details, title
from bot.render.view import View
from bot.render.words import KINDS, joined

ENDINGS = re.compile(r"(?:\.[A-Za-z0-9]{1,8}){1,2}$")
LONGEST_COMMAND = 3000  # of one text in Slack's rich text
FOR_YOU = "you alone see this"
NOT_DONE = "This export is not done, so it has no link."


def link_given(report: Report, export: Export, view: View) -> Message:
    """The link of an export behind a button, or why there is none."""
    offered = _offer(export)
    is_good = offered is not None and offered.is_good(view)
    button = download_button(offered, report.region, report.instance) if offered else None
    about = f"{joined(title(export), code(report.instance))}\n{details(export, view)}"
    blocks = (
        section("handed", about, accessory=button if is_good else None),
        *_life(export, offered, view),
        reference_line(view, escaped(bare(report.region)), FOR_YOU),
    )
    told = "Its link is here, for you alone." if is_good else "There is no link to give."
    return message((f"{subject(export, report.instance)}.", told), blocks)


def curl_given(report: Report, export: Export, view: View) -> Message:
    """A command that fetches an export; where that can't be, what `link_given` gives."""
    offered = _offer(export)
    command = _curl(report, offered) if offered and offered.is_good(view) else ""
    if not command or len(command) > LONGEST_COMMAND:
        return link_given(report, export, view)
    blocks = (
        section("handed", joined(title(export), code(report.instance))),
        # In rich text no character of the link can end the code or become a mark.
        {"type": "rich_text", "block_id": "command", "elements": [_preformatted(command)]},
        *_life(export, offered, view),
        reference_line(view, escaped(bare(report.region)), FOR_YOU),
    )
    told = "The curl command for it is here, for you alone."
    return message((f"{subject(export, report.instance)}.", told), blocks)


def sent_to_you(view: View) -> Message:
    """That an answer waits in the direct messages."""
    said = "Sent: the answer is in your direct messages with this app."
    return message((said,), (section("sent", said), reference_line(view)))


def shared_note(own: Message, channel: str) -> Message:
    """The sharer's own answer, with word that others have it too.

    Args:
        own: the answer.
        channel: where it was shared; "" for the sharer's own direct messages.
    """
    is_id = re.fullmatch(r"[CGD][A-Z0-9]{1,20}", channel)
    where = f"Shared in <#{is_id[0]}>, without links." if is_id else "Sent to your DM."
    line = {**context("done", f":white_check_mark: {where}"), "block_id": "done:0:1"}
    return Message(text=own.text, blocks=(line, *own.blocks))


def _offer(export: Export) -> Offer | None:
    if export.state != DONE or export.link is None:
        return None
    return Offer(export=export, link=export.link)


def _life(export: Export, offered: Offer | None, view: View) -> Iterator[Block]:
    if offered is None:
        yield context("link", NO_LINK if export.state == DONE else NOT_DONE)
    elif offered.is_good(view):
        yield from lifetime(offered, view)
    else:
        yield from obstacle(offered, view)


def _curl(report: Report, offered: Offer) -> str:
    """The command for a shell; "" when the link has characters that no shell should get."""
    url = offered.link.reveal()
    if not (url.isascii() and url.isprintable()):
        return ""
    ending = ENDINGS.search(url.partition("?")[0])
    kind = KINDS.get(offered.export.kind or "", "log").partition(" ")[0]
    name = f"{report.instance}-{kind}{ending[0] if ending else ''}"
    return f"curl --fail --output {shlex.quote(name)} {shlex.quote(url)}"


def _preformatted(text: str) -> dict[str, object]:
    return {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": text}]}
