"""What people see while an answer is on its way, or when it won't come. Pure."""

from bot.model import Lookup, Message
from bot.render.blocks import message, section
from bot.render.foreign import code
from bot.render.view import View

RESTARTING = ("We are restarting.", "Your turn: please ask again in half a minute.")


def still_asking(lookup: Lookup, view: View) -> Message:
    """A line that reads well also when it stays beside the answer."""
    names = ", ".join(code(instance) for instance in lookup.instances)
    spoken = ", ".join(lookup.instances)
    return message(
        (f"Still asking the cloud about {spoken}.", "The answer follows by itself."),
        (
            section(
                "waiting",
                f":hourglass_flowing_sand: Still asking the cloud about {names}. "
                f"The answer follows by itself. Ref {code(view.reference)}",
            ),
        ),
    )


def waiting_turn(lookup: Lookup, view: View) -> Message:
    """The cloud has not been asked yet: others are before this question."""
    names = ", ".join(code(instance) for instance in lookup.instances)
    spoken = ", ".join(lookup.instances)
    return message(
        (f"Many are asking just now: {spoken} is waiting its turn.", "The answer follows."),
        (
            section(
                "waiting",
                f":hourglass_flowing_sand: Many are asking just now: {names} is waiting its turn. "
                f"The answer follows by itself. Ref {code(view.reference)}",
            ),
        ),
    )


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
