"""What people see instead of an answer: what happened, whose turn it is, the next step. Pure."""

from collections.abc import Iterator

from bot.errors import (
    NOT_INVITED_CODES,
    BadCommand,
    CloudError,
    Fixer,
    Problem,
    SlackRefused,
)
from bot.model import Failure, Lookup, Message
from bot.render.blocks import (
    CLOUD_SAYS,
    Block,
    context,
    message,
    plain_context,
    section,
)
from bot.render.controls import retry
from bot.render.explanations import Explanation, emoji_of, explain, fixer_of, headline
from bot.render.foreign import MESSAGE_LENGTH, bare, code, escaped, visible
from bot.render.frame import reference_line
from bot.render.rows import REQUEST_ID_LENGTH
from bot.render.times import span
from bot.render.view import View
from bot.render.whom import whom_to_ask

__all__ = ["Explanation", "beside", "explain", "failure_answer", "trouble"]

WHOLE_COMMAND_LENGTH = 1000  # ten ids and every filter: a command that is cut asks another thing
MOST_PARTS = 8  # of a question that was too long; each is a line of up to 10 ids


def trouble(error: BaseException, view: View) -> Message:
    """Say what went wrong. Anything that is no error of ours is "on our side"."""
    return _message(error, "", view)


def failure_answer(failure: Failure, lookup: Lookup, view: View) -> Message:
    """Say why there is no answer about one instance; where waiting helps, offer to try again."""
    old = (f"this answer is {span(failure.age)} old",) if failure.age else ()
    again = tuple(retry(lookup, view)) if fixer_of(failure.error) is Fixer.WAIT else ()
    return _message(failure.error, failure.instance, view, *old, controls=again)


def beside(answer: Message, refusal: SlackRefused) -> Message:
    """An answer for the asker alone that says first why it was not shared."""
    if refusal.code in NOT_INVITED_CODES:
        said = explain(refusal)
        why = f"{said.what} {said.turn}: {said.next_step}"
    else:
        why = f"Slack did not take it ({bare(refusal.code)}). You alone see this answer."
    line = {**context("unshared", f"Not shared: {escaped(why)}"), "block_id": "unshared:0:1"}
    return Message(text=answer.text, blocks=(line, *answer.blocks))


def _message(
    error: BaseException,
    instance: str,
    view: View,
    *more: str,
    controls: tuple[Block, ...] = (),
) -> Message:
    said = explain(error)
    what, turn = escaped(said.what), f"*{said.turn}:* {escaped(said.next_step)}"
    turn += whom_to_ask(error, view)
    title = f"*{headline(error)}* · {code(instance)}\n{what}" if instance else f"*{what}*"
    blocks = (
        section("trouble", f"{emoji_of(error)} {title}"),
        section("turn", turn),
        *_parts(error, view),
        *_cloud_words(error),
        *_usage(error, view),
        *controls,
        reference_line(view, *_trace(error), *more),
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
    lines = [code(f"{view.command} {command}", WHOLE_COMMAND_LENGTH) for command in shown]
    if more := len(error.commands) - len(shown):
        lines.append(f"… and {more} more parts: ask for those first, then for the rest.")
    yield from (section("part", line) for line in lines)


def _cloud_words(error: BaseException) -> Iterator[Block]:
    if isinstance(error, CloudError) and (said := visible(error.message, MESSAGE_LENGTH)):
        yield plain_context("said", f"{CLOUD_SAYS} “{said}”")


def _usage(error: BaseException, view: View) -> Iterator[Block]:
    if isinstance(error, BadCommand) and error.problem is not Problem.OLD_BUTTON:
        example = code(f"{view.command} cmgo-… [active|failed|done] [slow|error] [last 6h]", 120)
        yield context("usage", f"Usage: {example} · {code(f'{view.command} help')}")


def _trace(error: BaseException) -> Iterator[str]:
    if not isinstance(error, CloudError):
        return
    if error.region:
        yield escaped(", ".join(bare(region) for region in error.region.split(", ")))
    yield code(error.code, REQUEST_ID_LENGTH)
    if error.request_id:
        yield f"RequestId {code(error.request_id, REQUEST_ID_LENGTH)}"
