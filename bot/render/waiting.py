"""What people see while an answer is on its way, or when it won't come. Pure."""

from bot.model import Lookup, Message
from bot.render.blocks import message, section
from bot.render.foreign import code
from bot.render.view import View

RESTARTING = ("We are restarting.", "Your turn: please ask again in half a minute.")


def still_asking(lookup: Lookup, view: View) -> Message:
    """A line that reads well also when it stays beside the answer."""
    spoken = "Still asking the cloud about {}."
    return _on_the_way(lookup, view, spoken, "The answer follows by itself.")


def waiting_turn(lookup: Lookup, view: View) -> Message:
    """The cloud has not been asked yet: others are before this question."""
    spoken = "Many are asking just now: {} is waiting its turn."
    return _on_the_way(lookup, view, spoken, "The answer follows.")


def waiting_for_own(lookup: Lookup, view: View) -> Message:
    """Nothing was asked yet: this person's own look-ups are before this one."""
    spoken = "Your other look-ups are under way: {} is next after them."
    return _on_the_way(lookup, view, spoken, "The answer follows.")


def _on_the_way(lookup: Lookup, view: View, sentence: str, promise: str) -> Message:
    """`sentence` has a place for the instances; `promise` is for those who hear it."""
    shown = sentence.format(", ".join(code(instance) for instance in lookup.instances))
    line = (
        f":hourglass_flowing_sand: {shown} The answer follows by itself. Ref {code(view.reference)}"
    )
    spoken = sentence.format(", ".join(lookup.instances))
    return message((spoken, promise), (section("waiting", line),))


def restarting(view: View) -> Message:
    """The app is being restarted and can't finish this answer."""
    return message(
        RESTARTING,
        (
            section(
                "restart",
                ":arrows_counterclockwise: *We are restarting*, so this answer won't come.\n"
                f"*Your turn:* please ask again in half a minute. Ref {code(view.reference)}",
            ),
        ),
    )
