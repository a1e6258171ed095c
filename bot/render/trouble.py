"""What people see instead of an answer: what happened, whose turn it is, the next step. Pure."""

from collections.abc import Iterator

from bot.errors import BadCommand, CloudError
from bot.model import Failure, Message
from bot.render.blocks import (
    CLOUD_SAYS,
    Block,
    context,
    message,
    plain_context,
    section,
)
from bot.render.explanations import Explanation, emoji_of, explain, headline
from bot.render.foreign import MESSAGE_LENGTH, bare, code, escaped, visible
from bot.render.frame import COMMAND_LENGTH, reference_line
from bot.render.rows import REQUEST_ID_LENGTH
from bot.render.view import View

__all__ = ["Explanation", "explain", "failure_answer", "trouble"]

MOST_PARTS = 8  # of a question that was too long; each is a line of up to 10 ids


def trouble(error: BaseException, view: View) -> Message:
    """Say what went wrong. Anything that is no error of ours is "on our side"."""
    return _message(error, "", view)


def failure_answer(failure: Failure, view: View) -> Message:
    """Say why there is no answer about one instance."""
    return _message(failure.error, failure.instance, view)


def _message(error: BaseException, instance: str, view: View) -> Message:
    said = explain(error)
    what, turn = escaped(said.what), f"*{said.turn}:* {escaped(said.next_step)}"
    title = f"*{headline(error)}* · {code(instance)}\n{what}" if instance else f"*{what}*"
    blocks = (
        section("trouble", f"{emoji_of(error)} {title}"),
        section("turn", turn),
        *_parts(error, view),
        *_cloud_words(error),
        *_usage(error, view),
        reference_line(view, *_trace(error)),
    )
    return message(_sentences(error, instance, said), blocks)


def _sentences(error: BaseException, instance: str, said: Explanation) -> Iterator[str]:
    if instance:
        yield f"{headline(error)}: {instance}."
    yield said.what
    yield f"{said.turn}: {said.next_step}"


def _parts(error: BaseException, view: View) -> Iterator[Block]:
    if not isinstance(error, BadCommand) or not error.commands:
        return
    shown = error.commands[:MOST_PARTS]
    lines = [code(f"{view.command} {command}", COMMAND_LENGTH) for command in shown]
    if more := len(error.commands) - len(shown):
        lines.append(f"… and {more} more parts")
    yield from (section("part", line) for line in lines)


def _cloud_words(error: BaseException) -> Iterator[Block]:
    if isinstance(error, CloudError) and (said := visible(error.message, MESSAGE_LENGTH)):
        yield plain_context("said", f"{CLOUD_SAYS} “{said}”")


def _usage(error: BaseException, view: View) -> Iterator[Block]:
    if isinstance(error, BadCommand):
        example = code(f"{view.command} cmgo-… [active|failed|done] [slow|error] [last 6h]", 120)
        yield context("usage", f"Usage: {example} · {code(f'{view.command} help')}")


def _trace(error: BaseException) -> Iterator[str]:
    if not isinstance(error, CloudError):
        return
    if error.region:
        yield escaped(bare(error.region))
    yield code(error.code, REQUEST_ID_LENGTH)
    if error.request_id:
        yield f"RequestId {code(error.request_id, REQUEST_ID_LENGTH)}"
