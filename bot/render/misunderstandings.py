"""Why the words of a command make no question, and what to type instead. Pure."""

from collections.abc import Mapping

from bot.errors import BadCommand, Problem
from bot.model import MAX_INSTANCES
from bot.render.foreign import quoted

# What is wrong and the next step. `{word}` is what was typed; `{nearest}` stands in the sentence
# only when there is something near.
SENTENCES: Mapping[Problem, tuple[str, str]] = {
    Problem.UNKNOWN_WORD: (
        "I don't know the word {word}.",
        "leave it out, or ask `help` for the words I know.",
    ),
    Problem.MISSPELT_ID: (
        "{word} is not an instance id: they begin with `cmgo-`, then 6 to 16 letters and digits.",
        "copy the id from the console or from the alert.",
    ),
    Problem.OTHER_PRODUCT: (
        "{word} belongs to another product; I know TencentDB for MongoDB only.",
        "give an id that begins with `cmgo-`.",
    ),
    Problem.EXPORT_ID: (
        "{word} is the id of an export, not of an instance.",
        "ask for its instance, an id that begins with `cmgo-`: the export is in that answer.",
    ),
    Problem.NO_INSTANCE: (
        "I see no instance id in that.",
        "name at least one, such as `cmgo-k2p5su09`.",
    ),
    Problem.TOO_MANY: (
        f"One answer holds at most {MAX_INSTANCES} instances.",
        "ask in parts.",
    ),
    Problem.BAD_TIME: (
        "I can't read {word} as a time.",
        "write `2024-03-07`, `2024-03-07 9:22`, `9:22`, `today` or `last 6h`.",
    ),
    Problem.BAD_PERIOD: (
        "The period {word} ends before it begins.",
        "put the earlier time behind `since` and the later one behind `until`.",
    ),
    Problem.BAD_REGION: (
        "{word} is not a region.",
        "write it as the cloud does, such as `region ap-singapore`.",
    ),
    Problem.BAD_NUMBER: (
        "{word} is no number that I can use here.",
        "write a whole number from 1, such as `page 2`.",
    ),
    Problem.STANDS_ALONE: (
        "{word} is about this app, not about an instance.",
        "ask it alone; for an instance, its id is enough.",
    ),
    Problem.NO_APP: (
        "{word} is about the running app; ask it in Slack.",
        "here, `mongolog check` tries every token, key, right and clock.",
    ),
    Problem.NO_CHANNEL: (
        "{word} shares an answer in a Slack channel; there is none here.",
        "leave it out.",
    ),
    Problem.BAD_WINDOW: (
        "I can't read {word} as a window.",
        "write `window 2024-03-07 9:22..2024-03-07 11:22`.",
    ),
    Problem.OLD_BUTTON: (
        "This message is from an older version of this app, so its buttons say nothing to me.",
        "ask again: `/mongolog` and the instance's id.",
    ),
    Problem.MISSING_VALUE: (
        "Something should follow {word}.",
        "add it, as in `last 6h`, `region ap-singapore` or `page 2`.",
    ),
}

NEAR: Mapping[Problem, tuple[str, str]] = {
    Problem.UNKNOWN_WORD: ("I don't know the word {word}.", "did you mean {nearest}?"),
    Problem.MISSPELT_ID: ("{word} is not an instance id.", "did you mean {nearest}?"),
    Problem.OTHER_PRODUCT: (
        "{word} belongs to {nearest}; I know TencentDB for MongoDB only.",
        "give an id that begins with `cmgo-`.",
    ),
}


def misunderstanding(error: BadCommand) -> tuple[str, str]:
    """What is wrong with a command, and the next step: two phrases."""
    table = NEAR if error.nearest and error.problem in NEAR else SENTENCES
    word, nearest = quoted(error.word), quoted(error.nearest)
    what, next_step = table[error.problem]
    return (
        what.format(word=word, nearest=nearest),
        next_step.format(word=word, nearest=nearest),
    )
