"""Why the rules, or the store, say no: the words of `explanations` for them. Pure."""

from collections.abc import Mapping

from bot.errors import Fixer, Refusal, Refused
from bot.render.foreign import quoted

Words = tuple[str, str, str]  # headline, what happened, next step

RULE_LENGTH = 60

REFUSALS: Mapping[Refusal, Words] = {
    Refusal.GUEST: (
        "Not allowed",
        "Guests of this workspace may not look up log exports.",
        "the people who run this app can allow you; until then ask a full member of your team.",
    ),
    Refusal.FOREIGN: (
        "Not allowed",
        "People from other organisations may not look up log exports here.",
        "the people who run this app can allow you; until then ask someone of theirs.",
    ),
    Refusal.UNKNOWN_PERSON: (
        "Not allowed",
        "Slack did not say who you are, so I can't tell what you may see.",
        "check that the app has the scope `users:read`; if it has, asking again should help.",
    ),
    Refusal.SHARED_CHANNEL: (
        "Not in this channel",
        "This channel is shared with another organisation, or I can't be sure that it is not.",
        "ask without `here`: then the answer goes to you alone.",
    ),
    Refusal.RULE: (
        "Not allowed",
        "The rules of this app do not allow that here.",
        "the people who run this app can change the rules.",
    ),
    Refusal.TOO_MANY: (
        "Too many of yours at once",
        "Two of your look-ups are under way, and more of yours are waiting than I can take.",
        "ask again when some of them are answered.",
    ),
    Refusal.NOT_A_MEMBER: (
        "Not your conversation",
        "You are not in that conversation, so I can't share an answer there for you.",
        "join it, or choose another one.",
    ),
    Refusal.NO_AUDIT: (
        "No link just now",
        "Every link is written into the audit first, and that can't be written just now.",
        "look at the store: `mongolog check` says what is wrong with it.",
    ),
}
# Refusals that end without an admin.
NO_ADMINS: Mapping[Refusal, Fixer] = {
    Refusal.SHARED_CHANNEL: Fixer.USER,  # a private answer needs nobody
    Refusal.NOT_A_MEMBER: Fixer.USER,
    Refusal.TOO_MANY: Fixer.WAIT,
}

STORE_FAILED = "The store has failed"
STORES: Mapping[str, str] = {
    "locked": "What is remembered can't be used: another program holds the store.",
    "full": "What is remembered can't be kept: the store has no space left.",
    "read_only": "What is remembered can't be kept: the store can't be written.",
    "newer_schema": "A newer version of this app wrote the store.",
    "damaged": "What is remembered can't be read: the store is damaged.",
    "gone": "What is remembered is gone: somebody deleted the store's file.",
}
STORE_AWAY = "What is remembered can't be reached just now."
STORE_NEXT = "look at the store: `mongolog check` says what is wrong with it."


def refusal_words(error: Refused) -> Words:
    """The words of a refusal, with the name of the rule that said no."""
    headline, what, next_step = REFUSALS[error.reason]
    if error.reason is Refusal.RULE and error.rule:
        what = f"The rule {quoted(error.rule, RULE_LENGTH)} says no."
    return headline, what, next_step
